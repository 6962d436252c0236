"""Programs that end by themselves, with time for a machine on which much else happens."""
from __future__ import annotations

import subprocess
from typing import Sequence

import programs


def run(command: Sequence[str], seconds: float = 120.0) -> "subprocess.CompletedProcess[str]":
    """One of them, with what it wrote."""
    return programs.run(command, seconds)
