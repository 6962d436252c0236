"""The pictures of smears beside an insertion, drawn from what the real tokictl previews."""
from __future__ import annotations

import pathlib
import struct
import subprocess
import sys

import pytest

from programs import program

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "bench" / "draw_smears.py"


@pytest.mark.parametrize("kind", ["insert", "delete"])
def test_the_smears_are_drawn_as_a_png(kind: str, tmp_path: pathlib.Path) -> None:
    pytest.importorskip("matplotlib", reason="packaging/install-dependencies tests brings python3-matplotlib.")
    picture = tmp_path / "smears.png"
    subprocess.run([sys.executable, str(SCRIPT), str(picture), "--kind", kind, "--tokictl", program("tokictl")],
                   check=True, timeout=300)
    drawn = picture.read_bytes()
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", drawn[16:24])
    assert width > 1000 and height > 700
    assert len(drawn) > 20_000, "an empty page is smaller"
