"""An NTP client of our own (RFC 5905): builds requests, reads replies, watches a server over time, loads it."""
from __future__ import annotations

import dataclasses
import secrets
import socket
import struct
import threading
import time
from typing import Callable, List, Optional, Tuple

UNIX_EPOCH = 2_208_988_800
SECOND = 1_000_000_000

UNSYNCHRONISED = 3
CLIENT, SERVER = 3, 4

_HEADER = struct.Struct(">BBbbII4sQQQQ")


def posix_ns(timestamp: int) -> int:
    """POSIX nanoseconds of a 64-bit NTP timestamp between 1968 and 2104."""
    seconds, fraction = timestamp >> 32, timestamp & 0xFFFF_FFFF
    era = 0 if seconds >> 31 else 1 << 32
    return (seconds + era - UNIX_EPOCH) * SECOND + (fraction * SECOND >> 32)


@dataclasses.dataclass(frozen=True)
class Reply:
    """A reply, and when by the host's clocks the request left and the reply came."""

    leap: int
    version: int
    mode: int
    stratum: int
    poll: int
    precision: int
    root_delay: float
    root_dispersion: float
    refid: bytes
    reference: int
    origin: int
    receive: int
    transmit: int
    left_ns: int
    came_ns: int
    came_monotonic: float

    @property
    def synchronised(self) -> bool:
        """What a client makes of leap indicator and stratum."""
        return self.leap != UNSYNCHRONISED and 0 < self.stratum < 16

    @property
    def transmit_ns(self) -> int:
        """The served time, POSIX nanoseconds."""
        return posix_ns(self.transmit)

    @property
    def utc(self) -> str:
        """The served time to the second, such as 2016-11-30T23:59:59."""
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(self.transmit_ns // SECOND))

    @property
    def offset(self) -> float:
        """Served time minus the host's clock, s."""
        there, back = posix_ns(self.receive) - self.left_ns, self.transmit_ns - self.came_ns
        return (there + back) / 2 / SECOND

    @property
    def journey(self) -> float:
        """How long request and reply were on their way, s; of it nobody knows how much was there and how much back."""
        return (self.came_ns - self.left_ns - (self.transmit_ns - posix_ns(self.receive))) / SECOND

    @property
    def proven_error(self) -> float:
        """What the four stamps prove of the error of served time against the host's clock, s: at least so much."""
        return max(0.0, abs(self.offset) - self.journey / 2)

    @property
    def root_distance(self) -> float:
        """The bound of its error that the server promises, s."""
        return self.root_delay / 2 + self.root_dispersion

    @property
    def says_unsynchronised(self) -> bool:
        """All that a server must say that does not know the time."""
        return (self.leap, self.stratum) == (UNSYNCHRONISED, 0)


def request(origin: int, version: int = 4, mode: int = CLIENT, leap: int = 0) -> bytes:
    """A request of 48 octets whose transmit timestamp is `origin`."""
    return _HEADER.pack(leap << 6 | version << 3 | mode, 0, 6, -20, 0, 0, b"\0" * 4, 0, 0, 0, origin)


def parse(octets: bytes, left_ns: int, came_ns: int, came_monotonic: float) -> Reply:
    """Raises struct.error for anything but 48 octets."""
    first, stratum, poll, precision, delay, dispersion, refid, *stamps = _HEADER.unpack(octets)
    return Reply(first >> 6, first >> 3 & 7, first & 7, stratum, poll, precision, delay / 65536, dispersion / 65536,
                 refid, *stamps, left_ns, came_ns, came_monotonic)


class NtpClient:
    """A client of one server. Its socket is connected, so that only replies from the very address asked are taken."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.connect((host, port))

    def close(self) -> None:
        """Gives the socket back."""
        self._socket.close()

    def __enter__(self) -> NtpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, octets: bytes) -> None:
        """Sends any datagram."""
        self._socket.send(octets)

    def ask(self, version: int = 4, mode: int = CLIENT, patience: float = 1.0) -> Optional[Reply]:
        """The reply to one request; None if there is none in time. Replies to earlier requests are passed over."""
        origin = secrets.randbits(64)
        left = time.time_ns()
        try:
            self._socket.send(request(origin, version, mode))
            return self._await(origin, left, time.monotonic() + patience)
        except (socket.timeout, ConnectionRefusedError):
            return None

    def _await(self, origin: int, left: int, deadline: float) -> Reply:
        while True:
            self._socket.settimeout(max(deadline - time.monotonic(), 1e-6))
            octets = self._socket.recv(2048)
            reply = parse(octets, left, time.time_ns(), time.monotonic())
            if reply.origin == origin:
                return reply

    def next_octets(self, patience: float = 1.0) -> bytes:
        """Whatever comes next. Raises socket.timeout."""
        self._socket.settimeout(patience)
        return self._socket.recv(2048)

    def best_of(self, count: int) -> Reply:
        """The reply of the shortest journey among `count`; raises AssertionError if one stays out."""
        replies = [self.ask() for _ in range(count)]
        answered = [reply for reply in replies if reply is not None]
        assert len(answered) == count, "%d of %d requests had no reply" % (count - len(answered), count)
        return min(answered, key=lambda reply: reply.came_ns - reply.left_ns)

    def best_within(self, root_distance: float, seconds: float) -> Reply:
        """The best of eight replies as soon as the server promises that it is off by less than `root_distance`, s: its first
        measurements are few. Raises AssertionError after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            reply = self.best_of(8)
            if reply.root_distance < root_distance:
                return reply
            assert time.monotonic() < deadline, "Not within %.0f s below %g s: %s" % (seconds, root_distance, reply)
            time.sleep(0.2)


Predicate = Callable[[Reply], bool]


class NtpWatch:
    """Asks a server again and again on a thread of its own, and remembers every reply."""

    def __init__(self, port: int, host: str = "127.0.0.1", per_second: float = 20.0) -> None:
        self._client = NtpClient(port, host)
        self._interval = 1.0 / per_second
        self._replies: List[Reply] = []
        self._news = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops asking."""
        self._stop.set()
        self._thread.join()
        self._client.close()

    def __enter__(self) -> NtpWatch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            reply = self._client.ask()
            if reply is not None:
                with self._news:
                    self._replies.append(reply)
                    self._news.notify_all()

    def replies(self) -> List[Reply]:
        """All so far."""
        with self._news:
            return list(self._replies)

    def wait_seconds(self, seconds: float) -> Reply:
        """A reply that came so much later than now: for watching what must not happen."""
        moment = time.monotonic() + seconds
        return self.wait_for(lambda reply: reply.came_monotonic > moment, seconds + 10)

    def mark(self) -> int:
        """How many there are so far; for `wait_for` and slices."""
        with self._news:
            return len(self._replies)

    def wait_for(self, wanted: Predicate, seconds: float, since: int = 0) -> Reply:
        """The first reply from number `since` on that is `wanted`; raises AssertionError after `seconds`."""
        deadline = time.monotonic() + seconds
        position = since
        with self._news:
            while True:
                for reply in self._replies[position:]:
                    if wanted(reply):
                        return reply
                position = max(position, len(self._replies))
                left = deadline - time.monotonic()
                if left <= 0:
                    last = self._replies[-1] if self._replies else None
                    raise AssertionError("No such reply in %.0f s; the last was %s" % (seconds, last))
                self._news.wait(left)


class NtpLoad:
    """A steady load: about so many requests a second to one address from several sockets, each reply accounted for."""

    SOCKETS = 8

    def __init__(self, port: int, host: str = "127.0.0.1", per_second: float = 500.0) -> None:
        self._sockets = [self._open(host, port) for _ in range(self.SOCKETS)]
        self._interval = 1.0 / per_second
        self._stop = threading.Event()
        self._sent: List[int] = []
        self._replies: List[Reply] = []
        self._sender = threading.Thread(target=self._send, daemon=True)
        self._readers = [threading.Thread(target=self._read, args=(one,), daemon=True) for one in self._sockets]
        for thread in (*self._readers, self._sender):
            thread.start()

    @staticmethod
    def _open(host: str, port: int) -> socket.socket:
        opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        opened.connect((host, port))
        return opened

    def _send(self) -> None:
        while not self._stop.wait(self._interval):
            origin = secrets.randbits(64)
            self._sockets[len(self._sent) % self.SOCKETS].send(request(origin))
            self._sent.append(origin)

    def _read(self, source: socket.socket) -> None:
        while True:
            try:
                octets = source.recv(2048)
            except OSError:
                continue
            if not octets:
                return
            self._replies.append(parse(octets, 0, time.time_ns(), time.monotonic()))

    @property
    def sent(self) -> int:
        """Requests so far."""
        return len(self._sent)

    def finish(self, patience: float = 2.0) -> Tuple[List[int], List[Reply]]:
        """Stops; the requests that had no reply within `patience`, and all replies."""
        self._stop.set()
        self._sender.join()
        deadline = time.monotonic() + patience
        while len(self._replies) < len(self._sent) and time.monotonic() < deadline:
            threading.Event().wait(0.01)
        for one in self._sockets:
            # Wakes its reader, which then sees the end.
            one.shutdown(socket.SHUT_RDWR)
        for thread in self._readers:
            thread.join()
        for one in self._sockets:
            one.close()
        answered = {reply.origin for reply in self._replies}
        return [origin for origin in self._sent if origin not in answered], list(self._replies)
