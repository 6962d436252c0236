"""The daemon under its simulated sky: what clients are told, through leap seconds too."""
from __future__ import annotations

import calendar
import socket
import time
from typing import Dict, Iterator, List, Sequence

import pytest

from ntp_client import SECOND, Reply, request
from programs import Refclock, Tokimorid, free_port, slowness

PAST = "2016-11-30T23:58:00Z"
SOON = 5.0
# How far the moment of launch is known: the time from our asking for the process to its first words.
HAIR = 0.02


def sky(start: str, **more: object) -> Refclock:
    return {"driver": "simulated", "name": "sky", "start": start, **more}  # type: ignore[dict-item]


def posix(utc: str) -> int:
    return calendar.timegm(time.strptime(utc.rstrip("Z"), "%Y-%m-%dT%H:%M:%S"))


def is_synchronised(reply: Reply) -> bool:
    return reply.synchronised


@pytest.mark.story
@pytest.mark.parametrize("workers", [0, 2])
def test_a_laboratory_serves_its_sky_soon_after_launch(workers: int) -> Dict[str, object]:
    with Tokimorid.on_free_port([sky(PAST)], lab_mode=True, workers=workers) as daemon, daemon.watch() as watch:
        started = time.monotonic()
        reply = watch.wait_for(is_synchronised, SOON * slowness())
        assert reply.came_monotonic - daemon.launched < SOON * slowness()
        # The sky announces nothing for this month; the table knows of the leap second only of the next.
        assert (reply.leap, reply.stratum, reply.refid) == (0, 1, b"SIM\0")
        assert (reply.version, reply.mode, reply.poll) == (4, 4, 6)
        elapsed = reply.transmit_ns / SECOND - posix(PAST)
        assert reply.came_monotonic - started - HAIR < elapsed < reply.came_monotonic - daemon.launched + HAIR
        assert 0 < reply.reference <= reply.receive < reply.transmit
        assert reply.root_distance < 0.01
        assert daemon.find("THIS IS A LABORATORY")
        return {"synchronised_after_s": round(reply.came_monotonic - daemon.launched, 2),
                "root_distance_ms": round(reply.root_distance * 1e3, 3)}


@pytest.mark.story
@pytest.mark.parametrize("start", [PAST, "", "2030-01-01T00:00:00Z"], ids=["past", "now", "future"])
def test_a_simulated_sky_is_never_served_outside_a_laboratory(start: str) -> None:
    source: Refclock = sky(start) if start else {"driver": "simulated", "name": "sky"}
    with Tokimorid.on_free_port([source]) as daemon, daemon.watch() as watch:
        daemon.wait_for("name=sky reason=laboratory_only")
        # In a laboratory it would have been served for long.
        watch.wait_seconds(2 * SOON)
        assert {(reply.leap, reply.stratum, reply.refid) for reply in watch.replies()} == {(3, 0, b"INIT")}


@pytest.mark.story
@pytest.mark.parametrize("refclocks", [0, 1], ids=["no source", "a source that says nothing"])
def test_a_server_that_never_heard_a_source_says_so(refclocks: int) -> None:
    silent: Refclock = {"driver": "gpsd", "name": "gps", "port": free_port()}
    with Tokimorid.on_free_port([silent] * refclocks, lab_mode=True) as daemon, daemon.watch() as watch:
        watch.wait_seconds(SOON)
        for reply in watch.replies():
            assert (reply.leap, reply.stratum, reply.refid) == (3, 0, b"INIT")
            assert (reply.version, reply.mode, reply.reference) == (4, 4, 0)


class Leap:
    """What a client saw around a midnight: replies while synchronised, and the moment of the jump."""

    def __init__(self, replies: Sequence[Reply], midnight: int) -> None:
        self.replies = [reply for reply in replies if reply.synchronised]
        self.unsynchronised = [reply for reply in replies[replies.index(self.replies[0]):] if not reply.synchronised]
        self.before = [reply for reply in self.replies if reply.transmit_ns < midnight * SECOND]
        self.after = [reply for reply in self.replies if reply.transmit_ns >= midnight * SECOND]

    def scale(self, reply: Reply) -> float:
        """Served time against the counter, s, from the first reply on."""
        first = self.replies[0]
        served = (reply.transmit_ns - first.transmit_ns) / SECOND
        return served - (reply.came_monotonic - first.came_monotonic)

    def jumps(self) -> List[float]:
        """Every change of `scale` from one reply to the next that is no noise."""
        pairs = zip(self.replies, self.replies[1:])
        changes = [self.scale(later) - self.scale(earlier) for earlier, later in pairs]
        return [change for change in changes if abs(change) > 0.4]

    def span_of(self, utc: str) -> float:
        """For how long `utc` was served, s."""
        times = [reply.came_monotonic for reply in self.replies if reply.utc == utc]
        return max(times) - min(times) if times else 0.0


