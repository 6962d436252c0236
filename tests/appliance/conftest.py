"""What the tests of the appliance share: those of system/ know where the programs are; nothing of ours outlives us."""
from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(os.path.realpath(__file__))
for _beside in ("../system", "../sky"):
    sys.path.insert(0, os.path.normpath(os.path.join(_HERE, _beside)))

from precautions import pytest_configure, pytest_unconfigure  # noqa: E402, F401
