"""tokictl asks the daemon: what people and monitors see."""
from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from typing import Any, Dict, List

import pytest
from tokimori_sky.processes import gpsd_path

from control import PATIENCE, SKY, AskedDaemon, stranger, tokictl
from programs import Chain, Process, program, slowness, wait_until

pytestmark = pytest.mark.story

COMMANDS = ["tracking", "sources", "sourcestats", "selectdata", "serverstats", "clients"]
INTEGER, NUMBER, TEXT, FLAG, NOTHING = (int,), (int, float), (str,), (bool,), (type(None),)

AT = {"utc": TEXT, "jst": TEXT, "uptime_ns": INTEGER, "state": TEXT, "state_age_ns": INTEGER, "disputed": FLAG,
      "lab_mode": FLAG, "storage_fault": TEXT + NOTHING, "panel_fault": TEXT + NOTHING}
TRACKING = {"source": TEXT, "by_pulses": FLAG, "refid": TEXT, "stratum": INTEGER, "leap": TEXT, "reference_utc": TEXT,
            "reference_jst": TEXT,
            "last_update_age_ns": INTEGER, "last_offset_ns": INTEGER, "pending_ns": INTEGER, "jitter_ns": INTEGER,
            "frequency_ppm": NUMBER, "skew_ppm": NUMBER, "wander_ppm": NUMBER, "root_delay_ns": INTEGER,
            "root_dispersion_ns": INTEGER, "root_distance_ns": INTEGER, "valid_for_ns": INTEGER, "precision": INTEGER,
            "system_clock": (dict,)}
SOURCE = {"name": TEXT, "tally": TEXT, "reason": TEXT}
SOURCES = {**SOURCE, "driver": TEXT, "refid": TEXT, "stratum": INTEGER, "poll_ns": INTEGER, "reach": INTEGER,
           "from_pulses": FLAG, "last_heard_age_ns": INTEGER, "last_sample_age_ns": INTEGER,
           "last_offset_ns": INTEGER + NOTHING, "offset_ns": INTEGER, "jitter_ns": INTEGER, "distance_ns": INTEGER,
           "accepted": INTEGER, "rejected": INTEGER, "lost_pulses": INTEGER,
           "sentence_delay_ns": INTEGER + NOTHING, "week_mended": FLAG,
           "satellites": (dict, type(None)), "receiver": (dict, type(None)), "jjy": (dict, type(None))}
SOURCESTATS = {**SOURCE, "samples": INTEGER, "span_ns": INTEGER, "last_sample_age_ns": INTEGER,
               "frequency_ppm": NUMBER, "skew_ppm": NUMBER, "offset_ns": INTEGER, "deviation_ns": INTEGER,
               "jitter_ns": INTEGER, "delay_ns": INTEGER, "sentence_delay_ns": INTEGER + NOTHING}
SELECTDATA = {**SOURCE, "prefer": FLAG, "noselect": FLAG, "trust": FLAG, "last_heard_age_ns": INTEGER,
              "lowest_ns": INTEGER, "highest_ns": INTEGER, "delay_ns": INTEGER}
SERVERSTATS = {"counted_for_ns": INTEGER, "received": INTEGER, "verdicts": (dict,), "versions": (dict,),
               "clients_replaced": INTEGER, "control": (dict,)}


def assert_shape(found: Dict[str, Any], shape: Dict[str, Any]) -> None:
    assert set(found) == set(shape)
    for name, kinds in shape.items():
        # A bool is an int to Python.
        assert isinstance(found[name], kinds) and (bool in kinds or not isinstance(found[name], bool)), name


@pytest.mark.parametrize("workers", [0, 2])
def test_every_command_answers_in_both_languages_and_as_json(workers: int) -> None:
    with AskedDaemon(workers=workers) as daemon:
        daemon.wait_synchronised()
        for command in COMMANDS:
            english, japanese = daemon.tokictl(command), daemon.tokictl(command, language="ja")
            for answer in (english, japanese):
                assert (answer.returncode, answer.stderr) == (0, ""), command
            assert not re.search(r"[^\x00-\x7F]", english.stdout), command
            assert re.search(r"[\u3040-\u9FFF]", japanese.stdout), command
            assert set(daemon.ask(command)) == {"command", "version", "at", command}


