"""What a long-wave receiver's line does under JJY: minutes written from NICT's table, none of it shared with the product."""
from __future__ import annotations

import datetime
import random
from typing import Iterator, List, Tuple

from .lines import Pulses

# Two examples of NICT's, and what its table gives for two more: JST, symbols; * is Morse.
PUBLISHED = (
    ("2004-04-01 17:25", "M01000101M000100111M000001001M001000010M000000100M100000000M"),
    ("2016-06-10 17:15", "M00100101M000100111M000100110M001000010M*********M000000000M"),
    ("2024-05-27 01:57", "M10100111M000000001M000100100M100000110M000100100M001000000M"),
    ("2024-12-31 23:59", "M10101001M001000011M001100110M011000100M000100100M010000000M"),
)
WIDTHS = {"M": 0.2, "1": 0.5, "0": 0.8}
_JST = 9 * 3600
_MORSE = {"J": ".---", "Y": "-.--"}
_CALL_SIGN = 40


def _digits(value: int, weights: Tuple[int, ...]) -> List[str]:
    """BCD, the most significant digit first; weight 0 stands for a 0 between digits."""
    bits = []
    for weight in weights:
        one = 0 < weight <= value
        value -= weight * one
        bits.append("1" if one else "0")
    return bits


def frame(jst: datetime.datetime) -> str:
    """The 60 symbols of a minute without leap second or planned stop."""
    minute = _digits(jst.minute, (40, 20, 10, 0, 8, 4, 2, 1))
    hour = _digits(jst.hour, (0, 0, 20, 10, 0, 8, 4, 2, 1))
    day = _digits(jst.timetuple().tm_yday, (0, 0, 200, 100, 0, 80, 40, 20, 10, 8, 4, 2, 1))
    parity = [str(bits.count("1") % 2) for bits in (hour, minute)]
    year = _digits(jst.year % 100, (80, 40, 20, 10, 8, 4, 2, 1))
    weekday = _digits(jst.isoweekday() % 7, (4, 2, 1))
    first = ["M", *minute, "M", *hour, "M", *day[:9], "M", *day[9:], "0", "0", *parity, "0", "M"]
    if jst.minute in (15, 45):
        return "".join([*first, *"*********", "M", *"000000000", "M"])
    return "".join([*first, "0", *year, "M", *weekday, *"000000", "M"])


def _morse() -> Iterator[Tuple[float, float]]:
    """The call sign twice: when each element begins, and how long it is: 97 dots in less than nine seconds."""
    at, dot = 0.0, 0.09
    for word in ("JJY", "JJY"):
        for letter in word:
            for element in _MORSE[letter]:
                width = dot * (1 if element == "." else 3)
                yield at, width
                at += width + dot
            at += 2 * dot
        at += 4 * dot


def keyed(begin: int, minutes: int, late: float, jitter: float) -> List[Tuple[int, Pulses]]:
    """The pulses of the minutes from `begin` (POSIX, a whole minute) on, as a receiver shows them that is so late, and
    whose edges scatter by so much (s, standard deviation)."""
    scatter = random.Random(begin)

    def pulse(second: int, at: float, width: float) -> Tuple[int, Pulses]:
        rise, fall = (at + late + scatter.gauss(0, jitter), at + late + width + scatter.gauss(0, jitter))
        return second, Pulses(max(fall - rise, 0.01), rise)

    pulses = []
    for minute in range(begin, begin + 60 * minutes, 60):
        jst = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=minute + _JST)
        symbols = frame(jst)
        pulses += [pulse(minute + second, 0, WIDTHS[symbol]) for second, symbol in enumerate(symbols) if symbol != "*"]
        if "*" in symbols:
            pulses += [(minute + _CALL_SIGN, Pulses(width, late + at)) for at, width in _morse()]
    return pulses
