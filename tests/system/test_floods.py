"""Floods of every kind cost the honest nothing, neither replies nor kiss codes, and the host neither memory nor log."""
from __future__ import annotations

import json
import os
from typing import Dict, Optional

import pytest

from control import SKY, AskedDaemon
from namespace import NetworkNamespace
from programs import configuration, has_sanitizer, run, wait_until

pytestmark = pytest.mark.story

FLOODER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "flooder.py")
COUNT = 10_000  # in four seconds
# KiB; what the smallest allocation takes, leaked with each request, would be more.
GROWTH = 256

Figures = Dict[str, int]


class Network(NetworkNamespace):
    """Where a daemon is, or those who ask it."""

    def ask(self, *arguments: str) -> Figures:
        """What flooder.py says."""
        flooded = run([*self.prefix, "/usr/bin/python3", FLOODER, *arguments], 60)
        assert flooded.returncode == 0, flooded.stderr
        figures: Figures = json.loads(flooded.stdout)
        return figures


class Flooded(AskedDaemon):
    """Listens as it is shipped, and has more of [access]."""

    def __init__(self, own: Network, workers: int, access: str) -> None:
        self._own, self._access = own, access
        super().__init__(prefix=own.prefix, workers=workers)

    def text(self, port: Optional[int] = None, **changed: object) -> str:
        return configuration(["0.0.0.0:123", "[::]:123"], [SKY], **self._server) + "[access]\n" + self._access

    def verdicts(self) -> Figures:
        """How many requests so far had each."""
        counts: Figures = self.ask("serverstats")["serverstats"]["verdicts"]
        return counts

    def flood(self, kind: str, count: int) -> Figures:
        """What became of so many requests of a kind, and of the honest ones between them: all have been looked at."""
        before = self.verdicts()
        seen = self._own.ask(kind, str(self.pid), str(count))
        total = sum(before.values()) + count + seen["honest"]
        wait_until(lambda: sum(self.verdicts().values()) == total, 10, "a verdict for each request")
        return {**seen, **{verdict: now - before[verdict] for verdict, now in self.verdicts().items()}}


# How many of a flood may be answered.
@pytest.mark.parametrize("kind, most", [("abuser", COUNT // 4 + 16), ("spoofed", COUNT), ("malformed", 0), ("control", 0)])
def test_a_flood_costs_the_honest_nothing_and_the_host_no_memory(kind: str, most: int) -> Figures:
    with Network() as own:
        own.ip("route add local 10.0.0.0/8 dev lo")
        # With a table of clients that is full before memory is looked at.
        with Flooded(own, 2, "kod = true\nclients = 1024\n") as daemon:
            daemon.wait_synchronised()
            daemon.flood(kind, COUNT // 5)
            filled, lines = daemon.filled(), daemon.mark()
            seen = daemon.flood(kind, COUNT)
            seen["grown"], said = daemon.filled() - filled, daemon.log().splitlines()[lines:]
            assert (seen["honest_answered"], seen["honest_kissed"]) == (seen["honest"], 0), seen
            answered = seen["answered"] - seen["honest"] + seen["kissed"]
            assert seen["replies"] <= answered <= most, seen
            assert seen["longest"] <= 48, seen
            assert seen["grown"] <= GROWTH or has_sanitizer(), seen
            assert len(said) <= 3, said
    return seen


def test_who_exists_is_answered_while_replies_to_those_who_do_not_wait_for_nobody() -> Figures:
    with Network() as own, Network(own) as clients:
        own.ip("link add lan0 type veth peer name lan1 netns %d" % clients.pid)
        own.ip("address add 10.77.0.1/24 dev lan0")
        own.ip("link set lan0 up")
        clients.ip("address add 10.77.0.2/24 dev lan1")
        clients.ip("link set lan1 up")
        # All replies leave by one socket, and nobody asks too often.
        with Flooded(own, 1, 'interval = "1ms"\nburst = 255\n') as daemon:
            daemon.wait_synchronised()
            seen = clients.ask("forged", str(daemon.pid))
            assert (seen["honest_answered"], seen["honest_kissed"]) == (seen["honest"], 0), seen
            assert seen["waiting"] >= seen["enough"], seen
    return seen
