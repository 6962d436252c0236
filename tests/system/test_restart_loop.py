"""A daemon that is killed again and again, as by a crash or its watchdog: no restart accepts what it refused before."""
from __future__ import annotations

import os
import signal
import tempfile

import pytest

from programs import Refclock, Tokimorid, configuration, free_port, wait_until

from tokimori_sky.processes import SkyProcess

pytestmark = pytest.mark.story

PATIENCE = 60.0


def test_no_restart_accepts_a_time_that_was_refused() -> None:
    options = ["--baud", "115200", "--no-ubx"]
    with tempfile.TemporaryDirectory(prefix="tokimori-") as directory, SkyProcess(options) as sky:
        port = free_port()
        receiver: Refclock = {"driver": "nmea", "name": "gps", "device": sky.device, "baud": 115200,
                              "delay": "120ms"}
        text = configuration(["127.0.0.1:%d" % port], [receiver], workers=2, state_dir=directory)
        daemon = Tokimorid(text, port)
        daemon.wait_for("clock state=synchronised", PATIENCE)
        wait_until(lambda: os.path.exists(os.path.join(directory, "clock.state")), PATIENCE, "a state file")
        sky.command("wrong-date 1")
        for _ in range(3):
            daemon.end(signal.SIGKILL)
            daemon.directory.cleanup()
            daemon = Tokimorid(text, port)
            daemon.wait_for("state_recalled .*same_boot=true", PATIENCE)
            daemon.wait_for("source name=gps reason=(panic|wrong_second)", PATIENCE)
            reply = daemon.client().ask()
            assert reply is not None and abs(reply.offset) < 10, "not by a day"
        daemon.end()
        daemon.directory.cleanup()
