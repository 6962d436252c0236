"""Faults of a receiver: how they are written and which of them hold now. Pure."""
from __future__ import annotations

import math
from typing import Dict, List, NamedTuple, Optional, Union

Amount = Union[int, str]

WITH_NUMBER = ("wrong-date", "weeks", "wrong-second", "wrong-leap")
WITHOUT = ("no-fix", "garbage", "silence", "ok")
LEAPS = ("insert", "delete", "none")


class Fault(NamedTuple):
    """A kind and how much of it: days, weeks, seconds, GPS-UTC, or the kind of a leap."""

    kind: str
    amount: Amount = 0


class Planned(NamedTuple):
    """A fault from `begin` on, in seconds of the sky since its start, until `end` (infinity: for good)."""

    begin: float
    end: float
    fault: Fault


def parse_fault(text: str) -> Fault:
    """Reads `no-fix`, `weeks -1024`, `leap insert` and the like. Raises ValueError with a sentence."""
    words = text.split()
    if len(words) == 1 and words[0] in WITHOUT:
        return Fault(words[0])
    if len(words) == 2 and words[0] in WITH_NUMBER:
        return Fault(words[0], int(words[1]))
    if len(words) == 2 and words[0] == "leap" and words[1] in LEAPS:
        return Fault(*words)
    raise ValueError(
        "%r is no fault; give one of %s, %s N, or leap insert|delete|none."
        % (text, ", ".join(WITHOUT), " N, ".join(WITH_NUMBER))
    )


def _planned(begin: float, duration: Optional[str], fault: str) -> Planned:
    end = math.inf if duration is None else begin + float(duration)
    return Planned(begin, end, parse_fault(fault))


def parse_planned(text: str) -> Planned:
    """Reads `KIND@SECONDS[+DURATION]`, such as `weeks -1024@30+60`. Raises ValueError."""
    fault, at, when = text.partition("@")
    if not at:
        raise ValueError("%r says no time; write KIND@SECONDS or KIND@SECONDS+DURATION." % text)
    begin, plus, duration = when.partition("+")
    return _planned(float(begin), duration if plus else None, fault)


def parse_command(text: str, now: float) -> Planned:
    """Reads `KIND` or `KIND for SECONDS`, beginning `now`. Raises ValueError."""
    fault, separator, duration = text.partition(" for ")
    return _planned(now, duration if separator else None, fault)


class FaultBoard:
    """The faults planned and commanded so far."""

    def __init__(self, planned: Optional[List[Planned]] = None) -> None:
        self._planned = sorted(planned or [], key=lambda one: one.begin)

    def add(self, planned: Planned) -> None:
        """Adds a fault; a later one of the same kind outranks an earlier one."""
        self._planned = sorted(self._planned + [planned], key=lambda one: one.begin)

    def active(self, now: float) -> Dict[str, Amount]:
        """The amount of each kind that holds at `now`; `ok` ends all that began before it."""
        held: Dict[str, Amount] = {}
        for begin, end, fault in self._planned:
            if begin > now:
                break
            if fault.kind == "ok":
                held.clear()
            elif now < end:
                held[fault.kind] = fault.amount
        return held
