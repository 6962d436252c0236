"""Who moves the GPIO lines: a process of its own, so that nothing else of ours makes an edge late."""
from __future__ import annotations

import heapq
import multiprocessing
import os
import socket
import time
from multiprocessing.connection import Connection
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

SECOND_NS = 1_000_000_000
_SPIN_NS = 2_000_000
_LINES = 8


class Pulses(NamedTuple):
    """Pulses each second of the host: `phase` s after it began, `width` s wide."""

    width: float = 0.1
    phase: float = 0.0


class _Command(NamedTuple):
    line: int
    pulses: Optional[Pulses] = None
    glitch: Optional[Pulses] = None
    keyed: Tuple[Tuple[int, Pulses], ...] = ()


class _Player:
    """The process: a queue of (when, line, level) on the host's clock."""

    def __init__(self, path: str, gpio: str, commands: Connection) -> None:
        self._qtest = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._qtest.connect(path)
        self._gpio, self._commands = gpio, commands
        self._queue: List[Tuple[int, int, int]] = []
        self._pulses: Dict[int, Pulses] = {}
        self._filled = 0
        self._late = 0

    def run(self) -> None:
        """Until the machine or the commander hangs up."""
        try:
            while True:
                self._fill()
                self._listen()
                self._play()
        except (EOFError, OSError):
            pass

    def _fill(self) -> None:
        second = time.time_ns() // SECOND_NS + 1
        if second == self._filled:
            return
        self._filled = second
        for line, pulses in self._pulses.items():
            self._add(line, pulses, second)

    def _add(self, line: int, pulses: Pulses, second: int) -> None:
        begin = second * SECOND_NS + round(pulses.phase * SECOND_NS)
        heapq.heappush(self._queue, (begin, line, 1))
        heapq.heappush(self._queue, (begin + round(pulses.width * SECOND_NS), line, 0))

    def _listen(self) -> None:
        due = min(self._queue[0][0] if self._queue else 1 << 63, self._filled * SECOND_NS)
        if self._commands.poll(max(due - _SPIN_NS - time.time_ns(), 0) / SECOND_NS):
            self._obey(self._commands.recv())

    def _obey(self, command: Optional[_Command]) -> None:
        if command is None:
            self._commands.send(self._late / SECOND_NS)
            self._late = 0
            return
        if command.keyed:
            for second, pulse in command.keyed:
                self._add(command.line, pulse, second)
        elif command.glitch:
            self._add(command.line, command.glitch, self._filled)
        elif command.pulses:
            self._pulses[command.line] = command.pulses
            self._add(command.line, command.pulses, self._filled)
        else:
            self._pulses.pop(command.line, None)
            # Pulses to come are taken back, one that has begun ends.
            self._queue = [entry for entry in self._queue if entry[1] != command.line or self._began(entry)]
            heapq.heapify(self._queue)

    def _began(self, entry: Tuple[int, int, int]) -> bool:
        when, line, level = entry
        return level == 0 and not any(other[1:] == (line, 1) and other[0] < when for other in self._queue)

    def _play(self) -> None:
        while self._queue and self._queue[0][0] - _SPIN_NS <= time.time_ns():
            when, line, level = heapq.heappop(self._queue)
            while time.time_ns() < when:
                pass
            self._set(line, level)
            self._late = max(self._late, time.time_ns() - when)

    def _set(self, line: int, level: int) -> None:
        self._qtest.sendall(b"set_irq_in %s unnamed-gpio-in %d %d\n" % (self._gpio.encode(), line, level))
        if not self._qtest.recv(64).startswith(b"OK"):
            raise EOFError


def _play(path: str, gpio: str, commands: Connection) -> None:
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except OSError:
        pass  # Not everybody may; then the lateness shows it.
    _Player(path, gpio, commands).run()


class Lines:
    """The lines of the board; all are low at first."""

    def __init__(self, path: str, gpio: str) -> None:
        self._commands, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_play, args=(path, gpio, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def pulse(self, line: int, width: float = 0.1, phase: float = 0.0) -> None:
        """From the next second on, a pulse each second."""
        self._send(_Command(line, pulses=Pulses(width, phase)))

    def stop(self, line: int) -> None:
        """No more pulses on a line."""
        self._send(_Command(line))

    def glitch(self, line: int, phase: float, width: float = 0.002) -> None:
        """One pulse more, `phase` s after the next second begins."""
        self._send(_Command(line, glitch=Pulses(width, phase)))

    def key(self, line: int, pulses: Sequence[Tuple[int, Pulses]]) -> None:
        """These pulses, each in its second of the host (POSIX); they must not overlap. `stop` takes back what has not
        begun."""
        self._send(_Command(line, keyed=tuple(pulses)))

    def _send(self, command: _Command) -> None:
        # QEMU aborts at a line that is not there.
        if not 0 <= command.line < _LINES:
            raise ValueError("The board has lines 0 to %d." % (_LINES - 1))
        self._commands.send(command)

    def lateness(self) -> float:
        """The most, s, by which an edge came late since last asked; infinity if QEMU has ended."""
        try:
            self._commands.send(None)
            return float(self._commands.recv())
        except (EOFError, OSError):
            return float("inf")

    def close(self) -> None:
        """Ends the process."""
        self._process.terminate()
        self._process.join()
