"""The clock of the guest: what its kernel says of it, what it shows, and somebody who sets it."""
from __future__ import annotations

import json
import re
from typing import Dict, List, NamedTuple, Tuple

from .scene import Scene

INSERT, DELETE, UNSYNCHRONISED = 0x10, 0x20, 0x40

_TIMEX = """
import ctypes, json, time
class Timex(ctypes.Structure):
    _fields_ = [("modes", ctypes.c_uint)] + [(name, ctypes.c_long) for name in ("offset", "freq", "maxerror", "esterror")]
    _fields_ += [("status", ctypes.c_int)] + [(name, ctypes.c_long) for name in (
        "constant", "precision", "tolerance", "seconds", "microseconds", "tick", "ppsfreq", "jitter")]
    _fields_ += [("shift", ctypes.c_int)] + [(name, ctypes.c_long) for name in (
        "stabil", "jitcnt", "calcnt", "errcnt", "stbcnt")] + [("tai", ctypes.c_int), ("rest", ctypes.c_int * 11)]
libc = ctypes.CDLL(None)
def adjust(**asked):
    timex = Timex(**asked)
    state = libc.adjtimex(ctypes.byref(timex))
    return dict({name: getattr(timex, name) for name in ("freq", "tick", "maxerror", "esterror", "status", "tai")},
                state=state)
"""

_READ = _TIMEX + "print(json.dumps(adjust()))\n"

# Until three seconds after `midnight`, or for so many seconds; often enough that no second is missed on a busy host.
_RECORD = _TIMEX + """
midnight, longest = %d, %d
end = time.monotonic() + longest
while time.time() < midnight + 3 and time.monotonic() < end:
    if time.time() >= midnight - 6:
        monotonic, real = time.clock_gettime_ns(time.CLOCK_MONOTONIC), time.clock_gettime_ns(time.CLOCK_REALTIME)
        tai, again = time.clock_gettime_ns(time.CLOCK_TAI), time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        print(json.dumps([monotonic, real, tai, again, adjust()["status"], adjust()["tai"]]), flush=True)
    time.sleep(0.02)
print("over", flush=True)
"""


class KernelClock(NamedTuple):
    """What adjtimex says."""

    ppm: float
    max_error: float
    status: int
    tai: int
    state: int

    @property
    def synchronised(self) -> bool:
        """As `timedatectl` and `adjtimex` see it."""
        return self.status & UNSYNCHRONISED == 0 and self.max_error < 16.0


class Look(NamedTuple):
    """The guest's clocks together: `monotonic` as (before, after), all ns; with the kernel's flags."""

    monotonic: Tuple[int, int]
    real: int
    tai: int
    status: int
    tai_minus_utc: int


def _python(script: str) -> str:
    return "python3 - <<'HIL_SCRIPT'\n%s\nHIL_SCRIPT" % script


def kernel_clock(scene: Scene) -> KernelClock:
    """As of now."""
    told: Dict[str, int] = json.loads(scene.guest.run(_python(_READ)))
    return KernelClock(told["freq"] / 65536 + (told["tick"] - 10_000) * 100, told["maxerror"] * 1e-6, told["status"],
                       told["tai"], told["state"])


def steer(scene: Scene, ppm: float) -> None:
    """Another program changes how fast the clock goes."""
    scene.guest.run(_python(_TIMEX + "assert adjust(modes=2, freq=%d)['state'] >= 0" % round(ppm * 65536)))


def slow_by(scene: Scene) -> float:
    """By how much the guest's clock is behind what is served in the guest, s, as chronyd finds it."""
    said = scene.guest.run("chronyd -Q -t 20 'server 127.0.0.1 iburst maxsamples 4'")
    found = re.search(r"System clock wrong by (-?[\d.]+) seconds", said)
    assert found is not None, said[-300:]
    return float(found[1])


class Recording:
    """What the guest's clocks show about a midnight (POSIX s)."""

    def __init__(self, scene: Scene, midnight: int, longest: int) -> None:
        self._process = scene.guest.start("exec 2>&1\nexec " + _python(_RECORD % (midnight, longest)))

    def looks(self) -> List[Look]:
        """All, once it is over."""
        self._process.wait_for("^over$")
        found = (json.loads(line) for line in self._process.lines() if line.startswith("["))
        return [Look((before, after), real, tai, status, offset) for before, real, tai, after, status, offset in found]
