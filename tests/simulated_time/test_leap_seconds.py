"""Whole smears, and who may arm a leap second, with the real daemon on simulated days."""
from __future__ import annotations

import tempfile
from typing import List, Optional, Sequence

import pytest

from simulation import DAY, HOUR, MINUTE, RECEIVER, Play, Reply, Settings, play, posix

ROOM = "oscillator 12.5 0.3 7200\nrealtime 350000000\n"
TRUSTED = RECEIVER + "trust = true\n"
# Beyond the end of every table; within what the one that is built in knows.
UNKNOWN, KNOWN = posix(2035, 7, 1), posix(2027, 1, 1)
# The rest of a reply between the two timestamps of which the larger error is told, and its random bits.
HAIR = 3e-6


def receiver(unit: int, leap: int = 0, until: int = 0) -> str:
    """A receiver that announces `leap` until that second after launch."""
    return "receiver %d 2000\n" % unit + ("announce 0 %d %d\n" % (until, leap) if leap else "")


def smear_left(at: float, end: float, minutes: int, step: int) -> float:
    """Served time minus UTC, s, by the book; the second that is inserted goes by the name of the one before."""
    from_end = at - end
    if not -60 * minutes <= from_end < 0:
        return 0.0
    lag = step * (from_end / (60 * minutes) + 1)
    return 1 - lag if step > 0 and from_end >= -1 else -lag


def assert_smeared(replies: Sequence[Reply], end: float, minutes: int, step: int) -> None:
    for reply in replies:
        assert reply.synchronised and reply.leap == 0, reply
        expected = smear_left(reply.at, end, minutes, step)
        assert abs(reply.error - expected) <= reply.root_distance + HAIR, (reply, expected)


KINDS = {"inserted": 1, "left_out": -1}


@pytest.mark.parametrize("minutes", [60, 400])
@pytest.mark.parametrize("step", KINDS.values(), ids=KINDS.keys())
def test_a_smear_is_seen_whole(minutes: int, step: int, record_property) -> None:
    before = 60 * minutes + 10 * MINUTE
    end = before + (1 if step > 0 else 0)
    if step < 0:
        end -= 1
    script = ("start %d\nrun %d\n%s%sleap %d %d\nclient 123 1\n"
              % (UNKNOWN - before, end + 10 * MINUTE, ROOM, receiver(1, 1 if step > 0 else 2, end), UNKNOWN, step > 0))
    result = play(script, TRUSTED, settings=Settings('mode = "smear"\nsmear_minutes = %d\n' % minutes))
    assert result.lost == 0
    replies = result.between(MINUTE, end + 10 * MINUTE)
    assert_smeared(replies, end, minutes, step)
    marked = [reply.at for reply in replies if reply.refid != "SHM"]
    assert end - 60 * minutes <= min(marked) < end - 60 * minutes + 2 and end - 2 < max(marked) < end
    assert max(abs(reply.error) for reply in replies) > 0.99
    assert "leap_smear" in result.log and "leap_done" in result.log
    record_property("replies", len(replies))


@pytest.mark.parametrize("step", KINDS.values(), ids=KINDS.keys())
def test_a_smear_goes_on_after_a_power_cut_though_nobody_announces_it_any_more(step: int) -> None:
    minutes, end = 60, 50 * MINUTE
    settings_of = 'mode = "smear"\nsmear_minutes = %d\n' % minutes
    with tempfile.TemporaryDirectory(prefix="tokimori-simulated.") as directory:
        settings = Settings(settings_of, directory)
        indicator, inserted = (1, 1) if step > 0 else (2, 0)
        start = UNKNOWN - end + step
        first = play("start %d\nrun %d\n%s%sleap %d %d\nclient 123 1\n"
                     % (start, 20 * MINUTE, ROOM, receiver(1, indicator, HOUR), UNKNOWN, inserted),
                     TRUSTED, settings=settings)
        assert_smeared(first.between(MINUTE, 20 * MINUTE), end, minutes, step)
        later = 25 * MINUTE
        second = play("start %d\nrun %d\n%s%sleap %d %d\nclient 123 1\n"
                      % (start + later, HOUR, ROOM, receiver(1), UNKNOWN, inserted), TRUSTED, settings=settings)
    replies = [reply for reply in second.between(0, HOUR) if reply.synchronised]
    assert replies[0].at < MINUTE
    assert_smeared(replies, end - later, minutes, step)
    assert "state_recalled" in second.log and "same_boot=false" in second.log


class Voice:
    """One receiver: what it says, and whether the operator trusts it."""

    def __init__(self, leap: int, trusted: bool = False) -> None:
        self.leap, self.trusted = leap, trusted


def last_day(voices: Sequence[Voice], midnight: int, truth: Optional[bool] = None, leap: str = "") -> Play:
    """From an hour before the last day on until ten minutes after its end."""
    before = DAY + HOUR
    script = "start %d\nrun %d\n%sclient 123 60\n" % (midnight - before, before + 10 * MINUTE, ROOM)
    sources = ""
    for unit, voice in enumerate(voices):
        script += receiver(unit, voice.leap, before)
        sources += '[[refclock]]\ndriver = "shm"\nname = "receiver%d"\nunit = %d\ntrust = %s\n' % (
            unit, unit, str(voice.trusted).lower())
    if truth is not None:
        script += "leap %d %d\n" % (midnight, truth)
    return play(script, sources, settings=Settings(leap))


def warnings(result: Play) -> List[int]:
    """Every LI that was served, once synchronised."""
    return sorted({reply.leap for reply in result.between(2 * MINUTE, DAY + HOUR + 10 * MINUTE)})


LIARS = {
    "one that inserts": [Voice(1)],
    "one that deletes": [Voice(2)],
    "one of two": [Voice(0), Voice(1)],
    # Both hear one sky, as in 2021: that is one voice.
    "two with one sky": [Voice(1), Voice(1)],
    "two trusted that contradict each other": [Voice(1, True), Voice(2, True)],
}


@pytest.mark.parametrize("voices", LIARS.values(), ids=LIARS.keys())
def test_nothing_false_is_armed_where_no_table_knows_the_day(voices: Sequence[Voice]) -> None:
    result = last_day(voices, UNKNOWN)
    assert warnings(result) == [0]
    assert result.broken_promises() == []
    assert "leap_unconfirmed" in result.log or "leap_disagreement" in result.log


@pytest.mark.parametrize("voices", [[Voice(1, True)], [Voice(2, True)], [Voice(1, True), Voice(1, True)]],
                         ids=["one inserts", "one deletes", "two insert"])
def test_a_table_that_knows_the_day_outranks_those_who_are_trusted(voices: Sequence[Voice]) -> None:
    result = last_day(voices, KNOWN)
    assert warnings(result) == [0]
    assert result.broken_promises() == []
    assert "leap_disagreement" in result.log


def test_entries_by_hand_are_all_that_counts_where_that_is_set() -> None:
    result = last_day([Voice(2, True)], UNKNOWN, True,
                      'source = "manual"\n[[leap.manual]]\ndate = "2035-06-30"\nkind = "insert"\n')
    assert warnings(result) == [0, 1]
    assert result.broken_promises() == []


def test_who_is_trusted_arms_what_no_table_knows() -> None:
    result = last_day([Voice(1, True), Voice(0)], UNKNOWN, True)
    assert warnings(result) == [0, 1]
    assert result.broken_promises() == []
