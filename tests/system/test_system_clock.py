"""The clock of the host: no test can touch it."""
from __future__ import annotations

import os

import pytest

from programs import Tokimorid, may_set_clock

pytestmark = pytest.mark.story


def test_no_daemon_under_test_could_set_the_clock_of_this_machine() -> None:
    with Tokimorid.on_free_port() as daemon:
        daemon.wait_for("started")
        assert not may_set_clock(daemon.pid, "CapEff")
        assert not may_set_clock(daemon.pid, "CapPrm")
        # Root would get it back by starting another program.
        assert os.geteuid() != 0 or not may_set_clock(daemon.pid, "CapBnd")
