"""A board of QEMU's with a memory card: kernel and initramfs as they lie on its boot partition, its root and state, a
receiver at its second serial port, a hardware watchdog that bites nobody, since a busy host is slower than it allows. Its
operator comes by ssh, with a key laid on the boot partition."""
from __future__ import annotations

import re
import subprocess
import time
from typing import List

from tokimori_appliance.emulated import Emulated

from .image import Image

_SSH_PORT = 22
# From power to a good reply, s: emulated, on a busy host.
PATIENCE = 1200.0


class Board(Emulated):
    """`image` is written to."""

    def __init__(self, image: Image, console: str) -> None:
        super().__init__("card", console)
        self.image = image
        image.take("vmlinuz-", self._path("vmlinuz"))
        image.take("initrd.img-", self._path("initramfs"))
        self._words = image.boot_text("cmdline.txt").strip().replace(" quiet", "")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self._path("key")], check=True)
        image.lay(self._path("key.pub"), "authorized_keys")

    def _command(self) -> List[str]:
        return ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-m", "1024", *self._common(_SSH_PORT),
                "-kernel", self._path("vmlinuz"), "-initrd", self._path("initramfs"),
                "-append", self._words + " console=ttyAMA0 systemd.show_status=0 systemd.default_timeout_start_sec=900 "
                "systemd.journald.forward_to_console=1 systemd.journald.max_level_console=warning",
                "-drive", "file=%s,format=raw,if=none,id=card" % self.image.path, "-device", "virtio-blk-pci,drive=card",
                "-device", "i6300esb", "-action", "watchdog=none", "-serial", "chardev:console",
                "-chardev", "null,id=none", "-device", "pci-serial,chardev=none,addr=0x10",
                "-device", "pci-serial,chardev=gps,addr=0x11"]

    def _ssh(self, script: str, patience: float) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["ssh", "-q", "-i", self._path("key"), "-p", str(self.ports[_SSH_PORT]), "-o", "StrictHostKeyChecking=no",
             "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "ConnectTimeout=60", "root@127.0.0.1",
             "bash -s"], input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=patience, check=False)

    def run(self, script: str) -> str:
        """As the operator, by ssh; AssertionError where it fails."""
        done = self._ssh(script, PATIENCE)
        assert done.returncode == 0, "%d of %r: %s" % (done.returncode, script[:120], done.stdout[-800:])
        return done.stdout.strip()

    def await_operator(self) -> None:
        """Until there is a shell; AssertionError where there will be none."""
        deadline = time.monotonic() + PATIENCE
        while not self._boot():
            assert self._process is not None and self._process.poll() is None and time.monotonic() < deadline, \
                "nobody answers: %s" % self.console()[-2000:]
            time.sleep(0.5)  # QEMU takes every connection, so that there is nothing to wait on.

    def reboot(self) -> None:
        """And waits for the shell of the next boot."""
        boot = self._boot()
        self._ssh("systemctl reboot", PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while self._boot() in ("", boot):
            assert time.monotonic() < deadline, "it does not come back: %s" % self.console()[-2000:]
            time.sleep(0.5)

    def _boot(self) -> str:
        """Tells one boot from the next; empty where nobody answers."""
        try:
            said = self._ssh("cat /proc/sys/kernel/random/boot_id", 90).stdout.strip()
        except subprocess.TimeoutExpired:
            return ""
        return said if re.fullmatch(r"[0-9a-f-]{36}", said) else ""

    def host_key(self) -> str:
        """By which the operator knows the card."""
        said = subprocess.run(["ssh-keyscan", "-t", "ed25519", "-T", "60", "-p", str(self.ports[_SSH_PORT]), "127.0.0.1"], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        found = re.search(r"ssh-ed25519 (\S+)", said)
        assert found is not None, said
        return found[1]
