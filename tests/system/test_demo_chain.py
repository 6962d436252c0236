"""The chain that packaging/demo starts: a sky, a real gpsd, simulated pulses, the daemon, and real clients of it."""
from __future__ import annotations

import json
import re
from typing import Dict, Sequence, Tuple

import pytest

from namespace import NetworkNamespace
from ntp_client import NtpWatch, Reply
from programs import Chain, Tokimorid, chronyd_path, ntpq, run, slowness, tool

pytestmark = pytest.mark.story

# From the start of gpsd to synchronisation; 4 to 7 s are usual.
PATIENCE = 20.0
MILLISECOND = 1e-3
# A second time may be taken up after this; a receiver's sentences vouch for pulses 10 s long.
VOUCHING = 10.0


def is_synchronised(reply: Reply) -> bool:
    return reply.synchronised


def says_unsynchronised(reply: Reply) -> bool:
    return reply.says_unsynchronised


def assert_never_wrong(watch: NtpWatch) -> int:
    """Nothing was served as the time that was not; how many replies say so."""
    served = [reply for reply in watch.replies() if reply.synchronised]
    for reply in served:
        assert reply.proven_error < MILLISECOND, reply
        assert reply.leap == 0 and reply.stratum == 1
    return len(served)


def offset_of_chronyd(port: int, prefix: Sequence[str] = ()) -> float:
    """What chronyd found, s; positive where the host is slow. It sets nothing (-Q) and keeps its user (-U -u root)."""
    asked = run([*prefix, chronyd_path(), "-U", "-u", "root", "-Q", "-t", "10",
                 "server 127.0.0.1 port %d iburst" % port])
    found = re.search(r"System clock wrong by (-?[0-9.]+) seconds", asked.stderr)
    assert asked.returncode == 0 and found, asked.stderr
    return float(found[1])


def offset_of(client: Sequence[str], prefix: Sequence[str]) -> Tuple[float, float]:
    """What ntpdig or ntpdate found of 127.0.0.1 when it was surest of five times, and how sure, s. They say "s1 no-leap"
    of a server that may be believed."""
    path = tool(client[0])
    assert path, "There is no %s; packaging/install-dependencies tests brings it." % client[0]
    found = []
    for _ in range(5):
        asked = run([*prefix, path, *client[1:], "127.0.0.1"])
        said = re.search(r" ([-+][0-9.]+) \+/- ([0-9.]+) 127\.0\.0\.1 s1 no-leap", asked.stdout)
        assert asked.returncode == 0 and said, asked.stdout + asked.stderr
        found.append((float(said[1]), float(said[2])))
    return min(found, key=lambda one: one[1])


def test_chronyd_finds_the_demonstration_right() -> Dict[str, object]:
    with Chain() as chain:
        chain.daemon.wait_for("state=synchronised", PATIENCE)
        offset = offset_of_chronyd(chain.daemon.port)
        assert abs(offset) < MILLISECOND
        with chain.daemon.client() as client:
            reply = client.best_of(8)
        assert (reply.leap, reply.stratum, reply.refid) == (0, 1, b"SIM\0")
        return {"chronyd_offset_ms": offset * 1e3, "our_offset_ms": round(reply.offset * 1e3, 4)}


def test_clients_that_insist_on_port_123_find_it_right() -> Dict[str, object]:
    with NetworkNamespace() as own, Chain(prefix=own.prefix, port=123) as chain:
        chain.daemon.wait_for("state=synchronised", PATIENCE)
        found = {
            "chronyd": (offset_of_chronyd(123, own.prefix), 0.0),
            "ntpdig": offset_of(["ntpdig", "-p", "4", "-t", "2"], own.prefix),
            "ntpdate": offset_of(["ntpdate", "-q"], own.prefix),
        }
        asked = run([*own.prefix, tool("ntpdig") or "ntpdig", "-j", "-p", "4", "-t", "2", "127.0.0.1"])
        told = json.loads(asked.stdout)
        assert (told["stratum"], told["leap"]) == (1, "no-leap")
        assert all(abs(offset) < MILLISECOND + doubt for offset, doubt in found.values()), found
        assert_ntpq_lists_receiver_and_pulses(own.prefix)
        return {name + "_offset_ms": offset * 1e3 for name, (offset, _) in found.items()}


def assert_ntpq_lists_receiver_and_pulses(prefix: Sequence[str]) -> None:
    """As of an ntpd that numbers its pulses by a receiver, in the order of the configuration."""
    rows = (r"^[ +-]GPSD\(0\) +\.GPS\. +0 l .*\n"
            r"oLOCAL\(0\) +\.SIM\. +0 l +[\d-]+ +1 +[1-7][0-7]* +0\.0000 +(-?[\d.]+) +[\d.]+$")
    listed = ntpq(prefix, "-pn").stdout
    told = re.search(rows, listed, re.MULTILINE)
    assert told and abs(float(told[1])) < 1, listed
    pulses = ntpq(prefix, "-n", "-c", "rv &2").stdout
    assert re.search(r"status=97\w\w conf, reach, sel_pps\.peer,", pulses), pulses
    for item in ("srcadr=127.127.1.0", 'srchost="LOCAL(0)"', "stratum=0", "refid=SIM", "hmode=3", "flash=00 ok"):
        assert re.search(r"(^|[ ,])%s," % re.escape(item), pulses, re.MULTILINE), (item, pulses)


