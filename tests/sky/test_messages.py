"""The bytes on the line."""
import struct

import pytest

from tokimori_sky import constellation, nmea, ubx
from tokimori_sky.receiver import Settings, observe
from tokimori_sky.timescale import historical, parse_utc

SCALE = historical()


def epoch(text="2026-11-22T00:00:01Z", faults=None, **settings):
    return observe(SCALE.gps_of_moment(parse_utc(text)), SCALE, faults or {}, Settings(**settings))


def payload(message: bytes) -> bytes:
    [frame] = ubx.Parser().feed(message)
    return frame.payload


def test_the_nmea_checksum_is_that_of_a_recording():
    assert nmea.sentence("GPZDA,172237.00,01,12,2017,00,00") == b"$GPZDA,172237.00,01,12,2017,00,00*62\r\n"


def test_rmc_tells_date_place_and_validity():
    assert nmea.rmc(epoch(), "GN").startswith(
        b"$GNRMC,000001.00,A,3542.00000,N,13942.00000,E,0.004,,221126,,,A*")
    assert nmea.rmc(epoch(faults={"no-fix": 0}), "GP").startswith(b"$GPRMC,000001.00,V,,,,,,,221126,,,N*")


def test_second_60_is_spoken():
    leap = epoch("2016-12-31T23:59:60Z")
    assert b",235960.00,31,12,2016," in nmea.zda(leap, "GN")
    assert payload(ubx.nav_pvt(leap))[10] == 60
    assert payload(ubx.nav_timeutc(leap))[18] == 60


def test_second_59_is_repeated_where_asked():
    leap = epoch("2016-12-31T23:59:60Z", repeat_59=True)
    assert b",235959.00,31,12,2016," in nmea.zda(leap, "GN")
    assert payload(ubx.nav_pvt(leap))[10] == 59


def test_no_sentence_is_longer_than_82_characters():
    now = epoch()
    encoders = (nmea.rmc, nmea.gga, nmea.gsa, nmea.gsv, nmea.zda)
    lines = b"".join(encode(now, "GN") for encode in encoders).splitlines(True)
    assert len(lines) >= 6 and max(map(len, lines)) <= 82


def test_gsv_and_nav_sat_show_the_same_satellites():
    now = epoch()
    pages = [line.split(b"*")[0].split(b",")[4:] for line in nmea.gsv(now, "GN").splitlines()]
    numbers = [int(page[index]) for page in pages for index in range(0, len(page), 4)]
    satellites = payload(ubx.nav_sat(now))[8:]
    in_ubx = [satellites[at + 1] + (192 if satellites[at] == 5 else 0) for at in range(0, len(satellites), 12)]
    assert numbers == in_ubx and len(numbers) == len(now.satellites)


@pytest.mark.parametrize("name, hexadecimal", [
    (ubx.MON_VER, "b5620a0400000e34"), (ubx.NAV_TIMELS, "b56201260000" + "2776"), (ubx.TIM_TP, "b5620d0100000e37"),
])
def test_the_ubx_checksum_is_that_of_known_polls(name, hexadecimal):
    assert ubx.frame(name) == bytes.fromhex(hexadecimal)


@pytest.mark.parametrize("encode, length", [
    (ubx.nav_pvt, 92), (ubx.nav_timeutc, 20), (ubx.nav_timegps, 16), (ubx.nav_timels, 24), (ubx.tim_tp, 16),
    (ubx.nav_dop, 18), (ubx.nav_eoe, 4),
])
def test_payloads_have_their_length(encode, length):
    assert len(payload(encode(epoch()))) == length


def test_timeutc_is_read_as_in_a_recording():
    values = struct.unpack("<IIiHBBBBBB", payload(ubx.nav_timeutc(epoch("2021-02-23T18:04:29Z"))))
    assert (values[0], values[3:9]) == (237887000, (2021, 2, 23, 18, 4, 29))
    assert values[9] & 0x07 == 0x07


def test_tim_tp_describes_the_next_pulse_in_utc():
    tow, sub, _, week, flags, _ = struct.unpack("<IIiHBB", payload(ubx.tim_tp(epoch("2021-02-23T18:04:29Z"))))
    assert (tow, sub, week, flags & 3) == (237870000, 0, 2146, 3)


def timels(text, **settings):
    names = ("source", "current", "change_source", "change", "seconds", "week", "day", "valid")
    return dict(zip(names, struct.unpack("<8xBbBbiHH3xB", payload(ubx.nav_timels(epoch(text, **settings))))))


def test_timels_counts_down_to_second_60():
    for text, seconds in (("2016-12-31T00:00:00Z", 86400), ("2016-12-31T23:59:59Z", 1), ("2016-12-31T23:59:60Z", 0)):
        told = timels(text)
        assert (told["current"], told["change"], told["seconds"], told["valid"]) == (17, 1, seconds, 3)
        assert (told["week"], told["day"]) == (1929, 7)


def test_timels_tells_of_a_leap_that_is_past():
    told = timels("2017-01-01T00:00:00Z")
    assert (told["current"], told["change"], told["seconds"], told["valid"]) == (18, 0, -1, 3)


def test_timels_does_not_announce_years_ahead():
    assert timels("2016-01-01T00:00:00Z")["change"] == 0
    assert timels("2016-08-01T00:00:00Z")["change"] == 1


def test_the_parser_skips_what_is_no_frame():
    noise = b"$PASHQ,RID*28\r\n\xb5\xb5b\x06\x01\xff\xffjunk" + ubx.frame(ubx.MON_VER)[:-1] + b"\x00"
    stream = noise + ubx.frame(ubx.CFG_MSG, b"\xf0\x00\x00") + ubx.frame(ubx.MON_VER)
    parser = ubx.Parser()
    frames = [frame for byte in stream for frame in parser.feed(bytes((byte,)))]
    assert frames == [ubx.Frame(ubx.CFG_MSG, b"\xf0\x00\x00"), ubx.Frame(ubx.MON_VER, b"")]


def test_satellites_rise_and_set_and_are_always_enough():
    start = SCALE.gps_of_moment(parse_utc("2026-11-22T00:00:00Z"))
    skies = [constellation.visible(start + 600 * index) for index in range(144)]
    assert all(6 <= len(sky) <= 12 for sky in skies)
    assert all(sum(seen.gnss == constellation.QZSS for seen in sky) >= 2 for sky in skies)
    assert len({seen.sv for sky in skies for seen in sky if seen.gnss == constellation.GPS}) == 30
    everything = [seen for sky in skies for seen in sky]
    assert all(0 <= seen.azimuth < 360 and 15 <= seen.elevation <= 90 and 25 < seen.cn0 < 55 for seen in everything)


def test_the_same_second_has_the_same_satellites():
    assert constellation.visible(1_479_600_018) == constellation.visible(1_479_600_018)
    assert constellation.visible(1_479_600_018) != constellation.visible(1_479_603_618)
