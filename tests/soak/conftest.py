"""What the tests of soak share: those of system/ run the programs, nothing of ours outlives us; the packages, built once."""
from __future__ import annotations

import os
import sys
from typing import List

import pytest

_HERE = os.path.dirname(os.path.realpath(__file__))
for _beside in (".", "../system", "../sky"):
    sys.path.insert(0, os.path.normpath(os.path.join(_HERE, _beside)))

import programs  # noqa: E402
from appliance.packages import build_packages, packages_in  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    why = programs.why_not_to_begin()
    if why is not None:
        raise pytest.UsageError(why)


def pytest_unconfigure() -> None:
    programs.end_all()


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> List[str]:
    """Those in TOKIMORI_PACKAGES, or else of what is committed."""
    given = os.environ.get("TOKIMORI_PACKAGES")
    return packages_in(given) if given else build_packages(str(tmp_path_factory.mktemp("packages")))
