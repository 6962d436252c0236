"""The sky's calendar."""
import pytest

from tokimori_sky.timescale import end_of_month, historical, moment_of_posix, parse_utc

SCALE = historical()


def gps(text: str) -> int:
    return SCALE.gps_of_moment(parse_utc(text))


def shown(scale, first: int, count: int):
    return [str(scale.moment(first + index)) for index in range(count)]


def test_gps_began_on_1980_01_06():
    assert gps("1980-01-06T00:00:00Z") == 0


@pytest.mark.parametrize("date, offset", [
    ("1980-06-01", 0), ("1981-07-01", 1), ("1999-01-01", 13), ("2016-12-31", 17), ("2017-01-01", 18),
    ("2026-11-22", 18),
])
def test_gps_minus_utc_is_that_of_the_date(date, offset):
    assert SCALE.offset(gps(date + "T00:00:00Z")) == offset


def test_the_week_rolled_over_18_seconds_before_midnight():
    assert gps("2019-04-06T23:59:42Z") == 2048 * 604800


def test_2016_ended_with_a_second_60():
    assert shown(SCALE, gps("2016-12-31T23:59:59Z"), 3) == [
        "2016-12-31T23:59:59Z", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"]


def test_second_60_can_be_asked_for():
    assert gps("2016-12-31T23:59:60Z") == gps("2017-01-01T00:00:00Z") - 1


def test_a_deleted_second_59_is_never_shown():
    month_end = end_of_month(SCALE.posix(gps("2027-06-15T00:00:00Z")))
    scale = SCALE.with_leap(-1, month_end)
    first = scale.gps_of_moment(parse_utc("2027-06-30T23:59:57Z"))
    assert shown(scale, first, 3) == ["2027-06-30T23:59:57Z", "2027-06-30T23:59:58Z", "2027-07-01T00:00:00Z"]
    assert scale.offset(first + 2) == 17


def test_every_second_around_a_leap_converts_back():
    first = gps("2016-12-31T23:59:50Z")
    assert [gps(text) for text in shown(SCALE, first, 20)] == list(range(first, first + 20))


def test_a_leap_planned_in_december_ends_the_year():
    assert str(moment_of_posix(end_of_month(SCALE.posix(gps("2026-12-05T00:00:00Z"))))) == "2027-01-01T00:00:00Z"


@pytest.mark.parametrize("text", ["yesterday", "2016-12-31", "2016-12-31T23:58:00", "2016-13-31T23:58:00Z"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):
        parse_utc(text)
