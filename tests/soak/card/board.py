"""A board of QEMU's with a memory card: kernel and initramfs as they lie on its boot partition, its root and state, a
receiver at its second serial port, a hardware watchdog that bites nobody, since a busy host is slower than it allows. Its
operator comes by ssh, with a key laid on the boot partition."""
from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from typing import Dict, List, Optional

from appliance.machine import NTP_PORT, PAGE_PORT, Qmp, Receiver

from .image import Image

_SSH_PORT = 22
# From power to a good reply, s: emulated, on a busy host.
PATIENCE = 1200.0
_CLOCK_IS_SLOW = 7200.0


class Board:
    """Off when made and when closed. `image` is written to; `console` is a file for what kernel and init say."""

    def __init__(self, image: Image, console: str) -> None:
        self.image, self._console = image, console
        self._room = tempfile.TemporaryDirectory(prefix="tokimori-card-")
        self._process: "Optional[subprocess.Popen[bytes]]" = None
        self._receiver: Optional[Receiver] = None
        self.ports: Dict[int, int] = {}
        self.powered_on = 0.0
        image.take("vmlinuz-", self._path("vmlinuz"))
        image.take("initrd.img-", self._path("initramfs"))
        self._words = image.boot_text("cmdline.txt").strip().replace(" quiet", "")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self._path("key")], check=True)
        image.lay(self._path("key.pub"), "authorized_keys")

    def _path(self, name: str) -> str:
        return os.path.join(self._room.name, name)

    def _command(self) -> List[str]:
        # Port 0 of the host: one that is free.
        forwards = "".join(",hostfwd=%s:127.0.0.1:0-:%d" % one for one in
                           (("udp", NTP_PORT), ("tcp", PAGE_PORT), ("tcp", _SSH_PORT)))
        return ["setpriv", "--pdeathsig=KILL", "qemu-system-aarch64", "-M", "virt", "-accel", "tcg,thread=multi",
                "-cpu", "cortex-a53", "-m", "1024", "-smp", "2", "-nodefaults", "-display", "none",
                "-kernel", self._path("vmlinuz"), "-initrd", self._path("initramfs"),
                "-append", self._words + " console=ttyAMA0 systemd.show_status=0 systemd.default_timeout_start_sec=900 "
                "systemd.journald.forward_to_console=1 systemd.journald.max_level_console=warning",
                "-drive", "file=%s,format=raw,if=none,id=card" % self.image.path, "-device", "virtio-blk-pci,drive=card",
                "-rtc", time.strftime("base=%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - _CLOCK_IS_SLOW)),
                "-device", "virtio-rng-pci", "-device", "i6300esb", "-action", "watchdog=none",
                "-netdev", "user,id=net" + forwards, "-device", "virtio-net-pci,netdev=net,romfile=",
                "-chardev", "file,id=console,path=%s,append=on" % self._console, "-serial", "chardev:console",
                "-chardev", "null,id=none", "-device", "pci-serial,chardev=none,addr=0x10",
                "-chardev", "socket,id=gps,path=%s,server=on,wait=off" % self._path("gps.sock"),
                "-device", "pci-serial,chardev=gps,addr=0x11",
                "-qmp", "unix:%s,server=on,wait=off" % self._path("qmp.sock")]

    def power_on(self) -> None:
        """With a sky over its receiver; returns at once."""
        for name in ("gps.sock", "qmp.sock", "sky.sock"):
            if os.path.exists(self._path(name)):
                os.unlink(self._path(name))
        self.powered_on = time.monotonic()
        self._process = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                         stderr=open(self._console + ".qemu", "ab"), start_new_session=True)
        self.ports = Qmp(self._path("qmp.sock")).forwarded_ports()
        self._receiver = Receiver(self._room.name)

    def cut_power(self) -> None:
        """What the guest has not written to its card by now is lost."""
        if self._receiver is not None:
            self._receiver.close()
            self._receiver = None
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

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
        while not self._answers():
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

    def _answers(self) -> bool:
        return self._boot() != ""

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

    def console(self) -> str:
        """What kernel and init have said."""
        with open(self._console, encoding="utf-8", errors="replace") as console:
            return console.read()

    def close(self) -> None:
        """Power off."""
        self.cut_power()
        self._room.cleanup()
