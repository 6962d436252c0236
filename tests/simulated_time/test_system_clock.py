"""The system clock of the host follows, on a kernel that is simulated: adjtimex, leap seconds and all."""
from __future__ import annotations

from typing import List

import pytest

from simulation import HOUR, MINUTE, RECEIVER, Host, Play, Settings, play, posix

NOON = posix(2035, 3, 10, 12)
ROOM = "oscillator 12.5 0.3 7200\nrealtime 350000000\nreceiver 1 2000\n"
SYNCHRONISED, UNSYNCHRONISED = 0, 64  # STA_UNSYNC
MICROSECONDS = 1e-6


def followed(script: str, holdover: str = "24h", sources: str = RECEIVER) -> Play:
    return play(script, sources, holdover, "follow")


def between(result: Play, begin: float, end: float) -> List[Host]:
    return [host for host in result.host if begin <= host.at < end]


def worst(hosts: List[Host]) -> float:
    return max(abs(host.error) for host in hosts)


def test_the_clock_is_set_once_and_then_follows(record_property) -> None:
    result = followed("start %d\nrun %d\n%sclient 123 16\n" % (NOON, 6 * HOUR, ROOM))
    settled = between(result, 10 * MINUTE, 6 * HOUR)
    record_property("worst_error_us", worst(settled) * 1e6)
    assert worst(settled) < 10 * MICROSECONDS
    assert {(host.status, host.tai) for host in settled} == {(SYNCHRONISED, 37)}
    assert result.log.count("system_clock_set") == 1
    assert result.broken_promises() == []


@pytest.mark.parametrize("inserted", [True, False], ids=["inserted", "left_out"])
def test_the_kernel_carries_out_a_leap_second(inserted: bool) -> None:
    midnight, before, end = posix(2035, 7, 1), HOUR, HOUR + 10 * MINUTE
    leap, taken_back = (before, before + 1) if inserted else (before - 1, before - 1)
    result = followed("start %d\nrun %d\n%sannounce 0 %d %d\nleap %d %d\nclient 123 1\n"
                      % (midnight - before, end, ROOM, taken_back, 1 if inserted else 2, midnight, inserted),
                      sources=RECEIVER + "trust = true\n")
    assert worst(between(result, 10 * MINUTE, end)) < 10 * MICROSECONDS
    assert {host.tai for host in between(result, 10 * MINUTE, leap)} == {37}
    assert {host.tai for host in between(result, leap, end)} == {38 if inserted else 36}
    assert result.broken_promises() == []


def test_the_host_is_smeared_as_its_clients_are_where_that_is_wanted() -> None:
    midnight, before, minutes = posix(2035, 7, 1), 70 * MINUTE, 60
    end = before + 1
    script = ("start %d\nrun %d\n%sannounce 0 %d 1\nleap %d 1\nclient 123 1\n"
              % (midnight - before, end + 10 * MINUTE, ROOM, end, midnight))
    wanted = 'mode = "smear"\nsmear_minutes = %d\nsmear_system_clock = true\n' % minutes
    result = play(script, RECEIVER + "trust = true\n", system_clock="follow", settings=Settings(wanted))
    begin = end - 60 * minutes
    # It is told once a second how fast to go, and takes back in some seconds what it lags where the smear begins.
    lagging = [host.error + (host.at - begin) / (60 * minutes) for host in between(result, begin, begin + MINUTE)]
    assert max(map(abs, lagging)) < 2 / (60 * minutes)
    for host in between(result, 5 * MINUTE, begin) + between(result, begin + MINUTE, end - 1):
        absorbed = max(0.0, (host.at - end) / (60 * minutes) + 1)
        assert abs(host.error + absorbed) < 50 * MICROSECONDS, host
    assert worst(between(result, end + MINUTE, end + 10 * MINUTE)) < 50 * MICROSECONDS
    assert "the kernel carried out the leap second" not in result.log


def test_a_clock_that_follows_nobody_any_more_says_so() -> None:
    lost, back = 30 * MINUTE, 150 * MINUTE
    result = followed("start %d\nrun %d\n%ssilence %d %d\nclient 123 16\n" % (NOON, 3 * HOUR, ROOM, lost, back), "1h")
    assert {host.status for host in between(result, MINUTE, lost + HOUR - MINUTE)} == {SYNCHRONISED}
    assert {host.status for host in between(result, lost + HOUR + MINUTE, back)} == {UNSYNCHRONISED}
    assert worst(between(result, back + 10 * MINUTE, 3 * HOUR)) < 10 * MICROSECONDS
    assert result.broken_promises() == []


@pytest.mark.parametrize("step", [3600, -3600, 0.4, -0.004])
def test_a_clock_that_somebody_sets_is_brought_back_by_slewing(step: float) -> None:
    at = 30 * MINUTE
    result = followed("start %d\nrun %d\n%sstep %d %d\nclient 123 4\n" % (NOON, HOUR, ROOM, at, step * 1e9))
    after = between(result, at + MINUTE, HOUR)
    steps = [abs(later.error - earlier.error) for earlier, later in zip(after, after[1:])]
    assert max(steps) < 4 * 0.001
    # Half a millisecond each second, or all of it where that is enough.
    assert abs(after[-1].error) <= max(abs(step) - 0.0004 * (HOUR - at - MINUTE), 10 * MICROSECONDS)
    assert result.broken_promises() == []


def test_without_the_privilege_the_clock_is_left_alone_and_time_is_served() -> None:
    result = followed("start %d\nrun %d\n%smay_set_clock 0\nclient 123 16\n" % (NOON, HOUR, ROOM))
    assert "CAP_SYS_TIME" in result.log
    assert {host.status for host in result.host} == {UNSYNCHRONISED}
    assert all(reply.synchronised for reply in result.between(MINUTE, HOUR))
    assert result.broken_promises() == []
