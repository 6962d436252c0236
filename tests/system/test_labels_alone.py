"""A receiver without pulses: gpsd's sentences are all the daemon has, outside any laboratory."""
from __future__ import annotations

from typing import Dict, List, Sequence

import pytest

from ntp_client import NtpWatch, Reply
from programs import Chain, slowness

pytestmark = pytest.mark.story

PATIENCE = 25.0
# As long as it takes to see sentences come early and late.
SPAN = 12.0


def figures(replies: Sequence[Reply]) -> Dict[str, object]:
    offsets = sorted(reply.offset for reply in replies)
    return {
        "offset_ms": "%.1f (%.1f to %.1f)" % (offsets[len(offsets) // 2] * 1e3, offsets[0] * 1e3, offsets[-1] * 1e3),
        "root_distance_ms": "%.0f" % (max(reply.root_distance for reply in replies) * 1e3),
        "replies": len(offsets),
    }


def served(watch: NtpWatch) -> List[Reply]:
    """What is served from the first synchronised reply on, for a while."""
    watch.wait_for(lambda reply: reply.synchronised, PATIENCE * slowness())
    watch.wait_seconds(SPAN)
    replies = watch.replies()
    first = next(number for number, reply in enumerate(replies) if reply.synchronised)
    assert all(reply.synchronised for reply in replies[first:])
    assert {(reply.leap, reply.stratum, reply.refid) for reply in replies[first:]} == {(0, 1, b"GPS\0")}
    return replies[first:]


def assert_promise_kept(replies: Sequence[Reply]) -> None:
    """The error is within the root distance that was told with it."""
    for reply in replies:
        assert reply.proven_error <= reply.root_distance, reply


# Options of the sky, and the delay as a data sheet gives it.
RECEIVERS = {
    "usual": ([], "120ms"),
    "steady": (["--jitter", "0"], "120ms"),
    "late": (["--delay", "0.45"], "450ms"),
    "NMEA alone": (["--no-ubx"], "120ms"),
    "UBX alone": (["--no-nmea"], "120ms"),
}


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_a_configured_delay_brings_labels_alone_within_50_ms(receiver: str) -> Dict[str, object]:
    sky, delay = RECEIVERS[receiver]
    with Chain(sky, pulses=False, refclock={"delay": delay}) as chain, chain.daemon.watch() as watch:
        replies = served(watch)
        assert_promise_kept(replies)
        assert max(reply.proven_error for reply in replies) < 0.050, figures(replies)
        return figures(replies)


@pytest.mark.parametrize("delay", [0.0, 0.12, 0.45, 0.8])
def test_without_a_configured_delay_the_promise_is_wide_enough_for_any(delay: float) -> Dict[str, object]:
    with Chain(["--delay", str(delay)], pulses=False) as chain, chain.daemon.watch() as watch:
        replies = served(watch)
        assert_promise_kept(replies)
        return figures(replies)


def test_a_slow_line_that_gpsd_has_filled_with_its_questions_is_within_the_promise() -> Dict[str, object]:
    """The answers to gpsd's first questions delay the sentences of the first seconds by half a second. What comes of
    that is near the limit of what is served at all, so that nothing is said of when."""
    with Chain(["--baud", "9600"], pulses=False, refclock={"delay": "190ms"}) as chain, chain.daemon.watch() as watch:
        watch.wait_for(lambda reply: reply.synchronised, 2 * PATIENCE * slowness())
        watch.wait_seconds(SPAN)
        replies = [reply for reply in watch.replies() if reply.synchronised]
        assert_promise_kept(replies)
        return figures(replies)


def test_a_receiver_whose_weeks_have_rolled_over_is_mended() -> Dict[str, object]:
    sky = ["--fault", "weeks -1024@0", "--no-nmea"]
    with Chain(sky, pulses=False, refclock={"delay": "120ms"}) as chain, chain.daemon.watch() as watch:
        replies = served(watch)
        assert_promise_kept(replies)
        assert chain.daemon.find("source name=gps .*week_mended=true")
        return figures(replies)


@pytest.mark.parametrize("fault", ["wrong-second 1", "wrong-date 1", "no-fix", "garbage", "silence"])
def test_a_receiver_that_goes_wrong_makes_nothing_wrong_and_is_taken_back(fault: str) -> Dict[str, object]:
    with Chain(pulses=False, holdover="10s", refclock={"delay": "120ms"}) as chain, chain.daemon.watch() as watch:
        watch.wait_for(lambda reply: reply.synchronised, PATIENCE * slowness())
        chain.sky.command(fault)
        lost = watch.mark()
        watch.wait_for(lambda reply: reply.says_unsynchronised, 20 * slowness(), lost)
        since = watch.mark()
        watch.wait_seconds(4)
        assert all(reply.says_unsynchronised for reply in watch.replies()[since:])
        chain.sky.command("ok")
        watch.wait_for(lambda reply: reply.synchronised, PATIENCE * slowness(), since)
        replies = [reply for reply in watch.replies() if reply.synchronised]
        assert_promise_kept(replies)
        return figures(replies)
