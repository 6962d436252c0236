"""Who gets what from the real daemon: ntpq, clients with keys, those who ask too often."""
from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import socket
import struct
from typing import List, Optional, Sequence, Set

import pytest

from control import SKY, AskedDaemon
from namespace import NetworkNamespace
from ntp_client import request
from programs import Tokimorid, configuration, ntpq, run, tool, wait_until

pytestmark = pytest.mark.story

KEY = bytes(range(16))


def answers(port: int, count: int, octets: Optional[bytes] = None, source: str = "127.0.0.1",
            patience: float = 0.5) -> int:
    """How many of `count` requests from one address are answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        client.bind((source, 0))
        client.connect(("127.0.0.1", port))
        for _ in range(count):
            client.send(octets or request(secrets.randbits(64)))
        client.settimeout(patience)
        heard = 0
        try:
            while True:
                client.recv(2048)
                heard += 1
        except socket.timeout:
            return heard


class Guarded(AskedDaemon):
    """A daemon with rules, and more of a configuration behind what all have."""

    def __init__(self, rules: str, prefix: Sequence[str] = (), **server: object) -> None:
        self._rules = rules
        super().__init__(prefix=prefix, **server)

    def text(self, port: Optional[int] = None, **changed: object) -> str:
        return super().text(port, **changed) + self._rules


LIMITED = '[[access.rule]]\nfrom = ["127.0.0.0/8"]\nflags = ["limited", "noquery"]\n'


@pytest.mark.parametrize("workers", [0, 2])
def test_an_abuser_gets_a_quarter_at_most_and_others_all(workers: int) -> None:
    with Guarded(LIMITED, workers=workers) as daemon:
        daemon.wait_synchronised()
        # From one port after the other: one client meets one table, whatever its ports.
        heard = sum(answers(daemon.port, 40, source="127.0.0.9", patience=0.1) for _ in range(25))
        assert 1000 / 10 <= heard <= 1000 / 4
        for host in range(10, 20):
            assert answers(daemon.port, 8, source="127.0.0.%d" % host) == 8
        listed = {client["address"]: client for client in daemon.ask("clients")["clients"]["latest"]}
        assert listed["127.0.0.9"]["requests"] == 1000
        assert listed["127.0.0.9"]["limited"] == 1000 - heard
        assert (listed["127.0.0.10"]["requests"], listed["127.0.0.10"]["limited"]) == (8, 0)
        assert (listed["127.0.0.10"]["version"], listed["127.0.0.10"]["mode"]) == (4, 3)
        counts = daemon.ask("serverstats")["serverstats"]["verdicts"]
        assert (counts["rate_limited"], counts["answered"]) == (1000 - heard, heard + 80)


def test_loopback_is_never_limited_unless_a_rule_says_so() -> None:
    with Guarded("") as daemon:
        daemon.wait_synchronised()
        assert answers(daemon.port, 100) == 100


def test_a_reload_brings_other_rules() -> None:
    with Guarded("") as daemon:
        daemon.wait_synchronised()
        assert answers(daemon.port, 1) == 1
        daemon.reload(daemon.text() + '[access]\ndeny = ["127.0.0.0/8"]\n', "reloaded")
        assert answers(daemon.port, 5) == 0
        daemon.reload(daemon.text() + '[access]\ndeny = ["127.0.0.0/8"]\nrefuse = "deny"\n', "reloaded")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", daemon.port))
            client.settimeout(2)
            client.send(request(77))
            reply = client.recv(2048)
            stamps = struct.unpack("!3Q", reply[24:48])
        assert (reply[0], reply[1], reply[12:16], stamps) == (0xE4, 0, b"DENY", (77, 77, 77))


def kisses(port: int, count: int) -> List[bytes]:
    """The refids of the kiss codes that `count` requests of one client bring; each is in form and quotes its request."""
    told = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", port))
        client.settimeout(1)
        for origin in range(1, count + 1):
            client.send(request(origin))
        try:
            while True:
                reply = client.recv(2048)
                if reply[1] == 0:
                    stamps = struct.unpack("!3Q", reply[24:48])
                    assert (reply[0], len(set(stamps)), 1 <= stamps[0] <= count) == (0xE4, 1, True), reply.hex()
                    told.append(reply[12:16])
        except socket.timeout:
            return told


# Eight requests are answered at once, and no other.
CLOSE = '[access]\nallow = ["127.0.0.0/8"]\ninterval = "1h"\nburst = 8\nleak = 0\n'
SHUT = '[access]\ndeny = ["127.0.0.0/8"]\n'


@pytest.mark.parametrize("rules, said", [
    (CLOSE + "kod = true\n", {b"RATE"}),
    (CLOSE, set()),
    (SHUT + 'refuse = "deny"\n', {b"DENY"}),
    (SHUT + 'refuse = "restrict"\n', {b"RSTR"}),
    (SHUT, set()),
], ids=["over the limit", "over the limit, in silence", "denied", "restricted", "denied, in silence"])
def test_who_gets_no_time_is_told_so_if_he_shall_be(rules: str, said: Set[bytes]) -> None:
    with Guarded(rules) as daemon:
        daemon.wait_synchronised()
        told = kisses(daemon.port, 24)
        assert set(told) == said
        verdicts = daemon.ask("serverstats")["serverstats"]["verdicts"]
        assert verdicts["answered"] == (8 if rules.startswith(CLOSE) else 0), verdicts


def test_a_client_with_a_key_is_answered_with_that_key() -> None:
    with Guarded("") as daemon:
        keys = os.path.join(daemon.directory.name, "keys")
        with open(os.open(keys, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write("7 MD5 HEX:%s\n" % KEY.hex())
        plain = request(secrets.randbits(64))
        signed = plain + struct.pack("!I", 7) + hashlib.md5(KEY + plain).digest()
        daemon.wait_synchronised()
        assert answers(daemon.port, 1, signed) == 0
        daemon.reload(daemon.text() + '[access]\nkeys_file = "%s"\n' % keys, "reloaded")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", daemon.port))
            client.settimeout(2)
            client.send(signed)
            reply = client.recv(2048)
        assert reply[48:] == struct.pack("!I", 7) + hashlib.md5(KEY + reply[:48]).digest()
        assert answers(daemon.port, 1, signed[:-1] + bytes([signed[-1] ^ 1])) == 0
        assert answers(daemon.port, 1, plain) == 1


def write_keys(path: str, mode: int, *lines: str) -> None:
    """Exchanges a file of keys."""
    with open(os.open(path + ".new", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write("".join(line + "\n" for line in lines))
    os.chmod(path + ".new", mode)
    os.rename(path + ".new", path)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_key_that_is_changed_or_revoked_is_good_until_the_next_reload_and_no_longer(workers: int) -> None:
    other = KEY[::-1]
    plain = request(secrets.randbits(64))
    signed, signed_by_other = (plain + struct.pack("!I", 7) + hashlib.md5(key + plain).digest() for key in (KEY, other))
    with Guarded("", workers=workers) as daemon:
        keys = os.path.join(daemon.directory.name, "keys")
        text = daemon.text() + '[access]\nkeys_file = "%s"\n' % keys

        def is_good(octets: bytes, good: bool) -> None:
            wait_until(lambda: answers(daemon.port, 1, octets, patience=0.2) == good, 5, "taken over by the worker")

        write_keys(keys, 0o600, "7 MD5 HEX:%s" % KEY.hex())
        daemon.wait_synchronised()
        daemon.reload(text, "reloaded")
        is_good(signed, True)
        is_good(signed_by_other, False)
        write_keys(keys, 0o600, "7 MD5 HEX:%s" % other.hex())
        is_good(signed, True)
        daemon.reload(text, "reloaded")
        is_good(signed_by_other, True)
        is_good(signed, False)
        # A file that cannot be believed changes nothing.
        write_keys(keys, 0o644, "7 MD5 HEX:%s" % KEY.hex())
        since = daemon.mark()
        daemon.reload(text, "reloaded")
        assert daemon.find("keys_refused", since)
        is_good(signed_by_other, True)
        is_good(signed, False)
        write_keys(keys, 0o600, "8 MD5 HEX:%s" % other.hex())
        daemon.reload(text, "reloaded")
        is_good(signed_by_other, False)
        is_good(plain, True)


def test_keys_that_anybody_could_read_are_refused_and_time_is_served() -> None:
    with Guarded("") as daemon:
        keys = os.path.join(daemon.directory.name, "keys")
        with open(keys, "w", encoding="ascii") as file:
            file.write("7 MD5 secret\n")
        os.chmod(keys, 0o644)
        daemon.wait_synchronised()
        line = daemon.reload(daemon.text() + '[access]\nkeys_file = "%s"\n' % keys, "keys_refused.*").group()
        assert "chmod" in line and "secret\n" not in line
        assert answers(daemon.port, 1) == 1


def test_ntpq_prints_what_an_ntpd_with_reference_clocks_prints() -> None:
    with NetworkNamespace() as own:
        text = configuration(["127.0.0.1:123", "[::1]:123"], [SKY], lab_mode=True)
        with Tokimorid(text, 123, own.prefix) as daemon:
            daemon.wait_for("state=synchronised", 10)
            # What it tells is put together once a second.
            wait_until(lambda: "leap_none" in ntpq(own.prefix, "-n", "-c", "rv").stdout, 10, "leap_none")
            asked = run([*own.prefix, tool("ntpdig") or "ntpdig", "127.0.0.1"])
            assert asked.returncode == 0, asked.stderr
            said: List[str] = []
            for command in ("rv", "as", "rv &1", "cv &1", "sysinfo", "sysstats", "kerninfo", "mrulist"):
                answer = ntpq(own.prefix, "-n", "-c", command)
                assert answer.returncode == 0, (command, answer.stderr)
                assert "***" not in answer.stdout + answer.stderr, (command, answer.stdout, answer.stderr)
                assert "timed out" not in answer.stdout + answer.stderr, command
                said.append(answer.stdout)
            variables, associations, peer, clock, sysinfo, sysstats, kerninfo, clients = said
            assert "refid=SIM" in variables and "stratum=1" in variables and "leap_none" in variables
            assert re.search(r"^\s+1\s+1\s+9[67]\w\w\s+yes\s+yes", associations, re.MULTILINE), associations
            assert "srcadr" in peer and "reach" in peer
            assert "device" in clock and "sky" in clock
            assert "SIM" in sysinfo and "root dispersion" in sysinfo
            assert "processed for time" in sysstats or "packets received" in sysstats
            # Linux holds every frequency within 500 ppm.
            assert re.search(r"frequency tolerance:\s+500\b", kerninfo), kerninfo
            assert re.search(r"\s127\.0\.0\.1\s*$", clients, re.MULTILINE), clients
            for arguments in ("-pn", "-p"):
                billboard = ntpq(own.prefix, arguments).stdout
                assert re.search(r"^[*o]LOCAL\(0\)\s+\.SIM\.\s+0\s+l\s+", billboard, re.MULTILINE), billboard
            # What ntpd counts and we do not is asked for, too, and told to be unknown.
            for command, told in (("iostats", r"received packets:\s+\d+"),
                                  ("monstats", r"addresses in use:\s+1\b[\s\S]*maximum addresses:\s+\d{4}")):
                answer = ntpq(own.prefix, "-n", "-c", command)
                assert re.search(told, answer.stdout), (answer.stdout, answer.stderr)


CROWD = """import socket
for host in range(1, 401):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.%d.%d" % (1 + host // 200, 1 + host % 200), 0))
        client.connect(("127.0.0.1", 123))
        client.settimeout(20)
        for again in range(3 if host % 100 == 0 else 1):
            client.send(bytes([0x23]) + bytes(39) + b"a number")
            assert len(client.recv(100)) == 48
