"""Interleaved mode (RFC 9769) of the real daemon: asked by a client of our own and by a real chronyd."""
from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import struct
import tempfile
from typing import Dict, Iterator, List, Tuple

import pytest

from control import AskedDaemon
from ntp_client import NtpClient, posix_ns
from programs import Process, run, slowness, tool, wait_until

pytestmark = pytest.mark.story

PATIENCE = 30.0
MILLISECOND = 1_000_000
_STAMPS = struct.Struct(">3Q")
_ENOUGH = 40


class Asker:
    """A client that asks for interleaved mode: each request names the receive timestamp of the last reply."""

    def __init__(self, client: NtpClient) -> None:
        self._client = client
        self._origin = 0

    def ask(self) -> Tuple[bool, int, int]:
        """Whether the reply was interleaved, and its receive and transmit timestamps."""
        receive, transmit = secrets.randbits(64), secrets.randbits(64)
        asked = bytes([0x23, 0, 6, 0xEC]) + bytes(20) + _STAMPS.pack(self._origin, receive, transmit)
        self._client.send(asked)
        reply = self._client.next_octets(PATIENCE)
        assert len(reply) == len(asked)
        origin, self._origin, departed = _STAMPS.unpack(reply[24:48])
        assert origin in (receive, transmit)
        return origin == receive, self._origin, departed


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_each_reply_tells_when_the_one_before_left(workers: int) -> Dict[str, object]:
    with AskedDaemon(workers=workers) as daemon:
        daemon.wait_synchronised()
        with daemon.client() as client:
            asker = Asker(client)
            assert [asker.ask()[0] for _ in range(2)] == [False, False]
            replies = [asker.ask() for _ in range(50)]
        assert all(interleaved for interleaved, _, _ in replies)
        stays = [posix_ns(after[2]) - posix_ns(before[1]) for before, after in zip(replies, replies[1:])]
        assert all(0 < stay < 100 * MILLISECOND * slowness() for stay in stays), stays
        return {"median_stay_us": sorted(stays)[len(stays) // 2] / 1e3}


def test_the_kernel_tells_of_departures_that_the_stamp_did_not_know() -> Dict[str, object]:
    with AskedDaemon(workers=1) as daemon:
        daemon.wait_synchronised()
        with daemon.client() as client:
            later: List[float] = []
            for _ in range(20):
                asker = Asker(client)
                asker.ask()
                stamped = asker.ask()[2]
                interleaved, _, departed = asker.ask()
                assert interleaved
                later.append((posix_ns(departed) - posix_ns(stamped)) / 1e3)
        # The stamp is written before the datagram is handed to the kernel; no two clocks are read at one instant.
        assert sorted(later)[10] > 0
        assert max(later) < 100e3 * slowness()
        return {"departed_after_stamp_us": sorted(later)[10]}


def test_a_setting_switches_it_off_and_on_again() -> None:
    with AskedDaemon(workers=1) as daemon:
        daemon.wait_synchronised()
        with daemon.client() as client:
            asker = Asker(client)
            assert [asker.ask()[0] for _ in range(3)] == [False, False, True]
            daemon.reload(daemon.text(interleaved=False), "reloaded")
            # The worker takes it over on its own thread, which may be a moment after the log says so.
            wait_until(lambda: not any(asker.ask()[0] for _ in range(3)), PATIENCE, "basic replies")
            daemon.reload(daemon.text(interleaved=True), "reloaded")
            wait_until(lambda: asker.ask()[0], PATIENCE, "an interleaved reply")


@contextlib.contextmanager
def chronyd_asking(port: int) -> Iterator[str]:
    """A real chronyd that asks the server on this port four times a second in interleaved mode and sets nothing: its
    directory, with `measurements.log` and the socket `asked` for chronyc."""
    path = os.environ.get("TOKIMORI_CHRONYD") or tool("chronyd")
    assert path, "There is no chronyd; packaging/install-dependencies tests brings it."
    with tempfile.TemporaryDirectory(prefix="tokimori-") as directory:
        file = os.path.join(directory, "chrony.conf")
        with open(file, "w", encoding="utf-8") as out:
            out.write("\n".join(["port 0", "cmdport 0", "bindcmdaddress %s/asked" % directory,
                                 "server 127.0.0.1 port %d iburst minpoll -2 maxpoll -2 xleave" % port,
                                 "pidfile %s/pid" % directory, "logdir %s" % directory, "log measurements", ""]))
        with Process([path, "-x", "-d", "-U", "-u", "root", "-f", file]) as process:
            process.wait_for("chronyd version", PATIENCE)
            yield directory


def chronyc(directory: str) -> str:
    """What `chronyc ntpdata` says."""
    beside = os.path.join(os.path.dirname(os.environ.get("TOKIMORI_CHRONYD") or ""), "..", "bin", "chronyc")
    path = beside if os.path.exists(beside) else shutil.which("chronyc")
    assert path, "There is no chronyc; packaging/install-dependencies tests brings it."
    asked = run([path, "-h", os.path.join(directory, "asked"), "ntpdata"])
    assert asked.returncode == 0, asked.stdout + asked.stderr
    return asked.stdout


def measurements(directory: str, mode: str) -> List[List[str]]:
    """The lines of chronyd's log of what it measured in this mode, B or I."""
    try:
        with open(os.path.join(directory, "measurements.log"), encoding="ascii") as log:
            lines = [line.split() for line in log]
    except FileNotFoundError:
        return []
    return [fields for fields in lines if len(fields) == 20 and fields[17] == "4" + mode]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_real_chronyd_measures_in_interleaved_mode(workers: int) -> Dict[str, object]:
    with AskedDaemon(workers=workers) as daemon:
        daemon.wait_synchronised()
        with chronyd_asking(daemon.port) as directory:
            wait_until(lambda: len(measurements(directory, "I")) >= _ENOUGH, PATIENCE, "interleaved measurements")
            said = chronyc(directory)
            good, basic = measurements(directory, "I"), measurements(directory, "B")
        assert re.search(r"^Interleaved +: Yes$", said, re.MULTILINE), said
        assert re.search(r"^NTP tests +: 111 111 1", said, re.MULTILINE), said
        # chronyd asks anew in basic mode where it takes a reply for lost.
        assert len(basic) <= 8 + len(good) // 4, (len(basic), len(good))
        assert all(fields[5:7] == ["111", "111"] for fields in good), good
        # The last four say how usual the delay was: on a busy machine it often is not.
        assert sum(fields[7] == "1111" for fields in good) >= len(good) // 4, good
        offsets = sorted(abs(float(fields[11])) for fields in good)
        delays = sorted(float(fields[12]) for fields in good)
        middle = len(good) // 2
        assert offsets[middle] < 1e-3 * slowness() and 0 < delays[middle] < 1e-3 * slowness(), (offsets, delays)
        return {"median_offset_us": offsets[middle] * 1e6, "median_delay_us": delays[middle] * 1e6,
                "interleaved": len(good), "basic": len(basic)}
