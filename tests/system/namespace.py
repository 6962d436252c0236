"""A network namespace of a test's own, where port 123 is free even on a machine that keeps time."""
from __future__ import annotations

import os
import subprocess
from typing import List, Optional, Sequence

import pytest

from programs import run, tool

_HOLD = "ip link set lo up && echo ready && exec cat"


def mounting(mount: str, place: str, prefix: Sequence[str] = ()) -> List[str]:
    """What a command begins with so that `mount`, a shell's words with `place` as "$0", was done for it alone; skips the
    test loudly where that cannot be. `prefix` is what comes before that."""
    script = mount + ' && exec "$@"'
    for own_user in ([], ["-r"]):
        command = [*prefix, tool("unshare") or "unshare", *own_user, "-m", "sh", "-c", script, place]
        if run([*command, "true"]).returncode == 0:
            return command
    pytest.skip("NO MOUNT NAMESPACE: nothing could be mounted for one program alone")


class NetworkNamespace:
    """Exists as long as its block. Needs root, or a kernel that lets users have namespaces; skips the test loudly
    otherwise. `neighbour`: one that a cable can be led to."""

    def __init__(self, neighbour: Optional[NetworkNamespace] = None) -> None:
        self._holder, self._own_user = self._open(neighbour)

    def _open(self, neighbour: Optional[NetworkNamespace]) -> "tuple[subprocess.Popen[bytes], bool]":
        complaints: List[str] = []
        before = neighbour.prefix if neighbour else []
        ways = [neighbour._own_user] if neighbour else [False, True] if os.geteuid() == 0 else [True]
        for own_user in ways:
            user = ["-r"] if own_user and not neighbour else []
            holder = subprocess.Popen(
                [*before, tool("unshare") or "unshare", *user, "-n", "sh", "-c", _HOLD],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"})
            assert holder.stdout is not None and holder.stderr is not None
            if holder.stdout.readline() == b"ready\n":
                return holder, own_user
            complaints.append(holder.communicate()[1].decode().strip())
        pytest.skip("NO NETWORK NAMESPACE: clients that insist on port 123 were not tried (%s)" % "; ".join(complaints))

    @property
    def pid(self) -> int:
        """A process in here."""
        return self._holder.pid

    @property
    def prefix(self) -> Sequence[str]:
        """What a command begins with so that it runs in here."""
        user = ["--user", "--preserve-credentials"] if self._own_user else []
        return [tool("nsenter") or "nsenter", "--target", str(self.pid), *user, "--net", "--"]

    def ip(self, line: str) -> None:
        """What ip does in here."""
        done = run([*self.prefix, tool("ip") or "ip", *line.split()])
        assert done.returncode == 0, (line, done.stderr)

    def __enter__(self) -> NetworkNamespace:
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.communicate()
