"""GPS seconds, UTC and the leap seconds between them. Pure.

A GPS second is a whole number of seconds since 1980-01-06T00:00:00 UTC, counted without leap seconds.
A POSIX second is UTC counted as if every day had 86400 seconds.
"""
from __future__ import annotations

import bisect
import calendar
import datetime
from typing import List, NamedTuple, Optional

GPS_EPOCH_POSIX = 315_964_800
TAI_MINUS_GPS = 19
DAY = 86_400
WEEK = 7 * DAY

# TAI-UTC in force from 00:00:00 UTC of each date (IERS Bulletin C).
_TAI_MINUS_UTC = (
    (1972, 1, 10), (1972, 7, 11), (1973, 1, 12), (1974, 1, 13), (1975, 1, 14), (1976, 1, 15), (1977, 1, 16),
    (1978, 1, 17), (1979, 1, 18), (1980, 1, 19), (1981, 7, 20), (1982, 7, 21), (1983, 7, 22), (1985, 7, 23),
    (1988, 1, 24), (1990, 1, 25), (1991, 1, 26), (1992, 7, 27), (1993, 7, 28), (1994, 7, 29), (1996, 1, 30),
    (1997, 7, 31), (1999, 1, 32), (2006, 1, 33), (2009, 1, 34), (2012, 7, 35), (2015, 7, 36), (2017, 1, 37),
)


class UtcMoment(NamedTuple):
    """A UTC second; `second` is 60 inside an inserted leap second."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int

    def __str__(self) -> str:
        return "%04d-%02d-%02dT%02d:%02d:%02dZ" % self


class Leap(NamedTuple):
    """GPS-UTC becomes `offset` when GPS second `gps` begins, which is 00:00:00 UTC; `change` is +1 or -1."""

    gps: int
    offset: int
    change: int

    @property
    def event(self) -> int:
        """The GPS second in which UTC departs from its plain count: 23:59:60, or 00:00:00 after a deletion."""
        return self.gps - max(self.change, 0)

    @property
    def midnight(self) -> int:
        """POSIX second of the 00:00:00 UTC that follows the leap."""
        return self.gps + GPS_EPOCH_POSIX - self.offset


class Timescale:
    """Converts between GPS seconds and UTC by an ascending list of leaps. Immutable."""

    def __init__(self, leaps: List[Leap]) -> None:
        self._leaps = sorted(leaps)
        self._starts = [leap.gps for leap in self._leaps]

    @property
    def leaps(self) -> List[Leap]:
        """A copy, ascending."""
        return list(self._leaps)

    def last_leap(self, gps: int) -> Leap:
        """The leap in force at `gps`; before the first one, the first one."""
        return self._leaps[max(bisect.bisect_right(self._starts, gps) - 1, 0)]

    def next_leap(self, gps: int) -> Optional[Leap]:
        """The first leap whose new offset is not yet in force at `gps`."""
        index = bisect.bisect_right(self._starts, gps)
        return self._leaps[index] if index < len(self._leaps) else None

    def offset(self, gps: int) -> int:
        """GPS-UTC at `gps`; during an inserted second still the old one."""
        return self.last_leap(gps).offset

    def is_inserted_second(self, gps: int) -> bool:
        """True in 23:59:60."""
        upcoming = self.next_leap(gps)
        return upcoming is not None and upcoming.change > 0 and gps == upcoming.event

    def posix(self, gps: int) -> int:
        """POSIX second of `gps`; 23:59:60 has the number of 23:59:59, as in Linux."""
        return gps + GPS_EPOCH_POSIX - self.offset(gps) - self.is_inserted_second(gps)

    def moment(self, gps: int) -> UtcMoment:
        """UTC of `gps`, with second 60 where there is one."""
        return moment_of_posix(self.posix(gps), self.is_inserted_second(gps))

    def gps_of_posix(self, posix: int) -> int:
        """GPS second of a POSIX second; of the two in an inserted second, the first."""
        gps = posix - GPS_EPOCH_POSIX
        for leap in reversed(self._leaps):
            if posix >= leap.midnight:
                return gps + leap.offset
        return gps

    def gps_of_moment(self, moment: UtcMoment) -> int:
        """GPS second of a UTC second; second 60 is the one after 59."""
        extra = 1 if moment.second == 60 else 0
        return self.gps_of_posix(calendar.timegm(moment._replace(second=moment.second - extra) + (0, 0, 0))) + extra

    def with_leap(self, change: int, midnight: int) -> Timescale:
        """A copy that leaps by `change` just before POSIX `midnight`, in place of any leap already there."""
        kept = [leap for leap in self._leaps if leap.midnight < midnight]
        offset = kept[-1].offset + change
        return Timescale(kept + [Leap(midnight - GPS_EPOCH_POSIX + offset, offset, change)])

    def without_leaps_after(self, gps: int) -> Timescale:
        """A copy that knows no leap after `gps`."""
        return Timescale([leap for leap in self._leaps if leap.gps <= gps])


def moment_of_posix(posix: int, inserted: bool = False) -> UtcMoment:
    """The civil time of a POSIX second; `inserted` turns second 59 into 60."""
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=posix)
    return UtcMoment(at.year, at.month, at.day, at.hour, at.minute, at.second + inserted)


def end_of_month(posix: int) -> int:
    """POSIX midnight that ends the UTC month of `posix`."""
    at = moment_of_posix(posix)
    year, month = (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)
    return calendar.timegm((year, month, 1, 0, 0, 0))


def parse_utc(text: str) -> UtcMoment:
    """Reads `2016-12-31T23:58:00Z` (second 60 allowed). Raises ValueError."""
    second = int(text[17:19]) if len(text) == 20 else -1
    plain = text[:17] + "59Z" if second == 60 else text
    at = datetime.datetime.strptime(plain, "%Y-%m-%dT%H:%M:%SZ")
    return UtcMoment(at.year, at.month, at.day, at.hour, at.minute, second)


def historical() -> Timescale:
    """The leap seconds since 1972."""
    leaps, previous = [], _TAI_MINUS_UTC[0][2]
    for year, month, tai in _TAI_MINUS_UTC:
        offset = tai - TAI_MINUS_GPS
        midnight = calendar.timegm((year, month, 1, 0, 0, 0))
        leaps.append(Leap(midnight - GPS_EPOCH_POSIX + offset, offset, tai - previous))
        previous = tai
    return Timescale(leaps)
