"""The programs under test and those around them, as processes of our own that end with their block or with us."""
from __future__ import annotations

import functools
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from typing import Callable, Dict, List, Match, Optional, Sequence, Union

from tokimori_sky.processes import SkyProcess, gpsd_path

import confined
from ntp_client import NtpClient, NtpWatch

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

Value = Union[str, int, bool]
Refclock = Dict[str, Value]


def program(name: str) -> str:
    """The path of a program under test."""
    return os.path.join(os.environ.get("TOKIMORI_BIN") or os.path.join(ROOT, "build", "release", "bin"), name)


def tool(name: str) -> Optional[str]:
    """Where a program of others is, also where an ordinary user's PATH does not lead; or None."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin")


def unpacked(package: str, *paths: str) -> str:
    """A file of a package that packaging/install-dependencies unpacks, wherever of `paths` that has it; the machine's own
    where that is installed."""
    places = [os.path.join(root, path) for root in (os.path.join(ROOT, "build", "tools", package), "/") for path in paths]
    found = [place for place in places if os.path.exists(place)]
    assert found, "There is no %s; packaging/install-dependencies tests brings it." % places[0]
    return found[0]


_CAP_SYS_TIME = 25


# What the command of a client begins with that would set a clock.
WITHOUT_CLOCK = [tool("setpriv") or "setpriv", "--bounding-set", "-sys_time", "--inh-caps", "-sys_time",
                 "--ambient-caps", "-sys_time"]


def may_set_clock(process: Union[int, str], rights: str) -> bool:
    """Whether CAP_SYS_TIME is among the `rights` (CapEff, CapPrm, CapBnd) of a process, or of "self"."""
    with open("/proc/%s/status" % process, encoding="ascii") as status:
        found = re.search(r"^%s:\s*([0-9a-f]+)$" % rights, status.read(), re.MULTILINE)
    assert found is not None, rights
    return bool(int(found[1], 16) >> _CAP_SYS_TIME & 1)


def why_not_to_begin() -> Optional[str]:
    """What must be mended before any test is run that starts the daemon; None if nothing."""
    if not os.access(program("tokimorid"), os.X_OK):
        return "There is no %s; tests/run builds it, or set TOKIMORI_BIN." % program("tokimorid")
    if may_set_clock("self", "CapEff"):
        # A daemon that a test forgets to tell "leave" would steer it.
        return ("Whoever runs these tests could set this machine's clock. Let tests/run run them, or begin the command "
                "with: setpriv --bounding-set -sys_time --inh-caps -sys_time")
    return None


@functools.lru_cache(maxsize=None)
def _holds(word: bytes) -> bool:
    with open(program("tokimorid"), "rb") as binary:
        return word in binary.read()


def has_thread_sanitizer() -> bool:
    """The binary was built with it; it runs one thread more."""
    return _holds(b"__tsan_func_entry")


def has_sanitizer() -> bool:
    """The binary was built with one."""
    return has_thread_sanitizer() or _holds(b"__asan_report")


def slowness() -> float:
    """By how much longer than a release build on an idle machine the one under test may take."""
    return 5.0 if has_sanitizer() else 2.0


def as_unit(unit: str, command: Sequence[str], further: Sequence[str] = ()) -> List[str]:
    """The command with the system calls of a unit, `further` ones, and no others: one more ends it by SIGSYS. Sanitizers
    need more."""
    return list(command) if has_sanitizer() or confined.missing() else confined.command(unit, command, further)


def _first_ephemeral_port() -> int:
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as limits:
            return int(limits.read().split()[0])
    except (OSError, ValueError):
        return 32_768


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                return False
    return True


_given_ports = set()
_SIDE_BY_SIDE = 8
_port_lock = threading.Lock()


def free_port() -> int:
    """A port free for TCP and UDP. Not from the range from which clients get theirs, so that none takes it first."""
    first = _first_ephemeral_port()
    candidates = range(10_240, first) if first > 12_000 else range(61_000, 65_536)
    # Files that run side by side have ports of their own.
    mine = candidates[int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % _SIDE_BY_SIDE::_SIDE_BY_SIDE]
    for port in random.sample(mine, 200):
        with _port_lock:
            if port not in _given_ports and _is_free(port):
                _given_ports.add(port)
                return port
    raise RuntimeError("No port is free.")


_running: List["Process"] = []


def end_all() -> None:
    """Ends whatever of ours still runs, as after an interrupt."""
    for process in list(_running):
        process.kill()


def _usual_environment() -> Dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("JOURNAL_STREAM", "NOTIFY_SOCKET")}


class Process:
    """A program of ours whose stderr (and stdout) is read line by line as it comes. `kept`: descriptors it gets from us."""

    def __init__(self, command: Sequence[str], environment: Optional[Dict[str, str]] = None,
                 kept: Sequence[int] = ()) -> None:
        self.launched = time.monotonic()
        self.lines: List[str] = []
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            list(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0,
            pass_fds=kept, env={**_usual_environment(), **(environment or {})})
        _running.append(self)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def resident(self) -> int:
        """Its memory, in KiB."""
        with open("/proc/%d/status" % self.pid, encoding="ascii") as file:
            return int(next(line for line in file if line.startswith("VmRSS")).split()[1])

    def filled(self) -> int:
        """Its memory that is no copy of a file, in KiB: what a busy host takes from a process and gives back is not in it."""
        with open("/proc/%d/status" % self.pid, encoding="ascii") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith(("RssAnon:", "VmSwap:")))

    def wake_ups(self) -> int:
        """How often its threads have waited for something so far."""
        count = 0
        for task in os.listdir("/proc/%d/task" % self.pid):
            with open("/proc/%d/task/%s/status" % (self.pid, task), encoding="ascii") as file:
                count += int(next(line for line in file if line.startswith("voluntary_ctxt_switches:")).split()[1])
        return count

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self._news.notify_all()

    def log(self) -> str:
        """Everything it said so far."""
        with self._news:
            return "\n".join(self.lines)

    def mark(self) -> int:
        """How many lines there are so far."""
        with self._news:
            return len(self.lines)

    def find(self, pattern: str, since: int = 0) -> List[Match[str]]:
        """Every line from number `since` on in which `pattern` is."""
        with self._news:
            found = [re.search(pattern, line) for line in self.lines[since:]]
        return [match for match in found if match]

    def wait_for(self, pattern: str, seconds: float = 10.0, since: int = 0) -> Match[str]:
        """The first line from number `since` on in which `pattern` is; raises AssertionError with the log."""
        deadline = time.monotonic() + seconds * slowness()
        while True:
            seen = self.mark()
            found = self.find(pattern, since)
            if found:
                return found[0]
            self._await_news(seen, deadline, pattern)

    def _await_news(self, seen: int, deadline: float, pattern: str) -> None:
        with self._news:
            if len(self.lines) > seen:
                return
            left = deadline - time.monotonic()
            if left <= 0 or self._process.poll() is not None and not self._reader.is_alive():
                raise AssertionError("Not said: %s\nbut:\n%s" % (pattern, "\n".join(self.lines)))
            self._news.wait(min(left, 0.2))

    def send_signal(self, number: int) -> None:
        """As kill does."""
        self._process.send_signal(number)

    def is_running(self) -> bool:
        """It has not ended."""
        return self._process.poll() is None

    def wait(self, seconds: float) -> int:
        """Its exit code, negative for a signal; raises subprocess.TimeoutExpired."""
        code = self._process.wait(seconds)
        self._reader.join(seconds)
        self._forget()
        return code

    def _forget(self) -> None:
        if self in _running:
            _running.remove(self)

    def kill(self) -> None:
        """Ends it without a chance to tidy up."""
        if self.is_running():
            self._process.kill()
        self.wait(10)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Asks it to end; kills it if it will not. The exit code."""
        if self.is_running():
            self.send_signal(number)
        try:
            return self.wait(5 * slowness())
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else '"%s"' % value


