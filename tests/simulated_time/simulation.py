"""The daemon in simulated time: hours in seconds, and a client that knows the truth."""
from __future__ import annotations

import calendar
import os
import re
import subprocess
import tempfile
import time
from typing import Callable, List, NamedTuple, Set

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
BIN = os.environ.get("TOKIMORI_BIN") or os.path.join(ROOT, "build", "release", "bin")
NS = 1e-9
MINUTE, HOUR, DAY = 60, 3600, 86_400
UNSYNCHRONISED = 3
# Nobody waits this long; only for a program that hangs.
_PATIENCE = 1800

RECEIVER = """
[[refclock]]
driver = "shm"
name = "receiver"
unit = 1
"""

# What an operator would leave out stands at its default: IPv6 and the control socket are asked for, and denied.
_CONFIGURATION = """
[server]
workers = 0
[clock]
system_clock = "%s"
holdover = "%s"
[leap]
list_file = ""
%s
[state]
dir = "%s"
%s"""


def posix(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """UTC as POSIX seconds."""
    return calendar.timegm((year, month, day, hour, minute, 0))


class Reply(NamedTuple):
    """A reply, with what is true: `at` in s since launch, `error` the larger one of its two timestamps, s."""

    at: float
    leap: int
    stratum: int
    refid: str
    root_distance: float
    error: float

    @property
    def synchronised(self) -> bool:
        """What a client makes of leap indicator and stratum."""
        return self.leap != UNSYNCHRONISED and 0 < self.stratum < 16

    @property
    def is_broken_promise(self) -> bool:
        """It is further off than it says."""
        return self.synchronised and abs(self.error) > self.root_distance


class Host(NamedTuple):
    """The system clock at the time of a request: what is wrong with it, s, and what adjtimex(2) tells of it."""

    at: float
    error: float
    state: int
    status: int
    tai: int


class Play(NamedTuple):
    """What came of it; `lost` counts requests without a reply, `speed` is simulated by spent processor time."""

    replies: List[Reply]
    host: List[Host]
    lost: int
    denied: Set[str]
    log: str
    speed: float

    def between(self, begin: float, end: float) -> List[Reply]:
        """The replies from `begin` to `end`, s since launch; there are some."""
        found = [reply for reply in self.replies if begin <= reply.at < end]
        assert found, "nobody asked between %g and %g s" % (begin, end)
        return found

    def first(self, wanted: Callable[[Reply], bool], since: float = 0) -> Reply:
        """The first `wanted` reply from `since` on."""
        for reply in self.replies:
            if reply.at >= since and wanted(reply):
                return reply
        raise AssertionError("no such reply; the log:\n" + self.log)

    def broken_promises(self) -> List[Reply]:
        """None, if all is well."""
        return [reply for reply in self.replies if reply.is_broken_promise]

    def worst_error(self, begin: float, end: float) -> float:
        """Of the synchronised replies, s."""
        return max(abs(reply.error) for reply in self.between(begin, end) if reply.synchronised)


def _reply(words: List[str]) -> Reply:
    at, leap, stratum = int(words[1]) * NS, int(words[2]), int(words[3])
    return Reply(at, leap, stratum, words[4].rstrip("."), int(words[5]) * NS, max(map(int, words[6:8]), key=abs) * NS)


def _host(words: List[str]) -> Host:
    return Host(int(words[1]) * NS, int(words[2]) * NS, *map(int, words[3:6]))


def _run(command: List[str], environment: "dict[str, str]", log: str) -> float:
    """Runs to the end; the processor time it took, s."""
    with open(log, "wb") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                   env={**os.environ, **environment})
    try:
        _, status, usage = _wait(process)
    finally:
        process.kill()
    assert os.waitstatus_to_exitcode(status) == 0, open(log, encoding="utf-8").read()[-3000:]
    return usage.ru_utime + usage.ru_stime


def _wait(process: "subprocess.Popen[bytes]") -> "tuple[int, int, object]":
    deadline = time.monotonic() + _PATIENCE
    while True:
        ended = os.wait4(process.pid, os.WNOHANG)
        if ended[0]:
            process.returncode = os.waitstatus_to_exitcode(ended[1])
            return ended
        assert time.monotonic() < deadline, "it hangs"
        time.sleep(0.02)


class Settings(NamedTuple):
    """What else stands in the configuration: keys of [leap], and a directory that outlives the run."""

    leap: str = ""
    state_dir: str = ""


def play(script: str, sources: str = RECEIVER, holdover: str = "24h", system_clock: str = "leave",
         settings: Settings = Settings()) -> Play:
    """Plays `script` (see README.md) with the daemon; it must end well."""
    with tempfile.TemporaryDirectory(prefix="tokimori-simulated.") as directory:
        paths = {name: os.path.join(directory, name) for name in ("script", "tokimori.toml", "results", "log")}
        text = _CONFIGURATION % (system_clock, holdover, settings.leap, settings.state_dir, sources)
        for name, text in (("script", script), ("tokimori.toml", text)):
            with open(paths[name], "w", encoding="utf-8") as file:
                file.write(text)
        spent = _run([os.path.join(BIN, "tokimorid"), "--config", paths["tokimori.toml"]],
                     {"LD_PRELOAD": os.path.join(BIN, "simulated_time.so"), "TOKIMORI_SIMULATION": paths["script"],
                      "TOKIMORI_SIMULATION_RESULTS": paths["results"]}, paths["log"])
        with open(paths["results"], encoding="utf-8") as results, open(paths["log"], encoding="utf-8") as log:
            lines = [line.split() for line in results]
            said = log.read()
    length = re.search(r"^run (\d+)$", script, re.M)
    assert length is not None
    return Play([_reply(words) for words in lines if words[0] == "reply"],
                [_host(words) for words in lines if words[0] == "host"],
                sum(words[0] in ("lost", "wrong") for words in lines),
                {" ".join(words[1:]) for words in lines if words[0] == "denied"}, said, int(length[1]) / spent)
