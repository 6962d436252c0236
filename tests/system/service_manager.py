"""What the daemon is to take for systemd: hears what a service manager is told."""
from __future__ import annotations

import os
import socket
import tempfile
from typing import List

from control import SKY
from programs import Tokimorid, configuration, free_port, slowness

PATIENCE = 20.0


class Manager:
    """The socket on which a service manager hears."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="tokimori-")
        self.path = os.path.join(self._directory.name, "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.settimeout(PATIENCE * slowness())

    def __enter__(self) -> Manager:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._directory.cleanup()

    def start(self, watchdog_usec: int, workers: int) -> Tokimorid:
        """A daemon that it waits for."""
        port = free_port()
        text = configuration(["127.0.0.1:%d" % port], [SKY], lab_mode=True, workers=workers)
        return Tokimorid(text, port, self.prefix(watchdog_usec))

    def prefix(self, watchdog_usec: int) -> List[str]:
        """What a command begins with whose program it waits for."""
        return ["env", "NOTIFY_SOCKET=" + self.path, "WATCHDOG_USEC=%d" % watchdog_usec]

    def hear(self) -> str:
        """The next message; socket.timeout if none comes."""
        return self._socket.recv(4096).decode("ascii")

    def hear_until(self, message: str) -> List[str]:
        """All messages up to that one."""
        heard = [self.hear()]
        while heard[-1] != message:
            heard.append(self.hear())
        return heard

    def is_told_nothing_for(self, seconds: float) -> bool:
        """What was on its way is passed over first."""
        self._socket.settimeout(0.2)
        try:
            while True:
                self.hear()
        except socket.timeout:
            pass
        self._socket.settimeout(seconds)
        try:
            self.hear()
            return False
        except socket.timeout:
            return True
        finally:
            self._socket.settimeout(PATIENCE * slowness())