def _table(heading: str, settings: Dict[str, Value]) -> str:
    return "\n".join([heading, *("%s = %s" % (key, _toml(value)) for key, value in settings.items()), ""])


def configuration(listen: Sequence[str], refclocks: Sequence[Refclock] = (), **server: Value) -> str:
    """A configuration file that touches nothing of this machine. `server`: keys of [server], `holdover`, and
    `control_socket`, `state_dir` and `statistics_dir`."""
    clock: Dict[str, Value] = {"system_clock": "leave"}
    if "holdover" in server:
        clock["holdover"] = server.pop("holdover")
    paths = {name: server.pop(name, "") for name in ("control_socket", "state_dir", "statistics_dir")}
    head = "[server]\nlisten = [%s]\n" % ", ".join('"%s"' % address for address in listen)
    parts = [head + _table("", server).lstrip("\n"), _table("[clock]", clock)]
    parts += [_table("[control]", {"socket": paths["control_socket"]}), _table("[state]", {"dir": paths["state_dir"]}),
              _table("[statistics]", {"dir": paths["statistics_dir"]})]
    return "".join(parts + [_table("[[refclock]]", refclock) for refclock in refclocks])


class Tokimorid(Process):
    """The daemon with a configuration file of its own. A block around it ends it and insists on a clean end, so that
    what a sanitizer finds is not lost."""

    def __init__(self, text: str, port: int, prefix: Sequence[str] = ()) -> None:
        self.directory = tempfile.TemporaryDirectory(prefix="tokimori-")
        self.port = port
        self.path = os.path.join(self.directory.name, "tokimori.toml")
        self.write(text)
        super().__init__([*prefix, *as_unit("tokimorid.service", [program("tokimorid"), "--config", self.path])])

    @classmethod
    def on_free_port(cls, refclocks: Sequence[Refclock] = (), **server: Value) -> Tokimorid:
        """One that listens on a port of 127.0.0.1."""
        port = free_port()
        return cls(configuration(["127.0.0.1:%d" % port], refclocks, **server), port)

    def write(self, text: str) -> None:
        """Exchanges the configuration file; a SIGHUP makes the daemon read it."""
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def reload(self, text: Optional[str], answer: str) -> Match[str]:
        """Exchanges the file (None: removes it), sends SIGHUP and waits for the line that has `answer`."""
        since = self.mark()
        if text is None:
            os.remove(self.path)
        else:
            self.write(text)
        self.send_signal(signal.SIGHUP)
        return self.wait_for(answer, 5, since)

    def client(self, host: str = "127.0.0.1") -> NtpClient:
        """A client of it."""
        return NtpClient(self.port, host)

    def watch(self, per_second: float = 20.0) -> NtpWatch:
        """A watch on it, once it listens."""
        self.wait_for("started")
        return NtpWatch(self.port, per_second=per_second)

    def __enter__(self) -> Tokimorid:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        code = self.end()
        self.directory.cleanup()
        if kind is None:
            assert code == 0, "tokimorid ended with %d:\n%s" % (code, self.log())


