"""Asks the guest for the time, from outside: the host's clock drives the sky, so it is the truth."""
from __future__ import annotations

import secrets
import socket
import statistics
import struct
import threading
import time
from typing import Callable, List, NamedTuple, Optional

from .guest import PATIENCE

_UNIX_EPOCH = 2_208_988_800
_HEADER = struct.Struct(">BBbbII4sQQQQ")
UNSYNCHRONISED = 3
# How late a busy host lets the guest know of an edge, s.
INTERRUPT = 0.010


class Reply(NamedTuple):
    """What a client must know of a reply (RFC 5905); `offset` is served time minus the host's, s, and cannot be wrong
    by more than half of `delay`."""

    leap: int
    stratum: int
    refid: str
    root_distance: float
    offset: float
    delay: float
    came: float

    @property
    def synchronised(self) -> bool:
        """What a client makes of leap indicator and stratum."""
        return self.leap != UNSYNCHRONISED and 0 < self.stratum < 16

    @property
    def proven_error(self) -> float:
        """The least by which the served time is wrong, s."""
        return max(0.0, abs(self.offset) - self.delay / 2)


def _seconds(timestamp: int) -> float:
    return (timestamp >> 32) - _UNIX_EPOCH + (timestamp & 0xFFFF_FFFF) / (1 << 32)


class Client:
    """Asks one port of the loopback."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))

    def ask(self, patience: float = 1.0) -> Optional[Reply]:
        """The reply; None if none comes in time."""
        origin, deadline = secrets.randbits(64), time.monotonic() + patience
        left = time.time()
        self._socket.send(_HEADER.pack(0x23, 0, 6, -20, 0, 0, b"\0" * 4, 0, 0, 0, origin))
        while True:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                octets = self._socket.recv(1024)
            except OSError:
                return None
            came = time.time()
            first, stratum, _, _, delay, dispersion, refid, _, echo, receive, transmit = _HEADER.unpack(octets[:48])
            if echo == origin:
                there, back = _seconds(receive) - left, _seconds(transmit) - came
                return Reply(first >> 6, stratum, refid.rstrip(b"\0").decode("latin-1"),
                             delay / 131072 + dispersion / 65536, (there + back) / 2, there - back, time.monotonic())


class Watch:
    """Asks again and again, and remembers every reply."""

    def __init__(self, port: int, interval: float = 0.1) -> None:
        self._client, self._interval = Client(port), interval
        self._replies: List[Reply] = []
        self._news = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            reply = self._client.ask()
            if reply is not None:
                with self._news:
                    self._replies.append(reply)
                    self._news.notify_all()

    def close(self) -> None:
        """Stops asking."""
        self._stop.set()
        self._thread.join()

    def replies(self, since: float = 0.0) -> List[Reply]:
        """Those that came later than `since` (monotonic)."""
        with self._news:
            return [reply for reply in self._replies if reply.came > since]

    def wait_for(self, wanted: Callable[[Reply], bool], since: Optional[float] = None,
                 seconds: float = PATIENCE) -> Reply:
        """The first reply after `since` (default: now) that is `wanted`; AssertionError if none comes."""
        begin = time.monotonic() if since is None else since
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                for reply in self._replies:
                    if reply.came > begin and wanted(reply):
                        return reply
                left = deadline - time.monotonic()
                if left <= 0:
                    last = self._replies[-1] if self._replies else "no reply at all"
                    raise AssertionError("not served within %g s; the last reply: %s" % (seconds, last))
                self._news.wait(left)

    def listen(self, seconds: float) -> List[Reply]:
        """The replies of the next `seconds`: for what must not happen."""
        begin = time.monotonic()
        self.wait_for(lambda reply: reply.came >= begin + seconds, begin, seconds + PATIENCE)
        return self.replies(begin)


def median_offset(replies: List[Reply]) -> float:
    """Of the synchronised replies, s, by the quarter that was on its way for the shortest: a busy host delays single
    ones, and one way only. AssertionError where there is none."""
    served = sorted((reply for reply in replies if reply.synchronised), key=lambda reply: reply.delay)
    assert served, "none of %d replies was synchronised" % len(replies)
    return statistics.median(reply.offset for reply in served[:max(len(served) // 4, 5)])


def broken_promises(replies: List[Reply]) -> List[Reply]:
    """The synchronised ones that are proven to be further off than they say, even if an emulated interrupt, and with it
    a pulse, came as late as `INTERRUPT`."""
    return [reply for reply in replies if reply.synchronised and reply.proven_error > reply.root_distance + INTERRUPT]
