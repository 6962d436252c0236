"""A daemon that can be asked, tokictl as people call it, and clients of the socket that behave badly."""
from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
import threading
from typing import Any, Dict, Iterator, List, Optional, Sequence

from programs import Refclock, Tokimorid, Value, configuration, free_port, program, run

SKY: Refclock = {"driver": "simulated", "name": "sky"}
PATIENCE = 10.0


class AskedDaemon(Tokimorid):
    """A daemon with a control socket of its own, in a laboratory unless it is told otherwise."""

    def __init__(self, refclocks: Sequence[Refclock] = (SKY,), prefix: Sequence[str] = (), **server: Value) -> None:
        self.room = tempfile.TemporaryDirectory(prefix="tokimori-")
        self.socket = os.path.join(self.room.name, "control.sock")
        self._refclocks, self._server = refclocks, {"lab_mode": True, "control_socket": self.socket, **server}
        port = free_port()
        super().__init__(self.text(port), port, prefix)

    def text(self, port: Optional[int] = None, **changed: Value) -> str:
        """Its configuration, or one that differs in some settings."""
        return configuration(["127.0.0.1:%d" % (port or self.port)], self._refclocks, **{**self._server, **changed})

    def wait_synchronised(self) -> "AskedDaemon":
        """Waits until it is; itself."""
        self.wait_for("clock state=synchronised", PATIENCE)
        return self

    def tokictl(self, *arguments: str, language: str = "en") -> "subprocess.CompletedProcess[str]":
        """Calls tokictl at its socket."""
        return tokictl(*arguments, "--socket", self.socket, language=language)

    def ask(self, request: str) -> Dict[str, Any]:
        """What tokictl says with --json."""
        answered = self.tokictl(request, "--json")
        assert answered.stdout, answered.stderr
        document = json.loads(answered.stdout)
        assert (document["command"], document["version"]) == (request, 1)
        return document

    def crash(self) -> None:
        """Ends it without a chance to tidy up."""
        self.kill()
        self.directory.cleanup()

    def __exit__(self, *rest: object) -> None:
        try:
            super().__exit__(*rest)
        finally:
            self.room.cleanup()


def tokictl(*arguments: str, language: str = "en") -> "subprocess.CompletedProcess[str]":
    """Calls tokictl."""
    return run([program("tokictl"), *arguments, "--lang", language])


def request(name: str, **members: Any) -> bytes:
    """A line for the control socket."""
    return json.dumps({"version": 1, "request": name, **members}).encode() + b"\n"


class Client:
    """A client of the control socket."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(5)
        self._socket.connect(path)
        self._file = self._socket.makefile("rb")

    def ask(self, name: str, **members: object) -> Dict[str, Any]:
        """One request, one reply."""
        self.send(request(name, **members))
        return self.next_reply()

    def send(self, octets: bytes) -> None:
        """Any bytes."""
        self._socket.sendall(octets)

    def next_reply(self) -> Dict[str, Any]:
        """The next line; raises AssertionError where the daemon has hung up."""
        line = self._file.readline()
        assert line.endswith(b"\n"), "the daemon hung up"
        return json.loads(line)

    def close(self) -> None:
        """Hangs up."""
        self._file.close()
        self._socket.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Asked:
    """Whoever has a control socket, by a connection for each request."""

    socket: str

    def ask(self, name: str, **members: Any) -> Dict[str, Any]:
        """One request."""
        with Client(self.socket) as client:
            return client.ask(name, **members)

    def settings(self) -> Dict[str, Any]:
        """What is said of settings."""
        settings: Dict[str, Any] = self.ask("settings")["settings"]
        return settings

    def apply(self, overlay: Dict[str, Any]) -> Dict[str, Any]:
        """Applies an overlay."""
        reply = self.ask("settings_apply", overlay=overlay, base=self.settings()["base"])
        assert "applied" in reply, reply
        applied: Dict[str, Any] = reply["applied"]
        return applied


class Trouble:
    """Clients that do their worst, on threads of their own, as long as their block lasts."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._stop = threading.Event()
        self._frozen: List[socket.socket] = []
        self._threads = [threading.Thread(target=self._run, args=(what,), daemon=True)
                         for what in (self._flood, self._flood, self._babble, self._come_and_go, self._freeze)]

    def _run(self, what: Any) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(OSError):
                what()

    def _open(self) -> socket.socket:
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        opened.settimeout(0.2)
        opened.connect(self._path)
        return opened

    def _flood(self) -> None:
        """Asks for everything as fast as it can, and reads."""
        with self._open() as client:
            while not self._stop.is_set():
                client.sendall(b'{"version":1,"request":"status"}\n' * 20)
                client.recv(1 << 20)

    def _babble(self) -> None:
        """Sends nonsense without end, and does not read."""
        with self._open() as client:
            while not self._stop.is_set():
                client.sendall(os.urandom(4096))

    def _come_and_go(self) -> None:
        self._open().close()

    def _freeze(self) -> None:
        """Asks, and neither reads nor hangs up."""
        if len(self._frozen) < 40:
            client = self._open()
            self._frozen.append(client)
            client.sendall(b'{"version":1,"request":"status"}\n' * 200)
        self._stop.wait(0.02)

    def __enter__(self) -> "Trouble":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for client in self._frozen:
            client.close()


def processor_seconds(pid: int) -> float:
    """What a process has used of the processors so far."""
    with open("/proc/%d/stat" % pid, encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def stranger(answer: bytes) -> Iterator[str]:
    """The path of a socket at which somebody answers who is no Tokimori."""
    with tempfile.TemporaryDirectory(prefix="tokimori-") as directory:
        path = os.path.join(directory, "control.sock")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(path)
            listener.listen()

            def serve() -> None:
                client, _ = listener.accept()
                with client:
                    client.recv(4096)
                    client.sendall(answer)

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            yield path
            thread.join(5)
