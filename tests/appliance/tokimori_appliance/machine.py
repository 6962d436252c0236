"""The appliance in QEMU: a PC with a disk, a network and a receiver at its second serial port. Its power can be cut."""
from __future__ import annotations

import os
import subprocess
import tarfile
import time
from typing import List

from .emulated import HERE, ROOT, Emulated

from tokimori_hil.guest import Guest  # it is found by the path that `emulated` adds

_SHELL_PORT = 5555
# From power to a shell, s: emulated, on a busy host.
BOOT_PATIENCE = 600.0


_EXIT_ABSENT = 77


class Absent(RuntimeError):
    """Debian's packages cannot be had from here."""


def make_image(packages: List[str]) -> str:
    """The directory of kernel, initramfs and disk; RuntimeError where it cannot be made, Absent where that is for want of
    packages."""
    made = subprocess.run([os.path.dirname(HERE) + "/image", os.path.join(ROOT, "build", "appliance"), *packages],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        kind = Absent if made.returncode == _EXIT_ABSENT else RuntimeError
        raise kind("the appliance cannot be made: %s" % made.stderr.strip()[-1500:])
    return made.stdout.strip()


class Machine(Emulated):
    """Its disk is its own; files of `cargo`, and those of `newer` in a folder of that name, are what the guest finds as a
    tar on /dev/vdb."""

    def __init__(self, image: str, cargo: List[str], newer: List[str], console: str) -> None:
        super().__init__("appliance", console)
        self._image = image
        subprocess.run(["cp", "--sparse=always", image + "/disk", self._path("disk")], check=True)
        self._load(cargo, newer)

    def _load(self, cargo: List[str], newer: List[str]) -> None:
        with tarfile.open(self._path("cargo"), "w") as tar:
            for path in cargo:
                tar.add(path, os.path.basename(path))
            for path in newer:
                tar.add(path, "newer/" + os.path.basename(path))

    def _command(self) -> List[str]:
        return ["qemu-system-x86_64", "-cpu", "Nehalem", "-m", "768", *self._common(_SHELL_PORT),
                "-kernel", self._image + "/vmlinuz", "-initrd", self._image + "/initramfs",
                "-append", "console=ttyS0 root=/dev/vda ro quiet panic=-1 mitigations=off net.ifnames=0 "
                # Emulated on a busy host, nothing is ready in the time that systemd allows by itself.
                "systemd.default_timeout_start_sec=600 "
                "systemd.journald.forward_to_console=1 systemd.journald.max_level_console=warning",
                "-drive", "file=%s,format=raw,if=virtio" % self._path("disk"),
                "-drive", "file=%s,format=raw,if=virtio,readonly=on" % self._path("cargo"),
                "-serial", "chardev:console", "-serial", "chardev:gps"]

    @property
    def guest(self) -> Guest:
        """Its shells."""
        return Guest(self.ports[_SHELL_PORT])

    def await_boot(self) -> None:
        """Until there is a shell; RuntimeError where there will be none."""
        deadline = time.monotonic() + BOOT_PATIENCE
        while not self._answers():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The guest did not come up: %s" % self.console()[-800:])
            time.sleep(0.1)  # QEMU takes every connection, so that there is nothing to wait on.

    def _answers(self) -> bool:
        try:
            return "here" in self.guest.start("echo here").wait(10)
        except (AssertionError, OSError):
            return False