class Gpsd(Process):
    """A real gpsd in the foreground for one receiver, or for several."""

    def __init__(self, device: Union[str, Sequence[str]], port: int, prefix: Sequence[str] = ()) -> None:
        path = gpsd_path()
        assert path is not None, "gpsd is not installed; packaging/install-dependencies run installs it."
        self.port = port
        devices = [device] if isinstance(device, str) else device
        super().__init__([*prefix, path, "-N", "-n", "-S", str(port), *devices])


class Gpsfake(Process):
    """gpsfake, which plays a recording over and over to a real gpsd of its own: a packet every `pause` seconds."""

    def __init__(self, recording: str, pause: float) -> None:
        self.port = free_port()
        self._directory = tempfile.TemporaryDirectory(prefix="tokimori-")
        path, gpsd = tool("gpsfake"), gpsd_path()
        assert path and gpsd, "gpsfake is not installed; packaging/install-dependencies tests installs it."
        super().__init__([path, "-q", "-n", "-c", str(pause), "-P", str(self.port), recording],
                         {"TMPDIR": self._directory.name, "PATH": os.path.dirname(gpsd) + ":" + os.environ["PATH"]})

    def __exit__(self, *rest: object) -> None:
        super().__exit__(*rest)
        self._directory.cleanup()


class Chain:
    """A sky, a real gpsd that hears it, and a daemon that hears gpsd: with simulated pulses as packaging/demo has
    them, or, without, as a receiver behind USB."""

    def __init__(self, sky: Sequence[str] = (), pulses: bool = True, gpsd: bool = True, prefix: Sequence[str] = (),
                 port: Optional[int] = None, refclock: Optional[Refclock] = None, **server: Value) -> None:
        self._prefix = prefix
        self.gpsd_port = free_port()
        self.sky = SkyProcess(sky)
        self.gpsd: Optional[Gpsd] = None
        self.daemon: Optional[Tokimorid] = None
        try:
            if gpsd:
                self.start_gpsd()
            self.daemon = self._start_daemon(port or free_port(), pulses, refclock or {}, server)
        except BaseException:
            self.__exit__(RuntimeError)
            raise

    def _start_daemon(self, port: int, pulses: bool, refclock: Refclock, server: Dict[str, Value]) -> Tokimorid:
        refclocks: List[Refclock] = [{"driver": "gpsd", "name": "gps", "port": self.gpsd_port, **refclock}]
        if pulses:
            refclocks.append({"driver": "simulated", "name": "pps", "labels": False})
        text = configuration(["127.0.0.1:%d" % port], refclocks, lab_mode=pulses, **server)
        return Tokimorid(text, port, self._prefix)

    def start_gpsd(self) -> None:
        """Starts gpsd, or another one after the last has ended."""
        self.gpsd = Gpsd(self.sky.device, self.gpsd_port, self._prefix)

    def __enter__(self) -> Chain:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        try:
            if self.daemon is not None:
                self.daemon.__exit__(kind, *rest)
        finally:
            if self.gpsd is not None:
                self.gpsd.end()
            self.sky.close()


def run(command: Sequence[str], seconds: float = 20.0) -> "subprocess.CompletedProcess[str]":
    """A program that ends by itself, with what it wrote."""
    return subprocess.run(list(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=seconds * slowness(), check=False, text=True)


def chronyd_path() -> str:
    """Where chronyd is."""
    path = os.environ.get("TOKIMORI_CHRONYD") or tool("chronyd")
    assert path, "There is no chronyd; packaging/install-dependencies tests brings it."
    return path


def ntpq(prefix: Sequence[str], *arguments: str, host: str = "127.0.0.1") -> "subprocess.CompletedProcess[str]":
    """Asks port 123 as monitors do."""
    path = tool("ntpq")
    assert path, "There is no ntpq; packaging/install-dependencies tests brings it."
    return run([*prefix, "/usr/bin/python3", path, *arguments, host])


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """For what gives no sign of its own: looks again and again; raises AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds * slowness()
    pause = threading.Event()
    while not true():
        assert time.monotonic() < deadline, "Not within %.0f s: %s" % (seconds, what)
        pause.wait(0.02)
