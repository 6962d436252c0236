"""The serial port: a pseudo-terminal whose bytes go at the pace of a line."""
from __future__ import annotations

import array
import fcntl
import os
import pty
import termios
import tty
from collections import deque
from typing import Deque, List, Optional

from .clock import SECOND_NS

_READ_SIZE = 4096
_BITS_PER_BYTE = 10
# Bytes are written in steps of this; finer than the host's readers can tell.
STEP_NS = 3_000_000


class PtyPort:
    """A pseudo-terminal that anybody may open as `path` and close again; we hold the other end."""

    def __init__(self, link: Optional[str] = None) -> None:
        """Makes `link` a symbolic link to the terminal; replaces a link that is there, raises OSError for a file."""
        self.master, self._slave = pty.openpty()
        self.path = os.ttyname(self._slave)
        tty.setraw(self._slave)
        os.chmod(self.path, 0o666)
        os.set_blocking(self.master, False)
        self._link = link
        if link is not None:
            self._make_link(link)

    def _make_link(self, link: str) -> None:
        if os.path.islink(link):
            os.unlink(link)
        os.symlink(self.path, link)

    def close(self) -> None:
        """Removes the link if it is still ours, and hangs up."""
        if self._link is not None and os.path.islink(self._link) and os.readlink(self._link) == self.path:
            os.unlink(self._link)
        os.close(self._slave)
        os.close(self.master)

    def read(self) -> bytes:
        """What the host has written since; never waits."""
        try:
            return os.read(self.master, _READ_SIZE)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Never waits: what does not fit is lost, as on a line without handshake."""
        try:
            os.write(self.master, data)
        except BlockingIOError:
            pass

    def forget_unread(self) -> None:
        """Drops what nobody has read, so that whoever opens the port next does not hear the past."""
        unread = array.array("i", [0])
        fcntl.ioctl(self._slave, termios.FIONREAD, unread)
        if unread[0] > 0:
            termios.tcflush(self._slave, termios.TCIFLUSH)


class PacedLine:
    """Messages on their way through a serial line of `baud`: tells which bytes have arrived by now."""

    def __init__(self, baud: int) -> None:
        self._byte_ns = _BITS_PER_BYTE * SECOND_NS // baud
        self._messages: Deque[bytes] = deque()
        self._next_ns = 0

    @property
    def busy(self) -> bool:
        """True while bytes are under way."""
        return bool(self._messages)

    def send(self, messages: List[bytes], now: int) -> None:
        """Queues messages behind those under way; on a quiet line the first byte arrives `now` (ns)."""
        if not self._messages:
            self._next_ns = now
        self._messages.extend(message for message in messages if message)

    def send_next(self, messages: List[bytes], now: int) -> None:
        """As `send`, but right behind the message under way: replies do not wait for the whole cycle."""
        if len(self._messages) < 2:
            self.send(messages, now)
            return
        under_way = self._messages.popleft()
        self._messages.extendleft(reversed(messages))
        self._messages.appendleft(under_way)

    def arrived(self, now: int) -> bytes:
        """The bytes that arrived since the last call."""
        data = b""
        while self._messages and self._next_ns <= now:
            count = min((now - self._next_ns) // self._byte_ns + 1, len(self._messages[0]))
            data += self._messages[0][:count]
            self._next_ns += count * self._byte_ns
            rest = self._messages.popleft()[count:]
            if rest:
                self._messages.appendleft(rest)
        return data
