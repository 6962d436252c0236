"""Addresses and interfaces that come and go while the daemon runs; clients of IPv6, counted by their network."""
from __future__ import annotations

import json
import subprocess
from typing import Dict, List, Optional, Sequence, Tuple

import pytest

from control import SKY, AskedDaemon
from namespace import NetworkNamespace
from programs import configuration, slowness, wait_until

pytestmark = pytest.mark.story

ONE, ALL = 123, 1123  # the ports of those who listen on one address, and on all
NEW = {4: "10.9.0.7", 6: "fd09::7"}
OTHER = {4: "10.9.0.9", 6: "fd09::9"}  # another host's
OLD = {4: "10.9.0.1", 6: "fd09::1"}

# Hears only what comes from the very address that was asked.
ASK = """import json, socket, sys
def is_answered(source, server, port):
    with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.5)
        try:
            client.bind((source, 0))
            client.connect((server, port))
            client.send(bytes([0x23]) + bytes(39) + b"a number")
            return client.recv(100)[24:32] == b"a number"
        except OSError:
            return False
json.dump([is_answered(*one) for one in json.load(sys.stdin)], sys.stdout)
"""

Question = Tuple[str, str, int]


class Host(NetworkNamespace):
    """A host of its own, whose addresses change."""

    def change(self, what: str, addresses: Sequence[str]) -> None:
        """Adds them, or deletes them."""
        for address in addresses:
            self.ip("address %s %s/%d dev lo" % (what, address, 128 if ":" in address else 32))

    def answered(self, questions: Sequence[Question], asker: Optional[NetworkNamespace] = None) -> List[Question]:
        """Those of (from, to, port) that are answered, asked here or by another host."""
        asked = subprocess.run([*(asker or self).prefix, "/usr/bin/python3", "-c", ASK], input=json.dumps(questions),
                               text=True, stdout=subprocess.PIPE, timeout=20 * slowness(), check=True)
        return [question for question, heard in zip(questions, json.loads(asked.stdout)) if heard]


class Listening(AskedDaemon):
    """Listens on addresses that are not there, and on all that are, whenever they come."""

    def text(self, port: Optional[int] = None, **changed: object) -> str:
        listen = ["%s:%d" % (NEW[4], ONE), "[%s]:%d" % (NEW[6], ONE), "0.0.0.0:%d" % ALL, "[::]:%d" % ALL]
        return configuration(listen, [SKY], **self._server) + "[access]\nipv6_prefix = 64\n"


@pytest.mark.parametrize("workers", [0, 2])
def test_an_address_is_answered_from_when_it_comes_and_silent_when_it_is_gone(workers: int) -> None:
    questions = [(OLD[family], NEW[family], port) for family in NEW for port in (ONE, ALL)]
    with Host() as host:
        host.change("add", list(OLD.values()))
        with Listening(prefix=host.prefix, workers=workers) as daemon:
            daemon.wait_for("started")
            assert host.answered(questions) == []
            for _ in range(2):
                host.change("add", list(NEW.values()))
                wait_until(lambda: host.answered(questions) == questions, 5, "replies from what came")
                host.change("del", list(NEW.values()))
                assert host.answered(questions) == []
            still_there = [(OLD[family], OLD[family], ALL) for family in OLD]
            assert host.answered(still_there) == still_there


def come_up(host: NetworkNamespace, interface: str, addresses: Sequence[str]) -> None:
    """An interface gets its addresses, of which IPv6 does not first ask whether they are others'."""
    for address in addresses:
        host.ip("address add %s dev %s" % (address + ("/64 nodad" if ":" in address else "/24"), interface))
    host.ip("link set %s up" % interface)


@pytest.mark.parametrize("workers", [0, 2])
def test_an_interface_is_answered_through_whenever_it_comes(workers: int) -> None:
    questions = [(OTHER[family], NEW[family], port) for family in NEW for port in (ONE, ALL)]
    still_there = [(OLD[family], OLD[family], ALL) for family in OLD]
    with Host() as host, NetworkNamespace(neighbour=host) as neighbour:
        host.change("add", list(OLD.values()))
        with Listening(prefix=host.prefix, workers=workers) as daemon:
            daemon.wait_for("started")
            for _ in range(2):
                host.ip("link add d0 type veth peer name d1 netns %d" % neighbour.pid)
                come_up(neighbour, "d1", list(OTHER.values()))
                come_up(host, "d0", list(NEW.values()))
                wait_until(lambda: host.answered(questions, neighbour) == questions, 5, "replies through the interface")
                host.ip("link del d0")
                assert host.answered(still_there) == still_there


@pytest.mark.parametrize("workers", [0, 2])
def test_clients_of_ipv6_are_counted_by_the_network_that_is_configured(workers: int) -> None:
    clients = ["fd10::1", "fd10::2:1", "fd10:0:0:1::1"]
    with Host() as host:
        host.change("add", [*clients, OLD[6]])
        with Listening(prefix=host.prefix, workers=workers) as daemon:
            daemon.wait_for("started")
            questions = [(client, OLD[6], ALL) for client in clients]
            assert host.answered(questions) == questions
            counted: Dict[str, int] = {}
            for client in daemon.ask("clients")["clients"]["latest"]:
                counted[client["address"]] = counted.get(client["address"], 0) + client["requests"]
            assert counted == {"fd10::": 2, "fd10:0:0:1::": 1}