"""


def test_ntpq_lists_every_client_and_those_alone_that_it_asks_for() -> None:
    def listed(own: NetworkNamespace, command: str) -> List[str]:
        answer = ntpq(own.prefix, "-n", "-c", command)
        assert answer.returncode == 0 and "***" not in answer.stdout + answer.stderr, (answer.stdout, answer.stderr)
        found = re.findall(r"\s(127\.0\.\d+\.\d+)\s*$", answer.stdout, re.MULTILINE)
        assert len(found) == len(set(found)), answer.stdout
        return sorted(found)

    everybody = sorted("127.0.%d.%d" % (1 + host // 200, 1 + host % 200) for host in range(1, 401))
    regulars = sorted("127.0.%d.%d" % (1 + host // 200, 1 + host % 200) for host in range(100, 401, 100))
    text = configuration(["127.0.0.1:123"], [SKY], lab_mode=True, workers=2)
    with NetworkNamespace() as own:
        with Tokimorid(text, 123, own.prefix) as daemon:
            daemon.wait_for("state=synchronised", 10)
            asked = run([*own.prefix, "/usr/bin/python3", "-c", CROWD])
            assert asked.returncode == 0, asked.stderr
            assert listed(own, "mrulist") == everybody
            assert listed(own, "mrulist mincount=2") == regulars
            assert listed(own, "mrulist maxlstint=3600 sort=addr") == everybody
            assert listed(own, "mrulist minlstint=3600") == []
            refused = ntpq(own.prefix, "-n", "-c", "mrulist laddr=127.0.0.1")
            assert "BADFMT" in refused.stdout + refused.stderr, (refused.stdout, refused.stderr)
            keys = os.path.join(daemon.directory.name, "keys")
            with open(os.open(keys, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
                file.write("7 MD5 HEX:%s\n" % KEY.hex())
            daemon.reload(text + '[access]\nkeys_file = "%s"\n' % keys +
                          '[[access.rule]]\nfrom = ["127.0.0.1/32"]\nflags = ["nomrulist"]\n', "reloaded")
            # What it tells is put together once a second.
            wait_until(lambda: "authkeys=1" in ntpq(own.prefix, "-n", "-c", "rv 0 authkeys").stdout, 10, "the key")
            assert re.search(r"stored keys:\s+1\b", ntpq(own.prefix, "-n", "-c", "authinfo").stdout)
            refused = ntpq(own.prefix, "-n", "-c", "mrulist")
            assert "RESTRICT" in refused.stdout + refused.stderr, (refused.stdout, refused.stderr)
            assert "stratum=1" in ntpq(own.prefix, "-n", "-c", "rv").stdout


STRANGER = """import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
    stranger.bind(("203.0.113.7", 0))
    stranger.settimeout(1)
    stranger.sendto(bytes([0x23]) + bytes(39) + b"a number", ("203.0.113.7", 123))
    assert len(stranger.recv(100)) == 48
