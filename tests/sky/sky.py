#!/usr/bin/python3
"""Plays a GPS receiver on a pseudo-terminal. See README.md beside this file."""
from __future__ import annotations

import argparse
import os
import sys
from typing import List, Optional

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from tokimori_sky.clock import HostClock, SteadyClock  # noqa: E402
from tokimori_sky.faults import FaultBoard, Planned, parse_planned  # noqa: E402
from tokimori_sky.lnav import SECONDS_PER_MESSAGE  # noqa: E402
from tokimori_sky.player import Clock, Delays, Player  # noqa: E402
from tokimori_sky.pty_port import PacedLine, PtyPort  # noqa: E402
from tokimori_sky.receiver import Receiver, Settings  # noqa: E402
from tokimori_sky.timescale import Timescale, end_of_month, historical, parse_utc  # noqa: E402


def _planned(text: str) -> Planned:
    try:
        return parse_planned(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def _start(text: str) -> int:
    """GPS second of a date, or of the host's next second for `now`."""
    if text == "now":
        return HostClock(historical()).now() // 1_000_000_000 + 1
    try:
        gps = historical().gps_of_moment(parse_utc(text))
    except ValueError:
        raise argparse.ArgumentTypeError("%r is no date; write 2016-12-31T23:58:00Z or now." % text) from None
    if gps < 0:
        raise argparse.ArgumentTypeError("There was no GPS before 1980-01-06.")
    return gps


def _positive(text: str) -> float:
    value = float(text)
    if value < 0:
        raise argparse.ArgumentTypeError("%s is negative." % text)
    return value


def arguments(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Reads the command line; exits with 2 when it is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--link", metavar="PATH", help="symbolic link to the terminal")
    parser.add_argument("--start", type=_start, metavar="DATE",
                        help="UTC date of the first second, running on steadily from there (or: now); default: follow "
                             "the host's clock")
    parser.add_argument("--delay", type=_positive, default=0.120, metavar="S", help="first byte after the second")
    parser.add_argument("--jitter", type=_positive, default=0.010, metavar="S", help="standard deviation of the delay")
    parser.add_argument("--seed", type=int, default=1, help="of all randomness")
    parser.add_argument("--baud", type=int, choices=(9600, 19200, 38400, 57600, 115200), default=38400)
    parser.add_argument("--talker", choices=("GN", "GP"), default="GN", help="GP: a receiver of GPS alone")
    parser.add_argument("--no-ubx", action="store_true", help="NMEA alone; no answer to polls")
    parser.add_argument("--no-nmea", action="store_true", help="UBX alone")
    parser.add_argument("--nano", type=int, default=0, metavar="NS", help="fraction of the second in UBX")
    parser.add_argument("--subframes", type=int, nargs="?", const=SECONDS_PER_MESSAGE, default=0, metavar="S",
                        help="what the satellites broadcast of leap seconds (UBX), every S seconds; default: 750, as "
                             "they do")
    parser.add_argument("--leap", choices=("insert", "delete"), help="at the end of the sky's UTC month")
    parser.add_argument("--repeat-59", action="store_true", help="say second 59 twice instead of 60")
    parser.add_argument("--fault", type=_planned, action="append", default=[], metavar="KIND@S[+S]",
                        help="no-fix, wrong-date DAYS, weeks N, wrong-second N, wrong-leap N, garbage, silence, "
                             "leap insert|delete|none, ok; at seconds from the start, for a duration")
    parser.add_argument("--control", metavar="PATH", help="Unix socket for commands: KIND [for SECONDS]")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when standard input ends")
    return parser.parse_args(argv)


def _timescale(leap: Optional[str], clock: Clock) -> Timescale:
    timescale = historical()
    if leap is None:
        return timescale
    month_end = end_of_month(timescale.posix(clock.now() // 1_000_000_000 + 1))
    return timescale.with_leap(1 if leap == "insert" else -1, month_end)


def player(options: argparse.Namespace) -> Player:
    """The whole play; opens the port and says where it is. Raises OSError."""
    clock: Clock = HostClock(historical()) if options.start is None else SteadyClock(options.start)
    settings = Settings(
        talker=options.talker, nmea=not options.no_nmea, ubx=not options.no_ubx, baud=options.baud,
        repeat_59=options.repeat_59, nano=options.nano, seed=options.seed, subframes=options.subframes,
    )
    port = PtyPort(options.link)
    receiver = Receiver(_timescale(options.leap, clock), settings)
    delays = Delays(options.delay, options.jitter, options.seed)
    play = Player(clock, port, receiver, delays, PacedLine(options.baud))
    play.use_faults(FaultBoard(options.fault))
    if options.control:
        play.use_control(options.control)
    play.stop_on_signals()
    print("device=%s" % port.path, flush=True)
    play.use_standard_input(options.exit_with_stdin)
    return play


def main() -> int:
    """Exit code: 0 when asked to end, 1 when the port or the socket cannot be had."""
    options = arguments()
    try:
        player(options).run()
    except OSError as wrong:
        print("sky: %s. Give another --link or --control path." % wrong, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
