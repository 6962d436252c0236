"""The Debian package as far as it can be judged without building it; packaging/build-packages and try-packages do the rest."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Dict

import pytest

from commands import run
from programs import ROOT, program

DEBIAN = Path(ROOT) / "packaging" / "debian"
SCRIPTS = ["tokimori.postinst", "tokimori.postrm", "tokimori-web.postinst", "tokimori-web.postrm", "tokimori-web.prerm"]


def fields(paragraph: str) -> Dict[str, str]:
    """A paragraph of a control file; continued lines are joined."""
    joined = re.sub(r"\n[ \t]+", " ", paragraph)
    return dict(line.split(": ", 1) for line in joined.splitlines())


def paragraphs() -> Dict[str, Dict[str, str]]:
    """By the name of the source or binary package."""
    found = [fields(text) for text in (DEBIAN / "control").read_text(encoding="utf-8").strip().split("\n\n")]
    return {one.get("Package", "source"): one for one in found}


def test_it_takes_the_place_of_any_other_time_service() -> None:
    tokimori = paragraphs()["tokimori"]
    for relation in ("Provides", "Conflicts", "Replaces"):
        assert tokimori[relation] == "time-daemon"
    assert tokimori["Architecture"] == "any"


def test_the_page_comes_in_a_package_of_its_own_beside_the_daemon_of_the_same_build() -> None:
    page = paragraphs()["tokimori-web"]
    assert "tokimori (= ${binary:Version})" in page["Depends"] and "Provides" not in page
    installed = (DEBIAN / "tokimori-web.install").read_text(encoding="ascii").split()
    assert installed == ["usr/sbin/tokimori-web", "web/page/dist/*", "usr/share/tokimori/web"]
    listed = run([program("tokimori-web"), "--help"]).stdout
    assert "/usr/share/tokimori/web" in listed, "where the program looks for them"


def test_its_version_is_that_of_the_program_and_its_date_is_the_floor_of_dates() -> None:
    changelog = (DEBIAN / "changelog").read_text(encoding="utf-8")
    head = re.match(r"tokimori \(([\d.]+)\) ", changelog)
    assert head is not None and head[1] == run([program("tokimorid"), "--version"]).stdout.strip()
    assert re.search(r"^ -- .* <.*>  \w{3}, \d{2} \w{3} 20\d\d \d\d:\d\d:\d\d \+0000$", changelog, re.MULTILINE)
    rules = (DEBIAN / "rules").read_text(encoding="utf-8")
    assert "TOKIMORI_BUILD_DATE=$$(date -u -d @$(SOURCE_DATE_EPOCH)" in rules, "not the day of the build"


def test_every_man_page_is_in_it() -> None:
    rules = (DEBIAN / "rules").read_text(encoding="utf-8")
    listed = re.search(r"^pages = (.*)$", rules, re.MULTILINE)
    sources = {path.stem for path in (Path(ROOT) / "packaging" / "manuals").glob("*.txt")}
    assert listed is not None and set(listed[1].split()) == sources


def test_an_upgrade_stops_no_unit_that_it_does_not_start() -> None:
    lines = re.findall(r"^\tdh_installsystemd (.*)$", (DEBIAN / "rules").read_text(encoding="utf-8"), re.MULTILINE)
    optional = [line for line in lines if "--no-start" in line]
    assert len(optional) == 2 and all("--no-stop-on-upgrade" in line for line in optional), lines


def test_the_host_gives_a_socket_the_room_for_replies_that_it_asks_for_before_the_daemon_starts() -> None:
    setting = Path(ROOT) / "packaging" / "sysctl" / "10-tokimori.conf"
    given = re.findall(r"^-?([\w.]+) = (\d+)$", setting.read_text(encoding="ascii"), re.MULTILINE)
    port = (Path(ROOT) / "server" / "daemon" / "udp_port.cpp").read_text(encoding="utf-8")
    asked = re.search(r"kSendBuffer = ([\d']+);", port)
    assert asked is not None and given == [("net.core.wmem_max", asked[1].replace("'", ""))]
    installed = (DEBIAN / "tokimori.install").read_text(encoding="ascii").splitlines()
    assert "packaging/sysctl/10-tokimori.conf usr/lib/sysctl.d" in installed
    script = (DEBIAN / "tokimori.postinst").read_text(encoding="ascii")
    assert 0 < script.find("systemd-sysctl --prefix=/net/core/wmem_max") < script.find("#DEBHELPER#")


@pytest.mark.parametrize("script", SCRIPTS)
def test_its_scripts_are_shell_and_end_at_the_first_error(script: str) -> None:
    text = (DEBIAN / script).read_text(encoding="utf-8")
    assert text.startswith("#!/bin/sh\nset -e\n") and "\n#DEBHELPER#\n" in text
    assert subprocess.run(["sh", "-n", str(DEBIAN / script)], check=False).returncode == 0


def test_what_it_builds_with_is_what_the_build_needs() -> None:
    needed = set(re.split(r",\s*", paragraphs()["source"]["Build-Depends"]))
    dependencies = (Path(ROOT) / "packaging" / "install-dependencies").read_text(encoding="utf-8")
    group = re.search(r"^ +build\) echo ((?:.*\\\n)*.*) ;;$", dependencies, re.MULTILINE)
    assert group is not None
    libraries = [name for name in re.findall(r"\b(lib[\w.+-]+-dev|nettle-dev)\b", group[1])]
    assert len(libraries) >= 5
    for library in libraries:
        assert any(one.startswith(library) for one in needed), library