"""


def test_who_is_refused_by_default_is_told_of_and_served_once_his_network_is_named() -> None:
    def may_query() -> bool:
        answer = ntpq(own.prefix, "-n", "-c", "timeout 500", "-c", "rv", host="203.0.113.7")
        told = "stratum=1" in answer.stdout
        assert told or "timed out" in answer.stdout + answer.stderr, (answer.stdout, answer.stderr)
        return told

    with NetworkNamespace() as own:
        own.ip("address add 203.0.113.7/32 dev lo")
        text = configuration(["0.0.0.0:123"], [SKY], lab_mode=True)
        with Tokimorid(text, 123, own.prefix) as daemon:
            daemon.wait_for("state=synchronised", 10)
            ask = [*own.prefix, "/usr/bin/python3", "-c", STRANGER]
            assert run(ask).returncode != 0
            assert not may_query()
            network = daemon.wait_for(r"clients_unlisted count=1 latest=\S+ what=.* add (\S+) to that list", 10).group(1)
            assert network == "203.0.113.0/24"
            served = text + '[access]\nallow = ["private", "%s"]\n' % network
            daemon.reload(served, "reloaded")
            wait_until(lambda: run(ask).returncode == 0, 10, "a reply for who is named")
            assert not may_query()
            daemon.reload(served + 'query = ["%s"]\n' % network, "reloaded")
            wait_until(may_query, 10, "an answer to the question of who is named")


def test_who_may_not_query_hears_nothing() -> None:
    question = bytes.fromhex("160200010000000000000000")
    with Guarded("[access]\nquery = []\n" + LIMITED) as daemon:
        daemon.wait_synchronised()
        assert answers(daemon.port, 1, question) == 0
        assert answers(daemon.port, 1, bytes.fromhex("1700032a00000000")) == 0
        assert daemon.ask("serverstats")["serverstats"]["verdicts"]["control"] == 1
    with Guarded("") as daemon:
        daemon.wait_synchronised()
        assert answers(daemon.port, 1, question) >= 1
        assert answers(daemon.port, 1, bytes.fromhex("1700032a00000000")) == 0
        # Each has at most three datagrams; 40 may be asked at once.
        assert answers(daemon.port, 400, question) <= 3 * 60


def test_the_json_of_clients_has_what_is_documented() -> None:
    with Guarded("") as daemon:
        daemon.wait_synchronised()
        assert answers(daemon.port, 3) == 3
        found = daemon.ask("clients")["clients"]
        assert (set(found), found["known"]) == ({"known", "matching", "first", "replaced", "latest"}, 1)
        assert set(found["latest"][0]) == {"address", "port", "requests", "limited", "refused", "interval_ns",
                                           "last_seen_age_ns", "first_seen_age_ns", "version", "mode", "leap",
                                           "stratum"}
        assert json.dumps(found["latest"][0]["last_seen_age_ns"]) != "null"
        told = bytearray(request(secrets.randbits(64), version=3, leap=2))
        told[1] = 9
        assert answers(daemon.port, 1, bytes(told)) == 1
        latest = daemon.ask("clients")["clients"]["latest"][0]
        assert [latest[word] for word in ("version", "mode", "leap", "stratum")] == [3, 3, 2, 9], "what it says of itself"
        assert "127.0.0.1" in daemon.tokictl("clients").stdout
