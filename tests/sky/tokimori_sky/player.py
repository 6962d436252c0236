"""The loop: each second a cycle onto the line, in between the host's questions and the operator's commands."""
from __future__ import annotations

import random
import selectors
import signal
import socket
from typing import Optional, Protocol

from .clock import SECOND_NS
from .control import ControlSocket, StandardInput
from .faults import FaultBoard, parse_command
from .pty_port import STEP_NS, PacedLine, PtyPort
from .receiver import Receiver

_LONGEST_WAIT_NS = SECOND_NS // 2
# A cycle due longer ago or further ahead than this means that somebody set the clock.
_STEP_NS = 2 * SECOND_NS


class Clock(Protocol):
    """Shows GPS nanoseconds."""

    def now(self) -> int:
        """GPS nanoseconds."""


class Delays:
    """When the first byte of each second arrives: `delay` after it began, give or take a normal `jitter` (s)."""

    def __init__(self, delay: float, jitter: float, seed: int) -> None:
        self._delay, self._jitter, self._random = delay, jitter, random.Random(seed)

    def draw(self) -> int:
        """Nanoseconds, never negative."""
        return max(0, round(self._random.gauss(self._delay, self._jitter) * SECOND_NS))


class Player:
    """Plays a receiver on a port until it is told to stop."""

    def __init__(self, clock: Clock, port: PtyPort, receiver: Receiver, delays: Delays, line: PacedLine) -> None:
        self._clock, self._port, self._receiver, self._delays, self._line = clock, port, receiver, delays, line
        self._selector = selectors.DefaultSelector()
        self._selector.register(port.master, selectors.EVENT_READ, self._hear_host)
        self._faults = FaultBoard()
        self._control: Optional[ControlSocket] = None
        self._stopped = False
        self._second = self._start = 0
        self._due = 0

    def use_faults(self, faults: FaultBoard) -> None:
        """The faults known from the start; commands add to them."""
        self._faults = faults

    def use_control(self, path: str) -> None:
        """Takes commands on a Unix socket. Raises OSError."""
        self._control = ControlSocket(path, self._selector, self.command)

    def use_standard_input(self, stop_at_end: bool) -> None:
        """Takes commands on standard input; with `stop_at_end` its end is the end of the play."""
        StandardInput(self._selector, self.command, self.stop if stop_at_end else lambda: None)

    def stop_on_signals(self) -> None:
        """SIGINT and SIGTERM end the play."""
        self._woken, wake = socket.socketpair()
        wake.setblocking(False)
        self._wake = wake
        signal.set_wakeup_fd(wake.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stop())
        self._selector.register(self._woken, selectors.EVENT_READ, lambda: self._woken.recv(16))

    def stop(self) -> None:
        """Ends `run` soon."""
        self._stopped = True

    def command(self, text: str) -> str:
        """Carries out a command; "ok" or a sentence that says what is wrong."""
        try:
            self._faults.add(parse_command(text, self._elapsed(self._second)))
        except ValueError as wrong:
            return "error: %s" % wrong
        return "ok"

    def run(self) -> None:
        """Plays until stopped."""
        self._aim(self._clock.now() // SECOND_NS + 1)
        self._start = self._second
        while not self._stopped:
            self._wait()
            self._play(self._clock.now())
        if self._control is not None:
            self._control.close()
        self._port.close()

    def _elapsed(self, second: int) -> float:
        return float(second - self._start)

    def _aim(self, second: int) -> None:
        self._second = second
        self._due = second * SECOND_NS + self._delays.draw()

    def _wait(self) -> None:
        ahead = min(self._due - self._clock.now(), STEP_NS if self._line.busy else _LONGEST_WAIT_NS)
        for key, _ in self._selector.select(max(ahead, 0) / SECOND_NS):
            key.data()

    def _hear_host(self) -> None:
        replies = self._receiver.answer(self._port.read())
        self._line.send_next(replies, self._clock.now())

    def _play(self, now: int) -> None:
        if abs(self._due - now) > _STEP_NS:
            self._aim(now // SECOND_NS + 1)
        if now >= self._due:
            self._begin_cycle(now)
        data = self._line.arrived(now)
        if data:
            self._port.write(data)

    def _begin_cycle(self, now: int) -> None:
        self._port.forget_unread()
        faults = self._faults.active(self._elapsed(self._second))
        self._line.send(self._receiver.cycle(self._second, faults), now)
        self._aim(self._second + 1)
