#!/usr/bin/python3
"""tokimorid and chronyd in turn: when idle, at a low load, with a full table, and while somebody floods them.

Runs in a network namespace of its own, in which 10.0.0.0/8 is local, so that requests come from as many addresses as
are wanted. Both limit clients: a request a second, 16 at once, and of those beyond one in four (chronyd) or five is
answered. What is printed are medians of the rounds; nothing is judged.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from ntp_servers import BIN, BY_SOCK, Server, SockFeeder

NAMES = ("chronyd", "tokimorid")
LIMITS = {"chronyd": "ratelimit interval 0 burst 16 leak 2\n", "tokimorid": ""}
# What is sent beside 100 legitimate requests a second: addresses and kind.
FLOODS = {
    "nothing else": None,
    "one abuser": (1, "time"),
    "spoofed addresses": (200_000, "time"),
    "malformed packets": (1, "malformed"),
    "mode 6": (1, "control"),
}
IDLE = "nobody asks, a sample of a reference clock every second"
LOW_LOAD = "20 000 requests a second"
FULL = "100 000 clients, of whom 65 536 have room"
LEGITIMATE = "10.200.0.1"
ABUSERS = "10.1.0.1"


def in_namespace():
    """Starts this script anew where 10.0.0.0/8 is local."""
    script = 'ip link set lo up && ip route add local 10.0.0.0/8 dev lo && exec "$@"'
    own_user = [] if os.geteuid() == 0 else ["-r"]
    os.execvp("unshare", ["unshare", *own_user, "-n", "sh", "-c", script, "sh", sys.executable, *sys.argv, "--inside"])


def asker(server, *, seconds, rate, first, addresses, kind="time"):
    return subprocess.Popen([BIN / "asker", str(server.port), str(seconds), str(rate), first, str(addresses), kind],
                            stdout=subprocess.PIPE, text=True)


def result(process):
    said, _ = process.communicate()
    return {name: float(value) for name, value in (part.split("=") for part in said.split())}


def idle(name, directory, seconds):
    path = pathlib.Path(directory) / f"{name}.sock"
    clock = BY_SOCK[name].format(path=path)
    with SockFeeder(path), Server(name, directory, workers=1, more=LIMITS[name], clock=clock) as server:
        # By then neither does any more what it does at its start.
        time.sleep(15)
        cpu, wake_ups = server.cpu(), server.wake_ups()
        time.sleep(seconds)
        answer = {"ms of CPU in a second": (server.cpu() - cpu) / seconds * 1e3,
                  "wake-ups in a second": (server.wake_ups() - wake_ups) / seconds}
        seen = result(asker(server, seconds=seconds, rate=5, first=LEGITIMATE, addresses=100))
        return {**answer, "p50 us, asked five times a second": seen["p50"], "the same, p99": seen["p99"]}


def low_load(name, directory, seconds):
    with Server(name, directory, workers=1, more=LIMITS[name]) as server:
        before = server.cpu()
        seen = result(asker(server, seconds=seconds, rate=20_000, first=LEGITIMATE, addresses=40_000))
        busy = (server.cpu() - before) / seen["sent"] * 1e6
    return {"us of CPU per request": busy, "p50 us": seen["p50"], "p99 us": seen["p99"],
            "transmit stamp older than arrival by us, median": seen["stale"], "the same, 99 %": seen["stale99"], "lost %": 100 - 100 * seen["good"] / seen["sent"]}


def full(name, directory):
    """With a table that is full: chronyd's has room for as many clients by this limit."""
    more = {"chronyd": LIMITS["chronyd"] + "clientloglimit 16777216\n", "tokimorid": ""}
    with Server(name, directory, workers=1, more=more[name]) as server:
        before = server.resident()
        for _ in range(2):
            result(asker(server, seconds=3, rate=40_000, first=LEGITIMATE, addresses=100_000))
        return {"resident at first, KiB": before, "resident, KiB": server.resident()}


def flooded(name, directory, seconds, flood):
    with Server(name, directory, workers=1, more=LIMITS[name]) as server:
        # Its tables fill before memory is looked at.
        result(asker(server, seconds=1, rate=1000, first=LEGITIMATE, addresses=1000))
        resident, lines = server.resident(), server.log_lines()
        others = asker(server, seconds=seconds + 1, rate=100_000, first=ABUSERS, addresses=flood[0],
                       kind=flood[1]) if flood else None
        time.sleep(0.5)
        seen = result(asker(server, seconds=seconds, rate=100, first=LEGITIMATE, addresses=1000))
        abuse = result(others) if others else None
        answer = {"lost %": 100 - 100 * seen["good"] / seen["sent"], "offset us": seen["offset"],
                  "offset 99 % us": seen["offset99"], "p99 us": seen["p99"],
                  "memory grew by KiB": server.resident() - resident,
                  "log lines a minute": (server.log_lines() - lines) * 60 / (seconds + 1.5)}
    if abuse:
        answer["flood, requests a second"] = abuse["sent"] / abuse["seconds"]
        answer["flood answered %"] = 100 * abuse["good"] / abuse["sent"]
    return answer


def in_turn(what, rounds, measure):
    """Prints medians of what `measure` says of each, and their ratio."""
    seen = {name: [] for name in NAMES}
    for _ in range(rounds):
        for name in NAMES:
            seen[name].append(measure(name))
    print(f"\n{what:48} {'chronyd':>10} {'tokimorid':>10} {'ratio':>7}")
    for row in seen[NAMES[0]][0]:
        medians = [statistics.median(one[row] for one in seen[name]) for name in NAMES]
        ratio = f"{medians[1] / medians[0]:7.2f}" if medians[0] > 0 else "      –"
        print(f"  {row:46} {medians[0]:10.2f} {medians[1]:10.2f} {ratio}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--only", choices=[IDLE, LOW_LOAD, FULL, *FLOODS], help="this part alone")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        in_namespace()
    print("load of the machine at the beginning:", pathlib.Path("/proc/loadavg").read_text().split()[0])
    with tempfile.TemporaryDirectory(prefix="tokimori-bench.") as directory:
        if options.only in (None, IDLE):
            in_turn(IDLE, options.rounds, lambda name: idle(name, directory, 4 * options.seconds))
        if options.only in (None, LOW_LOAD):
            in_turn(LOW_LOAD, options.rounds, lambda name: low_load(name, directory, options.seconds))
        if options.only in (None, FULL):
            in_turn(FULL, 1, lambda name: full(name, directory))
        for what, flood in FLOODS.items():
            if options.only in (None, what):
                in_turn(f"100 requests a second, and {what}", options.rounds,
                        lambda name, flood=flood: flooded(name, directory, options.seconds, flood))
    print("\nload of the machine at the end:", pathlib.Path("/proc/loadavg").read_text().split()[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
