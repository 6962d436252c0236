"""Runs in the guest: changes a setting over the control socket again and again, and says each number that is in force.

    settings_changer.py                what the setting is
    settings_changer.py NUMBER TIMES   NUMBER + 1, NUMBER + 2, ... hours, so many times; each is said once
                                       it is in force, as three digits
"""
import json
import socket
import sys


class Daemon:
    """The daemon's control socket."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect("/run/tokimori/control.sock")
        self._file = self._socket.makefile()

    def ask(self, request, **members):
        """The reply; an error of the daemon's ends the program."""
        self._socket.sendall(json.dumps({"version": 1, "request": request, **members}).encode() + b"\n")
        reply = json.loads(self._file.readline())
        assert "error" not in reply, reply
        return reply


def main(arguments):
    daemon = Daemon()
    settings = daemon.ask("settings")["settings"]
    if not arguments:
        print(settings["values"].get("clock", {}).get("holdover", "0h")[:-1])
        return
    base, number = settings["base"], int(arguments[0])
    for _ in range(int(arguments[1])):
        number = number % 700 + 1
        base = daemon.ask("settings_apply", overlay={"clock": {"holdover": "%dh" % number}}, base=base)["applied"]["base"]
        print("%03d" % number, flush=True)


main(sys.argv[1:])
