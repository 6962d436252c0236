"""Sources other than gpsd's own protocol: shared memory, the SOCK protocol, a serial port without gpsd."""
from __future__ import annotations

import os
import socket
import struct
import subprocess
import tempfile
import threading
import time
import tty
from typing import Dict, List, Sequence

import pytest
from tokimori_sky.processes import SkyProcess

import programs
from ntp_client import SECOND, Reply
from programs import Gpsd, Refclock, Tokimorid, free_port, slowness, tool

# How far the delay of the first byte of a sentence is known in these skies, s.
JITTER = 0.05


def is_synchronised(reply: Reply) -> bool:
    return reply.synchronised


class IpcNamespace:
    """Shared memory that no other gpsd of this machine writes. Needs root, or a kernel that lets users have
    namespaces; skips the test loudly otherwise."""

    def __init__(self) -> None:
        complaints: List[str] = []
        for own_user in ([False, True] if os.geteuid() == 0 else [True]):
            self._own_user = own_user
            self._holder = subprocess.Popen(
                [tool("unshare") or "unshare", *(["-r"] if own_user else []), "-i", "sh", "-c", "echo ready && exec cat"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            assert self._holder.stdout is not None
            if self._holder.stdout.readline() == b"ready\n":
                return
            complaints.append(self._holder.communicate()[1].decode().strip())
        pytest.skip("NO IPC NAMESPACE: shared memory was not tried (%s)" % "; ".join(complaints))

    @property
    def prefix(self) -> Sequence[str]:
        """What a command begins with so that it runs in here."""
        user = ["--user", "--preserve-credentials"] if self._own_user else []
        return [tool("nsenter") or "nsenter", "--target", str(self._holder.pid), *user, "--ipc", "--"]

    def __enter__(self) -> IpcNamespace:
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.communicate()


class NetworkReceiver:
    """A receiver behind TCP, as gpsd is given `tcp://…`: of a pseudo-terminal gpsd tells no NTP server."""

    def __init__(self, sky: SkyProcess) -> None:
        self._port = os.open(sky.device, os.O_RDONLY | os.O_NOCTTY)
        tty.setraw(self._port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.device = "tcp://127.0.0.1:%d" % self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            client, _ = self._listener.accept()
            with client:
                while True:
                    client.sendall(os.read(self._port, 4096))
        except OSError:
            return  # the sky, gpsd or the test is over

    def __enter__(self) -> NetworkReceiver:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        os.close(self._port)


def daemon_in(prefix: Sequence[str], refclock: Refclock, **server: programs.Value) -> Tokimorid:
    port = free_port()
    text = programs.configuration(["127.0.0.1:%d" % port], [refclock], lab_mode=True, **server)
    return Tokimorid(text, port, prefix)


def threads_of(process: programs.Process) -> int:
    return len(os.listdir("/proc/%d/task" % process.pid))


@pytest.mark.story
@pytest.mark.parametrize("workers", [0, 2])
def test_a_real_gpsd_passes_the_time_through_shared_memory(workers: int) -> Dict[str, object]:
    shm: Refclock = {"driver": "shm", "name": "gpsd", "unit": 0, "delay": "120ms"}
    with IpcNamespace() as space, SkyProcess(["--jitter", "0.002"]) as sky, NetworkReceiver(sky) as receiver:
        with Gpsd(receiver.device, free_port(), space.prefix), daemon_in(space.prefix, shm, workers=workers) as daemon:
            with daemon.watch() as watch:
                reply = watch.wait_for(is_synchronised, 30 * slowness())
                daemon.wait_for("NTP shared memory unit 0 .* is being written")
                assert (reply.leap, reply.stratum, reply.refid) == (0, 1, b"SHM\0")
                assert abs(reply.offset) < min(reply.root_distance, JITTER * 2)
                if workers == 0 and not programs.has_thread_sanitizer():
                    assert threads_of(daemon) == 1
                return {"offset_ms": round(reply.offset * 1e3, 1), "distance_ms": round(reply.root_distance * 1e3, 1)}


@pytest.mark.story
def test_what_gpsd_says_in_shared_memory_counts_however_wrong_the_clock_of_the_host_is() -> None:
    start = "2033-03-03T03:03:00Z"
    shm: Refclock = {"driver": "shm", "name": "gpsd", "unit": 0, "delay": "120ms"}
    with IpcNamespace() as space, SkyProcess(["--start", start, "--jitter", "0.002"]) as sky, NetworkReceiver(sky) as receiver:
        launched = time.monotonic()
        with Gpsd(receiver.device, free_port(), space.prefix), daemon_in(space.prefix, shm) as daemon:
            with daemon.watch() as watch:
                reply = watch.wait_for(is_synchronised, 30 * slowness())
                assert reply.utc.startswith("2033-03-03T03:03")
                elapsed = reply.transmit_ns / SECOND - 1_993_431_780
                assert abs(elapsed - (reply.came_monotonic - launched)) < 1.0


@pytest.mark.story
def test_shared_memory_that_nobody_writes_is_told_and_waited_for() -> None:
    shm: Refclock = {"driver": "shm", "name": "gpsd", "unit": 0, "delay": "120ms"}
    with IpcNamespace() as space, SkyProcess() as sky, daemon_in(space.prefix, shm) as daemon:
        daemon.wait_for("nobody writes into NTP shared memory unit 0 .0x4e545030.", 15)
        with daemon.watch() as watch, NetworkReceiver(sky) as receiver, Gpsd(receiver.device, free_port(), space.prefix):
            watch.wait_for(is_synchronised, 30 * slowness())


class Sender:
    """A program that measures the host's clock to be `offset` seconds slow, every `pause` seconds."""

    def __init__(self, path: str, offset: float, pulse: bool = False, age: float = 0.0, pause: float = 0.1) -> None:
        self._path, self._offset, self._pulse, self._age, self._pause = path, offset, pulse, age, pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            while not self._stop.wait(self._pause):
                stamp = time.time_ns() - int(self._age * SECOND)
                octets = struct.pack("@qqdiiii", stamp // SECOND, stamp % SECOND // 1000, self._offset,
                                     int(self._pulse), 0, 0, 0x534F434B)
                try:
                    sender.sendto(octets, self._path)
                except OSError:
                    continue

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@pytest.mark.story
@pytest.mark.parametrize("workers", [0, 2])
def test_a_program_passes_the_time_by_the_sock_protocol(workers: int) -> Dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="tokimori-") as directory:
        path = os.path.join(directory, "gps.sock")
        sock: Refclock = {"driver": "sock", "name": "program", "path": path}
        with Sender(path, 123.25, age=0.5), daemon_in((), sock, workers=workers) as daemon, daemon.watch() as watch:
            reply = watch.wait_for(is_synchronised, 10 * slowness())
            assert (reply.leap, reply.stratum, reply.refid) == (0, 1, b"SOCK")
            assert reply.root_distance < 0.02
            assert abs(reply.offset - 123.25) < reply.root_distance + reply.journey / 2 + 0.001
            figures = {"offset_error_us": round((reply.offset - 123.25) * 1e6, 1)}
        assert not os.path.exists(path), "the socket is taken away at the end"
        return figures


@pytest.mark.story
@pytest.mark.parametrize("workers", [0, 2])
def test_while_nobody_asks_it_wakes_up_as_often_as_it_hears_something(workers: int) -> Dict[str, object]:
    """Whatever else it does once a second, it does then."""
    span, seen = 8.0, []
    with tempfile.TemporaryDirectory(prefix="tokimori-") as directory:
        path = os.path.join(directory, "gps.sock")
        sock: Refclock = {"driver": "sock", "name": "program", "path": path}
        with Sender(path, 0.0, pause=1.0), daemon_in((), sock, workers=workers) as daemon:
            daemon.wait_for("state=synchronised", 20 * slowness())
            # Where others keep the host busy a sample comes late at times.
            while not seen or (seen[-1] > 1.4 * span and len(seen) < 4):
                before = daemon.wake_ups()
                time.sleep(span)
                seen.append(daemon.wake_ups() - before)
        assert seen[-1] <= 1.4 * span, seen
        return {"wake_ups": seen}


@pytest.mark.story
@pytest.mark.parametrize("workers", [0, 2])
def test_a_receiver_on_a_serial_port_needs_no_gpsd(workers: int) -> Dict[str, object]:
    with SkyProcess(["--no-ubx", "--jitter", "0.002"]) as sky:
        nmea: Refclock = {"driver": "nmea", "name": "gps", "device": sky.device, "baud": 9600, "delay": "120ms"}
        with daemon_in((), nmea, workers=workers) as daemon, daemon.watch() as watch:
            reply = watch.wait_for(is_synchronised, 20 * slowness())
            assert (reply.leap, reply.stratum, reply.refid) == (0, 1, b"GPS\0")
            assert abs(reply.offset) < min(reply.root_distance, JITTER)
            daemon.wait_for("speaks NMEA")
            return {"offset_ms": round(reply.offset * 1e3, 1), "distance_ms": round(reply.root_distance * 1e3, 1)}


@pytest.mark.story
def test_a_receiver_without_a_fix_is_not_believed() -> None:
    with SkyProcess(["--no-ubx", "--fault", "no-fix@0"]) as sky:
        nmea: Refclock = {"driver": "nmea", "name": "gps", "device": sky.device}
        with daemon_in((), nmea) as daemon, daemon.watch() as watch:
            daemon.wait_for("speaks NMEA", 15)
            watch.wait_seconds(6)
            assert not any(reply.synchronised for reply in watch.replies())
            sky.command("ok")
            watch.wait_for(is_synchronised, 15 * slowness())


@pytest.mark.story
@pytest.mark.parametrize("driver, more, words", [
    ("nmea", {"device": "/dev/tokimori-absent"}, "cannot be used .No such file or directory.: plug the receiver in"),
    ("sock", {"path": "/nonexistent/gps.sock"}, "cannot be made .No such file or directory.: make the directory"),
    ("pps-kernel", {"device": "/dev/tokimori-absent"}, "name=source working=false"),
    ("pps-gpio", {"line": "TOKIMORI_ABSENT"}, "name=source working=false"),
])
def test_a_device_that_is_not_there_is_a_sentence_and_not_the_end(driver: str, more: Refclock, words: str) -> None:
    source: Refclock = {"driver": driver, "name": "source", **more}
    sky: Refclock = {"driver": "simulated", "name": "sky"}
    with Tokimorid.on_free_port([source, sky], lab_mode=True, workers=0) as daemon, daemon.watch() as watch:
        daemon.wait_for(words)
        watch.wait_for(is_synchronised, 10 * slowness())
