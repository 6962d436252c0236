"""The sky before a real gpsd: what clients of the daemon will see."""
import calendar
import os
import pwd
import time
import warnings

import pytest

from tokimori_sky.processes import GpsdClient, GpsdProcess, SkyProcess, gpsd_path

if gpsd_path() is None:
    warnings.warn("gpsd is not installed: nothing here is tested. Remedy: apt-get install gpsd.")
    pytestmark = pytest.mark.skip(reason="GPSD IS MISSING: the sky was not tried on a real gpsd")

# From the start of gpsd to the first fix; it takes 1.0 to 2.0 s.
PATIENCE = 20.0


def unprivileged():
    """An account that is not root: nobody, or None for the one we have."""
    return "nobody" if os.geteuid() == 0 and "nobody" in {entry.pw_name for entry in pwd.getpwall()} else None


def posix(report):
    return calendar.timegm(time.strptime(report["time"][:19], "%Y-%m-%dT%H:%M:%S"))


def is_fix(report):
    """A fix with its time: a gpsd that joins in the middle of a cycle may report one without."""
    return report["class"] == "TPV" and report["mode"] == 3 and "time" in report


def late(report):
    """Clock minus real of a TOFF, s."""
    return report["clock_sec"] - report["real_sec"] + (report["clock_nsec"] - report["real_nsec"]) / 1e9


class Scene:
    """A sky, a gpsd and a client of it."""

    def __init__(self, sky_options=(), gpsd_options=("-n", "-b"), user=None):
        self.sky = SkyProcess(sky_options)
        try:
            self.gpsd = GpsdProcess(self.sky.device, gpsd_options, user)
            self.client = GpsdClient(self.gpsd.port)
        except BaseException:
            self.sky.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()
        self.gpsd.__exit__()
        self.sky.close()


def accounts():
    return [pytest.param(unprivileged(), id="unprivileged")] + (
        [pytest.param(None, id="root")] if os.geteuid() == 0 else [])


@pytest.mark.parametrize("user", accounts())
@pytest.mark.parametrize("gpsd_options", [("-n", "-b"), ("-n",)], ids=["read-only", "writing"])
def test_the_sky_is_a_receiver_to_gpsd(user, gpsd_options):
    with Scene(["--jitter", "0"], gpsd_options, user) as scene:
        fix = scene.client.wait_for(is_fix, PATIENCE)
        assert time.monotonic() - scene.gpsd.started < PATIENCE
        assert abs(posix(fix) - time.time()) < 1
        assert scene.client.wait_for(lambda report: "leapseconds" in report)["leapseconds"] == 18
        sky = scene.client.wait_for(lambda report: report["class"] == "SKY" and "satellites" in report)
        assert 6 <= sum(satellite["used"] for satellite in sky["satellites"]) <= 12
        assert {satellite["gnssid"] for satellite in sky["satellites"]} == {0, 5}
        toff = scene.client.wait_for(lambda report: report["class"] == "TOFF")
        assert 0.120 < late(toff) < 0.300


def test_every_second_has_a_fix_and_a_toff():
    with Scene(["--jitter", "0"]) as scene:
        scene.client.wait_for(is_fix, PATIENCE)
        heard = list(scene.client.reports(4.5))
        fixes = {posix(report) for report in heard if is_fix(report)}
        offsets = [late(report) for report in heard if report["class"] == "TOFF"]
        assert fixes == set(range(min(fixes), max(fixes) + 1)) and len(fixes) in (4, 5)
        assert len(offsets) in (4, 5) and max(offsets) - min(offsets) < 0.05


def test_gpsd_recognises_the_receiver_and_its_protocol():
    with Scene(gpsd_options=("-n",)) as scene:
        scene.client.wait_for(lambda report: report["class"] == "DEVICE" and report.get("driver") == "u-blox")
        scene.client.wait_for(lambda report: report["class"] == "SKY" and "time" in report)
        scene.client.wait_for(is_fix)
        scene.client.ask("?DEVICES;")
        [device] = scene.client.wait_for(lambda report: report["class"] == "DEVICES")["devices"]
        assert "PROTVER=22.00" in device["subtype1"] and "EXT CORE 3.01" in device["subtype"]


