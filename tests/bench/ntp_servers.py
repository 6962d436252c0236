"""What the scripts of this directory measure: tokimorid, a real chronyd and a bare socket, each on a port of the loopback of
its own.

Neither gets the right to set a clock.
"""

import getpass
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("TOKIMORI_BIN", ROOT / "build/release/bin"))
CHRONYD = pathlib.Path(os.environ.get("TOKIMORI_CHRONYD") or ROOT / "build/tools/chrony/usr/sbin/chronyd")

TOKIMORID = """
[server]
listen = ["127.0.0.1:{port}"]
workers = {workers}
lab_mode = true
[clock]
system_clock = "leave"
[control]
socket = ""
[state]
dir = ""
"""
SIMULATED = """
[[refclock]]
driver = "simulated"
name = "sky"
"""
CHRONY = """
port {port}
bindaddress 127.0.0.1
allow
cmdport 0
bindcmdaddress /
pidfile {directory}/pid
"""
LOCAL = "local stratum 1\n"
# Of a reference clock that is told what its second is once a second.
BY_SOCK = {
    "tokimorid": '[[refclock]]\ndriver = "sock"\nname = "sky"\npath = "{path}"\n',
    "chronyd": "refclock SOCK {path} refid PPS poll 0 precision 1e-7\n",
}
SOCK_MAGIC = 0x534F434B


def sock_sample(seconds, offset):
    """A datagram of chrony's SOCK protocol: the host's clock was `offset` slow when it showed `seconds`."""
    whole = int(seconds // 1)
    return struct.pack("=qqdiiii", whole, int((seconds - whole) * 1e6), offset, 0, 0, 0, SOCK_MAGIC)


class SockFeeder:
    """Tells a server once a second, until the end of the block, that the host's clock is right."""

    def __init__(self, path):
        self.path = str(path)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.feed)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def feed(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as feeder:
            while not self.ended.wait(1 - time.time() % 1):
                try:
                    feeder.sendto(sock_sample(time.time() // 1, 0), self.path)
                except OSError:
                    pass  # It has not begun, or has ended.


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def without_clock():
    """Root gives up the right to set the clock."""
    return ["setpriv", "--bounding-set=-sys_time", "--inh-caps=-sys_time"] if os.geteuid() == 0 and shutil.which("setpriv") else []


def chronyd_command(configuration):
    return [*without_clock(), CHRONYD, "-x", "-d", "-U", "-u", getpass.getuser(), "-f", configuration]


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
    """A server by its name, from when it is synchronised until the end of the block."""

    def __init__(self, name, directory, *, wrapper=(), workers=0, more="", clock=None):
        """`wrapper`: a command that runs it; `more`: lines behind those of its configuration; `clock`: those of what it
        goes by, by default nothing that anybody has to feed."""
        self.port = free_port()
        path = pathlib.Path(directory) / f"{name}-{self.port}.conf"
        self.log_path = path.with_suffix(".log")
        if name == "bare":
            command = [*wrapper, BIN / "bare", str(self.port)]
        elif name == "tokimorid":
            path.write_text(TOKIMORID.format(port=self.port, workers=workers) + (clock or SIMULATED) + more)
            command = [*without_clock(), *wrapper, BIN / "tokimorid", "--config", path]
        else:
            path.write_text(CHRONY.format(port=self.port, directory=directory) + (clock or LOCAL) + more)
            command = [*wrapper, *chronyd_command(path)]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def __enter__(self):
        deadline = time.monotonic() + 120
        while not is_synchronised(self.port):
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.process.kill()
                raise SystemExit("the server did not become synchronised:\n" + self.log_path.read_text())
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        # strace passes no signal on.
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        os.kill(int(children[0]) if children else self.process.pid, signal.SIGTERM)
        self.process.wait(60)

    def cpu(self):
        """Seconds that it has used, by the scheduler's count."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def wake_ups(self):
        """How often it slept and was woken."""
        count = 0
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            for line in (task / "status").read_text().splitlines():
                if line.startswith("voluntary_ctxt_switches:"):
                    count += int(line.split()[1])
        return count

    def resident(self):
        """KiB of memory."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0

    def log_lines(self):
        return len(self.log_path.read_text().splitlines())
