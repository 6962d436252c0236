"""Other NTP servers as sources of the real daemon: real chronyd, and servers of our own that are silent, refuse or lie."""
from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
import tempfile
import threading
import time
from typing import Callable, Dict, Iterator, List, Optional, Sequence

import pytest

from control import AskedDaemon
from namespace import NetworkNamespace, mounting
from ntp_client import UNIX_EPOCH
from programs import (WITHOUT_CLOCK, Process, Tokimorid, Value, chronyd_path, configuration, free_port, ntpq, program,
                      run, unpacked, wait_until)

pytestmark = pytest.mark.story

PATIENCE = 30.0
_HEADER = struct.Struct(">BBbbII4sQQQQ")
KEY = bytes(range(16))


def upstream(port: int, **keys: object) -> str:
    """One [[upstream]] at 127.0.0.1."""
    lines = ["", "[[upstream]]", 'address = "127.0.0.1"', "port = %d" % port]
    for name, value in keys.items():
        text = str(value).lower() if isinstance(value, bool) else '"%s"' % value if isinstance(value, str) else value
        lines.append("%s = %s" % (name, text))
    return "\n".join(lines) + "\n"


class Follower(AskedDaemon):
    """A daemon whose only sources are other servers."""

    def __init__(self, servers: str, prefix: Sequence[str] = (), **server: Value) -> None:
        self._servers = servers
        super().__init__(refclocks=(), prefix=prefix, lab_mode=False, **server)

    def text(self, port: Optional[int] = None, **changed: Value) -> str:
        return super().text(port, **changed) + self._servers


@contextlib.contextmanager
def ntpd(*lines: str, prefix: Sequence[str]) -> Iterator[Process]:
    """A real ntpd of NTPsec at port 123, the only one that it knows, of a namespace of the test's own. It serves the time
    of this host, and may not set it."""
    path = unpacked("ntpsec", "usr/sbin/ntpd")  # openntpd has one, too
    with tempfile.TemporaryDirectory(prefix="tokimori-") as directory:
        file = os.path.join(directory, "ntp.conf")
        with open(file, "w", encoding="utf-8") as out:
            # Five minutes, unless it is told otherwise, before it believes the free counter.
            out.write("\n".join(["interface ignore all", "interface listen 127.0.0.1", "tos orphanwait 1", *lines, ""]))
        with Process([*prefix, *(WITHOUT_CLOCK if os.geteuid() == 0 else []), path, "-n", "-c", file]) as process:
            process.wait_for("Listen normally on . lo 127.0.0.1:123", PATIENCE)
            yield process


@contextlib.contextmanager
def chronyd(port: int, *lines: str, prefix: Sequence[str] = ()) -> Iterator[Process]:
    """A real chronyd that serves the time of this host and sets nothing."""
    with tempfile.TemporaryDirectory(prefix="tokimori-") as directory:
        file = os.path.join(directory, "chrony.conf")
        with open(file, "w", encoding="utf-8") as out:
            out.write("\n".join(["port %d" % port, "bindaddress 127.0.0.1", "cmdport 0", "allow 127.0.0.0/8",
                                 "pidfile %s/pid" % directory, *lines, ""]))
        with Process([*prefix, chronyd_path(), "-x", "-d", "-U", "-u", "root", "-f", file]) as process:
            process.wait_for("chronyd version", PATIENCE)
            yield process


def timestamp(nanoseconds: int) -> int:
    """The NTP timestamp of POSIX nanoseconds."""
    seconds, rest = divmod(nanoseconds, 10**9)
    return ((seconds + UNIX_EPOCH) & 0xFFFF_FFFF) << 32 | (rest << 32) // 10**9