def test_gpsd_may_be_restarted_and_hears_nothing_old():
    with SkyProcess() as sky:
        for _ in range(2):
            with GpsdProcess(sky.device, user=unprivileged()) as gpsd:
                client = GpsdClient(gpsd.port)
                assert abs(posix(client.wait_for(is_fix, PATIENCE)) - time.time()) < 1
                client.close()


@pytest.mark.parametrize("speech", ["--no-ubx", "--no-nmea"])
@pytest.mark.parametrize("baud", ["9600", "115200"])
def test_either_language_at_any_speed_will_do(speech, baud):
    with Scene([speech, "--baud", baud]) as scene:
        assert abs(posix(scene.client.wait_for(is_fix, PATIENCE)) - time.time()) < 1
        scene.client.wait_for(lambda report: report["class"] == "SKY" and report.get("uSat", 0) >= 6)


def test_the_leap_second_of_2016_goes_through():
    with Scene(["--start", "2016-12-31T23:59:55Z", "--no-nmea"]) as scene:
        told = []
        for report in scene.client.reports(15):
            if report["class"] == "TPV":
                told.append((report["time"][:19], report.get("leapseconds")))
            if told and told[-1] == ("2017-01-01T00:00:01", 18):
                break
        times = [utc for utc, _ in told]
        assert times.count("2016-12-31T23:59:59") == 1 and times.count("2017-01-01T00:00:00") == 2
        assert ("2016-12-31T23:59:59", 17) in told and ("2017-01-01T00:00:01", 18) in told


def test_a_leap_to_come_changes_the_offset_afterwards():
    with Scene(["--start", "2027-06-30T23:59:56Z", "--no-nmea", "--leap", "delete"]) as scene:
        seen = [report["time"][:19] for report in scene.client.reports(8) if report["class"] == "TPV"]
        assert "2027-06-30T23:59:58" in seen and "2027-06-30T23:59:59" not in seen
        assert scene.client.wait_for(lambda report: "leapseconds" in report)["leapseconds"] == 17


def test_faults_by_command_reach_the_client_and_end():
    with Scene(["--no-nmea"]) as scene:
        scene.client.wait_for(is_fix, PATIENCE)
        scene.sky.command("no-fix")
        scene.client.wait_for(lambda report: report["class"] == "TPV" and report["mode"] == 1)
        scene.sky.command("ok")
        scene.client.wait_for(is_fix)
        scene.sky.command("weeks -1024")
        wrong = scene.client.wait_for(lambda report: is_fix(report) and posix(report) < time.time() - 1e6)
        assert abs(time.time() - 1024 * 604800 - posix(wrong)) < 2
        scene.sky.command("ok")
        scene.client.wait_for(lambda report: is_fix(report) and abs(posix(report) - time.time()) < 2)


def test_garbage_and_silence_are_survived():
    with Scene(["--fault", "garbage@2+2", "--fault", "silence@5+2"]) as scene:
        scene.client.wait_for(is_fix, PATIENCE)
        first = time.time()
        scene.client.wait_for(lambda report: is_fix(report) and posix(report) > first + 7, 20)


def test_gpsd_reads_what_the_satellites_broadcast_of_leap_seconds():
    with Scene(["--start", "2027-12-31T23:00:00Z", "--leap", "insert", "--subframes", "2", "--baud", "115200"]) as scene:
        for _ in range(4):
            heard = scene.client.wait_for(lambda report: report["class"] == "SUBFRAME", 2 * PATIENCE)
            assert (heard["frame"], heard["dataid"]) == (4, 56) and 1 <= heard["tSV"] <= 30
            iono = heard["IONO"]
            assert (iono["ls"], iono["WNlsf"], iono["DN"], iono["lsf"]) == (18, 2503 % 256, 6, 19)
        fix = scene.client.wait_for(lambda report: is_fix(report) and "leapseconds" in report)
        assert fix["leapseconds"] == 18
