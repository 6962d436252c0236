"""The life of a daemon: threads, addresses, reloads, the end."""
from __future__ import annotations

import os
import re
import secrets
import select
import signal
import socket
import sys
import tempfile
import time
from typing import Dict, List

import pytest

from namespace import NetworkNamespace, mounting
from ntp_client import NtpClient, NtpLoad, NtpWatch, Reply, request
from programs import (Process, Refclock, Tokimorid, configuration, free_port, has_thread_sanitizer, slowness, tool,
                      wait_until)

pytestmark = pytest.mark.story

SKY: Refclock = {"driver": "simulated", "name": "sky"}
PATIENCE = 10.0


def absent_gpsd() -> Refclock:
    return {"driver": "gpsd", "name": "gps", "port": free_port()}


def is_synchronised(reply: Reply) -> bool:
    return reply.synchronised


def threads_of(process: Process) -> int:
    return len(os.listdir("/proc/%d/task" % process.pid))


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def needs_ipv6() -> None:
    if not has_ipv6():
        pytest.skip("NO IPv6 HERE: nothing was asked over ::1")


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_within_a_second_and_leaves_nothing(number: int, workers: int) -> Dict[str, object]:
    with Tokimorid.on_free_port([SKY, absent_gpsd()], lab_mode=True, workers=workers) as daemon:
        daemon.wait_for("clock state=synchronised")
        with daemon.watch(100) as watch:
            watch.wait_for(is_synchronised, PATIENCE * slowness())
            asked = time.monotonic()
            daemon.send_signal(number)
            assert daemon.wait(1.0 * slowness()) == 0
            took = time.monotonic() - asked
        assert daemon.find("stopped answered=[1-9]")
        assert os.listdir(daemon.directory.name) == ["tokimori.toml"]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as next_one:
            next_one.bind(("127.0.0.1", daemon.port))
        return {"took_ms": round(took * 1e3)}


def test_a_signal_right_after_the_start_ends_it_too() -> None:
    with Tokimorid.on_free_port([SKY], lab_mode=True) as daemon:
        daemon.wait_for("leap_table")
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(1.0 * slowness()) == 0


def test_one_thread_mode_has_one_thread() -> None:
    with Tokimorid.on_free_port([SKY, absent_gpsd()], lab_mode=True, workers=0) as daemon, daemon.watch() as watch:
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        assert threads_of(daemon) == 1
        daemon.reload(configuration(["127.0.0.1:%d" % daemon.port], [SKY], lab_mode=True, workers=0), "reloaded")
        assert threads_of(daemon) == 1


@pytest.mark.parametrize("workers", [1, 3])
def test_otherwise_there_is_a_thread_for_the_clock_and_one_for_each_worker(workers: int) -> None:
    # The thread sanitizer adds one of its own to the first.
    clock = 2 if has_thread_sanitizer() else 1
    with Tokimorid.on_free_port([SKY], lab_mode=True, workers=workers) as daemon, daemon.watch() as watch:
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        assert threads_of(daemon) == clock + workers


class Reloads:
    """Three reloads of a daemon that a client asks all the while: an address comes, a refclock comes, the address
    goes."""

    def __init__(self, workers: int) -> None:
        self.port, self.second_port = free_port(), free_port()
        self._workers = workers
        self.daemon = Tokimorid(self.text([self.port], [SKY]), self.port)

    def text(self, ports: List[int], refclocks: List[Refclock]) -> str:
        return configuration(["127.0.0.1:%d" % port for port in ports], refclocks, lab_mode=True, workers=self._workers)

    def reload(self, ports: List[int], refclocks: List[Refclock], load: NtpLoad) -> None:
        """And asks on for a while."""
        self.daemon.reload(self.text(ports, refclocks), "reloaded")
        self.await_requests(load, 100)

    @staticmethod
    def await_requests(load: NtpLoad, count: int) -> None:
        enough = load.sent + count
        wait_until(lambda: load.sent >= enough, PATIENCE, "%d more requests" % count)

    def run(self) -> Dict[str, object]:
        with self.daemon, self.daemon.watch() as watch:
            watch.wait_for(is_synchronised, PATIENCE * slowness())
            self.daemon.wait_for("source name=sky reason=selected")
            since = self.daemon.mark()
            load = NtpLoad(self.port)
            self.await_requests(load, 100)
            self.reload([self.port, self.second_port], [SKY], load)
            with NtpClient(self.second_port) as client:
                reply = client.ask()
                assert reply is not None and reply.synchronised
            self.reload([self.port, self.second_port], [SKY, absent_gpsd()], load)
            self.daemon.wait_for("source name=gps reason=silent", PATIENCE, since)
            self.reload([self.port], [SKY, absent_gpsd()], load)
            assert not self.is_answered(self.second_port)
            unanswered, replies = load.finish()
            assert not unanswered, "%d of %d requests had no reply" % (len(unanswered), load.sent)
            assert all(reply.synchronised for reply in replies)
            # The source that did not change was never anything but followed.
            assert not self.daemon.find("clock state|source name=sky", since)
            return {"requests": load.sent}

    @staticmethod
    def is_answered(port: int) -> bool:
        with NtpClient(port) as client:
            return client.ask(patience=0.3) is not None


