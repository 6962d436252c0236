"""The image of a memory card, looked into from outside."""
from __future__ import annotations

import json
import os
import subprocess
import tempfile
from typing import List, NamedTuple

SECTOR = 512


class Partition(NamedTuple):
    """Where it lies, in octets, and its type in the table."""

    start: int
    size: int
    kind: str


def output_of(command: List[str]) -> str:
    """What a program of the host says; CalledProcessError where it fails."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


class Image:
    """A file with the three partitions boot, root and state."""

    def __init__(self, path: str) -> None:
        self.path = path
        table = json.loads(output_of(["sfdisk", "--json", path]))["partitiontable"]
        self.disk = table["id"][2:]
        self.boot, self.root, self.state = (
            Partition(one["start"] * SECTOR, one["size"] * SECTOR, one["type"]) for one in table["partitions"])

    def _firmware(self) -> str:
        return "%s@@%d" % (self.path, self.boot.start)

    def boot_names(self) -> List[str]:
        """The files of the boot partition, without those in folders."""
        return [os.path.basename(line) for line in output_of(["mdir", "-b", "-i", self._firmware(), "::"]).split("\n") if line]

    def boot_text(self, name: str) -> str:
        """A text of the boot partition."""
        return output_of(["mtype", "-i", self._firmware(), "::" + name])

    def take(self, prefix: str, to: str) -> None:
        """Copies the one file of the boot partition that begins so."""
        name, = [one for one in self.boot_names() if one.startswith(prefix)]
        subprocess.run(["mcopy", "-n", "-o", "-i", self._firmware(), "::" + name, to], check=True)

    def lay(self, path: str, name: str) -> None:
        """Lays a file on the boot partition, as an operator does."""
        subprocess.run(["mcopy", "-o", "-i", self._firmware(), path, "::" + name], check=True)

    def unpack_root(self, to: str) -> None:
        """The whole tree."""
        with tempfile.NamedTemporaryFile() as file, open(self.path, "rb") as card:
            card.seek(self.root.start)
            file.write(card.read(self.root.size))
            file.flush()
            subprocess.run(["unsquashfs", "-no-progress", "-dest", to, file.name], check=True, stdout=subprocess.DEVNULL)

    def ruin_state(self) -> None:
        """Where the state partition was before it grew, all becomes noise."""
        with open(self.path, "r+b") as card:
            card.seek(self.state.start)
            card.write(os.urandom(self.state.size))

    def give_room(self, size: int) -> None:
        """As if it were written to a card of that size."""
        os.truncate(self.path, size)
