"""A daemon with its files on a disk that may be in trouble."""
from __future__ import annotations

import contextlib
import os
from typing import Any, Dict, Iterator, List

from control import PATIENCE, SKY, Asked
from ntp_client import NtpWatch
from programs import Process, Value, configuration, free_port, program


class Box(Asked):
    """A daemon whose files, all but its socket, lie in `directory`."""

    def __init__(self, room: str, workers: int, **more: Value) -> None:
        self.port = free_port()
        self.socket = os.path.join(room, "control.sock")
        self.directory = os.path.join(room, "disk")
        os.mkdir(self.directory)
        self.path = os.path.join(self.directory, "tokimori.toml")
        self.text = configuration(["127.0.0.1:%d" % self.port], [SKY], workers=workers, lab_mode=True,
                                  control_socket=self.socket, state_dir=os.path.join(self.directory, "state"), **more)

    def write(self) -> None:
        """Its files as they are on a good disk."""
        for name in ("conf.d", "state"):
            os.mkdir(os.path.join(self.directory, name))
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(self.text)

    def start(self, prefix: List[str]) -> Process:
        """The daemon, once it is synchronised."""
        daemon = Process([*prefix, program("tokimorid"), "--config", self.path])
        daemon.wait_for("clock state=synchronised", PATIENCE)
        return daemon

    def try_to_apply(self) -> Dict[str, Any]:
        """What is said to the change of a setting."""
        return self.ask("settings_apply", overlay={"log": {"level": "debug"}}, base=self.settings()["base"])

    def fault(self) -> str:
        """What the daemon says of its disk."""
        return self.ask("tracking")["at"]["storage_fault"] or ""


@contextlib.contextmanager
def serving(box: Box) -> Iterator[NtpWatch]:
    """In the block every reply is right, and none is missing."""
    with NtpWatch(box.port, per_second=20) as watch:
        watch.wait_for(lambda reply: reply.synchronised, PATIENCE)
        yield watch
        watch.wait_seconds(1)
        assert all(reply.synchronised for reply in watch.replies())
