"""Texts of leap-seconds.list."""
from __future__ import annotations

import calendar
import hashlib
import time
from typing import List, Tuple

_LEAPS = [
    "1972-01-01", "1972-07-01", "1973-01-01", "1974-01-01", "1975-01-01", "1976-01-01", "1977-01-01", "1978-01-01",
    "1979-01-01", "1980-01-01", "1981-07-01", "1982-07-01", "1983-07-01", "1985-07-01", "1988-01-01", "1990-01-01",
    "1991-01-01", "1992-07-01", "1993-07-01", "1994-07-01", "1996-01-01", "1997-07-01", "1999-01-01", "2006-01-01",
    "2009-01-01", "2012-07-01", "2015-07-01", "2017-01-01"]

# What is known of all leap seconds, each by the day that begins after it.
KNOWN = [(day, 10 + number) for number, day in enumerate(_LEAPS)]


def leap_list(updated: str, rows: List[Tuple[str, int]], expires: str) -> str:
    """A leap-seconds.list with its hash. Days as 2026-07-06."""
    def ntp(day: str) -> int:
        return calendar.timegm(time.strptime(day, "%Y-%m-%d")) + 2_208_988_800

    lines = ["#$ %d" % ntp(updated), "#@ %d" % ntp(expires)] + ["%d %d" % (ntp(day), offset) for day, offset in rows]
    digits = "".join(line.removeprefix("#$").removeprefix("#@").replace(" ", "") for line in lines)
    digest = hashlib.sha1(digits.encode()).hexdigest()
    return "\n".join(lines + ["#h " + " ".join(digest[i:i + 8] for i in range(0, 40, 8))]) + "\n"
