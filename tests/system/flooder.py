"""Floods a server in a network namespace while honest clients ask it, and says as JSON what came of it: a program of its own,
for test_floods.py."""
from __future__ import annotations

import itertools
import json
import os
import random
import socket
import struct
import sys
import time
from typing import Callable, Dict, Iterator, List, Tuple

from ntp_client import parse, request

SERVER, PORT = "10.77.0.1", 123
# Of the flood as many as leave together, then an honest request, then a pause.
TOGETHER, PAUSE = 40, 0.016
# Octets of requests for which the flood stops: with what leaves together, not half of what the smallest socket takes.
BEHIND = 50_000
PATIENCE = 20.0
IP_PKTINFO = 8  # ip(7)


class Clients:
    """A socket whose requests come from any of this host's addresses, as if each were a client's."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.setblocking(False)

    def send(self, octets: bytes, source: int) -> None:
        """One request from that address."""
        told = struct.pack("=i4s4s", 0, source.to_bytes(4, "big"), bytes(4))
        self._socket.sendmsg([octets], [(socket.IPPROTO_IP, IP_PKTINFO, told)], 0, (SERVER, PORT))

    def heard(self) -> Iterator[bytes]:
        """What has come until now."""
        try:
            while True:
                yield self._socket.recv(4096)
        except BlockingIOError:
            return


class Honest(Clients):
    """Those who ask as they should, and what they were told."""

    def __init__(self, first: int, addresses: int) -> None:
        super().__init__()
        self._sources = itertools.cycle(range(first, first + addresses))
        self._asked: Dict[int, bool] = {}
        self._kisses = 0

    def ask(self) -> None:
        """The next of them asks once."""
        origin = random.getrandbits(64)
        self._asked[origin] = False
        self.send(request(origin), next(self._sources))

    def listen(self) -> bool:
        """Whether all that were asked have been answered."""
        for octets in self.heard():
            reply = parse(octets[:48], 0, 0, 0.0)
            self._kisses += reply.stratum == 0
            self._asked[reply.origin] = reply.synchronised
        return all(self._asked.values())

    def wait(self) -> bool:
        """Listens until all have been answered; false if one stays out."""
        return wait(self.listen)

    def told(self) -> Dict[str, int]:
        """What became of them."""
        return {"honest": len(self._asked), "honest_answered": sum(self._asked.values()),
                "honest_kissed": self._kisses}


def wait(true: Callable[[], bool]) -> bool:
    """Looks again and again, until it is true or patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True


def queues(process: int) -> Tuple[int, int]:
    """Octets, as the kernel counts them, that wait in the fullest socket of a server: replies to leave, requests to be read."""
    with open("/proc/%d/net/udp" % process, encoding="ascii") as file:
        sockets = [line.split() for line in file if line.split()[1].endswith(":%04X" % PORT)]
    waiting = [[int(octets, 16) for octets in fields[4].split(":")] for fields in sockets]
    return max(one[0] for one in waiting), max(one[1] for one in waiting)


def malformed(number: int) -> bytes:
    """What no server should read as a request: a different one for each number."""
    plain = request(number)
    return [
        b"", plain[:1], plain[:47], plain + bytes(2), plain + bytes(range(24)), os.urandom(47), bytes(48),
        request(number, version=7), request(number, mode=4), request(number, mode=5), plain + os.urandom(1426),
        request(number, version=4) + struct.pack("!HH", 0x0104, 0xFFFC) + bytes(24),
    ][number % 12]


FIRST = 0x0A010000  # 10.1.0.0
# How the request of a number looks, and by how many it is multiplied to be the source's.
FLOODS: Dict[str, Tuple[Callable[[int], bytes], int]] = {
    "abuser": (request, 0),
    "spoofed": (request, 1),
    "malformed": (malformed, 1),
    "control": (lambda number: struct.pack("!BBH8x", 0x16, 2, number & 0xFFFF), 1),
}


def flood(process: int, kind: str, count: int) -> Dict[str, float]:
    """So many requests of a kind, no faster than the server reads them: what the kernel drops is none of its making."""
    build, apart = FLOODS[kind]
    flooding, honest = Clients(), Honest(0x0AC80000, 250)
    replies: List[bytes] = []
    begun = time.monotonic()
    for number in range(count):
        flooding.send(build(number), FIRST + number * apart)
        if number % TOGETHER == 0:
            honest.ask()
            replies += flooding.heard()
            honest.listen()
            assert wait(lambda: queues(process)[1] < BEHIND), "The server reads no more."
            time.sleep(max(0.0, begun + number / TOGETHER * PAUSE - time.monotonic()))
    honest.wait()
    replies += flooding.heard()
    return {"sent": count, "seconds": time.monotonic() - begun, "replies": len(replies),
            "longest": max(map(len, replies), default=0), **honest.told()}


def forged(source: int) -> bytes:
    """A request as if from that address: headers of IP and UDP are ours, without a sum."""
    ports = struct.pack("!HHHH", 40_000, PORT, 56, 0)
    return (struct.pack("!BBHHHBBH4s4s", 0x45, 0, 76, 0, 0, 64, socket.IPPROTO_UDP, 0, source.to_bytes(4, "big"),
                        socket.inet_aton(SERVER)) + ports + request(random.getrandbits(64)))


def room_for_replies() -> Tuple[int, int]:
    """Octets that a socket has by itself, and what one gets here that asks for two million, as the server does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        usual = plain.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        if usual <= 2_097_152:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2_097_152)
        return usual, plain.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)


def forge(process: int) -> Dict[str, float]:
    """Requests from hosts of the network that do not exist, until more replies wait for these than a socket of usual size
    holds; one that exists asks between them, and again while all of them wait."""
    usual, room = room_for_replies()
    enough = min(usual * 3 // 2, room * 3 // 4)
    honest, absent = Honest(0x0A4D0002, 1), itertools.cycle(range(0x0A4D0040, 0x0A4D00FF))
    waiting, deadline = 0, time.monotonic() + PATIENCE
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        # Again where a busy host gave some up before all were there.
        while waiting < enough and time.monotonic() < deadline:
            full = queues(process)[0] >= enough
            for source in itertools.islice(absent, 0 if full else 32):
                raw.sendto(forged(source), (SERVER, 0))
            for _ in range(32 if full else 1):
                honest.ask()
            if not honest.wait():
                break
            waiting = queues(process)[0] if full else 0
    return {"enough": enough, "waiting": waiting, **honest.told()}


if __name__ == "__main__":
    whom = int(sys.argv[2])
    json.dump(forge(whom) if sys.argv[1] == "forged" else flood(whom, sys.argv[1], int(sys.argv[3])), sys.stdout)
