#!/usr/bin/python3
"""The same pulses for a real chronyd and for Tokimori's clock room.

clock_figures makes a trace and says what the clock room served on it; then the trace is played to chronyd in real time,
through a SOCK reference clock, and chronyd is asked for the time over NTP on the loopback. chronyd runs with -x and
without the right to set a clock; its local clock is the host's, and the trace is what that clock seems to be off. An
exchange on the loopback is only some microseconds well, so phases are played `--scale` times larger than they are;
what is printed is scaled back.
"""

import argparse
import math
import os
import pathlib
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

from ntp_servers import BIN, CHRONYD, chronyd_command, free_port, sock_sample

NTP_EPOCH = 2_208_988_800
EXCHANGES = 12
SETTLED = 600  # seconds


class Chronyd:
    """A chronyd in a directory of its own, which sets no clock."""

    def __init__(self, directory, poll):
        self.sock = f"{directory}/refclock.sock"
        self.port = free_port()
        configuration = pathlib.Path(directory) / "chrony.conf"
        configuration.write_text(
            f"refclock SOCK {self.sock} refid PPS poll {poll} precision 1e-7\n"
            f"port {self.port}\nbindaddress 127.0.0.1\nallow 127.0.0.1\ncmdport 0\nbindcmdaddress /\n"
            f"driftfile {directory}/drift\npidfile {directory}/pid\n")
        self.log = open(f"{directory}/log", "wb")
        self.process = subprocess.Popen(chronyd_command(configuration), stdout=self.log, stderr=self.log)
        self.feeder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.client.settimeout(0.2)

    def wait(self):
        deadline = time.monotonic() + 10
        while not os.path.exists(self.sock):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.log.flush()
                sys.exit("chronyd does not run:\n" + pathlib.Path(self.log.name).read_text())
            time.sleep(0.05)
        self.feeder.connect(self.sock)
        self.client.connect(("127.0.0.1", self.port))

    def feed(self, seconds, offset):
        """Tells that the host's clock was `offset` slow when it showed `seconds`."""
        self.feeder.send(sock_sample(seconds, offset))

    def served(self):
        """How long the quickest of some exchanges took, served time - the host's clock, the middle of the exchange; in ns.
        None where time is not served."""
        best = None
        for _ in range(EXCHANGES):
            sent = time.time_ns()
            nonce = struct.pack("!Q", sent)
            self.client.send(b"\x23" + bytes(39) + nonce)
            try:
                # What was asked before may be answered late.
                while (reply := self.client.recv(1024))[24:32] != nonce:
                    pass
            except (TimeoutError, ConnectionRefusedError):
                return None
            came = time.time_ns()
            if reply[0] >> 6 == 3:
                return None
            receive, transmit = (from_ntp(value) for value in struct.unpack("!QQ", reply[32:48]))
            offset = ((receive - sent) + (transmit - came)) / 2
            if best is None or came - sent < best[0]:
                best = (came - sent, offset, (sent + came) // 2)
        return best

    def end(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


def from_ntp(value):
    seconds, fraction = value >> 32, value & 0xFFFFFFFF
    return (seconds - NTP_EPOCH) * 1_000_000_000 + (fraction * 1_000_000_000 >> 32)


def read_trace(path, scale, seconds):
    """Pairs of counter - TAI in ns, as stamped and true. Of the mean frequency only so much is left that it will be
    20 ppm when the trace is played."""
    with open(path, encoding="ascii") as lines:
        next(lines)
        pairs = [tuple(map(int, line.split())) for line in lines]
    excess = (pairs[seconds][1] - pairs[0][1]) / seconds - 20e3 / scale
    return [(stamped - excess * i, true - excess * i) for i, (stamped, true) in enumerate(pairs)]


def play_all(trace, clocks, options):
    """Second, error of what is served in ns as of the trace, how long the exchange took; for each chronyd. What the trace
    says of the counter against TAI is what the host's clock seems to be ahead."""
    results = [(name, []) for name, _ in clocks]
    start = math.ceil(time.time()) + 1
    for i in range(options.seconds):
        wait_until(start + i)
        for _, chronyd in clocks:
            chronyd.feed(start + i, -trace[i][0] * options.scale * 1e-9)
        wait_until(start + i + 0.5)
        for (_, chronyd), (_, errors) in zip(clocks, results):
            if (served := chronyd.served()) is not None:
                took, offset, at = served
                part = at / 1e9 - start - i
                true = trace[i][1] + part * (trace[i + 1][1] - trace[i][1])
                errors.append((i, offset / options.scale + true, took))
    return results


def wait_until(moment):
    while (left := moment - time.time()) > 0:
        time.sleep(left)


def say(name, errors, seconds):
    """Of what was measured by exchanges the quicker half counts."""
    steady = [row for row in errors if row[0] >= min(SETTLED, seconds // 2)]
    if not steady:
        print(f"{name:16} served nothing")
        return
    quick = statistics.median(took for _, _, took in steady)
    counted = [error for _, error, took in steady if took <= quick]
    rms = math.sqrt(statistics.fmean(error * error for error in counted))
    median = statistics.median(map(abs, counted))
    print(f"{name:16} RMS {rms:6.0f} ns, median {median:6.0f} ns, worst {max(map(abs, counted)):6.0f} ns, "
          f"{len(errors)} of {seconds} s served" + (f", exchanges of {quick / 1e3:.0f} us" if quick else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=1800, help="how much of the trace is played; up to 3500")
    parser.add_argument("--scale", type=int, default=100, help="how much larger than it is the trace is played")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--poll", type=int, nargs="*", default=[2, 4], help="polling intervals of chronyd's reference clock")
    parser.add_argument("--figures", default=str(BIN / "clock_figures"))
    options = parser.parse_args()
    if not CHRONYD.exists():
        sys.exit("packaging/install-dependencies bench brings the chronyd that is needed.")
    with tempfile.TemporaryDirectory(prefix="tokimori-bench-") as directory:
        path = f"{directory}/trace"
        served = subprocess.run([options.figures, "--trace", path, str(options.seed)], check=True, text=True,
                                stdout=subprocess.PIPE).stdout
        trace = read_trace(path, options.scale, options.seconds)
        ours = [(int(second), float(error), 0) for second, error in map(str.split, served.splitlines())]
        beside_each_other(trace, ours, options, directory)


def beside_each_other(trace, ours, options, directory):
    clocks = []
    for poll in options.poll:
        own = f"{directory}/poll{poll}"
        os.mkdir(own, 0o700)
        clocks.append((f"poll {poll}", Chronyd(own, poll)))
    try:
        for _, chronyd in clocks:
            chronyd.wait()
        results = play_all(trace, clocks, options)
    finally:
        for _, chronyd in clocks:
            chronyd.end()
    say("tokimori", [row for row in ours if row[0] < options.seconds], options.seconds)
    for name, errors in results:
        say(f"chronyd, {name}", errors, options.seconds)


if __name__ == "__main__":
    main()