@pytest.mark.parametrize("workers", [0, 2])
def test_reloads_lose_no_packet_and_no_state(workers: int) -> Dict[str, object]:
    return Reloads(workers).run()


@pytest.mark.parametrize("workers", [0, 2])
def test_a_bad_file_is_refused_and_the_old_one_stays_in_force(workers: int) -> None:
    with Tokimorid.on_free_port([SKY], lab_mode=True, workers=workers) as daemon, daemon.watch() as watch:
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        said = daemon.reload("[server]\nlistn = 1\n", "error configuration_refused")
        assert re.search(r"tokimori\.toml:2: .*listn.*listen", said.string)
        daemon.reload('[server]\nlisten = ["127.0.0.1:99999"]\n', "configuration_refused .*port from 1 to 65535")
        daemon.reload(None, "configuration_refused .*No such file")
        assert not daemon.find(" reloaded")
        answered = watch.mark()
        watch.wait_for(is_synchronised, PATIENCE, answered)
        assert all(reply.synchronised for reply in watch.replies()[answered:])


def test_a_reload_that_cannot_listen_changes_nothing() -> None:
    with Tokimorid.on_free_port([SKY], lab_mode=True) as daemon, daemon.watch() as watch:
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
            holder.bind(("127.0.0.1", free_port()))
            taken = holder.getsockname()[1]
            text = configuration(["127.0.0.1:%d" % taken], [SKY], lab_mode=True)
            daemon.reload(text, "configuration_refused .*port is taken by another program")
        answered = watch.mark()
        watch.wait_for(is_synchronised, PATIENCE, answered)


@pytest.mark.parametrize("workers", [0, 2])
def test_all_addresses_are_exchanged_for_one_of_them_and_back(workers: int) -> None:
    port = free_port()
    every, one = "0.0.0.0:%d" % port, "127.0.0.2:%d" % port
    with Tokimorid(configuration([every], workers=workers), port) as daemon:
        daemon.wait_for("started")
        for listen, hosts in (([one], "2"), ([every, one], "123"), ([one], "2"), ([every], "123")):
            daemon.reload(configuration(listen, workers=workers), "reloaded")
            for host in "123":
                # Which worker answers depends on who asks, and each takes its ports by itself.
                with daemon.client("127.0.0." + host) as client:
                    wait_until(lambda: (client.ask() is not None) == (host in hosts), 10, str((listen, host)))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second:
            second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(workers == 0))
            with pytest.raises(OSError):
                second.bind(("127.0.0.2", port))


@pytest.mark.parametrize("workers", [0, 2])
def test_the_reply_comes_from_the_address_that_was_asked(workers: int) -> None:
    port = free_port()
    with Tokimorid(configuration(["0.0.0.0:%d" % port], workers=workers), port) as daemon:
        daemon.wait_for("started")
        for host in ("127.0.0.1", "127.0.0.2", "127.1.2.3"):
            # The client's socket is connected: it hears that address alone.
            with daemon.client(host) as client:
                assert client.ask() is not None, host


@pytest.mark.parametrize("workers", [0, 2])
def test_a_broadcast_is_answered_once_and_by_unicast(workers: int) -> None:
    port = free_port()
    with Tokimorid(configuration(["0.0.0.0:%d" % port], workers=workers), port) as daemon:
        daemon.wait_for("started")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            client.bind(("127.0.0.1", 0))
            asked = [secrets.token_bytes(8) for _ in range(8)]
            for origin in asked:
                client.sendto(request(int.from_bytes(origin, "big")), ("127.255.255.255", port))
            client.settimeout(PATIENCE * slowness())
            heard = []
            # What is answered twice is heard sooner or later than that it was answered once.
            while len(heard) < len(asked) or select.select([client], [], [], 0.3)[0]:
                octets, (host, _) = client.recvfrom(2048)
                assert host == "127.0.0.1"
                heard.append(octets[24:32])
            assert sorted(heard) == sorted(asked)