def reply(request: bytes, came: int, late: float = 0.0, leap: int = 0, stratum: int = 1,
          refid: bytes = b"GPS\0") -> bytes:
    """What a good server says whose clock is `late` seconds late."""
    origin = _HEADER.unpack(request[:48])[-1]
    now = [timestamp(moment - int(late * 1e9)) for moment in (came - 16 * 10**9, came, time.time_ns())]
    return _HEADER.pack(leap << 6 | 4 << 3 | 4, stratum, 6, -20, 0, 0x20, refid, now[0], origin, now[1], now[2])


class Server:
    """An NTP server of our own, of which `answer` decides what it says, as long as its block lasts."""

    def __init__(self, answer: Callable[[bytes, int], Optional[bytes]], delay: float = 0.0, address: str = "127.0.0.1",
                 port: int = 0) -> None:
        self.port = port or free_port()
        self._address = address
        self.requests: List[bytes] = []
        self._answer = answer
        self._delay = delay
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, self.port))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            request, client = self._socket.recvfrom(2048)
            if not request:
                return
            # The way there and the way back are equally long.
            threading.Event().wait(self._delay / 2)
            self.requests.append(request)
            said = self._answer(request, time.time_ns())
            threading.Event().wait(self._delay / 2)
            if said is not None:
                self._socket.sendto(said, client)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", (self._address, self.port))
        self._thread.join()
        self._socket.close()


def test_a_follower_of_a_real_chronyd_is_right_and_one_stratum_more() -> Dict[str, object]:
    port = free_port()
    with chronyd(port, "local stratum 1"), Follower(upstream(port, name="chrony")) as daemon:
        daemon.wait_for("state=synchronised", PATIENCE)
        with daemon.client() as client:
            served = client.best_within(0.5, PATIENCE)
        assert (served.stratum, served.leap, served.refid) == (2, 0, b"\x7f\0\0\1")
        assert served.proven_error < served.root_distance
        return {"root_distance_ms": served.root_distance * 1e3, "proven_error_ms": served.proven_error * 1e3}


def test_what_was_exchanged_is_kept_in_rawstats() -> None:
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        with Server(reply) as server, Follower(upstream(server.port), statistics_dir=room) as daemon:
            daemon.wait_for("state=synchronised", PATIENCE)
        with open(os.path.join(room, "rawstats"), encoding="utf-8") as file:
            lines = [line.split() for line in file]
    assert 3 <= len(lines) <= 12
    for fields in lines:
        assert fields[2:4] == ["127.0.0.1", "127.0.0.1"] and len(fields) == 17, fields
        origin, receive, transmit, destination = (float(field) for field in fields[4:8])
        assert receive <= transmit and origin - 0.5 < receive < destination + 0.5, fields
        assert fields[8:12] == ["0", "4", "4", "1"] and fields[16] == "GPS", fields


def test_a_server_without_the_time_is_not_followed() -> None:
    port = free_port()
    with chronyd(port), Follower(upstream(port)) as daemon:
        daemon.wait_for("does not know the time itself", PATIENCE)
        with daemon.client() as client:
            answered = client.ask()
        assert answered is not None and answered.says_unsynchronised


def test_one_wrong_server_among_three_is_a_falseticker() -> None:
    right = [free_port(), free_port()]
    with contextlib.ExitStack() as stack:
        for port in right:
            stack.enter_context(chronyd(port, "local stratum 1"))
        liar = stack.enter_context(Server(lambda request, came: reply(request, came, late=0.3)))
        servers = upstream(right[0], name="a") + upstream(right[1], name="b") + upstream(liar.port, name="liar")
        daemon = stack.enter_context(Follower(servers))
        daemon.wait_for("state=synchronised", PATIENCE)
        daemon.wait_for("name=liar reason=falseticker", PATIENCE)
        with daemon.client() as client:
            served = client.best_within(0.2, PATIENCE)
        assert served.proven_error < served.root_distance


