#!/usr/bin/python3
"""What a reply costs tokimorid, beside chronyd.

Without options: CPU time per reply at saturation, of tokimorid, chronyd and a bare socket in turn on the loopback, one thread
each, with ratios, for one client and for many; then what --count counts. With --count only that: instructions of the
user's side (valgrind) and system calls (strace) per reply; it fails where there are more than the limits below. Many
clients are remembered and limited, though by limits that none of them reaches; a single one is not limited.
"""

import argparse
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

from ntp_servers import BIN, Server

OUTSTANDING = 448
MOST_INSTRUCTIONS = 300
MOST_SYSTEM_CALLS = 0.15
TRIES = 5
NAMES = ("chronyd", "tokimorid", "bare")
CLIENTS = (1, 50_000)
COUNTED_CLIENTS = 2000
LIMITS = {
    "chronyd": "ratelimit interval -10 burst 255\n",
    "tokimorid": '[[access.rule]]\nfrom = ["127.0.0.0/8"]\nflags = ["limited"]\ninterval = "1ms"\nburst = 255\n',
    "bare": "",
}


def server_for(clients, name, directory, **options):
    """A single one asks as often as it likes."""
    return Server(name, directory, more=LIMITS[name] if clients > 1 else "", **options)


def load(server, replies, clients):
    subprocess.run([BIN / "load", str(server.port), str(replies), str(OUTSTANDING), str(clients)], check=True,
                   stdout=subprocess.DEVNULL)


def instructions(directory, replies):
    """Of the thread that answers, in one run of tokimorid that serves so many: what the clock's thread does while
    valgrind makes everything slow is nothing that replies cost."""
    output = pathlib.Path(directory) / f"callgrind.{replies}"
    wrapper = ["valgrind", "--tool=callgrind", "--fair-sched=yes", "--separate-threads=yes", f"--callgrind-out-file={output}"]
    with server_for(COUNTED_CLIENTS, "tokimorid", directory, wrapper=wrapper, workers=1) as server:
        load(server, replies, COUNTED_CLIENTS)
    threads = [re.search(r"^totals: (\d+)", path.read_text(), re.MULTILINE) for path in sorted(output.parent.glob(f"{output.name}-*"))]
    return [int(total[1]) if total else 0 for total in threads]


def system_calls(directory, replies):
    log = pathlib.Path(directory) / "strace.log"
    with server_for(COUNTED_CLIENTS, "tokimorid", directory, wrapper=["strace", "-f", "-c", "-o", log]) as server:
        load(server, replies, COUNTED_CLIENTS)
    return int(re.search(r"(\d+)(?:\s+\d+)? total", log.read_text())[1])


def counted(directory):
    """Instructions and system calls of a reply."""
    few, many = 20_000, 220_000
    # Of all threads the one that answers is that in which most was done for more replies.
    grown = zip(instructions(directory, many), instructions(directory, few))
    instructions_each = max(with_many - with_few for with_many, with_few in grown) / (many - few)
    calls_each = (system_calls(directory, many) - system_calls(directory, few)) / (many - few)
    return instructions_each, calls_each


def count(directory):
    """True if neither is more than its limit. Where others want the processor the port is not always behind, and replies
    leave one by one: then it is counted anew."""
    for attempt in range(1, TRIES + 1):
        instructions_each, calls_each = counted(directory)
        print(f"instructions per reply {instructions_each:.0f} (at most {MOST_INSTRUCTIONS}), try {attempt} of {TRIES}")
        print(f"system calls per reply {calls_each:.3f} (at most {MOST_SYSTEM_CALLS})")
        if instructions_each <= MOST_INSTRUCTIONS and calls_each <= MOST_SYSTEM_CALLS:
            return True
    return False


def nanoseconds_per_reply(name, directory, replies, clients):
    with server_for(clients, name, directory) as server:
        load(server, max(replies // 10, 2 * clients), clients)
        before = server.cpu()
        load(server, replies, clients)
        return (server.cpu() - before) / replies * 1e9


def compare(directory, rounds, replies, clients):
    seen = {name: [] for name in NAMES}
    for _ in range(rounds):
        for name in NAMES:
            seen[name].append(nanoseconds_per_reply(name, directory, replies, clients))
    median = {name: statistics.median(costs) for name, costs in seen.items()}
    print(f"{clients} client addresses")
    for name in NAMES:
        print(f"  {name:10} {median[name]:6.0f} ns of CPU per reply ({min(seen[name]):.0f} … {max(seen[name]):.0f})")
    for one, other in (("chronyd", "tokimorid"), ("tokimorid", "bare"), ("chronyd", "bare")):
        print(f"  {one} / {other} {median[one] / median[other]:.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--count", action="store_true", help="only count instructions and system calls; fail beyond the limits")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--replies", type=int, default=400_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tokimori-bench.") as directory:
        if not options.count:
            for clients in CLIENTS:
                compare(directory, options.rounds, options.replies, clients)
        return 0 if count(directory) else 1


if __name__ == "__main__":
    sys.exit(main())