@pytest.mark.parametrize("listen", ["[::1]", "[::]"])
def test_ipv6_is_answered(listen: str) -> None:
    needs_ipv6()
    port = free_port()
    addresses = ["%s:%d" % (listen, port), "127.0.0.1:%d" % port]
    with Tokimorid(configuration(addresses, [SKY], lab_mode=True), port) as daemon:
        daemon.wait_for("clock state=synchronised")
        for host in ("::1", "127.0.0.1"):
            with daemon.client(host) as client:
                reply = client.ask()
                assert reply is not None and reply.synchronised, host


def test_both_families_may_share_a_port() -> None:
    port = free_port()
    with Tokimorid(configuration(["0.0.0.0:%d" % port, "[::]:%d" % port]), port) as daemon:
        daemon.wait_for("started")
        with daemon.client() as client:
            assert client.ask() is not None
        assert has_ipv6() or daemon.find("address_family_absent|listening address=::")


@pytest.mark.parametrize("workers", [0, 2])
def test_gpsd_may_be_absent_for_ever(workers: int) -> None:
    with Tokimorid.on_free_port([absent_gpsd()], workers=workers) as daemon, daemon.watch() as watch:
        daemon.wait_for("device name=gps working=false .*is gpsd running")
        watch.wait_seconds(8)
        assert daemon.is_running()
        assert all(reply.says_unsynchronised for reply in watch.replies())
        # Told once, not with every attempt.
        assert len(daemon.find("device name=gps")) == 1


def test_a_host_name_that_nobody_knows_is_no_failure() -> None:
    nowhere: Refclock = {"driver": "gpsd", "name": "gps", "host": "gpsd.invalid"}
    with Tokimorid.on_free_port([nowhere, SKY], lab_mode=True) as daemon, daemon.watch() as watch:
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        daemon.wait_for("device name=gps working=false .*gpsd.invalid", 30)


# Tells each question, and answers none.
MUTE = """
import socket
import sys
import tempfile
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
print("listens", flush=True)
while server.recv(512):
    print("asked", flush=True)
"""
RESOLVER = 'mount --bind "$0" /etc/resolv.conf'
GPSD_BY_NAME = '[[refclock]]\ndriver = "gpsd"\nname = "gps"\nhost = "gps.example"\n'
UPSTREAM_BY_NAME = '[[upstream]]\naddress = "ntp.example"\n'


@pytest.mark.parametrize("source", [GPSD_BY_NAME, UPSTREAM_BY_NAME], ids=["gpsd", "upstream"])
def test_a_name_server_that_does_not_answer_delays_no_end(source: str) -> None:
    with NetworkNamespace() as own, tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        resolver = os.path.join(room, "resolv.conf")
        with open(resolver, "w", encoding="ascii") as file:
            file.write("nameserver 127.0.0.1\noptions timeout:30 attempts:1\n")
        with Process([*own.prefix, sys.executable, "-c", MUTE]) as mute:
            mute.wait_for("listens", PATIENCE)
            port = free_port()
            with Tokimorid(configuration(["127.0.0.1:%d" % port]) + source, port,
                           mounting(RESOLVER, resolver, own.prefix)) as daemon:
                mute.wait_for("asked", PATIENCE)
                daemon.send_signal(signal.SIGTERM)
                assert daemon.wait(10 * slowness()) == 0
                assert daemon.find(" stopped ")


def test_two_daemons_live_side_by_side() -> None:
    with Tokimorid.on_free_port([SKY], lab_mode=True) as one, Tokimorid.on_free_port([SKY], lab_mode=True) as other:
        with one.watch() as first, other.watch() as second:
            first.wait_for(is_synchronised, PATIENCE * slowness())
            second.wait_for(is_synchronised, PATIENCE * slowness())


def test_a_leap_second_list_that_is_not_there_is_a_warning() -> None:
    port = free_port()
    text = configuration(["127.0.0.1:%d" % port], [SKY], lab_mode=True) + '[leap]\nlist_file = "/nowhere/at/all"\n'
    with Tokimorid(text, port) as daemon, NtpWatch(port) as watch:
        daemon.wait_for("warning leap_list_refused file=/nowhere/at/all")
        watch.wait_for(is_synchronised, PATIENCE * slowness())
