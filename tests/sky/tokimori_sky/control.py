"""Commands from outside: lines on standard input and on a Unix socket."""
from __future__ import annotations

import os
import selectors
import socket
import sys
from typing import Callable, Dict, Optional

# Takes a line, returns the line of the answer.
Handler = Callable[[str], str]

_READ_SIZE = 4096
_LONGEST_LINE = 1024


class Lines:
    """Cuts a stream of bytes into stripped lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> "list[str]":
        """The lines completed by `data`; an endless line is forgotten."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-_LONGEST_LINE:]
        return [line.decode("utf-8", "replace").strip() for line in lines]


class StandardInput:
    """Commands on standard input; errors go to standard error."""

    def __init__(self, selector: selectors.BaseSelector, handler: Handler, at_end: Callable[[], None]) -> None:
        """Registers with `selector`, unless reading would stop a job in the background; EOF calls `at_end`."""
        self._selector, self._handler, self._at_end = selector, handler, at_end
        self._lines = Lines()
        if not _in_background():
            self._register()

    def _register(self) -> None:
        try:
            self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ, self.read)
        except (PermissionError, ValueError):
            # A plain file or /dev/null cannot be waited for: read it at once.
            self.read()

    def read(self) -> None:
        """Handles what is there."""
        data = os.read(sys.stdin.fileno(), _READ_SIZE)
        for line in self._lines.feed(data):
            answer = self._handler(line) if line else "ok"
            if answer != "ok":
                print(answer, file=sys.stderr, flush=True)
        if not data:
            self._leave()

    def _leave(self) -> None:
        if sys.stdin.fileno() in self._selector.get_map():
            self._selector.unregister(sys.stdin.fileno())
        self._at_end()


def _in_background() -> bool:
    fd = sys.stdin.fileno()
    return os.isatty(fd) and os.tcgetpgrp(fd) != os.getpgrp()


class ControlSocket:
    """A Unix stream socket; each line is a command and gets a line as answer. Any number of clients."""

    def __init__(self, path: str, selector: selectors.BaseSelector, handler: Handler) -> None:
        """Listens on `path`; replaces a socket left behind. Raises OSError."""
        self._path, self._selector, self._handler = path, selector, handler
        self._clients: Dict[socket.socket, Lines] = {}
        _remove_socket(path)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(path)
        self._listener.listen()
        self._listener.setblocking(False)
        selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def close(self) -> None:
        """Ends all connections and removes the socket."""
        for client in [self._listener, *self._clients]:
            self._selector.unregister(client)
            client.close()
        _remove_socket(self._path)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        client.setblocking(False)
        self._clients[client] = Lines()
        self._selector.register(client, selectors.EVENT_READ, lambda: self._read(client))

    def _read(self, client: socket.socket) -> None:
        data = _receive(client)
        if not data:
            self._drop(client)
            return
        answers = [self._handler(line) for line in self._clients[client].feed(data) if line]
        try:
            client.send("".join(answer + "\n" for answer in answers).encode("utf-8"))
        except OSError:
            self._drop(client)

    def _drop(self, client: socket.socket) -> None:
        self._selector.unregister(client)
        del self._clients[client]
        client.close()


def _receive(client: socket.socket) -> bytes:
    try:
        return client.recv(_READ_SIZE)
    except OSError:
        return b""


def _remove_socket(path: Optional[str]) -> None:
    if path and os.path.exists(path):
        os.unlink(path)
