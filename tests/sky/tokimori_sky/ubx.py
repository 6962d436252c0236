"""UBX frames: a parser for what the host writes and encoders for an epoch. Pure."""
from __future__ import annotations

import struct
from typing import Iterator, List, NamedTuple, Optional, Tuple

from . import lnav
from .constellation import ALTITUDE, GEOID_SEPARATION, GPS, LATITUDE, LONGITUDE, dilution
from .epoch import Epoch
from .timescale import DAY, GPS_EPOCH_POSIX, WEEK

SYNC = b"\xb5\x62"

Name = Tuple[int, int]
ACK_NAK: Name = (0x05, 0x00)
ACK_ACK: Name = (0x05, 0x01)
RXM_SFRBX: Name = (0x02, 0x13)
CFG_PRT: Name = (0x06, 0x00)
CFG_MSG: Name = (0x06, 0x01)
CFG_RATE: Name = (0x06, 0x08)
MON_VER: Name = (0x0A, 0x04)
NAV_DOP: Name = (0x01, 0x04)
NAV_PVT: Name = (0x01, 0x07)
NAV_TIMEGPS: Name = (0x01, 0x20)
NAV_TIMEUTC: Name = (0x01, 0x21)
NAV_TIMELS: Name = (0x01, 0x26)
NAV_SAT: Name = (0x01, 0x35)
NAV_EOE: Name = (0x01, 0x61)
TIM_TP: Name = (0x0D, 0x01)

_LONGEST_PAYLOAD = 1024
_ACCURACY_NS = 20
_ACCURACY_NS_WITHOUT_FIX = 5_000_000
_SOURCE_FIRMWARE = 0
_SOURCE_GPS = 2
_UTC_STANDARD_NICT = 1 << 4
_HALF_CLOCK_PERIOD_PS = 10_000


class Frame(NamedTuple):
    """A UBX message without its framing."""

    name: Name
    payload: bytes


def checksum(body: bytes) -> bytes:
    """8-bit Fletcher over class, id, length and payload."""
    first = second = 0
    for byte in body:
        first = (first + byte) & 0xFF
        second = (second + first) & 0xFF
    return bytes((first, second))


def frame(name: Name, payload: bytes = b"") -> bytes:
    """The message as it goes over the line."""
    body = bytes(name) + struct.pack("<H", len(payload)) + payload
    return SYNC + body + checksum(body)


