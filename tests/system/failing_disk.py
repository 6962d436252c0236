"""A disk that fails when it is told to, beneath a program under test: tests/failing_disk counts what it does to files below
a directory, and at a chosen step ends it as kill -9 does, or lets that step and all later ones fail or stand still."""
from __future__ import annotations

import mmap
import os
import struct
import tempfile
from typing import List

import pytest

from programs import program

_COUNT, _KILL, _KILL_HALFWAY, _FAIL, _STAND_STILL = range(5)
_SIZE = 48


class FailingDisk:
    """The orders for one program; nothing fails at first. Skips the test loudly where the library was not built."""

    def __init__(self, below: str) -> None:
        self._library = program("failing_disk.so")
        if not os.path.exists(self._library):
            pytest.skip("NO failing_disk.so was built: sanitizers want to be loaded first themselves")
        self._below = below
        self._file = tempfile.NamedTemporaryFile(prefix="tokimori-disk-")
        self._file.write(bytes(_SIZE))
        self._file.flush()
        self._orders = mmap.mmap(self._file.fileno(), _SIZE)

    def prefix(self) -> List[str]:
        """What a command begins with so that it works on this disk."""
        return ["env", "LD_PRELOAD=" + self._library, "TOKIMORI_FAILING_DISK=" + self._file.name,
                "TOKIMORI_FAILING_DISK_BELOW=" + self._below]

    def steps(self) -> int:
        """How many there were since the last order."""
        return int(struct.unpack_from("q", self._orders)[0])

    def has_killed(self) -> bool:
        """The program died by the last order, or is about to."""
        return bool(struct.unpack_from("q", self._orders, 32)[0])

    def count(self) -> None:
        """From now on nothing fails, and steps are counted anew."""
        self._give(0, _COUNT, 0)

    def kill_at(self, step: int, halfway: bool = False) -> None:
        """The program dies before that step from now on, counted from 1; `halfway`: in the middle of it if it writes."""
        self._give(step, _KILL_HALFWAY if halfway else _KILL, 0)

    def fail(self, error: int) -> None:
        """Whatever is done to files fails from now on."""
        self._give(1, _FAIL, error)

    def stand_still_at(self, step: int) -> None:
        """That step and all later ones do not return until another order is given, such as another step; the program is not
        told why."""
        self._give(step, _STAND_STILL, 0)

    def stands_still(self) -> bool:
        """Somebody waits for it."""
        return bool(struct.unpack_from("q", self._orders, 40)[0])

    def _give(self, step: int, action: int, error: int) -> None:
        struct.pack_into("qqqqq", self._orders, 0, 0, step, action, error, 0)

    def __enter__(self) -> "FailingDisk":
        return self

    def __exit__(self, *_: object) -> None:
        self._orders.close()
        self._file.close()
