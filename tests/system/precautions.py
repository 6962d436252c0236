"""Pytest's hooks for whoever starts the programs under test: they must be there, nobody may set this machine's clock, and
nothing of ours outlives us."""
from __future__ import annotations

import signal

import pytest

import programs


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def pytest_configure(config: pytest.Config) -> None:
    why = programs.why_not_to_begin()
    if why is not None:
        raise pytest.UsageError(why)
    # So that the time limit of tests/run leaves nothing running either.
    signal.signal(signal.SIGTERM, _interrupt)


def pytest_unconfigure() -> None:
    programs.end_all()
