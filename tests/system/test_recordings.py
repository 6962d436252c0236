"""Recordings of real receivers, replayed by gpsfake to a real gpsd at about the pace at which they were made.

A recording is old: its date is believed in a laboratory alone. The recordings lie beside the project, in
../shared/data/gps, or where TOKIMORI_RECORDINGS says.
"""
from __future__ import annotations

import calendar
import contextlib
import os
import pathlib
import tempfile
import threading
import time
from typing import Dict, Iterator, List, NamedTuple, Sequence

import pytest

from tokimori_sky.processes import GpsdClient, Report

from ntp_client import SECOND, NtpWatch
from programs import ROOT, Gpsfake, Refclock, Tokimorid, slowness

RECORDINGS = os.environ.get("TOKIMORI_RECORDINGS") or os.path.join(os.path.dirname(ROOT), "shared", "data", "gps")

pytestmark = [
    pytest.mark.story,
    # tests/summary.py knows this reason and lets it pass.
    pytest.mark.skipif(not os.path.isdir(RECORDINGS), reason="recordings are not here"),
]

# gpsfake takes some seconds to start, a receiver some seconds to be believed.
PATIENCE = 35.0
# Of a label: its age when gpsd tells it, and what is not known of its delay.
TOLERANCE = 2.0
# What gpsfake takes for a packet besides its pause.
OVERHEAD = 0.0004

UBX = b"\xb5b"


class Recording(NamedTuple):
    """The packets of every second, the day on which gpsd sees them, and the kinds of packets that come now and then:
    the identifier of a UBX frame, the name of an NMEA sentence."""

    packets: int
    day: str
    now_and_then: Sequence[bytes] = ()


RIGHT = {
    "ublox-8-time": Recording(3, "2017-12-01", (b"\x01\x30", b"\x01\x32")),  # fixed position, mode 2
    "u-blox-m8t-time": Recording(10, "2021-02-23"),  # surveyed in: mode 0 for ever
    "ublox-glo": Recording(8, "2023-06-28", (b"\x02\x13",)),  # its first SKY says 2019
    "meinberg-gps164": Recording(1, "2023-12-18"),  # RMC alone
}
MOVED = {
    "gr601-w": Recording(5, "2033-06-09", (b"GSV",)),  # recorded on 2013-10-24
    "bu353-glonass": Recording(5, "2034-01-09", (b"GSV",)),  # recorded on 2014-05-23; without a fix at first
}


class LabelWatch:
    """Listens to gpsd for the seconds it names, on a thread of its own."""

    def __init__(self, gpsfake: Gpsfake) -> None:
        try:
            self._client = GpsdClient(gpsfake.port, PATIENCE)
        except TimeoutError:
            raise AssertionError("gpsfake did not bring up its gpsd:\n" + gpsfake.log()) from None
        self._news = threading.Condition()
        self._labels: List[int] = []
        self._stopped = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped:
            try:
                for report in self._client.reports(0.5):
                    self._take(report)
            except (OSError, ValueError):
                return

    def _take(self, report: Report) -> None:
        if report["class"] == "TPV" and "time" in report and report["mode"] != 1:
            second = calendar.timegm(time.strptime(report["time"][:19], "%Y-%m-%dT%H:%M:%S"))
            with self._news:
                self._labels.append(second)
                self._news.notify_all()

    def next(self) -> int:
        """The next second that gpsd names, in POSIX; raises AssertionError if none comes."""
        with self._news:
            heard = len(self._labels)
            assert self._news.wait_for(lambda: len(self._labels) > heard, PATIENCE), "gpsd fell silent"
            return self._labels[-1]

    def __enter__(self) -> LabelWatch:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        self._thread.join()
        self._client.close()


def packets_of(octets: bytes) -> Iterator[bytes]:
    """UBX frames, and lines."""
    position = 0
    while position < len(octets):
        if octets[position:position + 2] == UBX:
            end = position + 8 + int.from_bytes(octets[position + 4:position + 6], "little")
        else:
            end = octets.find(b"\n", position) + 1 or len(octets)
        yield octets[position:end]
        position = end


def kind_of(packet: bytes) -> bytes:
    return packet[2:4] if packet.startswith(UBX) else packet[3:6]