def watch_midnight(day: str, next_day: str, leap: str, workers: int) -> Leap:
    """Serves the last 16 s of `day` and the first 3 s of the next, and asks 40 times a second."""
    source = sky(day + "T23:59:44Z", leap=leap)
    with Tokimorid.on_free_port([source], lab_mode=True, workers=workers) as daemon, daemon.watch(40) as watch:
        watch.wait_for(is_synchronised, SOON * slowness())
        watch.wait_for(lambda reply: reply.utc == next_day + "T00:00:03", 30)
        return Leap(watch.replies(), posix(next_day + "T00:00:00"))


NOVEMBER, DECEMBER = ("2016-11-30", "2016-12-01"), ("2016-12-31", "2017-01-01")


@pytest.mark.story
@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("days", [NOVEMBER, DECEMBER], ids=["announced by the sky alone", "known to the table too"])
def test_an_inserted_second_repeats_the_last_one(days: Sequence[str], workers: int) -> Dict[str, object]:
    leap = watch_midnight(*days, "insert", workers)
    assert not leap.unsynchronised
    assert {reply.leap for reply in leap.before} == {1} and {reply.leap for reply in leap.after} == {0}
    assert leap.jumps() == [pytest.approx(-1.0, abs=0.2)]
    assert 1.7 < leap.span_of(days[0] + "T23:59:59") < 2.2
    assert 0.7 < leap.span_of(days[0] + "T23:59:58") < 1.2 and 0.7 < leap.span_of(days[1] + "T00:00:00") < 1.2
    return {"jump_s": round(leap.jumps()[0], 4)}


@pytest.mark.story
@pytest.mark.parametrize("workers", [0, 2])
def test_a_deleted_second_is_left_out(workers: int) -> Dict[str, object]:
    leap = watch_midnight(*NOVEMBER, "delete", workers)
    assert not leap.unsynchronised
    assert {reply.leap for reply in leap.before} == {2} and {reply.leap for reply in leap.after} == {0}
    assert leap.jumps() == [pytest.approx(1.0, abs=0.2)]
    assert leap.span_of("2016-11-30T23:59:59") == 0.0
    assert 0.7 < leap.span_of("2016-11-30T23:59:58") < 1.2 and 0.7 < leap.span_of("2016-12-01T00:00:00") < 1.2
    return {"jump_s": round(leap.jumps()[0], 4)}


@pytest.mark.story
def test_a_month_without_a_leap_second_ends_like_any_other() -> None:
    leap = watch_midnight(*NOVEMBER, "none", 2)
    assert not leap.unsynchronised and not leap.jumps()
    assert {reply.leap for reply in leap.replies} == {0}


@pytest.fixture(scope="module", name="daemon")
def one_daemon_for_all() -> Iterator[Tokimorid]:
    with Tokimorid.on_free_port([{"driver": "simulated", "name": "sky"}], lab_mode=True) as started:
        started.wait_for("state=synchronised")
        yield started


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_every_version_is_answered_in_kind(daemon: Tokimorid, version: int) -> None:
    with daemon.client() as client:
        reply = client.ask(version)
        assert reply is not None and (reply.version, reply.mode, reply.stratum) == (version, 4, 1)


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_symmetric_active_is_answered_as_symmetric_passive(daemon: Tokimorid, version: int) -> None:
    with daemon.client() as client:
        reply = client.ask(version, mode=1)
        assert reply is not None and (reply.version, reply.mode) == (version, 2)


def test_the_first_ntp_of_all_had_no_mode(daemon: Tokimorid) -> None:
    with daemon.client() as client:
        reply = client.ask(version=1, mode=0)
        assert reply is not None and (reply.version, reply.mode) == (1, 4)


UNANSWERED = {
    "version 0": request(1, version=0), "version 5": request(1, version=5), "version 7": request(1, version=7),
    "mode 0 of version 4": request(1, mode=0), "mode 2": request(1, mode=2), "mode 4": request(1, mode=4),
    "mode 5": request(1, mode=5), "mode 7": request(1, mode=7),
    "nothing": b"", "47 octets": request(1)[:47], "49 octets": request(1) + b"\0", "crypto-NAK": request(1) + b"\0" * 4,
}


@pytest.mark.parametrize("octets", UNANSWERED.values(), ids=UNANSWERED.keys())
def test_what_is_no_request_for_time_is_not_answered(daemon: Tokimorid, octets: bytes) -> None:
    with daemon.client() as client:
        client.send(octets)
        # What is sent from one socket is answered in its order: the first reply is to what was asked last.
        client.send(request(2))
        assert client.next_octets()[24:32] == (2).to_bytes(8, "big")


def test_a_reply_is_never_longer_than_its_request(daemon: Tokimorid) -> None:
    with daemon.client() as client:
        unknown_field = (0x7F01).to_bytes(2, "big") + (28).to_bytes(2, "big") + b"\0" * 24
        client.send(request(3) + unknown_field)
        assert len(client.next_octets()) == 48
        with pytest.raises(socket.timeout):
            client.next_octets(0.2)