class Parser:
    """Finds frames in a stream of anything; what is no frame is skipped."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> List[Frame]:
        """Adds bytes; returns the frames completed by them."""
        self._buffer += data
        return list(self._frames())

    def _frames(self) -> Iterator[Frame]:
        while True:
            start = self._buffer.find(SYNC)
            if start < 0:
                self._buffer = self._buffer[-1:] if self._buffer.endswith(SYNC[:1]) else b""
                return
            self._buffer = self._buffer[start:]
            if len(self._buffer) < 6:
                return
            length = struct.unpack_from("<H", self._buffer, 4)[0]
            if length <= _LONGEST_PAYLOAD and len(self._buffer) < length + 8:
                return
            body = self._buffer[2:length + 6]
            if length > _LONGEST_PAYLOAD or self._buffer[length + 6:length + 8] != checksum(body):
                self._buffer = self._buffer[2:]
                continue
            self._buffer = self._buffer[length + 8:]
            yield Frame((body[0], body[1]), body[4:])


def _accuracy(epoch: Epoch) -> int:
    return _ACCURACY_NS if epoch.fix else _ACCURACY_NS_WITHOUT_FIX


def nav_pvt(epoch: Epoch) -> bytes:
    """Position and time; without a fix the clock runs on and stays marked valid, as receivers do."""
    used = len(epoch.used)
    time = struct.pack("<IHBBBBBBIi", epoch.tow * 1000, *epoch.utc, 0x07, _accuracy(epoch), epoch.nano)
    fix = struct.pack("<BBBB", 3 if epoch.fix else 0, 1 if epoch.fix else 0, 0xE0, used)
    height = round((ALTITUDE + GEOID_SEPARATION) * 1000)
    place = struct.pack("<iiii", round(LONGITUDE * 1e7), round(LATITUDE * 1e7), height, round(ALTITUDE * 1000))
    errors = (1200, 1900) if epoch.fix else (4_294_967, 3_750_016)
    motion = struct.pack("<IIiiiiiII", *errors, 0, 0, 0, 0, 0, 50, 18_000_000)
    rest = struct.pack("<HHIihH", round(dilution(used).position * 100), 0, 0, 0, 0, 0)
    return frame(NAV_PVT, time + fix + place + motion + rest)


def nav_timeutc(epoch: Epoch) -> bytes:
    """UTC with seconds 0..60."""
    values = (epoch.tow * 1000, _accuracy(epoch), epoch.nano, *epoch.utc, 0x07 | _UTC_STANDARD_NICT)
    return frame(NAV_TIMEUTC, struct.pack("<IIiHBBBBBB", *values))


def nav_timegps(epoch: Epoch) -> bytes:
    """GPS week, time of week and GPS-UTC."""
    values = (epoch.tow * 1000, epoch.nano, epoch.week, epoch.offset, 0x07, _accuracy(epoch))
    return frame(NAV_TIMEGPS, struct.pack("<IihbBI", *values))


def nav_timels(epoch: Epoch) -> bytes:
    """GPS-UTC and the leap that is announced, or the last one."""
    event = epoch.event
    if event is None:
        values = (_SOURCE_FIRMWARE, epoch.offset, 0, 0, 0, 0, 0, 0x01)
    else:
        week, second = divmod(event.day - GPS_EPOCH_POSIX, WEEK)
        values = (_SOURCE_GPS, epoch.offset, _SOURCE_GPS, event.change, event.seconds_to, week, second // DAY + 1, 0x03)
    return frame(NAV_TIMELS, struct.pack("<IB3xBbBbiHH3xB", epoch.tow * 1000, 0, *values))


def tim_tp(epoch: Epoch) -> bytes:
    """The pulse that follows, in UTC, with the sawtooth of the receiver's clock."""
    pulse = epoch.posix - GPS_EPOCH_POSIX + 1
    sawtooth = epoch.gps * 1_237 % (2 * _HALF_CLOCK_PERIOD_PS) - _HALF_CLOCK_PERIOD_PS
    values = (pulse % WEEK * 1000, 0, sawtooth, pulse // WEEK, 0x0B if epoch.fix else 0x07, 0x0F)
    return frame(TIM_TP, struct.pack("<IIiHBB", *values))


def nav_sat(epoch: Epoch) -> bytes:
    """The satellites in view."""
    payload = struct.pack("<IBB2x", epoch.tow * 1000, 1, len(epoch.satellites))
    for satellite in epoch.satellites:
        flags = 0x191F if satellite.used else 0x1910
        gnss, sv, elevation, azimuth, cn0, _ = satellite
        payload += struct.pack("<BBBbhhI", gnss, sv, cn0, elevation, azimuth, 0, flags)
    return frame(NAV_SAT, payload)


def nav_dop(epoch: Epoch) -> bytes:
    """Dilution of precision."""
    dops = dilution(len(epoch.used))
    flat = dops.horizontal
    values = (dops.position, dops.position, dops.time, dops.vertical, flat, flat, flat)
    return frame(NAV_DOP, struct.pack("<I7H", epoch.tow * 1000, *(round(value * 100) for value in values)))


def leap_data(epoch: Epoch) -> Optional[lnav.LeapData]:
    """What the satellites broadcast of leap seconds."""
    if epoch.event is None:
        return None
    week, second = divmod(epoch.event.day - GPS_EPOCH_POSIX, WEEK)
    return lnav.LeapData(epoch.offset, week, second // DAY + 1, epoch.offset + epoch.event.change)


def rxm_sfrbx(epoch: Epoch) -> bytes:
    """Subframe 4, page 18, as every GPS satellite of the fix sends it at the same time."""
    leap = leap_data(epoch)
    if leap is None:
        return b""
    subframe = struct.pack("<10I", *lnav.page_18(epoch.week, epoch.tow, leap))
    senders = [satellite.sv for satellite in epoch.used if satellite.gnss == GPS]
    return b"".join(
        frame(RXM_SFRBX, struct.pack("<BBBBBBBx", GPS, sv, 0, 0, 10, channel, 2) + subframe)
        for channel, sv in enumerate(senders))


def nav_eoe(epoch: Epoch) -> bytes:
    """End of the epoch."""
    return frame(NAV_EOE, struct.pack("<I", epoch.tow * 1000))


def mon_ver() -> bytes:
    """Who we are: protocol 22, which is that of a timing receiver of the eighth generation."""
    extensions = ("FWVER=TIM 1.10", "PROTVER=22.00", "MOD=TOKIMORI-SKY", "GPS;SBAS;GAL;QZSS")
    payload = struct.pack("<30s10s", b"EXT CORE 3.01 (sky)", b"00080000")
    return frame(MON_VER, payload + b"".join(text.encode("ascii").ljust(30, b"\0") for text in extensions))


def cfg_prt(baud: int) -> bytes:
    """Port 1, 8N1, UBX and NMEA both ways."""
    return frame(CFG_PRT, struct.pack("<BBHIIHHHH", 1, 0, 0, 0x08D0, baud, 0x07, 0x03, 0, 0))


def cfg_rate() -> bytes:
    """One fix a second, aligned to UTC."""
    return frame(CFG_RATE, struct.pack("<HHH", 1000, 1, 0))


def cfg_msg(name: bytes) -> bytes:
    """The message `name` (class and id) once a second."""
    return frame(CFG_MSG, name + b"\x01")


def acknowledge(name: Name, good: bool) -> bytes:
    """ACK-ACK or ACK-NAK for a configuration message."""
    return frame(ACK_ACK if good else ACK_NAK, bytes(name))
