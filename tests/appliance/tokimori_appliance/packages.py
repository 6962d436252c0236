"""Tokimori's packages: built, and under a higher version."""
from __future__ import annotations

import glob
import os
import re
import subprocess
from pathlib import Path
from typing import Dict, List, Optional

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))))


def build_packages(into: str, *options: str, environment: Optional[Dict[str, str]] = None) -> List[str]:
    """What packaging/build-packages makes, by its options; tokimori and tokimori-web."""
    done = subprocess.run([ROOT + "/packaging/build-packages", *options, into], env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    return packages_in(into)


def packages_in(directory: str) -> List[str]:
    """The two packages, without what is for debuggers."""
    found = [path for path in glob.glob(directory + "/tokimori*.deb") if "-dbgsym_" not in path]
    assert len(found) == 2, found
    return sorted(found)


def renumbered(packages: List[str], into: Path) -> List[str]:
    """The same packages under a higher version."""
    newer = []
    for path in packages:
        tree = str(into / "tree")
        subprocess.run(["dpkg-deb", "--raw-extract", path, tree], check=True)
        control = Path(tree, "DEBIAN", "control")
        text = control.read_text(encoding="utf-8")
        version = re.search(r"^Version: (.*)$", text, re.MULTILINE)
        assert version is not None
        control.write_text(re.sub(r"(?m)^(Version: |Depends: .*\(= )%s" % re.escape(version[1]),
                                  r"\g<0>+newer", text), encoding="utf-8")
        newer.append(str(into / os.path.basename(path)))
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, newer[-1]], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run(["rm", "-r", tree], check=True)
    return newer