@contextlib.contextmanager
def evenly_paced(name: str, recording: Recording) -> Iterator[str]:
    """A copy of a recording without what comes now and then: gpsfake takes its time for each packet, so that the
    seconds in which they come would be long ones."""
    with tempfile.TemporaryDirectory(prefix="tokimori-") as directory:
        copy = pathlib.Path(directory, name + ".log")
        packets = packets_of(pathlib.Path(RECORDINGS, name + ".log").read_bytes())
        copy.write_bytes(b"".join(one for one in packets if kind_of(one) not in recording.now_and_then))
        yield str(copy)


class Replay:
    """A recording that is being replayed, a laboratory that hears it, and a usual daemon that hears it."""

    def __init__(self, name: str, recording: Recording) -> None:
        with contextlib.ExitStack() as ends:
            copy = ends.enter_context(evenly_paced(name, recording))
            gpsfake = ends.enter_context(Gpsfake(copy, 1.0 / recording.packets - OVERHEAD))
            # Connects as soon as gpsd listens; the daemons, started then, miss no label either.
            self.labels = ends.enter_context(LabelWatch(gpsfake))
            gps: Refclock = {"driver": "gpsd", "name": "gps", "port": gpsfake.port}
            self.laboratory = ends.enter_context(Tokimorid.on_free_port([gps], lab_mode=True))
            self.usual = ends.enter_context(Tokimorid.on_free_port([gps]))
            self.in_laboratory = ends.enter_context(self.laboratory.watch())
            self.in_use = ends.enter_context(self.usual.watch())
            self._ends = ends.pop_all()

    def __enter__(self) -> Replay:
        return self

    def __exit__(self, *outcome: object) -> None:
        self._ends.__exit__(*outcome)  # type: ignore[arg-type]

    def assert_served_as_labelled(self, daemon: Tokimorid, watch: NtpWatch) -> Dict[str, object]:
        """The served time is that of the labels; its figures."""
        watch.wait_for(lambda reply: reply.synchronised, PATIENCE * slowness())
        label = self.labels.next()
        with daemon.client() as client:
            reply = client.ask()
        assert reply is not None and (reply.leap, reply.stratum, reply.refid) == (0, 1, b"GPS\0"), daemon.log()
        assert abs(reply.transmit_ns / SECOND - label) < TOLERANCE, daemon.log()
        return {"served": reply.utc, "served_minus_label_s": round(reply.transmit_ns / SECOND - label, 3),
                "root_distance_s": round(reply.root_distance, 3)}


def assert_refused(daemon: Tokimorid, watch: NtpWatch) -> None:
    daemon.wait_for("source name=gps reason=wrong_week", PATIENCE)
    assert {(reply.leap, reply.stratum, reply.refid) for reply in watch.replies()} == {(3, 0, b"INIT")}


@pytest.mark.parametrize("name", RIGHT)
def test_a_laboratory_serves_the_date_of_a_recording_and_nobody_else_does(name: str) -> Dict[str, object]:
    with Replay(name, RIGHT[name]) as played:
        figures = played.assert_served_as_labelled(played.laboratory, played.in_laboratory)
        assert str(figures["served"]).startswith(RIGHT[name].day)
        assert_refused(played.usual, played.in_use)
        return figures


@pytest.mark.parametrize("name", MOVED)
def test_a_date_that_gpsd_moved_1024_weeks_ahead_is_served_since_nothing_contradicts_it(name: str) -> Dict[str, object]:
    """gpsd takes NMEA dates before 2017 for those of a receiver whose weeks have rolled over. What it makes of them
    lies after our build and is consistent: neither a laboratory nor a usual daemon has a reason to refuse it."""
    with Replay(name, MOVED[name]) as played:
        for daemon, watch in ((played.laboratory, played.in_laboratory), (played.usual, played.in_use)):
            reply = watch.wait_for(lambda one: one.synchronised, PATIENCE * slowness())
            assert (reply.stratum, reply.refid) == (1, b"GPS\0") and reply.utc.startswith(MOVED[name].day)
            assert not daemon.find("wrong_week|week_mended=true")
        return {"served": reply.utc}
