"""The appliance's disk with systemd as init on this machine's own kernel and processor, by systemd-nspawn: for what an
emulated processor is too slow to tell. It has no network but a loopback of its own, and cannot set the clock."""
from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from typing import List, Optional

PATIENCE = 120.0

_RIGHTS = """
[Service]
AmbientCapabilities=
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
"""
_CONFIGURATION = """
[server]
lab_mode = true
[clock]
system_clock = "leave"
[state]
dir = "/var/lib/tokimori"
[[refclock]]
driver = "simulated"
name = "sky"
"""


class Container:
    """Runs while it is open. Files of `cargo`, and those of `newer` in a folder of that name, are below /cargo. As root."""

    def __init__(self, image: str, cargo: List[str], newer: List[str]) -> None:
        self._room = tempfile.TemporaryDirectory(prefix="tokimori-appliance-")
        self._root = os.path.join(self._room.name, "root")
        self._log = os.path.join(self._room.name, "log")
        self._manager: "Optional[subprocess.Popen[bytes]]" = None
        disk = os.path.join(self._room.name, "disk")
        subprocess.run(["cp", "--sparse=always", image + "/disk", disk], check=True)
        os.mkdir(self._root)
        subprocess.run(["mount", "-o", "loop", disk, self._root], check=True)
        for paths, folder in ((cargo, "cargo"), (newer, "cargo/newer")):
            os.makedirs(os.path.join(self._root, folder), exist_ok=True)
            for path in paths:
                shutil.copy(path, os.path.join(self._root, folder))

    def __enter__(self) -> Container:
        command = ["setpriv", "--pdeathsig=TERM", "systemd-nspawn", "--quiet", "--directory=" + self._root, "--boot",
                   "--register=no", "--keep-unit", "--private-network", "--console=pipe",
                   "--machine=tokimori-appliance-%d" % os.getpid()]
        with open(self._log, "wb") as log:
            self._manager = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self._await_boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._manager is not None:
            # An orderly end of all that runs in it.
            self._manager.terminate()
            self._manager.wait()
        subprocess.run(["umount", self._root], check=True)
        self._room.cleanup()

    def _await_boot(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._is_up():
            if self._manager is None or self._manager.poll() is not None or time.monotonic() > deadline:
                with open(self._log, encoding="utf-8", errors="replace") as said:
                    raise RuntimeError("The container did not come up: %s" % said.read()[-1500:])
            time.sleep(0.1)  # there is nothing to wait on before there is a shell

    def _is_up(self) -> bool:
        try:
            return self._enter("systemctl is-system-running --wait").returncode == 0
        except (OSError, IndexError):
            return False

    def _enter(self, script: str) -> "subprocess.CompletedProcess[str]":
        assert self._manager is not None
        with open("/proc/%d/task/%d/children" % (self._manager.pid, self._manager.pid), encoding="ascii") as children:
            init = children.read().split()[0]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        return subprocess.run(["nsenter", "--target", init, "--mount", "--uts", "--ipc", "--net", "--pid",
                               "/bin/bash", "-c", script], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

    def run(self, script: str) -> str:
        """As root, in the container; AssertionError where it fails."""
        done = self._enter(script)
        assert done.returncode == 0, "%r: %s" % (script[:120], done.stdout[-1500:])
        return done.stdout.strip()

    def write(self, path: str, text: str) -> None:
        """A file in it."""
        self.run("mkdir -p $(dirname %s) && cat >%s <<'END'\n%s\nEND" % (path, path, text))

    def install(self) -> None:
        """The packages, and a daemon that serves a simulated sky; without the right to set the clock, which nobody has here."""
        self.run("apt-get install -y /cargo/*.deb")
        self.write("/etc/systemd/system/tokimorid.service.d/container.conf", _RIGHTS)
        self.write("/etc/tokimori/tokimori.toml", _CONFIGURATION)
        self.run("systemctl daemon-reload && systemctl start tokimorid && tokictl waitsync 60")
