"""Satellites that rise and set over Tokyo: circular orbits, the same for the same time. Pure."""
from __future__ import annotations

import math
from typing import List, NamedTuple, Tuple

LATITUDE = 35.7
LONGITUDE = 139.7
ALTITUDE = 40.0
GEOID_SEPARATION = 36.7

GPS = 0
QZSS = 5

ELEVATION_MASK = 15.0
MOST_TRACKED = 12

_EARTH_RADIUS = 6_371.0
_EARTH_RATE = 7.292115e-5
_GPS_RADIUS = 26_560.0
_QZSS_RADIUS = 42_164.0


class Orbit(NamedTuple):
    """A circular orbit; angles in degrees at GPS second 0, `turns` revolutions per sidereal day."""

    gnss: int
    sv: int
    radius: float
    inclination: float
    node: float
    phase: float
    turns: int


class Satellite(NamedTuple):
    """A satellite above the mask: degrees and dBHz; `sv` counts from 1 within its `gnss` (UBX numbers)."""

    gnss: int
    sv: int
    elevation: int
    azimuth: int
    cn0: int
    used: bool


def _gps_orbits() -> List[Orbit]:
    """30 satellites in 6 planes."""
    return [
        Orbit(GPS, 1 + 5 * plane + slot, _GPS_RADIUS, 55.0, 60.0 * plane, 72.0 * slot + 40.0 * plane, 2)
        for plane in range(6)
        for slot in range(5)
    ]


def _qzss_orbits() -> List[Orbit]:
    """One that stands still at 127 E and three inclined ones around 135 E."""
    inclined = [
        Orbit(QZSS, 2 + index, _QZSS_RADIUS, 41.0, 120.0 * index, 135.0 - 120.0 * index, 1) for index in range(3)
    ]
    return [Orbit(QZSS, 1, _QZSS_RADIUS, 0.0, 0.0, 127.0, 1)] + inclined


ORBITS = tuple(_gps_orbits() + _qzss_orbits())


def _position(orbit: Orbit, gps: int) -> Tuple[float, float, float]:
    """Earth-fixed coordinates in km."""
    turned = _EARTH_RATE * gps
    along = math.radians(orbit.phase) + orbit.turns * turned
    node = math.radians(orbit.node) - turned
    tilt = math.radians(orbit.inclination)
    x, y = math.cos(along), math.sin(along) * math.cos(tilt)
    return (
        orbit.radius * (x * math.cos(node) - y * math.sin(node)),
        orbit.radius * (x * math.sin(node) + y * math.cos(node)),
        orbit.radius * math.sin(along) * math.sin(tilt),
    )


def look(orbit: Orbit, gps: int) -> Tuple[float, float]:
    """Elevation (-90..90) and azimuth (0..360) in degrees, seen from the antenna."""
    x, y, z = _position(orbit, gps)
    lat, lon = math.radians(LATITUDE), math.radians(LONGITUDE)
    toward = x * math.cos(lon) + y * math.sin(lon)
    east = y * math.cos(lon) - x * math.sin(lon)
    north = z * math.cos(lat) - toward * math.sin(lat)
    up = toward * math.cos(lat) + z * math.sin(lat) - _EARTH_RADIUS
    elevation = math.degrees(math.atan2(up, math.hypot(east, north)))
    return elevation, math.degrees(math.atan2(east, north)) % 360.0


def carrier_to_noise(elevation: float, sv: int, gps: int) -> int:
    """dBHz: stronger when high, with a slow ripple of each satellite's own."""
    ripple = 1.5 * math.sin(gps / 400.0 + 1.7 * sv)
    return round(30.0 + 18.0 * math.sin(math.radians(max(elevation, 0.0))) + ripple)


def visible(gps: int, fix: bool = True) -> List[Satellite]:
    """The satellites above the mask, highest first, at most MOST_TRACKED; without a `fix` heard by none."""
    seen = sorted(((*look(orbit, gps), orbit) for orbit in ORBITS), reverse=True)
    return [
        Satellite(
            orbit.gnss, orbit.sv, int(elevation), int(azimuth),
            carrier_to_noise(elevation, orbit.sv, gps) if fix else 0, fix,
        )
        for elevation, azimuth, orbit in seen[:MOST_TRACKED]
        if elevation >= ELEVATION_MASK
    ]


class Dilution(NamedTuple):
    """Dilution of precision, all of it guessed from the number of satellites."""

    position: float
    horizontal: float
    vertical: float
    time: float


def dilution(used: int) -> Dilution:
    """99.99 where fewer than four satellites are used."""
    if used < 4:
        return Dilution(99.99, 99.99, 99.99, 99.99)
    return Dilution(0.8 + 6.0 / used, 0.5 + 3.0 / used, 0.6 + 5.0 / used, 0.4 + 3.0 / used)