def test_ntpq_lists_servers_as_ntpd_does() -> None:
    """A stratum 1 that is followed, a stratum 2, both with an address as refid, and one that is silent."""
    servers = "".join(upstream(port, prefer=port == 1123).replace("127.0.0.1", "127.0.0.%d" % number)
                      for number, port in ((2, 1123), (3, 1124), (4, 1125)))
    with NetworkNamespace() as own, chronyd(1123, "bindaddress 127.0.0.2", "local stratum 1", prefix=own.prefix), \
            chronyd(1124, "bindaddress 127.0.0.3", "local stratum 2", prefix=own.prefix), \
            Tokimorid(configuration(["127.0.0.1:123"]) + servers, 123, own.prefix) as daemon:
        daemon.wait_for("state=synchronised", PATIENCE)

        def listed() -> str:
            return ntpq(own.prefix, "-pn").stdout

        # Which of them is heard first is chance.
        row = r"^%s +%s +%s u .* +%s(?: +-?[\d.]+){3}$"
        for columns in ((r"\*127\.0\.0\.2", r"127\.127\.1\.1", "1", "[1-7][0-7]*"),
                        (r"[ +-]127\.0\.0\.3", r"127\.127\.1\.1", "2", "[1-7][0-7]*"),
                        (r" 127\.0\.0\.4", r"\.INIT\.", "16", "0")):
            wait_until(lambda asked=columns: bool(re.search(row % asked, listed(), re.MULTILINE)), PATIENCE, row % columns)
        system = ntpq(own.prefix, "-n", "-c", "rv").stdout
        assert re.search(r"sync_ntp,[\s\S]*stratum=2,[\s\S]*refid=127\.0\.0\.2,[\s\S]*peer=1,", system), system
        peer = ntpq(own.prefix, "-n", "-c", "rv &1").stdout
        assert re.search(r"status=961a conf, reach, sel_sys\.peer,", peer) and "hmode=3, pmode=4" in peer, peer
        assert re.search(r"srcadr=127\.0\.0\.2, srcport=1123,", peer), peer


FREE_COUNTER = "refclock local unit 0 stratum 0 minpoll 3 maxpoll 3 iburst"
"""ntpd follows this after some ten seconds."""


_TELL_ROOT_DISTANCE = """
import socket, struct
asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asking.settimeout(1)
asking.sendto(bytes([0x23]) + bytes(47), ("127.0.0.1", 123))
answer = asking.recv(100)
delay, dispersion = struct.unpack(">II", answer[4:12])
print(answer[0] >> 6, (delay / 2 + dispersion) / 65536)
"""


def tells_time_within(seconds: float, prefix: Sequence[str]) -> bool:
    """Whether the server at 127.0.0.1 says of its own time that it is that good."""
    said = run([*prefix, "/usr/bin/python3", "-c", _TELL_ROOT_DISTANCE]).stdout.split()
    return len(said) == 2 and said[0] != "3" and float(said[1]) < seconds


