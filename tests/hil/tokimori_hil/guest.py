"""The guest's shell, from outside: each connection is a bash that reads its script from us."""
from __future__ import annotations

import re
import socket
import threading
import time
from typing import Callable, List, Optional

# For what takes seconds where the host is not busy with something else, s.
PATIENCE = 120.0


class Process:
    """A program in the guest; what it says is kept line by line, each with its arrival (monotonic, s)."""

    def __init__(self, port: int, script: str, on_line: Optional[Callable[[str], None]] = None) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._socket.settimeout(None)
        self._on_line = on_line
        self._lines: List[str] = []
        self._ended = False
        self._news = threading.Condition()
        try:
            self._socket.sendall(script.encode() + b"\n")
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # Nobody listened; the reader finds the end at once.
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        rest = b""
        try:
            while True:
                data = self._socket.recv(65_536)
                if not data:
                    break
                *lines, rest = (rest + data).split(b"\n")
                self._keep(lines)
        except OSError:
            pass
        self._keep([rest] if rest else [])
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _keep(self, lines: List[bytes]) -> None:
        texts = [line.decode("utf-8", "replace").rstrip("\r") for line in lines]
        for text in texts if self._on_line else []:
            self._on_line(text)
        with self._news:
            self._lines += texts
            self._news.notify_all()

    @property
    def ended(self) -> bool:
        """True once the program has hung up."""
        with self._news:
            return self._ended

    def lines(self, since: int = 0) -> List[str]:
        """What it has said from line number `since` on."""
        with self._news:
            return self._lines[since:]

    def mark(self) -> int:
        """How many lines there are: for `since`."""
        with self._news:
            return len(self._lines)

    def wait_for(self, pattern: str, since: int = 0, times: int = 1, seconds: float = PATIENCE) -> "re.Match[str]":
        """The first line from `since` on in which `pattern` is found, or the one that makes them `times`;
        AssertionError with the last lines if it does not come."""
        deadline = time.monotonic() + seconds
        expression, position = re.compile(pattern), since
        with self._news:
            while True:
                for position in range(position, len(self._lines)):
                    found = expression.search(self._lines[position])
                    times -= found is not None
                    if found and times == 0:
                        return found
                position = len(self._lines)
                left = deadline - time.monotonic()
                if left <= 0 or self._ended:
                    raise AssertionError("no line with %r within %g s; the last ones: %s"
                                         % (pattern, seconds, " | ".join(self._lines[-6:])))
                self._news.wait(left)

    def wait(self, seconds: float = PATIENCE) -> List[str]:
        """All lines, once it has ended; AssertionError if it does not."""
        deadline = time.monotonic() + seconds
        with self._news:
            while not self._ended:
                left = deadline - time.monotonic()
                assert left > 0, "still running after %g s; it said: %s" % (seconds, " | ".join(self._lines[-6:]))
                self._news.wait(left)
            return list(self._lines)


class Guest:
    """Programs in the guest, as root unless they say otherwise."""

    def __init__(self, port: int) -> None:
        self._port = port

    def start(self, script: str, on_line: Optional[Callable[[str], None]] = None) -> Process:
        """Starts a script; to be signalled by its id it must `exec` and be told so by `pid_of`."""
        return Process(self._port, script, on_line)

    def run(self, script: str, seconds: float = PATIENCE) -> str:
        """The output of a script that must succeed; AssertionError otherwise."""
        lines = Process(self._port, "exec 2>&1\n(%s\n)\necho HIL_RC=$?" % script).wait(seconds)
        assert lines and lines[-1].startswith("HIL_RC="), "the guest hung up: %s" % " | ".join(lines[-6:])
        output = "\n".join(lines[:-1])
        assert lines[-1] == "HIL_RC=0", "%s of %r: %s" % (lines[-1], script[:120], output[-600:])
        return output

    def write(self, path: str, text: str) -> None:
        """A file of the guest."""
        self.run("cat >%s <<'HIL_END'\n%s\nHIL_END\n" % (path, text))
