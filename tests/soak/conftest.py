"""What the tests of soak share: those of system/ run the programs, nothing of ours outlives us; the packages, built once."""
from __future__ import annotations

import os
import sys
from typing import List

import pytest

_HERE = os.path.dirname(os.path.realpath(__file__))
for _beside in (".", "../appliance", "../system", "../sky"):
    sys.path.insert(0, os.path.normpath(os.path.join(_HERE, _beside)))

from tokimori_appliance.packages import build_packages, packages_in  # noqa: E402
from precautions import pytest_configure, pytest_unconfigure  # noqa: E402, F401


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> List[str]:
    """Those in TOKIMORI_PACKAGES, or else of what is committed."""
    given = os.environ.get("TOKIMORI_PACKAGES")
    return packages_in(given) if given else build_packages(str(tmp_path_factory.mktemp("packages")))