def test_the_daemon_may_be_started_before_gpsd() -> Dict[str, object]:
    with Chain(gpsd=False) as chain, chain.daemon.watch() as watch:
        chain.daemon.wait_for("device name=gps working=false .*is gpsd running")
        watch.wait_for(says_unsynchronised, PATIENCE)
        chain.start_gpsd()
        chain.daemon.wait_for("device name=gps working=true", PATIENCE)
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        watch.wait_seconds(3)
        return {"right_replies": assert_never_wrong(watch)}


def test_gpsd_dies_and_the_daemon_holds_over_then_says_so_then_recovers_by_itself() -> Dict[str, object]:
    with Chain(holdover="14s") as chain, chain.daemon.watch() as watch:
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        chain.gpsd.end()
        chain.daemon.wait_for("device name=gps working=false .*connection .* lost")
        # Pulses are numbered until nobody has vouched for them for long; then the clock is on its own.
        chain.daemon.wait_for("clock state=holdover", 2 * VOUCHING + 5)
        in_holdover = watch.mark()
        lost = watch.wait_for(says_unsynchronised, 10 * slowness(), in_holdover)
        chain.daemon.wait_for("clock state=unsynchronised")
        held_over = watch.replies()[in_holdover:][0]
        assert held_over.synchronised and held_over.stratum == 1
        assert lost.came_monotonic - held_over.came_monotonic < 14
        silent = watch.mark()
        watch.wait_seconds(2)
        assert all(reply.says_unsynchronised for reply in watch.replies()[silent:])
        chain.start_gpsd()
        watch.wait_for(is_synchronised, 2 * PATIENCE * slowness(), silent)
        return {"right_replies": assert_never_wrong(watch)}


WEEKS = "weeks -1024"
# What a receiver may do, and what the daemon says of it. Where the weeks are miscounted it is the leap seconds of that
# year that give it away.
FAULTS = {
    "wrong-second 1": "wrong_second",
    "wrong-second -1": "wrong_second",
    "wrong-second 3": "wrong_second",
    "wrong-date -1": "wrong_second",
    WEEKS: "wrong_leap_seconds",
    "wrong-leap 17": "wrong_leap_seconds",
    "no-fix": "",
    "garbage": "",
    "silence": "",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_receiver_that_goes_wrong_makes_nothing_wrong(fault: str) -> Dict[str, object]:
    # In NMEA gpsd mends the weeks itself, so that the one would contradict the other.
    sky = ["--no-nmea"] if fault == WEEKS else []
    with Chain(sky) as chain, chain.daemon.watch() as watch:
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        since = chain.daemon.mark()
        chain.sky.command(fault)
        if FAULTS[fault]:
            chain.daemon.wait_for("source name=gps reason=" + FAULTS[fault], 10, since)
        watch.wait_seconds(VOUCHING + 3)
        assert_served_all_along(watch, chain.daemon)
        since = chain.daemon.mark()
        chain.sky.command("ok")
        chain.daemon.wait_for("source name=gps reason=select", PATIENCE, since)
        assert_served_all_along(watch, chain.daemon)
        return {"right_replies": assert_never_wrong(watch)}


def assert_served_all_along(watch: NtpWatch, daemon: Tokimorid) -> None:
    replies = watch.replies()
    first = next(number for number, reply in enumerate(replies) if reply.synchronised)
    assert all(reply.synchronised for reply in replies[first:]), daemon.log()


def test_a_receiver_that_stays_a_second_off_ends_unsynchronised_and_never_wrong() -> Dict[str, object]:
    with Chain(holdover="10s") as chain, chain.daemon.watch() as watch:
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        chain.sky.command("wrong-second 1")
        chain.daemon.wait_for("source name=gps reason=wrong_second")
        began = watch.mark()
        watch.wait_for(says_unsynchronised, (2 * VOUCHING + 5) * slowness(), began)
        lost = watch.mark()
        watch.wait_seconds(5)
        assert all(reply.says_unsynchronised for reply in watch.replies()[lost:])
        chain.sky.command("ok")
        watch.wait_for(is_synchronised, PATIENCE * slowness(), lost)
        return {"right_replies": assert_never_wrong(watch)}


@pytest.mark.parametrize("fault", ["no-fix", "garbage", "silence"])
def test_a_receiver_that_knows_nothing_yet_is_waited_for(fault: str) -> Dict[str, object]:
    with Chain(["--fault", fault + "@0"]) as chain, chain.daemon.watch() as watch:
        watch.wait_seconds(5)
        assert all(reply.says_unsynchronised for reply in watch.replies())
        chain.sky.command("ok")
        watch.wait_for(is_synchronised, 2 * PATIENCE * slowness())
        watch.wait_seconds(3)
        return {"right_replies": assert_never_wrong(watch)}
