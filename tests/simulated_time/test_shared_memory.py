"""The daemon with nothing but shared memory and one UDP port: one thread, no IPv6, no Unix sockets, no resolver."""
from __future__ import annotations

import pytest

from simulation import DAY, HOUR, MINUTE, RECEIVER, Play, Reply, play, posix

NOON = posix(2035, 3, 10, 12)
# A receiver that is a few microseconds unsure, and a board in a room that is warmer by day.
ROOM = "oscillator 12.5 0.3 7200\nrealtime 350000000\nreceiver 1 2000\n"
TRUSTED = RECEIVER + "trust = true\n"


def synchronised(reply: Reply) -> bool:
    return reply.synchronised


def not_synchronised(reply: Reply) -> bool:
    return not reply.synchronised


@pytest.fixture(scope="module", name="six_hours")
def fixture_six_hours() -> Play:
    return play("start %d\nrun %d\n%sclient 123 16\n" % (NOON, 6 * HOUR, ROOM))


def test_six_hours_of_samples_keep_the_time(six_hours: Play, record_property) -> None:
    assert six_hours.lost == 0
    assert six_hours.first(synchronised).at < MINUTE
    assert {(reply.leap, reply.stratum, reply.refid) for reply in six_hours.between(MINUTE, 6 * HOUR)} == {(0, 1, "SHM")}
    record_property("worst_error_us", six_hours.worst_error(10 * MINUTE, 6 * HOUR) * 1e6)
    assert six_hours.worst_error(10 * MINUTE, 6 * HOUR) < 10e-6
    assert six_hours.broken_promises() == []


def test_it_runs_thousands_of_times_faster_than_real_time(six_hours: Play, record_property) -> None:
    record_property("speed", six_hours.speed)
    assert six_hours.speed > 2000


def test_the_system_clock_is_left_alone_where_that_is_set(six_hours: Play) -> None:
    first, last = six_hours.host[0], six_hours.host[-1]
    # 12.5 ppm for six hours.
    assert last.error - first.error == pytest.approx(0.27, abs=0.01)
    assert (last.status, last.tai) == (first.status, first.tai)


def test_it_serves_where_all_but_the_essential_is_denied(six_hours: Play) -> None:
    assert "socket AF_INET6" in six_hours.denied
    assert not six_hours.denied & {"pthread_create", "getaddrinfo"}
    assert "address_family_absent" in six_hours.log


def test_a_lost_source_is_held_over_and_then_no_time_is_served() -> None:
    lost, back, held = HOUR, 4 * HOUR, 2 * HOUR
    result = play("start %d\nrun %d\n%ssilence %d %d\nclient 123 4\n" % (NOON, 5 * HOUR, ROOM, lost, back), holdover="2h")
    assert all(reply.synchronised for reply in result.between(MINUTE, lost + held - MINUTE))
    assert all(reply.leap == 3 and reply.stratum == 0 for reply in result.between(lost + held + MINUTE, back))
    assert result.first(synchronised, back).at < back + MINUTE
    assert result.worst_error(back + 10 * MINUTE, 5 * HOUR) < 10e-6
    assert result.broken_promises() == []


def test_an_antenna_that_is_blind_at_night() -> None:
    # What the clock room assumes of a crystal: within 1 ppm of the rate that was seen last.
    result = play("start %d\nrun %d\noscillator -31 0.4 86400\nreceiver 1 5000\nsilence %d %d\nclient 123 30\n"
                  % (NOON, 20 * HOUR, 8 * HOUR, 18 * HOUR))
    assert result.lost == 0
    assert all(reply.synchronised for reply in result.between(MINUTE, 20 * HOUR))
    assert result.broken_promises() == []


@pytest.mark.parametrize("inserted", [True, False], ids=["inserted", "left_out"])
def test_a_leap_second_that_is_announced_is_carried_out(inserted: bool) -> None:
    midnight, before, end = posix(2035, 7, 1), DAY + 10 * MINUTE, DAY + 20 * MINUTE
    # The receiver takes it back with the first record of the next day.
    leap, taken_back = (before, before + 1) if inserted else (before - 1, before - 1)
    result = play("start %d\nrun %d\n%sannounce 0 %d %d\nleap %d %d\nclient 123 1\n"
                  % (midnight - before, end, ROOM, taken_back, 1 if inserted else 2, midnight, inserted), TRUSTED)
    assert {reply.leap for reply in result.between(leap - DAY + 10, leap)} == {1 if inserted else 2}
    assert {reply.leap for reply in result.between(MINUTE, before - DAY)} == {0}
    assert {reply.leap for reply in result.between(taken_back + 1, end)} == {0}
    assert result.lost == 0
    assert result.broken_promises() == []


def test_one_receiver_that_is_not_trusted_announces_nothing() -> None:
    midnight = posix(2035, 7, 1)
    result = play("start %d\nrun %d\n%sannounce 0 %d 1\nclient 123 16\n" % (midnight - 10 * HOUR, 9 * HOUR, ROOM, DAY))
    assert {reply.leap for reply in result.between(MINUTE, 9 * HOUR)} == {0}


def test_the_era_of_the_timestamps_ends_without_a_trace() -> None:
    result = play("start %d\nrun %d\n%sclient 123 1\n" % (posix(2036, 2, 7, 6), HOUR, ROOM))
    assert all(reply.synchronised for reply in result.between(MINUTE, HOUR))
    assert result.lost == 0
    assert result.broken_promises() == []


@pytest.mark.parametrize("step", [3600, -3600, 86_400 * 400, 0.4, -0.4])
def test_somebody_who_sets_the_system_clock_does_not_move_the_served_time(step: float) -> None:
    result = play("start %d\nrun %d\n%sstep %d %d\nclient 123 2\n" % (NOON, HOUR, ROOM, 30 * MINUTE, step * 1e9))
    assert all(reply.synchronised for reply in result.between(MINUTE, HOUR))
    assert result.broken_promises() == []


def test_nothing_is_served_after_a_sleep_until_a_source_tells_the_time() -> None:
    asleep, awake = 30 * MINUTE, 50 * MINUTE
    result = play("start %d\nrun %d\n%ssilence %d %d\nsuspend %d %d\nclient 123 1\n"
                  % (NOON, HOUR, ROOM, asleep, awake, asleep, awake - asleep))
    assert result.lost == 0
    assert not any(reply.synchronised for reply in result.between(awake, awake + 1))
    assert result.first(synchronised, awake).at < awake + MINUTE
    assert result.broken_promises() == []
    assert "suspended" in result.log
