"""The receiver: faults, leaps by command, answers, and what a slow line leaves out."""
import struct

import pytest

from tokimori_sky import ubx
from tokimori_sky.faults import FaultBoard, parse_command, parse_planned
from tokimori_sky.receiver import Receiver, Settings, observe
from tokimori_sky.timescale import historical, parse_utc

SCALE = historical()
NOON = SCALE.gps_of_moment(parse_utc("2026-11-22T12:00:00Z"))


def believed(faults, gps=NOON):
    return observe(gps, SCALE, faults, Settings())


def frames(receiver, gps, faults=None):
    return {frame.name: frame.payload for frame in ubx.Parser().feed(b"".join(receiver.cycle(gps, faults or {})))}


@pytest.mark.parametrize("faults, utc, week, offset", [
    ({}, "2026-11-22T12:00:00Z", 2446, 18),
    ({"wrong-date": 3}, "2026-11-25T12:00:00Z", 2446, 18),
    ({"weeks": -1024}, "2007-04-08T12:00:00Z", 1422, 18),
    ({"wrong-second": -2}, "2026-11-22T11:59:58Z", 2446, 18),
    ({"wrong-leap": 15}, "2026-11-22T12:00:03Z", 2446, 15),
])
def test_a_fault_is_believed_in_utc_and_gps_alike(faults, utc, week, offset):
    epoch = believed(faults)
    assert (str(epoch.utc), epoch.week, epoch.offset) == (utc, week, offset)


def test_without_a_fix_no_satellite_is_used():
    epoch = believed({"no-fix": 0})
    assert not epoch.fix and not epoch.used and epoch.satellites


def test_silence_is_silent_and_garbage_is_no_message():
    receiver = Receiver(SCALE, Settings())
    assert receiver.cycle(NOON, {"silence": 0}) == []
    [noise] = receiver.cycle(NOON + 1, {"garbage": 0})
    assert len(noise) == 300 and not ubx.Parser().feed(noise)


def heard_subframes(every):
    receiver = Receiver(SCALE, Settings(subframes=every, baud=115_200))
    week = NOON - NOON % 604_800
    return [second for second in range(1600) if ubx.RXM_SFRBX in frames(receiver, week + second)]


def test_page_18_is_heard_in_its_place_or_as_often_as_wanted():
    assert heard_subframes(0) == []
    assert heard_subframes(750) == [534, 1284]
    assert heard_subframes(5)[:3] == [4, 9, 14]


def change(receiver, gps, faults):
    return struct.unpack_from("<bi", frames(receiver, gps, faults)[ubx.NAV_TIMELS], 11)


def test_a_leap_by_command_is_announced_carried_out_once_and_kept():
    receiver = Receiver(SCALE, Settings())
    month_end = SCALE.gps_of_moment(parse_utc("2026-12-01T00:00:00Z"))
    assert change(receiver, month_end - 10, {})[0] == 0
    assert change(receiver, month_end - 9, {"leap": "insert"}) == (1, 9)
    seconds = [frames(receiver, month_end + index, {"leap": "insert"})[ubx.NAV_PVT][10] for index in range(-1, 3)]
    assert seconds == [59, 60, 0, 1]
    assert change(receiver, month_end + 3, {"leap": "insert"}) == (0, -3)
    assert frames(receiver, month_end + 4)[ubx.NAV_TIMELS][9] == 19


def test_a_leap_by_command_can_be_withdrawn():
    receiver = Receiver(SCALE, Settings())
    month_end = SCALE.gps_of_moment(parse_utc("2026-12-01T00:00:00Z"))
    assert change(receiver, month_end - 9, {"leap": "delete"})[0] == -1
    assert change(receiver, month_end - 8, {})[0] == 0
    assert frames(receiver, month_end)[ubx.NAV_TIMELS][9] == 18


def answers(data):
    receiver = Receiver(SCALE, Settings(baud=9600))
    receiver.cycle(NOON, {})
    return [frame for reply in receiver.answer(data) for frame in ubx.Parser().feed(reply)]


def test_mon_ver_names_the_protocol():
    [frame] = answers(ubx.frame(ubx.MON_VER))
    assert frame.name == ubx.MON_VER and len(frame.payload) == 160 and b"PROTVER=22.00" in frame.payload


def test_polls_are_answered_and_settings_acknowledged():
    assert [frame.name for frame in answers(ubx.frame(ubx.NAV_TIMELS))] == [ubx.NAV_TIMELS]
    assert answers(ubx.frame(ubx.CFG_MSG, b"\xf0\x00\x00")) == [ubx.Frame(ubx.ACK_ACK, bytes(ubx.CFG_MSG))]
    assert answers(ubx.frame((0x06, 0x3E))) == [ubx.Frame(ubx.ACK_NAK, b"\x06\x3e")]
    port, acknowledgement = answers(ubx.frame(ubx.CFG_PRT))
    assert struct.unpack_from("<I", port.payload, 8)[0] == 9600 and acknowledgement.name == ubx.ACK_ACK


def test_a_receiver_without_ubx_answers_nothing():
    assert Receiver(SCALE, Settings(ubx=False)).answer(ubx.frame(ubx.MON_VER)) == []


def test_a_slow_line_is_never_full_and_shows_everything_in_turn():
    receiver = Receiver(SCALE, Settings(baud=9600))
    cycles = [b"".join(receiver.cycle(NOON + index, {})) for index in range(4)]
    assert all(len(cycle) <= 672 and b"RMC" in cycle and b"\xb5\x62\x01\x07" in cycle for cycle in cycles)
    for part in (b"GPGSV", b"GNGSA", b"\xb5\x62\x01\x35", b"\xb5\x62\x01\x04"):
        assert any(part in cycle for cycle in cycles)


def test_two_receivers_of_a_seed_say_the_same():
    seven, again, eight = [Receiver(SCALE, Settings(seed=seed)).cycle(NOON, {"garbage": 0}) for seed in (7, 7, 8)]
    assert seven == again != eight


def test_planned_faults_begin_and_end():
    board = FaultBoard([parse_planned("weeks -1024@30+60"), parse_planned("no-fix@40")])
    assert [board.active(at) for at in (29, 30, 40, 90)] == [
        {}, {"weeks": -1024}, {"weeks": -1024, "no-fix": 0}, {"no-fix": 0}]


def test_ok_ends_all_faults_and_later_ones_still_come():
    board = FaultBoard([parse_planned("no-fix@1"), parse_planned("silence@9")])
    board.add(parse_command("wrong-second 2 for 100", 2))
    board.add(parse_command("ok", 5))
    assert [board.active(at) for at in (4, 5, 9)] == [{"no-fix": 0, "wrong-second": 2}, {}, {"silence": 0}]


@pytest.mark.parametrize("text", ["", "rain", "weeks", "weeks many", "leap", "leap up", "no-fix 3", "ok for ever"])
def test_what_is_no_fault_is_refused(text):
    with pytest.raises(ValueError):
        parse_command(text, 0)


@pytest.mark.parametrize("text", ["no-fix", "no-fix@", "no-fix@1+", "no-fix@soon"])
def test_a_planned_fault_needs_a_time(text):
    with pytest.raises(ValueError):
        parse_planned(text)
