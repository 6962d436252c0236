"""For tests: the sky and a real gpsd as processes of our own, and a client that reads gpsd's reports."""
from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from typing import Any, Callable, Dict, IO, Iterator, List, Optional, Sequence

SKY = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "sky.py")

Report = Dict[str, Any]


def gpsd_path() -> Optional[str]:
    """Where gpsd is, or None."""
    return shutil.which("gpsd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    """A TCP port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _end(process: "subprocess.Popen[bytes]") -> int:
    """Ends a process of ours and tells its exit code."""
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


class SkyProcess:
    """`sky.py` with the given options; ends with the block, or with us if we die."""

    def __init__(self, options: Sequence[str] = ()) -> None:
        command = [sys.executable, SKY, "--exit-with-stdin", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        first = self._output().readline().decode()
        if not first.startswith("device="):
            raise RuntimeError("The sky did not start: %r" % first)
        self.device = first.strip()[len("device="):]

    def _output(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def command(self, line: str) -> None:
        """A command on standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def __enter__(self) -> SkyProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> int:
        """The exit code."""
        code = _end(self.process)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        return code


def _account(user: Optional[str]) -> Dict[str, Any]:
    """How Popen changes to `user`; nothing for None."""
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


class GpsdProcess:
    """A gpsd in the foreground on a free port of the loopback; `user` asks for another account (as root only)."""

    def __init__(self, device: str, options: Sequence[str] = ("-n", "-b"), user: Optional[str] = None) -> None:
        program = gpsd_path()
        if program is None:
            raise FileNotFoundError("gpsd is not installed.")
        self.port = free_port()
        self.started = time.monotonic()
        command = [program, "-N", *options, "-S", str(self.port), device]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **_account(user))

    def __enter__(self) -> GpsdProcess:
        return self

    def __exit__(self, *_: object) -> None:
        _end(self.process)


class GpsdClient:
    """A watcher of gpsd's JSON, PPS and TOFF included."""

    def __init__(self, port: int, patience: float = 5.0) -> None:
        """Tries until gpsd listens; raises TimeoutError after `patience` seconds."""
        self._socket = _connect(port, time.monotonic() + patience)
        self._rest = b""
        self.ask('?WATCH={"enable":true,"json":true,"pps":true};')

    def ask(self, request: str) -> None:
        """Sends a request such as `?DEVICES;`."""
        self._socket.sendall(request.encode() + b"\n")

    def close(self) -> None:
        """Hangs up."""
        self._socket.close()

    def reports(self, seconds: float) -> Iterator[Report]:
        """Every report as it comes, for at most `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            *lines, self._rest = self._rest.split(b"\n")
            for index, line in enumerate(lines):
                self._rest = b"\n".join([*lines[index + 1:], self._rest])
                yield json.loads(line)
                break
            else:
                self._rest += self._receive(deadline)

    def wait_for(self, wanted: Callable[[Report], bool], seconds: float = 10.0) -> Report:
        """The first report that is `wanted`; raises TimeoutError with what came instead."""
        seen: List[Report] = []
        for report in self.reports(seconds):
            if wanted(report):
                return report
            seen.append(report)
        raise TimeoutError("Not heard within %s s; heard: %s" % (seconds, seen[-20:]))

    def _receive(self, deadline: float) -> bytes:
        self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            data = self._socket.recv(65_536)
        except socket.timeout:
            return b""
        if not data:
            raise ConnectionError("gpsd hung up.")
        return data


def _connect(port: int, deadline: float) -> socket.socket:
    while time.monotonic() < deadline:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1)
        except ConnectionRefusedError:
            # gpsd gives no sign of listening that could be waited for.
            time.sleep(0.02)
    raise TimeoutError("Nothing listens on port %d." % port)
