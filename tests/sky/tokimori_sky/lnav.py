"""The navigation message of a GPS satellite (LNAV, IS-GPS-200 20.3): words with their parity, and page 18 of subframe 4,
which tells of leap seconds. Pure."""
from __future__ import annotations

from typing import List, NamedTuple

PREAMBLE = 0x8B
SECONDS_PER_SUBFRAME = 6
# A frame of five subframes has one page of subframe 4; there are 25 of them.
SECONDS_PER_MESSAGE = 25 * 5 * SECONDS_PER_SUBFRAME
# When the last bit of page 18 arrives, in seconds of a message.
END_OF_PAGE_18 = (17 * 5 + 4) * SECONDS_PER_SUBFRAME

_DATA_ID = 1
_PAGE_18 = 56
_DATA_BITS = 24
_WORD = (1 << 32) - 1
# Which data bits, counted from 1, and which of the last two bits of the word before (29, 30) go into each parity bit
# (table 20-XIV).
_PARITY = (
    (29, (1, 2, 3, 5, 6, 10, 11, 12, 13, 14, 17, 18, 20, 23)),
    (30, (2, 3, 4, 6, 7, 11, 12, 13, 14, 15, 18, 19, 21, 24)),
    (29, (1, 3, 4, 5, 7, 8, 12, 13, 14, 15, 16, 19, 20, 22)),
    (30, (2, 4, 5, 6, 8, 9, 13, 14, 15, 16, 17, 20, 21, 23)),
    (30, (1, 3, 5, 6, 7, 9, 10, 14, 15, 16, 17, 18, 21, 22, 24)),
    (29, (3, 5, 6, 8, 9, 10, 11, 13, 15, 19, 22, 23, 24)),
)


class LeapData(NamedTuple):
    """What page 18 says: GPS-UTC now, week (in full) and day (1 = Sunday) at whose end it changes, GPS-UTC then."""

    now: int
    week: int
    day: int
    future: int


def parity(data: int, before: int) -> int:
    """The six parity bits of 24 data bits; `before` is the word before as it was sent, of which two bits count."""
    star = {29: before >> 1 & 1, 30: before & 1}
    bits = 0
    for last, places in _PARITY:
        bit = star[last]
        for place in places:
            bit ^= data >> (_DATA_BITS - place) & 1
        bits = bits << 1 | bit
    return bits


def _sent(data: int, before: int) -> int:
    """The 30 bits that go over the air: data are inverted where the word before ends in 1."""
    inverted = data ^ ((1 << _DATA_BITS) - 1) if before & 1 else data
    return inverted << 6 | parity(data, before)


def _solved(data: int, before: int) -> int:
    """The data with their last two bits such that the word ends in two zeros (words 2 and 10)."""
    return next(candidate for candidate in range(data, data + 4) if not _sent(candidate, before) & 3)


def words(datas: List[int]) -> List[int]:
    """Ten words as UBX-RXM-SFRBX gives them: the two last bits of the word before, then the word itself, all inverted
    where that makes the data plain."""
    result, before = [], 0
    for index, data in enumerate(datas):
        sent = _sent(_solved(data, before) if index in (1, 9) else data, before)
        with_before = (before & 3) << 30 | sent
        result.append(with_before ^ _WORD if before & 1 else with_before)
        before = sent
    return result


def page_18(week: int, tow: int, leap: LeapData) -> List[int]:
    """The words of subframe 4, page 18, whose last bit arrives in second `tow` of `week`. No ionosphere, and UTC is GPS
    time but for the leap seconds."""
    handover = tow // SECONDS_PER_SUBFRAME << 7 | 4 << 2
    first = _DATA_ID << 22 | _PAGE_18 << 16
    event = (leap.now & 0xFF) << 16 | (leap.week & 0xFF) << 8 | leap.day
    return words([PREAMBLE << 16, handover, first, 0, 0, 0, 0, week & 0xFF, event, (leap.future & 0xFF) << 16])
