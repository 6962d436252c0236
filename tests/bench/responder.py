#!/usr/bin/python3
"""What a reply costs tokimorid, beside chronyd.

Without options: CPU time per reply at saturation, of tokimorid and chronyd in turn on the loopback, one thread each, with
ratios; then what --count counts. With --count only that: instructions of the user's side (valgrind) and system calls
(strace) per reply, which no other load on the machine changes; it fails where there are more than the limits below.
"""

import argparse
import getpass
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("TOKIMORI_BIN", ROOT / "build/release/bin"))
CHRONYD = os.environ.get("TOKIMORI_CHRONYD") or ROOT / "build/tools/chrony/usr/sbin/chronyd"
OUTSTANDING = 256
MOST_INSTRUCTIONS = 1100
MOST_SYSTEM_CALLS = 0.15

TOKIMORID = """
[server]
listen = ["127.0.0.1:%d"]
workers = 0
lab_mode = true
[clock]
system_clock = "leave"
[control]
socket = ""
[state]
dir = ""
[[refclock]]
driver = "simulated"
name = "sky"
"""
CHRONY = """
port %d
bindaddress 127.0.0.1
allow 127.0.0.1
local stratum 1
cmdport 0
bindcmdaddress /
pidfile %s/pid
"""


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def without_clock():
    """Root gives up the right to set the clock."""
    return ["setpriv", "--bounding-set=-sys_time", "--inh-caps=-sys_time"] if os.geteuid() == 0 and shutil.which("setpriv") else []


def is_synchronised(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.5)
        client.connect(("127.0.0.1", port))
        try:
            client.send(b"\x23" + bytes(47))
            return client.recv(256)[0] >> 6 != 3
        except OSError:
            return False


class Server:
    """A server on a port of its own, from when it is synchronised until the end of the block."""

    def __init__(self, name, directory, wrapper=()):
        self.port = free_port()
        path = pathlib.Path(directory) / f"{name}-{self.port}.conf"
        if name == "tokimorid":
            path.write_text(TOKIMORID % self.port)
            command = [BIN / "tokimorid", "--config", path]
        else:
            path.write_text(CHRONY % (self.port, directory))
            command = [CHRONYD, "-x", "-d", "-U", "-u", getpass.getuser(), "-f", path]
        self.process = subprocess.Popen([*without_clock(), *wrapper, *command], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def __enter__(self):
        deadline = time.monotonic() + 120
        while not is_synchronised(self.port):
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.process.kill()
                raise SystemExit("the server did not become synchronised")
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        # strace passes no signal on.
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        os.kill(int(children[0]) if children else self.process.pid, signal.SIGTERM)
        self.process.wait(60)

    def cpu(self):
        """Seconds that it has used."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def load(self, replies):
        said = subprocess.run([BIN / "load", str(self.port), str(replies), str(OUTSTANDING)], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        return float(said.split()[-1])


def instructions(directory, replies):
    """Of one run of tokimorid that serves so many."""
    log = pathlib.Path(directory) / "valgrind.log"
    wrapper = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}"]
    with Server("tokimorid", directory, wrapper) as server:
        if replies:
            server.load(replies)
    return int(re.search(r"Collected : (\d+)", log.read_text())[1])


def system_calls(directory, replies):
    log = pathlib.Path(directory) / "strace.log"
    with Server("tokimorid", directory, ["strace", "-f", "-c", "-o", log]) as server:
        if replies:
            server.load(replies)
    return int(re.search(r"(\d+)(?:\s+\d+)? total", log.read_text())[1])


def count(directory):
    """True if neither is more than its limit."""
    few, many = 20_000, 220_000
    instructions_each = (instructions(directory, many) - instructions(directory, few)) / (many - few)
    calls_each = (system_calls(directory, many) - system_calls(directory, few)) / (many - few)
    print(f"instructions per reply {instructions_each:.0f} (at most {MOST_INSTRUCTIONS})")
    print(f"system calls per reply {calls_each:.3f} (at most {MOST_SYSTEM_CALLS})")
    return instructions_each <= MOST_INSTRUCTIONS and calls_each <= MOST_SYSTEM_CALLS


def nanoseconds_per_reply(name, directory, replies):
    with Server(name, directory) as server:
        server.load(replies // 10)
        before = server.cpu()
        server.load(replies)
        return (server.cpu() - before) / replies * 1e9


def compare(directory, rounds, replies):
    names = ("chronyd", "tokimorid")
    seen = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            seen[name].append(nanoseconds_per_reply(name, directory, replies))
    median = {name: statistics.median(costs) for name, costs in seen.items()}
    for name in names:
        print(f"{name:10} {median[name]:6.0f} ns of CPU per reply ({min(seen[name]):.0f} … {max(seen[name]):.0f})")
    print(f"chronyd / tokimorid {median['chronyd'] / median['tokimorid']:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--count", action="store_true", help="only count instructions and system calls; fail beyond the limits")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--replies", type=int, default=400_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tokimori-bench.") as directory:
        if not options.count:
            compare(directory, options.rounds, options.replies)
        return 0 if count(directory) else 1


if __name__ == "__main__":
    sys.exit(main())
