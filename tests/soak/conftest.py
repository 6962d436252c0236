"""What the tests of soak share with those of system/; nothing of ours outlives us."""
from __future__ import annotations

import os
import sys

import pytest

_HERE = os.path.dirname(os.path.realpath(__file__))
for _beside in ("../system", "../sky"):
    sys.path.insert(0, os.path.normpath(os.path.join(_HERE, _beside)))

import programs  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    why = programs.why_not_to_begin()
    if why is not None:
        raise pytest.UsageError(why)


def pytest_unconfigure() -> None:
    programs.end_all()
