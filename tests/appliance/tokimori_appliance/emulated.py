"""What every emulated machine of these tests has: a receiver at a serial port, a network by which the host reaches it, a
console, a clock that is wrong until somebody sets it, and a power that can be cut."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from typing import Dict, List, Optional

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(ROOT, "tests", "hil"))

from tokimori_hil.machine import Qmp  # noqa: E402
from tokimori_hil.receiver import Receiver  # noqa: E402

NTP_PORT, PAGE_PORT = 123, 443
_CLOCK_IS_SLOW = 7200.0


class Emulated:
    """Off when made and when closed. `console` is a file for what kernel and init say."""

    def __init__(self, kind: str, console: str) -> None:
        self._console = console
        self._room = tempfile.TemporaryDirectory(prefix="tokimori-%s-" % kind)
        self._process: "Optional[subprocess.Popen[bytes]]" = None
        self._receiver: Optional[Receiver] = None
        self.ports: Dict[int, int] = {}
        self.powered_on = 0.0

    def _path(self, name: str) -> str:
        return os.path.join(self._room.name, name)

    def _command(self) -> List[str]:
        """QEMU and its options, `_common` among them."""
        raise NotImplementedError

    def _common(self, shell_port: int) -> List[str]:
        """Options of all; the console and the receiver are the chardevs `console` and `gps`."""
        # Port 0 of the host: one that is free.
        forwards = "".join(",hostfwd=%s:127.0.0.1:0-:%d" % one for one in
                           (("udp", NTP_PORT), ("tcp", PAGE_PORT), ("tcp", shell_port)))
        # Emulated always, whatever /dev/kvm promises.
        return ["-accel", "tcg,thread=multi", "-smp", "2", "-nodefaults", "-display", "none",
                # As a board without a battery: its clock is wrong until somebody sets it.
                "-rtc", time.strftime("base=%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - _CLOCK_IS_SLOW)),
                "-device", "virtio-rng-pci",
                "-netdev", "user,id=net" + forwards, "-device", "virtio-net-pci,netdev=net,romfile=",
                "-chardev", "file,id=console,path=%s,append=on" % self._console,
                "-chardev", "socket,id=gps,path=%s,server=on,wait=off" % self._path("gps.sock"),
                "-qmp", "unix:%s,server=on,wait=off" % self._path("qmp.sock")]

    def power_on(self) -> None:
        """With a sky over its receiver; returns at once."""
        for name in ("gps.sock", "qmp.sock", "sky.sock"):
            if os.path.exists(self._path(name)):
                os.unlink(self._path(name))
        self.powered_on = time.monotonic()
        self._process = subprocess.Popen(["setpriv", "--pdeathsig=KILL", *self._command()],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
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

    def console(self) -> str:
        """What kernel and init have said."""
        with open(self._console, encoding="utf-8", errors="replace") as console:
            return console.read()

    def close(self) -> None:
        """Power off, and nothing of it is left."""
        self.cut_power()
        self._room.cleanup()
