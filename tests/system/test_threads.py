"""A host that gives no more threads: one sentence at the start, and never the end of a service that has begun."""
from __future__ import annotations

import os
import subprocess

import pytest

from programs import configuration, free_port, program

# A user of its own, so that its limit counts nobody else's tasks.
NOBODY_ELSE = 63111


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a program as another user")
def test_workers_without_threads_are_told_in_a_sentence(tmp_path: "os.PathLike[str]") -> None:
    path = os.path.join(tmp_path, "tokimori.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(configuration(["127.0.0.1:%d" % free_port()], workers=3))
    # By its open file: the other user may not be let into the directories on the way to it.
    with open(program("tokimorid"), "rb") as binary, open(path, encoding="utf-8") as text:
        ended = subprocess.run(
            ["setpriv", "--reuid", str(NOBODY_ELSE), "--clear-groups", "prlimit", "--nproc=2",
             "/proc/self/fd/%d" % binary.fileno(), "--config", "/dev/stdin"], stdin=text,
            pass_fds=[binary.fileno()], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 70, "systemd tries again"
    said = [line for line in ended.stderr.splitlines() if line.startswith("tokimorid:")]
    assert len(said) == 1
    assert "gives no thread" in said[0] and "workers = 0" in said[0]
