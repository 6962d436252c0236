"""A scene: the machine with its sky, and words for what scenarios do and see."""
from __future__ import annotations

import contextlib
import time
from typing import Callable, Dict, Iterator, List, Optional

from .device_tree import DCD_LINE, PPS_LINE
from .guest import PATIENCE, Guest, Process
from .lines import Lines
from .machine import HIGH_PORT, NTP_PORT, Machine
from .ntp import INTERRUPT, Watch
from .receiver import Receiver, Sky

# Served time is right, s: what a busy host leaves of the emulator's own tenth of a millisecond.
RIGHT = INTERRUPT

# The directory that a service manager makes for a service.
_RUNTIME = "env RUNTIME_DIRECTORY=/run/tokimori "
GPS = '[[refclock]]\ndriver = "gpsd"\nname = "gps"\n'
PPS0 = '[[refclock]]\ndriver = "pps-kernel"\nname = "pps"\ndevice = "/dev/pps0"\n'

_CONFIGURATION = """
[server]
listen = ["0.0.0.0:%d"]
workers = %s
[clock]
system_clock = "%s"
system_clock_step = "always"
[log]
status = "10s"
[control]
socket = ""
[state]
dir = ""
%s"""


class Scene:
    """What a scenario is given. Everything that is started here ends with it."""

    def __init__(self, machine: Machine, log: Callable[[str], None]) -> None:
        self.machine, self._log = machine, log
        self.guest: Guest = machine.guest
        self.lines = Lines(machine.directory + "/qtest.sock", machine.gpio)
        self.receiver = Receiver(machine.directory)
        self.notes: Dict[str, str] = {}
        self._checks = 0
        self._watches: List[Watch] = []
        self._daemons = 0

    def close(self) -> None:
        """Ends what plays the world."""
        for watch in self._watches:
            watch.close()
        self.receiver.close()
        self.lines.close()

    def since_power_on(self) -> float:
        """Seconds."""
        return time.monotonic() - self.machine.powered_on

    # What a scenario says.

    def check(self, sentence: str, holds: bool, otherwise: str = "") -> None:
        """Raises AssertionError with the sentence where it does not hold."""
        self._checks += 1
        self._log("%s %d - %s" % ("ok" if holds else "not ok", self._checks, sentence))
        assert holds, "not so: %s%s" % (sentence, "; " + otherwise if otherwise else "")

    @contextlib.contextmanager
    def expect(self, sentence: str) -> Iterator[None]:
        """The block shows that the sentence holds, or raises AssertionError."""
        try:
            yield
        except AssertionError as failure:
            self.check(sentence, False, str(failure))
        self.check(sentence, True)

    def note(self, what: str, value: float, unit: str) -> None:
        """A measurement for the record."""
        self.notes[what] = "%.3f %s" % (value, unit)
        self._log("# %s: %s" % (what, self.notes[what]))

    # What a scenario starts.

    def pps_pulses(self) -> None:
        """Pulses on /dev/pps0, 100 ms wide, at each second."""
        self.lines.pulse(PPS_LINE)

    def dcd_pulses(self) -> None:
        """Pulses on the second serial port's DCD, which is /dev/pps1 once attached; 100 ms wide."""
        self.lines.pulse(DCD_LINE)

    def attach_pps1(self) -> Process:
        """The line discipline that makes the second serial port's DCD /dev/pps1, open to the group pps. Without CLOCAL
        the falling edge would hang up the line."""
        attached = self._start("ldattach", "stty -F /dev/ttyS1 clocal; exec ldattach -d PPS /dev/ttyS1")
        self.guest.run("until [ -e /dev/pps1 ]; do sleep 0.1; done; chgrp pps /dev/pps1 && chmod 660 /dev/pps1")
        return attached

    def another_sky(self, sky: Sky) -> None:
        """The receiver hears a sky of that date from now on; its seconds begin with those of the pulses."""
        self.receiver.close()
        self.receiver = Receiver(self.machine.directory, sky=sky)

    def gpsd(self) -> Process:
        """gpsd at the UART, as a user who cannot make it a PPS device: sentences and nothing else."""
        return self._start("gpsd", _as("gpsd", "dialout", "") + " /usr/sbin/gpsd -N /dev/ttyS0")

    def daemon(self, sources: str, user: str = "tokimori", groups: str = "dialout,pps",
               port: int = NTP_PORT, follow: bool = False, sets_clock: bool = False, workers: str = '"auto"') -> Process:
        """tokimorid, without any privilege but that of port 123, which it has only where it needs it. `follow`: it shall
        steer the guest's clock; `sets_clock`: it has the privilege to; `workers` is written so into its configuration."""
        self._daemons += 1
        path = "/tmp/tokimori-%d.toml" % self._daemons
        self.guest.write(path, _CONFIGURATION % (port, workers, "follow" if follow else "leave", sources))
        privilege = ",".join(["net_bind_service"] * (port == NTP_PORT) + ["sys_time"] * sets_clock)
        return self._start("tokimorid",
                           _RUNTIME + _as(user, groups, privilege) + " /opt/tokimori/tokimorid --config " + path)

    def panel_off(self, user: str = "tokimori", groups: str = "dialout") -> None:
        """What the service runs after any end of the daemon that was started last; whose file has been spoilt since."""
        path = "/tmp/tokimori-%d.toml" % self._daemons
        self.guest.write(path, "[front_panel")
        self.guest.run(_RUNTIME + _as(user, groups, "") + " /opt/tokimori/tokimorid --panel-off --config " + path)

    def observe(self, sources: str, user: str = "tokimori", groups: str = "dialout,pps") -> Process:
        """What the drivers report."""
        self.guest.write("/tmp/observe.toml", _CONFIGURATION % (HIGH_PORT, '"auto"', "leave", sources))
        return self._start("observe", _as(user, groups, "") + " /opt/tokimori/observe /tmp/observe.toml")

    def _start(self, name: str, command: str) -> Process:
        began = self.since_power_on()
        self._log("# %6.2f %s: %s" % (began, name, command))
        return self.guest.start(
            "exec 2>&1\necho HIL_PID=$$\n%s </dev/null" % (command if "exec " in command else "exec " + command),
            lambda line: self._log("# %6.2f %s: %s" % (self.since_power_on(), name, line)))

    def rights_of(self, process: Process) -> str:
        """A program's user and effective capabilities, such as `103 0000000000000400`."""
        said = self.guest.run("grep -E '^(Uid|CapEff):' /proc/%s/status" % _pid_of(process)).split()
        return "%s %s" % (said[2], said[-1])

    def threads_of(self, process: Process) -> int:
        """How many threads a program has."""
        return int(self.guest.run("grep ^Threads: /proc/%s/status" % _pid_of(process)).split()[1])

    def end(self, process: Process, signal: str = "TERM") -> None:
        """Signals it and waits for its end."""
        self.guest.run("kill -%s %s" % (signal, _pid_of(process)))
        process.wait()

    def watch(self, port: int = NTP_PORT) -> Watch:
        """A client on the host, 10 requests a second until the end."""
        watch = Watch(self.machine.ports[port])
        self._watches.append(watch)
        return watch

    def wait(self, seconds: float, watch: Optional[Watch] = None) -> None:
        """Lets the play go on; what it shows is judged later."""
        if watch is not None:
            watch.listen(seconds)
        else:
            self.guest.run("sleep %g" % seconds, seconds + PATIENCE)


def _pid_of(process: Process) -> str:
    return process.wait_for(r"^HIL_PID=(\d+)")[1]


def _as(user: str, groups: str, privilege: str) -> str:
    """setpriv with these privileges, or with none at all."""
    kept = ",".join(["-all"] + ["+" + one for one in privilege.split(",") if one])
    kinds = "".join(" --%s=%s" % (kind, kept) for kind in ("bounding-set", "inh-caps", "ambient-caps"))
    return "setpriv --reuid=%s --regid=%s --groups=%s%s" % (user, groups.split(",")[0], groups, kinds)
