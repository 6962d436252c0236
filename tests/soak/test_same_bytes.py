"""Packages of the same commit are the same bytes, wherever, whenever and by whomever they are built, with a compiler cache
or without."""
from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Dict

from tokimori_appliance.packages import build_packages

ELSEWHERE = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "DEB_BUILD_OPTIONS": "parallel=1"}


def built(into: Path, further: Dict[str, str]) -> Dict[str, str]:
    """SHA-256 by the name of each package, those for debuggers, too. No compiler cache but one that is among `further`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CCACHE")}
    build_packages(str(into), environment={**environment, **further})
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in into.glob("*.deb")}


def test_built_elsewhere_later_and_by_other_settings_they_are_the_same(tmp_path: Path) -> None:
    first = built(tmp_path / "here", {"TZ": "UTC", "LC_ALL": "C.UTF-8"})
    assert len(first) == 4, "two packages, and what is for debuggers of each"
    # Its HOME is npm's, too. What tests/run exports for its own builds must not matter.
    home, deeper = tmp_path / "home", tmp_path / "somewhere" / "else" / "and" / "deeper"
    home.mkdir()
    cached = {**ELSEWHERE, "HOME": str(home), "CCACHE": "/usr/bin/ccache", "CCACHE_DIR": str(tmp_path / "cache"),
              "CCACHE_BASEDIR": str(tmp_path), "CCACHE_NOHASHDIR": "1"}
    for what in ("an empty cache", "a cache that has it all"):
        assert built(deeper, cached) == first, what
