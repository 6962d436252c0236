#!/usr/bin/env python3
"""Records what the real daemon says on its control socket in some situations, for the mock server of the page.

    TOKIMORI_BIN=build/release/bin /usr/bin/python3 tests/web_page/record.py [SCENE...]

Each scene becomes replies/SCENE.json: a list of replies to `status`, a second apart, and one to `clients`. The scene "settings" is another one:
replies/settings.json, the table of settings and what a usual file has.
"""
from __future__ import annotations

import json
import pathlib
import socket
import sys
import time
from typing import Any, Dict, List

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "tests" / "sky")]

from ntp_client import request  # noqa: E402
from programs import Gpsd, Tokimorid, free_port  # noqa: E402
from tokimori_sky.processes import SkyProcess  # noqa: E402

REPLIES = pathlib.Path(__file__).resolve().parent / "replies"
SECONDS = 8

LAB = '[server]\nlisten = ["0.0.0.0:{port}"]\nlab_mode = true\n'
SERVICE = '[server]\nlisten = ["0.0.0.0:{port}"]\n'
REST = '[clock]\nsystem_clock = "leave"\n[control]\nsocket = "{socket}"\n[state]\ndir = ""\n'

# What is configured, and how long it runs before it is recorded.
SCENES: Dict[str, Any] = {
    "gps": (LAB + REST + """
[[refclock]]
driver = "gpsd"
name = "gps"
port = {gpsd}
[[refclock]]
driver = "simulated"
name = "pps"
labels = false
jitter = "800ns"
prefer = true
[[refclock]]
driver = "simulated"
name = "rough"
jitter = "40us"
[[refclock]]
driver = "simulated"
name = "liar"
script = "0s wrong-edge 30 for 24h"
[[upstream]]
address = "127.0.0.9"
name = "ntp-backup"
""", 75),
    "no_receiver": (SERVICE + REST + """
[[refclock]]
driver = "gpsd"
name = "gps"
port = {gpsd_absent}
[[refclock]]
driver = "pps-kernel"
name = "pps"
device = "/dev/pps9"
refid = "PPS"
prefer = true
""", 12),
    "holdover": (LAB + REST + """
[[refclock]]
driver = "simulated"
name = "sky"
script = "40s silence for 24h"
""", 75),
    "smear": (LAB + REST + """
[leap]
mode = "smear"
smear_minutes = 120
[[refclock]]
driver = "simulated"
name = "sky"
start = "2016-12-31T23:10:00Z"
""", 40),
    "announced": (LAB + REST + """
[[refclock]]
driver = "simulated"
name = "sky"
start = "2026-12-31T14:00:00Z"
leap = "insert"
[[refclock]]
driver = "simulated"
name = "silent-on-leaps"
start = "2026-12-31T14:00:00Z"
""", 40),
}


def ask(path: str, question: str) -> Dict[str, Any]:
    """One reply of the control socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(json.dumps({"version": 1, "request": question}).encode() + b"\n")
        return json.loads(connection.makefile().readline())


def play_clients(port: int) -> None:
    """Sixty clients of different manners, one of them too eager."""
    for number in range(60):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.bind(("127.3.%d.%d" % (number % 4, number + 1), 0))
            client.connect(("127.0.0.1", port))
            for _ in range(1 + number % 7):
                client.send(request(number + 1, version=3 if number % 3 else 4, mode=1 if number % 10 == 9 else 3))


def record(path: str, port: int) -> Dict[str, List[Any]]:
    """What is said during the next seconds."""
    statuses = []
    for _ in range(SECONDS):
        statuses.append(ask(path, "status"))
        play_clients(port)
        time.sleep(1)
    return {"status": statuses, "clients": [ask(path, "clients")]}


def play(name: str) -> None:
    """Runs a scene and writes its file."""
    text, seconds = SCENES[name]
    port, gpsd_port, path = free_port(), free_port(), "/tmp/tokimori-record-%s.sock" % name
    text = text.format(port=port, socket=path, gpsd=gpsd_port, gpsd_absent=free_port())
    with SkyProcess() as sky, Gpsd(sky.device, gpsd_port), Tokimorid(text, port) as daemon:
        daemon.wait_for("started", 30)
        time.sleep(seconds)
        (REPLIES / (name + ".json")).write_text(json.dumps(record(path, port), separators=(",", ":")) + "\n")


# What people write for a hat with pulses, but for what no machine of tests has.
USUAL = """
[server]
listen = ["127.0.0.1:{port}"]
[clock]
system_clock = "leave"
holdover = "24h"
[control]
socket = "{socket}"
[state]
dir = ""
[access]
allow = ["private"]
[log]
status = "1h"
[[refclock]]
driver = "gpsd"
name = "gps"
port = {gpsd}
[[refclock]]
driver = "pps-kernel"
name = "pps"
device = "/dev/pps0"
refid = "PPS"
prefer = true
[[upstream]]
address = "127.0.0.9"
name = "backup"
"""


def record_settings() -> None:
    """Writes replies/settings.json, a line for each row of the table."""
    port, path = free_port(), "/tmp/tokimori-record-settings.sock"
    with Tokimorid(USUAL.format(port=port, socket=path, gpsd=free_port()), port) as daemon:
        daemon.wait_for("started", 30)
        told = ask(path, "settings")["settings"]
    told["values"]["control"]["socket"] = "/run/tokimori/control.sock"
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in told["table"])
    (REPLIES / "settings.json").write_text('{"sections":%s,\n"values":%s,\n"table":[\n%s\n]}\n' % (
        json.dumps(told["sections"]), json.dumps(told["values"]), rows), encoding="utf-8")


if __name__ == "__main__":
    REPLIES.mkdir(exist_ok=True)
    for scene in sys.argv[1:] or [*SCENES, "settings"]:
        if scene == "settings":
            record_settings()
        else:
            play(scene)
