"""Where the sky takes its time from."""
from __future__ import annotations

import time

from .timescale import GPS_EPOCH_POSIX, Timescale

SECOND_NS = 1_000_000_000


class HostClock:
    """The sky shows the host's time, and follows it when it is set."""

    def __init__(self, timescale: Timescale) -> None:
        """The host's POSIX time is read by the GPS-UTC of now: a leap to come is the sky's alone."""
        self._offset = timescale.offset(timescale.gps_of_posix(int(time.time())))

    def now(self) -> int:
        """GPS nanoseconds."""
        return time.time_ns() + (self._offset - GPS_EPOCH_POSIX) * SECOND_NS


class SteadyClock:
    """The sky begins at a date of its own and runs on steadily, whatever is done to the host's clock."""

    def __init__(self, start: int) -> None:
        """GPS second `start` begins together with the next second of the host."""
        to_next_second = SECOND_NS - time.time_ns() % SECOND_NS
        self._zero = self._raw() + to_next_second - start * SECOND_NS

    @staticmethod
    def _raw() -> int:
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)

    def now(self) -> int:
        """GPS nanoseconds."""
        return self._raw() - self._zero
