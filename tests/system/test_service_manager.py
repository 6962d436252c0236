"""What systemd is told of the daemon, and that it is true."""
from __future__ import annotations

import signal

import pytest

from control import SKY
from programs import Tokimorid, configuration, free_port
from service_manager import Manager

pytestmark = pytest.mark.story

both = pytest.mark.parametrize("workers", [0, 2])


@both
def test_it_is_ready_when_it_answers_and_says_what_it_does(workers: int) -> None:
    with Manager() as manager, manager.start(0, workers) as daemon:
        assert manager.hear() == "READY=1"
        assert daemon.client().ask() is not None, "from then on it answers"
        daemon.send_signal(signal.SIGHUP)
        assert [manager.hear(), manager.hear()] == ["RELOADING=1", "READY=1"]
        assert daemon.end() == 0
        assert manager.hear() == "STOPPING=1"


@both
def test_it_says_again_and_again_that_time_is_served(workers: int) -> None:
    with Manager() as manager, manager.start(4_000_000, workers) as daemon:
        assert manager.hear() == "READY=1"
        assert [manager.hear() for _ in range(3)] == ["WATCHDOG=1"] * 3
        assert not daemon.find("watchdog")


def test_a_daemon_that_stands_still_says_nothing_and_goes_on_afterwards() -> None:
    with Manager() as manager, manager.start(4_000_000, 2) as daemon:
        manager.hear_until("WATCHDOG=1")
        daemon.send_signal(signal.SIGSTOP)
        try:
            assert manager.is_told_nothing_for(3.0)
        finally:
            daemon.send_signal(signal.SIGCONT)
        assert manager.hear() == "WATCHDOG=1"


def test_nobody_is_told_of_a_watchdog_that_is_another_process() -> None:
    with Manager() as manager:
        port = free_port()
        text = configuration(["127.0.0.1:%d" % port], [SKY], lab_mode=True)
        environment = ["env", "NOTIFY_SOCKET=" + manager.path, "WATCHDOG_USEC=1000000", "WATCHDOG_PID=1"]
        with Tokimorid(text, port, environment):
            assert manager.hear() == "READY=1"
            assert manager.is_told_nothing_for(2.0)
