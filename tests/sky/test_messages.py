"""The bytes on the line."""
import struct

import pytest

from tokimori_sky import constellation, lnav, nmea, ubx
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


# Page 18 as a u-blox M8T heard it of satellite 3 (GPS week 2117, second 443034), and the 24 data bits of its words.
HEARD = [0x22C0453B, 0x240DEC03, 0x1E0140A9, 0xBFFFC997, 0x00FFFEE9, 0x8000026C, 0x00000000, 0x00A4114F, 0x04A241CF,
         0x048000A3]
SAID = [0x8B0114, 0x9037B0, 0x780502, 0xFFFF26, 0x03FFFB, 0x000009, 0x000000, 0x029045, 0x128907, 0x120000]


def test_the_parity_is_that_of_a_real_satellite():
    assert lnav.words(SAID) == HEARD


def test_both_words_that_end_a_half_end_in_two_zeros():
    for tow in range(0, 604800, 6000):
        words = lnav.page_18(2446, tow, lnav.LeapData(18, 2503, 6, 19))
        assert [word & 3 for word in (words[1], words[9])] in ([0, 0], [0, 3], [3, 0], [3, 3])
        assert all(word >> 30 & 1 == 0 for word in words)


def subframes(text, **settings):
    frames = ubx.Parser().feed(ubx.rxm_sfrbx(epoch(text, **settings)))
    return [(frame.payload[:8], struct.unpack("<10I", frame.payload[8:])) for frame in frames]


@pytest.mark.parametrize("text, expected", [
    ("2016-12-31T00:00:06Z", (17, 137, 7, 18)), ("2017-01-01T00:00:06Z", (18, 137, 7, 18)),
    ("2015-06-30T00:00:06Z", (16, 59, 3, 17)), ("2016-01-01T00:00:06Z", (17, 59, 3, 17)),
])
def test_page_18_tells_of_the_leap_second(text, expected):
    heard = subframes(text)
    assert len(heard) == len([seen for seen in epoch(text).used if seen.gnss == constellation.GPS])
    for header, words in heard:
        data = [word >> 6 & 0xFFFFFF for word in words]
        assert header[0] == 0 and header[4] == 10 and header[6] == 2
        assert data[0] >> 16 == 0x8B and data[1] >> 2 & 7 == 4 and data[2] >> 16 & 63 == 56
        assert (data[8] >> 16, data[8] >> 8 & 255, data[8] & 255, data[9] >> 16) == expected


def test_without_a_fix_no_subframe_is_heard():
    assert not subframes("2026-11-22T00:00:06Z", faults={"no-fix": 0})


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
