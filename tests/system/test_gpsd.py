"""What a real gpsd passes on besides the time: several receivers, and what GPS broadcasts of leap seconds."""
from __future__ import annotations

import calendar
import contextlib
from typing import Dict, Iterator, Sequence

import pytest
from tokimori_sky.processes import SkyProcess

from ntp_client import SECOND, Reply
from programs import Chain, Gpsd, Refclock, Tokimorid, free_port, slowness

pytestmark = pytest.mark.story

PATIENCE = 20.0
MILLISECOND = 1e-3


def is_synchronised(reply: Reply) -> bool:
    return reply.synchronised


class TwoReceivers:
    """Two skies behind one gpsd, and a daemon that hears gpsd and simulated pulses."""

    def __init__(self, skies: Sequence[SkyProcess], gpsd: Gpsd, **refclock: object) -> None:
        self.skies = {sky.device: sky for sky in skies}
        gps: Refclock = {"driver": "gpsd", "name": "gps", "port": gpsd.port, **refclock}  # type: ignore[dict-item]
        pulses: Refclock = {"driver": "simulated", "name": "pps", "labels": False}
        self.daemon = Tokimorid.on_free_port([gps, pulses], lab_mode=True)

    def other_than(self, device: str) -> str:
        [other] = set(self.skies) - {device}
        return other


@contextlib.contextmanager
def two_receivers() -> Iterator[TwoReceivers]:
    with SkyProcess(["--seed", "1"]) as one, SkyProcess(["--seed", "2", "--delay", "0.4"]) as two:
        with Gpsd([one.device, two.device], free_port()) as gpsd:
            both = TwoReceivers([one, two], gpsd)
            with both.daemon:
                yield both


def test_one_of_two_receivers_is_followed_and_the_other_takes_over() -> Dict[str, object]:
    with two_receivers() as both, both.daemon.watch() as watch:
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        named = both.daemon.find("(?:reports the receiver|has no fix,) (/dev/[a-z0-9/]+)")[-1]
        first = named[1]
        second = both.other_than(first)
        both.skies[first].command("silence")
        both.daemon.wait_for("the receiver %s has fallen silent, %s is followed now" % (first, second), 15)
        since = both.daemon.mark()
        both.skies[first].command("ok")
        watch.wait_seconds(8)
        assert not both.daemon.find("is followed now", since), "the first is not returned to"
        both.skies[second].command("no-fix")
        both.daemon.wait_for("the receiver %s has no fix, %s is followed now" % (second, first), 15, since)
        watch.wait_seconds(8)
        served = watch.replies()
        began = next(number for number, reply in enumerate(served) if reply.synchronised)
        assert all(reply.synchronised and reply.proven_error < MILLISECOND for reply in served[began:])
        return {"right_replies": len(served) - began}


def test_a_receiver_may_be_chosen_by_its_device() -> None:
    with SkyProcess() as one, SkyProcess() as two, Gpsd([one.device, two.device], free_port()) as gpsd:
        chosen = TwoReceivers([one, two], gpsd, device=two.device)
        with chosen.daemon as daemon:
            daemon.wait_for("reports the receiver %s" % two.device, PATIENCE)
            daemon.wait_for("state=synchronised", PATIENCE)
            two.command("silence")
            daemon.wait_for("answers, but reports nothing of %s" % two.device, 20)
            assert not daemon.find(one.device + r"\b")


NEW_YEAR = calendar.timegm((2028, 1, 1, 0, 0, 0))


def served_after(reply: Reply, seconds: int) -> bool:
    return reply.synchronised and reply.transmit_ns > (NEW_YEAR + seconds) * SECOND


def jump_between(before: Reply, after: Reply) -> float:
    """By how much more the served time moved on than time did, s."""
    served = (after.transmit_ns - before.transmit_ns) / SECOND
    return served - (after.came_monotonic - before.came_monotonic)


@pytest.mark.parametrize("leap, announced, jump", [("insert", 1, -1), ("delete", 2, 1)])
def test_a_leap_second_that_gps_broadcasts_is_carried_out(leap: str, announced: int, jump: int) -> Dict[str, object]:
    """The leap table knows nothing of the year 2027: all that is known of the leap second is page 18 of subframe 4."""
    sky = ["--start", "2027-12-31T23:59:15Z", "--leap", leap, "--no-nmea", "--subframes", "2"]
    with Chain(sky, refclock={"trust": True}) as chain, chain.daemon.watch() as watch:
        first = watch.wait_for(lambda reply: reply.synchronised and reply.leap == announced, 35)
        assert first.transmit_ns < NEW_YEAR * SECOND
        last = watch.wait_for(lambda reply: served_after(reply, 3), 60)
        replies = watch.replies()[watch.replies().index(first):]
        assert {reply.leap for reply in replies if reply.transmit_ns < (NEW_YEAR - 1) * SECOND} == {announced}
        assert {reply.leap for reply in replies if reply.transmit_ns >= (NEW_YEAR + 1) * SECOND} == {0}
        assert jump_between(first, last) == pytest.approx(jump, abs=0.2)
        return {"announced_before_s": round(NEW_YEAR - first.transmit_ns / SECOND, 1)}


def test_page_18_that_announces_nothing_changes_nothing() -> None:
    sky = ["--start", "2027-12-31T23:59:40Z", "--no-nmea", "--subframes", "2"]
    with Chain(sky, refclock={"trust": True}) as chain, chain.daemon.watch() as watch:
        first = watch.wait_for(is_synchronised, PATIENCE)
        last = watch.wait_for(lambda reply: served_after(reply, 2), 60)
        assert {reply.leap for reply in watch.replies() if reply.synchronised} == {0}
        assert jump_between(first, last) == pytest.approx(0, abs=0.2)