@pytest.mark.parametrize("workers", [0, 2])
def test_a_line_of_the_front_panel_that_cannot_be_had_is_told_and_its_place_is_noted(workers: int) -> None:
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        note = os.path.join(room, "front_panel")
        with AskedDaemon(workers=workers, prefix=("env", "RUNTIME_DIRECTORY=" + room)) as daemon:
            daemon.wait_synchronised()
            assert daemon.ask("tracking")["at"]["panel_fault"] is None and not os.path.exists(note)
            panel = '[front_panel]\nalarm_relay = "NO SUCH LINE"\n'
            daemon.reload(daemon.text() + panel, "info reloaded")
            assert daemon.ask("tracking")["at"]["panel_fault"].startswith("alarm_relay: ")
            english, japanese = daemon.tokictl("tracking"), daemon.tokictl("tracking", language="ja")
            assert (english.returncode, japanese.returncode) == (1, 1)
            assert "FRONT PANEL" in english.stdout and "前面パネルの異常" in japanese.stdout
            with open(note, encoding="utf-8") as noted:
                assert 'alarm_relay = "NO SUCH LINE"' in noted.read()
            daemon.reload(daemon.text(), "info reloaded")
            assert daemon.ask("tracking")["at"]["panel_fault"] is None and not os.path.exists(note)


def test_json_has_the_members_and_types_that_are_documented() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        with daemon.client() as client:
            assert client.ask() is not None
        replies = {command: daemon.ask(command) for command in COMMANDS}
        for reply in replies.values():
            assert_shape(reply["at"], AT)
            assert (reply["at"]["state"], reply["at"]["lab_mode"]) == ("synchronised", True)
        assert_shape(replies["tracking"]["tracking"], TRACKING)
        for command, shape in (("sources", SOURCES), ("sourcestats", SOURCESTATS), ("selectdata", SELECTDATA)):
            assert_shape(replies[command][command][0], shape)
        assert_shape(replies["serverstats"]["serverstats"], SERVERSTATS)
        served = replies["serverstats"]["serverstats"]
        assert (served["received"], served["verdicts"]["answered"], served["versions"]["4"]) == (1, 1, 1)


def test_tracking_says_what_a_client_of_ntp_is_told() -> Dict[str, object]:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        with daemon.client() as client:
            before = client.best_of(5)
            reply = daemon.ask("tracking")
            after = client.best_of(5)
        tracking = reply["tracking"]
        assert (tracking["stratum"], tracking["refid"], tracking["leap"]) == (before.stratum, "SIM", "none")
        at = reply["at"]["utc"]
        assert before.utc <= at[:19] <= after.utc
        # What is served is rounded up to 2^-16 s; the bound narrows at every sample and grows in between.
        distance = tracking["root_distance_ns"] * 1e-9
        assert 0 < distance <= before.root_distance + 1e-4
        assert after.root_distance <= distance + 2 ** -16 + 1e-4
        return {"root_distance_us": round(distance * 1e6, 3)}


def test_tracking_shows_utc_and_jst_side_by_side() -> None:
    with AskedDaemon([{**SKY, "start": "2016-11-30T15:30:00Z"}]) as daemon:
        text = daemon.wait_synchronised().tokictl("tracking").stdout
        assert re.search(r"^Time +: 2016-11-30 15:30:\d\d\.\d{3} UTC +2016-12-01 00:30:\d\d\.\d{3} JST$", text, re.M)


def test_a_lone_simulated_sky_is_followed_with_a_star() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        daemon.wait_for("name=sky reason=selected")
        assert [(each["tally"], each["reason"]) for each in daemon.ask("sources")["sources"]] == [("*", "selected")]
        assert re.search(r"^#\*  sky ", daemon.tokictl("sources").stdout, re.M)


def test_pulses_that_another_source_numbers_are_followed_with_an_o() -> None:
    pulses = {"driver": "simulated", "name": "pps", "labels": False}
    names = {"driver": "simulated", "name": "names", "pulses": False}
    with AskedDaemon([pulses, names]) as daemon:
        daemon.wait_for("name=pps reason=selected", PATIENCE * 2)
        assert {each["name"]: each["tally"] for each in daemon.ask("sources")["sources"]}["pps"] == "o"
        assert daemon.ask("tracking")["tracking"]["by_pulses"] is True


def test_exit_codes_tell_a_monitor_how_the_clock_is_doing() -> None:
    with AskedDaemon([{**SKY, "script": "10s silence for 10m"}], holdover="20s") as daemon:
        assert daemon.wait_for("started") and daemon.tokictl("tracking").returncode in (0, 2)
        daemon.wait_synchronised()
        assert daemon.tokictl("tracking").returncode == 0
        for state, code in (("holdover", 1), ("unsynchronised", 2)):
            daemon.wait_for("clock state=%s" % state, 60)
            for command in COMMANDS:
                assert daemon.tokictl(command).returncode == code, (state, command)
            assert daemon.ask("tracking")["at"]["state"] == state


def test_a_clock_that_never_was_right_is_critical_and_says_nothing_of_the_time() -> None:
    with AskedDaemon(lab_mode=False) as daemon:
        daemon.wait_for("name=sky reason=laboratory_only")
        # The clock works before anybody can ask.
        wait_until(lambda: os.path.exists(daemon.socket), PATIENCE, "the control socket is there")
        answer = daemon.tokictl("tracking")
        assert answer.returncode == 2
        assert re.search(r"^Time +: - +-$", answer.stdout, re.M)
        reply = daemon.ask("tracking")
        assert (reply["at"]["state"], reply["at"]["utc"]) == ("never_synchronised", None)
        assert (reply["tracking"]["leap"], reply["tracking"]["stratum"]) == ("unsynchronised", 0)
        assert daemon.ask("sources")["sources"][0]["reason"] == "laboratory_only"


