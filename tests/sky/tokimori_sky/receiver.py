"""The receiver: what it says each second and what it answers. Knows no clock and no device."""
from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Tuple

from . import lnav, nmea, ubx
from .constellation import visible
from .epoch import Epoch, LeapEvent
from .faults import Amount
from .timescale import DAY, GPS_EPOCH_POSIX, Timescale, end_of_month, moment_of_posix

# Announcements of leap seconds come about half a year ahead.
ANNOUNCED_AHEAD = 183 * DAY
# A cycle must leave the line quiet before the next one, or the host cannot tell them apart.
SHARE_OF_SECOND = 0.7

Faults = Dict[str, Amount]
_CHANGE = {"insert": 1, "delete": -1}


@dataclass
class Settings:
    """How the receiver speaks."""

    talker: str = "GN"
    nmea: bool = True
    ubx: bool = True
    baud: int = 38_400
    repeat_59: bool = False
    nano: int = 0
    seed: int = 1
    subframes: int = 0  # every so many seconds, page 18 of the navigation message; 0: never


class LeapPlan:
    """The sky's timescale, together with a leap that is announced by command and may be withdrawn before it happens."""

    def __init__(self, timescale: Timescale) -> None:
        self._settled = timescale
        self._planned = timescale
        self._wish: Optional[Amount] = None
        self._previous: Optional[int] = None

    def timescale(self, gps: int, wish: Optional[Amount]) -> Timescale:
        """The timescale at `gps` while `wish` (insert, delete, none; None: no wish) holds."""
        self._settle(gps)
        if wish != self._wish:
            self._wish = wish
            self._planned = self._plan(gps, wish)
        return self._planned

    def _settle(self, gps: int) -> None:
        """What has happened can no longer be withdrawn."""
        leap = None if self._previous is None else self._planned.next_leap(self._previous)
        if leap is not None and leap.gps <= gps:
            self._settled = self._planned
        self._previous = gps

    def _plan(self, gps: int, wish: Optional[Amount]) -> Timescale:
        if wish is None:
            return self._settled
        if wish == "none":
            self._settled = self._settled.without_leaps_after(gps)
            return self._settled
        return self._settled.with_leap(_CHANGE[str(wish)], end_of_month(self._settled.posix(gps)))


def leap_event(timescale: Timescale, gps: int) -> Optional[LeapEvent]:
    """The leap announced at `gps`, else the last one."""
    upcoming = timescale.next_leap(gps)
    if upcoming is not None and upcoming.event - gps <= ANNOUNCED_AHEAD:
        return LeapEvent(upcoming.change, upcoming.event - gps, upcoming.midnight - DAY)
    last = timescale.last_leap(gps)
    return LeapEvent(0, last.event - gps, last.midnight - DAY) if last.event > 0 else None


def observe(gps: int, timescale: Timescale, faults: Faults, settings: Settings) -> Epoch:
    """What the receiver believes in GPS second `gps` of the true sky."""
    believed = gps + int(faults.get("wrong-second", 0))
    days = int(faults.get("wrong-date", 0)) + 7 * int(faults.get("weeks", 0))
    offset = int(faults.get("wrong-leap", timescale.offset(believed)))
    posix, inserted = timescale.posix(believed), timescale.is_inserted_second(believed)
    if "wrong-leap" in faults:
        posix, inserted = believed + GPS_EPOCH_POSIX - offset, False
    posix += days * DAY
    fix = "no-fix" not in faults
    return Epoch(
        gps=believed + days * DAY,
        utc=moment_of_posix(posix, inserted and not settings.repeat_59),
        posix=posix,
        offset=offset,
        event=leap_event(timescale, believed),
        fix=fix,
        satellites=visible(gps, fix),
        nano=settings.nano,
    )


Message = Tuple[str, bytes]
# These take turns where the line is too slow for all of them.
_TAKING_TURNS = ("GSV", "NAV_SAT", "GSA", "NAV_DOP")


