"""What a receiver believes in one second: the common ground of the NMEA and UBX encoders."""
from __future__ import annotations

from typing import List, NamedTuple, Optional

from .constellation import Satellite
from .timescale import WEEK, UtcMoment


class LeapEvent(NamedTuple):
    """A leap the receiver knows of: `change` +1, -1, or 0 once past; `seconds_to` is negative once past; `day` is the
    POSIX midnight that begins the UTC day at whose end it happens."""

    change: int
    seconds_to: int
    day: int


class Epoch(NamedTuple):
    """One second as reported: GPS second, its UTC, POSIX (as in Linux) and GPS-UTC; `nano` ns are added in
    UBX only."""

    gps: int
    utc: UtcMoment
    posix: int
    offset: int
    event: Optional[LeapEvent]
    fix: bool
    satellites: List[Satellite]
    nano: int = 0

    @property
    def week(self) -> int:
        """Full GPS week."""
        return self.gps // WEEK

    @property
    def tow(self) -> int:
        """Seconds of the GPS week."""
        return self.gps % WEEK

    @property
    def used(self) -> List[Satellite]:
        """The satellites of the fix."""
        return [satellite for satellite in self.satellites if satellite.used]
