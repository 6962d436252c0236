"""The GPS receiver at the machine's UART: the sky of tests/sky on QEMU's socket, in a process of its own."""
from __future__ import annotations

import multiprocessing
import multiprocessing.synchronize
import os
import signal
import socket
import sys
from typing import NamedTuple, Optional

from .guest import PATIENCE

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "sky"))

from tokimori_sky.clock import HostClock, SteadyClock  # noqa: E402
from tokimori_sky.player import Clock, Delays, Player  # noqa: E402
from tokimori_sky.pty_port import PacedLine  # noqa: E402
from tokimori_sky.receiver import Receiver as SkyReceiver, Settings  # noqa: E402
from tokimori_sky.timescale import UtcMoment, end_of_month, historical  # noqa: E402

_BAUD = 38_400
# The least the kernel allows: bytes that the guest does not read must not wait for it for long.
_SEND_BUFFER = 1


class SocketPort:
    """The UART's other end, for tokimori_sky's player."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self._socket.connect(path)
        self._socket.setblocking(False)
        self.master, self.path = self._socket.fileno(), path

    def read(self) -> bytes:
        """What the guest has written; never waits. Raises EOFError when the machine is off."""
        try:
            data = self._socket.recv(4096)
        except BlockingIOError:
            return b""
        if not data:
            raise EOFError
        return data

    def write(self, data: bytes) -> None:
        """Never waits: what does not fit is lost, as on a line without handshake."""
        try:
            self._socket.send(data)
        except BlockingIOError:
            pass

    def forget_unread(self) -> None:
        """Nothing: the small buffer forgets by itself."""

    def close(self) -> None:
        """Hangs up."""
        self._socket.close()


class Sky(NamedTuple):
    """A sky of another date than the host's: from the host's next second on, with a leap second (+1 or -1) at the end of
    its month."""

    start: UtcMoment
    leap: int


def _play(path: str, control: str, delay: float, sky: Optional[Sky],
          ready: "multiprocessing.synchronize.Event") -> None:
    # What SIGTERM means to whoever starts us it shall not mean to us.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    port = SocketPort(path)
    timescale = historical()
    clock: Clock = HostClock(timescale)
    if sky is not None:
        start = timescale.gps_of_moment(sky.start)
        timescale = timescale.with_leap(sky.leap, end_of_month(timescale.posix(start)))
        clock = SteadyClock(start)
    receiver = SkyReceiver(timescale, Settings(baud=_BAUD))
    play = Player(clock, port, receiver, Delays(delay, 0.010, 1), PacedLine(_BAUD))
    play.use_control(control)
    ready.set()
    try:
        play.run()
    except (EOFError, OSError):
        pass


class Receiver:
    """Speaks from the start, each second `delay` s after it began by the host's clock, or by a `sky` of its own."""

    def __init__(self, directory: str, delay: float = 0.12, sky: Optional[Sky] = None) -> None:
        self._control = directory + "/sky.sock"
        ready = multiprocessing.Event()
        self._process = multiprocessing.Process(
            target=_play, args=(directory + "/gps.sock", self._control, delay, sky, ready), daemon=True)
        self._process.start()
        if not ready.wait(PATIENCE):
            raise RuntimeError("The receiver at the UART did not start.")

    def command(self, text: str) -> None:
        """A fault as in tests/sky, such as `garbage for 5`."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            control.connect(self._control)
            control.sendall(text.encode() + b"\n")
            answer = control.recv(1024).decode().strip()
        assert answer == "ok", answer

    def close(self) -> None:
        """Ends the process."""
        self._process.terminate()
        self._process.join()