def fit(messages: List[Message], budget: int, turn: int) -> List[Message]:
    """Leaves out satellite messages, others each turn, until the rest has at most `budget` bytes."""
    order = [_TAKING_TURNS[(turn + index) % len(_TAKING_TURNS)] for index in range(len(_TAKING_TURNS))]
    for dropped in order:
        if sum(len(data) for _, data in messages) <= budget:
            break
        messages = [message for message in messages if message[0] != dropped]
    return messages


class Receiver:
    """Says a cycle each second and answers polls. Deterministic for a seed."""

    def __init__(self, timescale: Timescale, settings: Settings) -> None:
        self._settings = settings
        self._leaps = LeapPlan(timescale)
        self._random = random.Random(settings.seed)
        self._parser = ubx.Parser()
        self._epoch: Optional[Epoch] = None
        self._configuration: Dict[ubx.Name, Callable[[bytes], bytes]] = {
            ubx.CFG_PRT: lambda payload: ubx.cfg_prt(settings.baud),
            ubx.CFG_RATE: lambda payload: ubx.cfg_rate(),
            ubx.CFG_MSG: ubx.cfg_msg,
        }

    def cycle(self, gps: int, faults: Faults) -> List[bytes]:
        """The messages of GPS second `gps`, in order."""
        timescale = self._leaps.timescale(gps, faults.get("leap"))
        self._epoch = observe(gps, timescale, faults, self._settings)
        if "silence" in faults:
            return []
        if "garbage" in faults:
            return [bytes(self._random.randrange(256) for _ in range(300))]
        budget = int(self._settings.baud / 10 * SHARE_OF_SECOND)
        return [data for _, data in fit(self._messages(self._epoch), budget, gps)]

    def answer(self, data: bytes) -> List[bytes]:
        """The replies to bytes from the host; anything but UBX is ignored, and no setting is ever changed."""
        if not self._settings.ubx:
            return []
        return [reply for frame in self._parser.feed(data) for reply in self._replies(frame)]

    def _messages(self, epoch: Epoch) -> List[Message]:
        sentences = self._nmea_messages(epoch) if self._settings.nmea else []
        return sentences + (self._ubx_messages(epoch) if self._settings.ubx else [])

    def _nmea_messages(self, epoch: Epoch) -> List[Message]:
        encoders = (nmea.rmc, nmea.zda, nmea.gga, nmea.gsa, nmea.gsv)
        return [(encode.__name__.upper(), encode(epoch, self._settings.talker)) for encode in encoders]

    def _ubx_messages(self, epoch: Epoch) -> List[Message]:
        return self._navigation(epoch) + self._subframes(epoch)

    def _subframes(self, epoch: Epoch) -> List[Message]:
        every = self._settings.subframes
        due = every > 0 and epoch.tow % every == lnav.END_OF_PAGE_18 % every
        return [("RXM_SFRBX", ubx.rxm_sfrbx(epoch))] if due else []

    def _navigation(self, epoch: Epoch) -> List[Message]:
        encoders = (
            ubx.nav_pvt, ubx.nav_timeutc, ubx.nav_timegps, ubx.nav_timels,
            ubx.nav_sat, ubx.nav_dop, ubx.tim_tp, ubx.nav_eoe,
        )
        return [(encode.__name__.upper(), encode(epoch)) for encode in encoders]

    def _replies(self, frame: ubx.Frame) -> List[bytes]:
        if frame.name[0] == ubx.CFG_PRT[0]:
            return self._configure(frame)
        if frame.payload:
            return []
        if frame.name == ubx.MON_VER:
            return [ubx.mon_ver()]
        known = self._navigation(self._epoch) if self._epoch else []
        return [data for _, data in known if tuple(data[2:4]) == frame.name]

    def _configure(self, frame: ubx.Frame) -> List[bytes]:
        asked = len(frame.payload) <= (2 if frame.name == ubx.CFG_MSG else 1)
        if not asked:
            return [ubx.acknowledge(frame.name, True)]
        reply = self._configuration.get(frame.name)
        if reply is None or (frame.name == ubx.CFG_MSG and len(frame.payload) != 2):
            return [ubx.acknowledge(frame.name, False)]
        return [reply(frame.payload), ubx.acknowledge(frame.name, True)]
