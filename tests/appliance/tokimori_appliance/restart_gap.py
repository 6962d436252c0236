"""Runs in the container: asks the time a hundred times a second, lets a command restart the server, and says how long there
was no good reply.

    restart_gap.py COMMAND     seconds that the command took, seconds without a good reply
"""
import socket
import struct
import subprocess
import sys
import threading
import time

INTERVAL, PATIENCE = 0.01, 60.0


class Asker:
    """Asks whether or not there was a reply; `good` are the moments of those that a client would use."""

    def __init__(self):
        self.good = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(INTERVAL)
        for one in (self._ask, self._hear):
            threading.Thread(target=one, daemon=True).start()

    def _ask(self):
        while True:
            self._socket.sendto(struct.pack(">B39xQ", 0x23, time.monotonic_ns()), ("127.0.0.1", 123))
            time.sleep(INTERVAL)

    def _hear(self):
        while True:
            try:
                reply = self._socket.recv(1024)
            except OSError:
                continue
            if reply[0] >> 6 != 3 and 0 < reply[1] < 16:
                self.good.append(time.monotonic())

    def wait_for_more(self):
        """Until a second's worth of further good replies has come."""
        wanted, deadline = len(self.good) + int(1 / INTERVAL), time.monotonic() + PATIENCE
        while len(self.good) < wanted:
            assert time.monotonic() < deadline, "there was no good reply"
            time.sleep(INTERVAL)


def main(command):
    asker = Asker()
    asker.wait_for_more()
    began = time.monotonic()
    subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL)
    ended = time.monotonic()
    asker.wait_for_more()
    good = asker.good[:]
    print("%.3f %.3f" % (ended - began, max(later - earlier for earlier, later in zip(good, good[1:]) if later > began)))


main(sys.argv[1])
