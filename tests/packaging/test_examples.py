"""The example configurations: the binary takes each as it is, and each says what it is in both languages."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from commands import run
from programs import ROOT, program

EXAMPLES = sorted((Path(ROOT) / "packaging" / "examples").glob("*.toml"))


def test_the_usual_cases_are_there() -> None:
    assert {"gps-pps", "jjy", "gps-jjy-ntp", "leap-smear", "front-panel"} <= {path.stem for path in EXAMPLES}


def test_the_example_of_the_page_is_good_as_it_is() -> None:
    path = Path(ROOT) / "packaging" / "examples" / "web" / "web.toml"
    checked = run([program("tokimori-web"), "--check", "--config", str(path)])
    assert (checked.returncode, checked.stderr) == (0, "")
    assert re.search("[\u3040-\u30ff]", path.read_text(encoding="utf-8")), "what it is for, in Japanese"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_good_as_it_is(path: Path) -> None:
    checked = run([program("tokimorid"), "--check", "--config", str(path)])
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "%s: good\n" % path, "")
    text = path.read_text(encoding="utf-8")
    head = re.match(r"((?:#.*\n)+)", text)
    assert head is not None and re.search("[\u3040-\u30ff]", head[1]), "what it is for, in Japanese"
    assert re.search(r"# [A-Z]", head[1]), "and in English"


def test_the_examples_in_pages_are_good(tmp_path: Path) -> None:
    pages = [Path(ROOT) / "README.md", Path(ROOT) / "packaging" / "manuals" / "tokimori.toml.5.txt"]
    for page in pages:
        found = re.search(r"^ *\[server\]\n.*?(?=^\S*$)", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        assert found is not None, page
        file = tmp_path / "tokimori.toml"
        file.write_text(re.sub("(?m)^    ", "", found[0]), encoding="utf-8")
        checked = run([program("tokimorid"), "--check", "--config", str(file)])
        assert checked.returncode == 0, (page, checked.stderr)