def test_nobody_is_critical_a_stranger_and_wrong_arguments_are_unknown() -> None:
    nobody = tokictl("tracking", "--socket", "/nowhere/at/all.sock")
    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert "no daemon answers" in nobody.stderr and "/nowhere/at/all.sock" in nobody.stderr
    assert "応答しません" in tokictl("tracking", "--socket", "/nowhere", language="ja").stderr
    for answer in (b"220 mail ready\n", b'{"version":2,"request":"tracking"}\n'):
        with stranger(answer) as path:
            assert tokictl("tracking", "--socket", path).returncode == 3
    for wrong in (["trcking"], ["tracking", "--colour"], ["tracking", "--watch", "x"], ["waitsync", "-3"], []):
        assert tokictl(*wrong).returncode == 3, wrong


def test_the_socket_may_be_named_before_the_command() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        assert tokictl("--socket", daemon.socket, "tracking").returncode == 0


def test_watch_asks_again_and_again() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        for asked in COMMANDS:
            command = [program("tokictl"), asked, "--json", "--watch", "0.2", "--socket", daemon.socket]
            with Process(command) as watching:
                watching.wait_for(r"^\{.*\}$", PATIENCE)
                watching.wait_for(r"^\{.*\}$", PATIENCE, 2)
                shown: List[Dict[str, Any]] = [json.loads(line) for line in watching.log().split("\n")[:3]]
            assert {each["command"] for each in shown} == {asked}
            instants = [each["at"]["utc"] for each in shown]
            assert sorted(set(instants)) == instants, asked


def test_waitsync_waits_for_a_daemon_and_for_its_clock() -> Dict[str, object]:
    with AskedDaemon() as daemon:
        began = time.monotonic()
        command = [program("tokictl"), "waitsync", "0", "0", "0", "0.2", "--socket", daemon.socket]
        waited = subprocess.run(command, timeout=30 * slowness(), check=False, capture_output=True, text=True)
        assert waited.returncode == 0
        assert re.fullmatch(r"try: \d+, refid: SIM, correction: -?0\.\d{9}, skew: \d+\.\d{3}",
                            waited.stdout.rstrip("\n").split("\n")[-1])
        assert daemon.find("clock state=synchronised")
        return {"waited_s": round(time.monotonic() - began, 2), "tries": waited.stdout.count("\n")}


def test_waitsync_gives_up_after_so_many_tries() -> None:
    with AskedDaemon(lab_mode=False) as daemon:
        daemon.wait_for("control_socket path")
        waited = daemon.tokictl("waitsync", "3", "0", "0", "0.1")
        assert waited.returncode == 2
        assert [line.split(",")[0] for line in waited.stdout.split("\n")[:-1]] == ["try: 1", "try: 2", "try: 3"]
        document = json.loads(daemon.tokictl("waitsync", "2", "0", "0", "0.1", "--json").stdout)
        assert (document["tries"], document["reached"]) == (2, False)


def test_waitsync_has_limits_for_correction_and_skew() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        assert daemon.tokictl("waitsync", "1", "1", "1000", "0.1").returncode == 0
        assert daemon.tokictl("waitsync", "1", "0", "0.000000001", "0.1").returncode == 1


def test_the_chain_of_a_receiver_behind_gpsd_can_be_asked() -> None:
    if gpsd_path() is None:
        pytest.skip("NO GPSD HERE: nothing was asked about a real one")
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        path = os.path.join(room, "control.sock")
        with Chain(control_socket=path) as chain:
            assert chain.daemon is not None
            chain.daemon.wait_for("name=pps reason=selected", 30)
            document = json.loads(tokictl("sources", "--json", "--socket", path).stdout)
            sources = {each["name"]: each for each in document["sources"]}
            assert (sources["pps"]["tally"], sources["gps"]["driver"]) == ("o", "gpsd")
            assert sources["gps"]["last_heard_age_ns"] is not None


def test_an_offset_that_the_operator_corrects_is_followed_at_once() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        corrected = daemon.text().replace("[[refclock]]\n", '[[refclock]]\noffset = "100ms"\n')
        since = daemon.mark()
        daemon.reload(corrected, "reloaded")
        daemon.wait_for("clock state=unsynchronised", PATIENCE, since)
        daemon.wait_for("clock state=synchronised", PATIENCE, since)
        source = daemon.ask("sources")["sources"][0]
        assert (source["name"], source["reason"]) == (SKY["name"], "selected"), source
        assert abs(source["offset_ns"]) < 1e6
