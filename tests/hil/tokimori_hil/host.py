"""How late the host runs what is due: what delays a witness that does nothing else delays QEMU, too."""
from __future__ import annotations

import multiprocessing
import multiprocessing.sharedctypes
import time

_NAP = 0.005


def _watch(latest: "multiprocessing.sharedctypes.Synchronized[float]") -> None:
    while True:
        due = time.monotonic() + _NAP
        time.sleep(_NAP)
        latest.value = max(latest.value, time.monotonic() - due)


class Witness:
    """A process of its own that wakes 200 times a second, from now on."""

    def __init__(self) -> None:
        self._latest = multiprocessing.Value("d", 0.0)
        self._process = multiprocessing.Process(target=_watch, args=(self._latest,), daemon=True)
        self._process.start()

    def lateness(self) -> float:
        """The most, s, by which it was woken late."""
        return float(self._latest.value)

    def close(self) -> None:
        """Ends the process."""
        self._process.terminate()
        self._process.join()
