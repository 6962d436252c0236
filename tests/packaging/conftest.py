"""What the tests of packaging share: those of system/ run the daemon; nothing of ours outlives us."""
from __future__ import annotations

import os
import sys

import pytest

_HERE = os.path.dirname(os.path.realpath(__file__))
for _beside in ("../system", "../sky"):
    sys.path.insert(0, os.path.normpath(os.path.join(_HERE, _beside)))

import programs  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    if not os.access(programs.program("tokimorid"), os.X_OK):
        raise pytest.UsageError("There is no %s; tests/run builds it, or set TOKIMORI_BIN."
                                % programs.program("tokimorid"))
    if programs.may_set_clock("self", "CapEff"):
        raise pytest.UsageError("Whoever runs these tests could set this machine's clock. Let tests/run run them, or "
                                "begin the command with: setpriv --bounding-set -sys_time --inh-caps -sys_time")


def pytest_unconfigure() -> None:
    programs.end_all()
