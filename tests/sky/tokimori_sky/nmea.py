"""NMEA 0183 (4.0) sentences of an epoch. Pure."""
from __future__ import annotations

from .constellation import ALTITUDE, GEOID_SEPARATION, GPS, LATITUDE, LONGITUDE, QZSS, Satellite, dilution
from .epoch import Epoch

_FIRST_NUMBER = {GPS: 0, QZSS: 192}
_SATELLITES_PER_GSV = 4
_SATELLITES_PER_GSA = 12


def sentence(body: str) -> bytes:
    """`$body*hh` CR LF, hh being the XOR of the body."""
    checksum = 0
    for byte in body.encode("ascii"):
        checksum ^= byte
    return ("$%s*%02X\r\n" % (body, checksum)).encode("ascii")


def _angle(degrees: float, width: int, signs: str) -> str:
    """`ddmm.mmmmm,N` with `width` digits of degrees."""
    whole, minutes = divmod(round(abs(degrees) * 60.0, 5), 60.0)
    return "%0*d%08.5f,%s" % (width, whole, minutes, signs[degrees < 0])


_PLACE = _angle(LATITUDE, 2, "NS") + "," + _angle(LONGITUDE, 3, "EW")


def _clock(epoch: Epoch) -> str:
    return "%02d%02d%02d.00" % epoch.utc[3:]


def rmc(epoch: Epoch, talker: str) -> bytes:
    """Recommended minimum: status A or V, date with a two-digit year."""
    date = "%02d%02d%02d" % (epoch.utc.day, epoch.utc.month, epoch.utc.year % 100)
    place = "A,%s,0.004," % _PLACE if epoch.fix else "V,,,,,,"
    return sentence("%sRMC,%s,%s,%s,,,%s" % (talker, _clock(epoch), place, date, "A" if epoch.fix else "N"))


def gga(epoch: Epoch, talker: str) -> bytes:
    """Fix data."""
    if not epoch.fix:
        return sentence("%sGGA,%s,,,,,0,00,99.99,,,,,," % (talker, _clock(epoch)))
    used = len(epoch.used)
    numbers = (talker, _clock(epoch), _PLACE, used, dilution(used).horizontal, ALTITUDE, GEOID_SEPARATION)
    return sentence("%sGGA,%s,%s,1,%02d,%.2f,%.1f,M,%.1f,M,," % numbers)


def zda(epoch: Epoch, talker: str) -> bytes:
    """Time and full date; sent with and without a fix."""
    year, month, day = epoch.utc[:3]
    return sentence("%sZDA,%s,%02d,%02d,%04d,00,00" % (talker, _clock(epoch), day, month, year))


def number(satellite: Satellite) -> int:
    """The extended number of NMEA 4.0: GPS 1..32, QZSS 193.. ."""
    return satellite.sv + _FIRST_NUMBER[satellite.gnss]


def gsa(epoch: Epoch, talker: str) -> bytes:
    """Satellites used."""
    numbers = ["%02d" % number(satellite) for satellite in epoch.used[:_SATELLITES_PER_GSA]]
    slots = ",".join(numbers + [""] * (_SATELLITES_PER_GSA - len(numbers)))
    dops = dilution(len(epoch.used))
    values = (talker, 3 if epoch.fix else 1, slots, dops.position, dops.horizontal, dops.vertical)
    return sentence("%sGSA,A,%d,%s,%.2f,%.2f,%.2f" % values)


def gsv(epoch: Epoch, _talker: str) -> bytes:
    """Satellites in view, page by page; GP speaks for GPS and QZSS alike."""
    pages = max(1, -(-len(epoch.satellites) // _SATELLITES_PER_GSV))
    lines = b""
    for page in range(pages):
        shown = epoch.satellites[page * _SATELLITES_PER_GSV:(page + 1) * _SATELLITES_PER_GSV]
        head = "GPGSV,%d,%d,%02d" % (pages, page + 1, len(epoch.satellites))
        lines += sentence(head + "".join(
            ",%02d,%02d,%03d,%s" % (number(seen), seen.elevation, seen.azimuth, seen.cn0 or "") for seen in shown
        ))
    return lines