class WrongClock:
    """Tells a chronyd by its SOCK protocol that the time is `fast` seconds later than this host thinks."""

    def __init__(self, path: str, fast: float) -> None:
        self._path, self._fast = path, fast
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)
        self._thread.start()

    def _tell(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            while not self._end.wait(0.2):
                now = time.time_ns()
                with contextlib.suppress(OSError):
                    out.sendto(struct.pack("@qqdiiii", now // 10**9, now % 10**9 // 1000, self._fast, 0, 0, 0, 0x534F434B),
                               self._path)

    def __enter__(self) -> WrongClock:
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def test_a_follower_of_a_real_ntpsec_is_right_and_one_stratum_more() -> Dict[str, object]:
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(NetworkNamespace())
        stack.enter_context(ntpd(FREE_COUNTER, prefix=network.prefix))
        # It would be asked again only after minutes.
        wait_until(lambda: tells_time_within(0.5, network.prefix), 4 * PATIENCE, "root distance of ntpd")
        daemon = stack.enter_context(Follower(upstream(123, name="ntpsec"), prefix=network.prefix))
        daemon.wait_for("state=synchronised", PATIENCE)
        tracking = daemon.ask("tracking")["tracking"]
        assert (tracking["source"], tracking["stratum"], tracking["refid"]) == ("ntpsec", 2, "127.0.0.1")
        assert tracking["root_delay_ns"] > 0
        return {"root_distance_ms": tracking["root_distance_ns"] * 1e-6}


def test_of_real_servers_the_right_are_followed_and_the_wrong_the_silent_and_the_refusing_are_not() -> None:
    """Two chronyd are right, one is half a second fast, one answers nobody, and an ntpd sends nothing but RATE."""
    servers = upstream(123, name="kissing") + "".join(
        upstream(port, name=name) for port, name in enumerate(("right", "right2", "fast", "silent"), start=1123))
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        network = enter(NetworkNamespace())
        room = enter(tempfile.TemporaryDirectory(prefix="tokimori-"))
        enter(ntpd(FREE_COUNTER, "restrict default limited kod", "limit average 0.01 burst 2 kod 5",
                   prefix=network.prefix))
        for port in (1123, 1124):
            enter(chronyd(port, "local stratum 1", prefix=network.prefix))
        fast = enter(chronyd(1125, "refclock SOCK %s/sock poll 0 filter 4 refid LIE" % room, "maxslewrate 100000",
                             "corrtimeratio 1", prefix=network.prefix))
        enter(WrongClock(room + "/sock", 0.5))
        enter(chronyd(1126, "local stratum 1", "deny 127.0.0.0/8", prefix=network.prefix))
        fast.wait_for("Selected source LIE", PATIENCE)
        daemon = enter(Follower(servers, prefix=network.prefix))
        daemon.wait_for("state=synchronised", PATIENCE)
        daemon.wait_for("name=fast reason=falseticker", PATIENCE)
        daemon.wait_for("device name=silent working=false .*does not answer", PATIENCE)
        daemon.wait_for("device name=kissing working=false .*RATE", PATIENCE)
        sources = {source["name"]: source["reason"] for source in daemon.ask("sources")["sources"]}
        assert {sources["right"], sources["right2"]} <= {"selected", "combined", "selectable"}, sources


def test_restarts_do_not_ask_more_often_than_twenty_times_an_hour() -> None:
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room, Server(reply) as server:
        runs = 0
        while len(server.requests) < 20:
            asked, runs = len(server.requests), runs + 1
            with Follower(upstream(server.port, name="other"), state_dir=room):
                wait_until(lambda before=asked: len(server.requests) > before, PATIENCE, "a request")
        assert runs >= 4, "the first must not use up the hour"
        with Follower(upstream(server.port, name="other"), state_dir=room) as daemon:
            daemon.wait_for("device name=other working=false .*asked again in (59|60) minutes", PATIENCE)
        assert len(server.requests) == 20


@pytest.mark.parametrize("said, sentence", [
    ({"stratum": 0, "leap": 3, "refid": b"DENY"}, "refuses to answer us"),
    ({"stratum": 0, "leap": 3, "refid": b"RATE"}, "wants to be asked more seldom"),
    ({"refid": b"\xfe\0\0\1"}, "smears a leap second"),
    ({"leap": 3}, "does not know the time itself"),
    ({"stratum": 2, "refid": b"\x7f\0\0\1"}, "follows this very server"),
    ({"stratum": 15}, "stratum of 15 or more"),
])
def test_what_cannot_be_followed_is_not_and_is_told(said: Dict[str, object], sentence: str) -> None:
    with Server(lambda request, came: reply(request, came, **said)) as server, \
            Follower(upstream(server.port)) as daemon:
        daemon.wait_for(sentence, PATIENCE)
        with daemon.client() as client:
            answered = client.ask()
        assert answered is not None and answered.says_unsynchronised
        assert daemon.is_running()


def test_a_server_that_refuses_is_left_alone() -> None:
    with Server(lambda request, came: reply(request, came, stratum=0, leap=3, refid=b"DENY")) as server, \
            Follower(upstream(server.port)) as daemon:
        daemon.wait_for("refuses to answer us", PATIENCE)
        refused = len(server.requests)
        # A burst would go on after 2 s.
        threading.Event().wait(5.0)
        assert len(server.requests) == refused


def test_a_silent_server_is_told_and_does_not_keep_another_from_being_followed() -> None:
    port = free_port()
    with Server(lambda request, came: None) as silent, chronyd(port, "local stratum 1"), \
            Follower(upstream(silent.port, name="silent") + upstream(port, name="chrony")) as daemon:
        daemon.wait_for("state=synchronised", PATIENCE)
        daemon.wait_for("device name=silent working=false .*does not answer", PATIENCE)
        assert len({request[40:48] for request in silent.requests}) == len(silent.requests), "each with a nonce"
        assert all(request[1:40] == bytes(39) for request in silent.requests), "and nothing else"


HOSTS = 'mount --bind "$0" /etc/hosts'


def hosts(room: str, *addresses: str) -> str:
    """A file of host names in which ntp.example has these addresses."""
    place = os.path.join(room, "hosts")
    with open(place, "w", encoding="ascii") as file:
        file.writelines("%s ntp.example\n" % address for address in addresses)
    return place


def test_of_a_name_the_next_address_is_asked_soon_where_one_is_silent() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room, \
            Server(lambda request, came: None, address="127.0.0.2", port=port) as silent, \
            Server(reply, address="127.0.0.3", port=port), \
            Follower(upstream(port).replace("127.0.0.1", "ntp.example"),
                     prefix=mounting(HOSTS, hosts(room, "127.0.0.2", "127.0.0.3"))) as daemon:
        daemon.wait_for("device name=ntp.example working=true .*127.0.0.3", PATIENCE)
        daemon.wait_for("state=synchronised", PATIENCE)
        assert len(silent.requests) == 6


def test_of_a_name_the_next_address_is_asked_where_one_refuses() -> None:
    port = free_port()

    def refuse(request: bytes, came: float) -> bytes:
        return reply(request, came, stratum=0, leap=3, refid=b"DENY")

    with tempfile.TemporaryDirectory(prefix="tokimori-") as room, \
            Server(refuse, address="127.0.0.2", port=port) as refusing, \
            Server(reply, address="127.0.0.3", port=port), \
            Follower(upstream(port).replace("127.0.0.1", "ntp.example"),
                     prefix=mounting(HOSTS, hosts(room, "127.0.0.2", "127.0.0.3"))) as daemon:
        daemon.wait_for("127.0.0.2.* refuses to answer us", PATIENCE)
        daemon.wait_for("state=synchronised", PATIENCE)
        assert len(refusing.requests) == 1


def test_of_a_name_the_next_address_is_asked_where_there_is_no_way_to_one() -> None:
    """There is none to either when the name is looked up, and later one to the second."""
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(NetworkNamespace())
        room = stack.enter_context(tempfile.TemporaryDirectory(prefix="tokimori-"))
        stack.enter_context(chronyd(1123, "local stratum 1", "bindaddress 0.0.0.0", prefix=network.prefix))

        def route(what: str, address: str) -> None:
            done = run([*network.prefix, "ip", "route", what, "unreachable", address, "table", "local"])
            assert done.returncode == 0, done.stderr

        route("add", "127.0.0.8")
        route("add", "127.0.0.9")
        names = mounting(HOSTS, hosts(room, "127.0.0.8", "127.0.0.9"), network.prefix)
        daemon = stack.enter_context(Follower(upstream(1123).replace("127.0.0.1", "ntp.example"), prefix=names))
        daemon.wait_for("device name=ntp.example working=false .*cannot be reached", PATIENCE)
        route("del", "127.0.0.9")
        daemon.wait_for("device name=ntp.example working=true .*127.0.0.9", PATIENCE)
        daemon.wait_for("state=synchronised", PATIENCE)


def test_forged_replies_are_passed_over() -> None:
    def forged_then_right(request: bytes, came: int) -> Optional[bytes]:
        lie = bytearray(reply(request, came, late=0.5))
        lie[24:32] = bytes(8)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anybody:
            anybody.sendto(bytes(lie), ("127.0.0.1", server.port))
        return None if request[0] & 7 != 3 else reply(request, came)

    with Server(forged_then_right) as server, Follower(upstream(server.port)) as daemon:
        daemon.wait_for("state=synchronised", PATIENCE)
        with daemon.client() as client:
            assert client.best_of(8).proven_error < 0.05


@pytest.mark.parametrize("ours, works", [(KEY, True), (KEY[::-1], False)])
def test_a_key_is_needed_where_one_is_configured(ours: bytes, works: bool) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="tokimori-") as directory:
        paths = {}
        for name, key in (("theirs", KEY), ("ours", ours)):
            paths[name] = os.path.join(directory, name)
            with open(paths[name], "w", encoding="ascii") as file:
                file.write("5 SHA1 HEX:%s\n" % key.hex())
            os.chmod(paths[name], 0o600)
        with chronyd(port, "local stratum 1", "keyfile %s" % paths["theirs"]), \
                Follower('\n[access]\nkeys_file = "%s"\n' % paths["ours"] + upstream(port, key=5)) as daemon:
            daemon.wait_for("state=synchronised" if works else "does not answer|without our key", PATIENCE)


def test_a_key_that_is_missing_is_told_and_nothing_is_asked() -> None:
    with Server(reply) as server, Follower(upstream(server.port, key=9)) as daemon:
        daemon.wait_for("key 9 is not in keys_file", PATIENCE)
        assert not server.requests


def test_a_server_at_the_end_of_a_tunnel_is_followed_within_half_of_the_long_way() -> Dict[str, object]:
    """Optical telephone JJY: the router sets up a tunnel when the first request comes, which is lost or late; the server
    in it is a stratum 1 with an ordinary reply and a long way."""
    lost = [2]

    def after_the_call_is_set_up(request: bytes, came: int) -> Optional[bytes]:
        lost[0] -= 1
        return None if lost[0] >= 0 else reply(request, came, refid=b"NICT")

    with Server(after_the_call_is_set_up, delay=0.08) as server, Follower(upstream(server.port, name="hikari")) as daemon:
        daemon.wait_for("state=synchronised", PATIENCE)
        with daemon.client() as client:
            served = client.best_within(0.5, PATIENCE)
        assert served.stratum == 2
        assert 0.08 <= served.root_delay < 0.5, "the way there and back"
        assert max(0.04, served.proven_error) < served.root_distance
        return {"root_distance_ms": served.root_distance * 1e3}


def imported(name: str, text: str) -> str:
    """What tokictl makes of another server's file of this name, which tokimorid must accept."""
    with tempfile.TemporaryDirectory(prefix="tokimori-") as directory:
        theirs, ours = os.path.join(directory, name), os.path.join(directory, "tokimori.toml")
        with open(theirs, "w", encoding="utf-8") as file:
            file.write(text)
        lines = run([program("tokictl"), "import", theirs]).stdout
        with open(ours, "w", encoding="utf-8") as file:
            file.write(lines)
        checked = run([program("tokimorid"), "--check", "--config", ours])
        assert checked.returncode == 0, checked.stderr
        return lines


def test_what_tokictl_imports_is_accepted() -> None:
    for name, text in (("ntp.conf", "server ntp.example.jp iburst minpoll 6\nserver 192.0.2.1 key 3 prefer\n"),
                       ("chrony.conf", "makestep 1 3\nserver 2001:db8::1 port 1123 maxpoll 9 noselect\n")):
        assert imported(name, text).count("[[upstream]]") == text.count("server ")
