"""What all system tests share: the programs under test must be there, and nothing of ours outlives us."""
from __future__ import annotations

import os
import sys
from typing import Iterator, Optional

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "sky"))

import precautions  # noqa: E402
import programs  # noqa: E402
import stories  # noqa: E402
from precautions import pytest_unconfigure  # noqa: E402, F401


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "story: runs side by side with the other stories of its file")
    precautions.pytest_configure(config)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Optional[bool]:
    if not stories.is_story(pyfuncitem):
        return None
    stories.tell(pyfuncitem)
    return True


@pytest.fixture
def daemon() -> Iterator[programs.Tokimorid]:
    """A daemon that serves a simulated sky of today, synchronised."""
    sky: programs.Refclock = {"driver": "simulated", "name": "sky"}
    with programs.Tokimorid.on_free_port([sky], lab_mode=True) as started:
        started.wait_for("state=synchronised")
        yield started
