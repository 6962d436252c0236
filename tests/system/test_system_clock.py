"""The clock of the host: no test can touch it, and a daemon that may not steer it says so."""
from __future__ import annotations

import os

import pytest

from programs import Refclock, Tokimorid, configuration, free_port, may_set_clock

pytestmark = pytest.mark.story

SKY: Refclock = {"driver": "simulated", "name": "sky"}


def following(**server: bool) -> Tokimorid:
    """A daemon that is told to steer the clock of this machine, and cannot."""
    assert not may_set_clock("self", "CapEff")
    port = free_port()
    text = configuration(["127.0.0.1:%d" % port], [SKY], **server)
    return Tokimorid(text.replace('system_clock = "leave"', 'system_clock = "follow"'), port)


def test_no_daemon_under_test_could_set_the_clock_of_this_machine() -> None:
    with Tokimorid.on_free_port() as daemon:
        daemon.wait_for("started")
        assert not may_set_clock(daemon.pid, "CapEff")
        assert not may_set_clock(daemon.pid, "CapPrm")
        # Root would get it back by starting another program.
        assert os.geteuid() != 0 or not may_set_clock(daemon.pid, "CapBnd")


def test_without_the_right_to_steer_the_clock_that_is_said_once_and_time_is_served() -> None:
    with following() as daemon, daemon.watch() as watch:
        daemon.wait_for("error system_clock_forbidden why=.*CAP_SYS_TIME.*system_clock")
        watch.wait_seconds(3)
        assert len(daemon.find("system_clock")) == 1
        assert watch.replies() and daemon.is_running()


def test_a_laboratory_leaves_the_clock_alone_even_if_told_to_follow() -> None:
    with following(lab_mode=True) as daemon:
        daemon.wait_for("clock state=synchronised")
        assert daemon.find("warning system_clock what=.*lab_mode leaves the clock of this host alone")
        assert not daemon.find("system_clock_forbidden")
