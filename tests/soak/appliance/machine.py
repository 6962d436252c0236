"""The appliance in QEMU: a PC with a disk, a network and a receiver at its second serial port. Its power can be cut."""
from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from typing import Dict, List, Optional

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(ROOT, "tests", "hil"))

from tokimori_hil.guest import Guest  # noqa: E402
from tokimori_hil.machine import Qmp  # noqa: E402
from tokimori_hil.receiver import Receiver  # noqa: E402

NTP_PORT, PAGE_PORT, _SHELL_PORT = 123, 443, 5555
_CLOCK_IS_SLOW = 7200.0
# From power to a shell, s: emulated, on a busy host.
BOOT_PATIENCE = 600.0


def make_image(packages: List[str]) -> str:
    """The directory of kernel, initramfs and disk; RuntimeError where it cannot be made."""
    made = subprocess.run([HERE + "/image", os.path.join(ROOT, "build", "soak"), *packages], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise RuntimeError("the appliance cannot be made: %s" % made.stderr.strip()[-1500:])
    return made.stdout.strip()


class Machine:
    """Off when made and when closed. Its disk is its own; files of `cargo`, and those of `newer` in a folder of that
    name, are what the guest finds as a tar on /dev/vdb."""

    def __init__(self, image: str, cargo: List[str], newer: List[str], console: str) -> None:
        self._image, self._console = image, console
        self._room = tempfile.TemporaryDirectory(prefix="tokimori-soak-")
        self._process: "Optional[subprocess.Popen[bytes]]" = None
        self._receiver: Optional[Receiver] = None
        self.ports: Dict[int, int] = {}
        self.powered_on = 0.0
        shutil.copyfile(image + "/disk", self._path("disk"))
        self._load(cargo, newer)

    def _load(self, cargo: List[str], newer: List[str]) -> None:
        with tarfile.open(self._path("cargo"), "w") as tar:
            for path in cargo:
                tar.add(path, os.path.basename(path))
            for path in newer:
                tar.add(path, "newer/" + os.path.basename(path))

    def _path(self, name: str) -> str:
        return os.path.join(self._room.name, name)

    def _command(self) -> List[str]:
        # Port 0 of the host: one that is free.
        forwards = "".join(",hostfwd=%s:127.0.0.1:0-:%d" % one for one in
                           (("udp", NTP_PORT), ("tcp", PAGE_PORT), ("tcp", _SHELL_PORT)))
        # Emulated always, whatever /dev/kvm promises.
        return ["setpriv", "--pdeathsig=KILL", "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "Nehalem",
                "-m", "768", "-smp", "2", "-nodefaults", "-display", "none",
                "-kernel", self._image + "/vmlinuz", "-initrd", self._image + "/initramfs",
                "-append", "console=ttyS0 root=/dev/vda ro quiet panic=-1 mitigations=off net.ifnames=0 "
                "systemd.journald.forward_to_console=1 systemd.journald.max_level_console=warning",
                "-drive", "file=%s,format=raw,if=virtio" % self._path("disk"),
                "-drive", "file=%s,format=raw,if=virtio,readonly=on" % self._path("cargo"),
                # As a board without a battery: its clock is wrong until somebody sets it.
                "-rtc", time.strftime("base=%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - _CLOCK_IS_SLOW)),
                "-device", "virtio-rng-pci",
                "-netdev", "user,id=net" + forwards, "-device", "virtio-net-pci,netdev=net,romfile=",
                "-chardev", "file,id=console,path=%s,append=on" % self._console, "-serial", "chardev:console",
                "-chardev", "socket,id=gps,path=%s,server=on,wait=off" % self._path("gps.sock"), "-serial", "chardev:gps",
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
        """As a plug that is pulled: what the guest has not written to its disk by now is lost."""
        if self._receiver is not None:
            self._receiver.close()
            self._receiver = None
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

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

    def console(self) -> str:
        """What kernel and init have said."""
        with open(self._console, encoding="utf-8", errors="replace") as console:
            return console.read()

    def close(self) -> None:
        """Power off, and no disk any more."""
        self.cut_power()
        self._room.cleanup()
