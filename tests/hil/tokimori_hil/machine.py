"""QEMU's arm64 machine: the board on which the scenarios are played. Emulated always, whatever /dev/kvm promises."""
from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from typing import Any, Dict, List

from . import device_tree
from .guest import PATIENCE, Guest

_QEMU = ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-accel", "tcg,thread=multi", "-smp", "2",
         "-m", "768", "-nodefaults", "-display", "none"]
_LONGEST_LIFE = 1200
_BOOT_PATIENCE = 300
NTP_PORT, HIGH_PORT, _SHELL_PORT = 123, 11123, 5555


def _connect(path: str) -> socket.socket:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.connect(path)
            return connection
        except OSError:
            connection.close()
            if time.monotonic() > deadline:
                raise
            # QEMU gives no sign of listening that could be waited for.
            time.sleep(0.02)


class Qmp:
    """QEMU's machine protocol."""

    def __init__(self, path: str) -> None:
        self._file = _connect(path).makefile("rw")
        self._file.readline()
        self.ask("qmp_capabilities")

    def ask(self, command: str, **arguments: Any) -> Any:
        """The answer; RuntimeError if it is an error."""
        self._file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._file.flush()
        while True:
            answer = json.loads(self._file.readline())
            if "error" in answer:
                raise RuntimeError("QEMU: %s" % answer["error"])
            if "return" in answer:
                return answer["return"]

    def monitor(self, command: str) -> str:
        """What the monitor for people says."""
        return self.ask("human-monitor-command", **{"command-line": command})

    def forwarded_ports(self) -> Dict[int, int]:
        """Port of the host by port of the guest."""
        listing = self.monitor("info usernet")
        rows = re.findall(r"\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+(\d+)", listing)
        return {int(inside): int(outside) for outside, inside in rows}


class Machine:
    """Powered on when made, off when closed."""

    def __init__(self, image: str, programs: str, directory: str, console: str) -> None:
        """`image` is from the script of that name, `programs` is seen as /opt/tokimori by the guest, `directory` takes
        sockets. Raises RuntimeError where the guest does not come up."""
        self.directory, self._console = directory, console
        board = device_tree.make(_QEMU, directory)
        self.powered_on = time.monotonic()
        self._process = subprocess.Popen(
            ["timeout", "--kill-after=5", str(_LONGEST_LIFE), *_QEMU, *self._options(image, programs, board)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(console + ".qemu", "wb"),
            start_new_session=True)
        try:
            self._qmp = Qmp(directory + "/qmp.sock")
            self.gpio = self._find_gpio()
            self.ports = self._qmp.forwarded_ports()
            self.guest = Guest(self.ports[_SHELL_PORT])
            self._await_boot()
        except BaseException:
            self.close()
            raise
        self.boot_seconds = time.monotonic() - self.powered_on

    def _options(self, image: str, programs: str, board: str) -> List[str]:
        def shared(tag: str, path: str) -> List[str]:
            return ["-fsdev", "local,id=%s,path=%s,security_model=none,readonly=on" % (tag, path),
                    "-device", "virtio-9p-pci,fsdev=%s,mount_tag=%s" % (tag, tag)]

        def listening(name: str) -> str:
            return "unix:%s/%s.sock,server=on,wait=off" % (self.directory, name)

        # Port 0 of the host: one that is free.
        forwards = "".join(",hostfwd=%s:127.0.0.1:0-:%d" % one for one in
                           (("udp", NTP_PORT), ("udp", HIGH_PORT), ("tcp", _SHELL_PORT)))
        return ["-no-reboot", "-serial", "file:" + self._console,
                "-kernel", image + "/vmlinuz", "-initrd", image + "/initramfs.gz", "-dtb", board,
                "-append", "console=ttyAMA0 quiet panic=-1",
                *shared("root", image + "/guest"), *shared("programs", programs),
                "-chardev", "socket,id=gps,path=%s/gps.sock,server=on,wait=off" % self.directory,
                "-device", "pci-serial,chardev=gps,addr=%d" % device_tree.UART_SLOT,
                "-chardev", "null,id=none", "-device", "pci-serial,chardev=none,addr=%d" % device_tree.DCD_SLOT,
                "-netdev", "user,id=net,restrict=off" + forwards, "-device", "virtio-net-pci,netdev=net,romfile=",
                "-qtest", listening("qtest"), "-qtest-log", "/dev/null", "-qmp", listening("qmp")]

    def _find_gpio(self) -> str:
        """QEMU's name of the GPIO controller; its number depends on the other devices."""
        for entry in self._qmp.ask("qom-list", path="/machine/unattached"):
            if entry["type"] == "child<pl061>":
                return "/machine/unattached/" + entry["name"]
        raise RuntimeError("This QEMU has no pl061 on its board.")

    def _await_boot(self) -> None:
        deadline = time.monotonic() + _BOOT_PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The guest did not come up: %s" % self.console()[-800:])
            time.sleep(0.05)  # QEMU takes every connection, so that there is nothing to wait on.

    def _answers(self) -> bool:
        return "HIL ready" in self.console() and "here" in self.guest.start("echo here").wait()

    def register(self, address: int) -> int:
        """A word of a device, as the guest would read it."""
        said = self._qmp.monitor("xp /1xw 0x%x" % address)
        found = re.search(r": 0x([0-9a-f]{8})", said)
        if found is None:
            raise RuntimeError("QEMU says of the register at 0x%x: %s" % (address, said))
        return int(found[1], 16)

    def console(self) -> str:
        """What kernel and init have said."""
        try:
            with open(self._console, encoding="utf-8", errors="replace") as console:
                return console.read()
        except FileNotFoundError:
            return ""

    @property
    def running(self) -> bool:
        """False once QEMU has ended."""
        return self._process.poll() is None

    def close(self) -> None:
        """Power off."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
