"""The man pages: both languages, everything in them, and nothing that man(1) or mandoc(1) complains of."""
from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Dict, List, Set

import pytest

from commands import run
from programs import ROOT, program, tool

MANUALS = Path(ROOT) / "packaging" / "manuals"
PAGES = ["tokimorid.8", "tokictl.1", "tokimori.toml.5", "tokimori-leap-second.7", "tokimori-setup.8",
         "tokimori-web.8"]
LANGUAGES = ["en", "ja"]
both = pytest.mark.parametrize("language", LANGUAGES)
all_pages = pytest.mark.parametrize("page", PAGES)


def make(page: str, language: str) -> str:
    made = run([str(MANUALS / "make-manual"), str(MANUALS / (page + ".txt")), language])
    assert made.returncode == 0, made.stderr
    return made.stdout


def plain(text: str) -> str:
    """What a page says, without fonts and breaks."""
    return re.sub(r"\\f[BIR]|\\:|\\&", "", text).replace(r"\-", "-").replace(r"\e", "\\")


def options_in(help_text: str) -> Set[str]:
    return set(re.findall(r"(?<![\w-])(--[a-z-]+)", help_text))


def tokictl_help(*command: str) -> str:
    return run([program("tokictl"), *command, "--help", "--lang", "en"]).stdout


def commands_in(help_text: str) -> List[str]:
    listed = help_text.partition("\nCommands:\n")[2].partition("\n\n")[0]
    return re.findall(r"^  (\w+)", listed, re.MULTILINE)


@all_pages
@both
def test_a_page_has_its_sections_in_order_and_ends_in_a_line(page: str, language: str) -> None:
    text = make(page, language)
    sections = re.findall(r'^\.SH "(.*)"$', text, re.MULTILINE)
    assert sections[0] == {"en": "NAME", "ja": "名前"}[language]
    assert sections[-1] == {"en": "SEE ALSO", "ja": "関連項目"}[language]
    assert text.endswith("\n") and "\n\n" not in text
    assert re.match(r"\.TH \S+ [1578] \d{4}-\d\d-\d\d \"tokimori \d+\.\d+\.\d+\" Tokimori\n", text)


@all_pages
def test_both_languages_tell_of_the_same_things(page: str) -> None:
    def shape(language: str) -> List[str]:
        return [line.split(" ")[0] for line in make(page, language).splitlines()
                if re.match(r"\.(SH|SS|TP|EX|EE)\b", line)]

    assert shape("en") == shape("ja")


@all_pages
def test_english_holds_no_japanese_and_nothing_is_left_unmade(page: str) -> None:
    english, japanese = make(page, "en"), make(page, "ja")
    assert not re.search("[\u3040-\u30ff\u4e00-\u9fff]", english)
    for text in (english, japanese):
        assert not re.search(r"^(en:|ja:|@|>|#|%)|`", text, re.MULTILINE)
    paragraphs = [line for line in japanese.splitlines()
                  if len(line) > 30 and not line.startswith((".", "\\&", "既定値")) and " = " not in line]
    assert sum(bool(re.search("[\u3040-\u30ff]", line)) for line in paragraphs) > 0.7 * len(paragraphs)


@both
@pytest.mark.parametrize("name", ["tokimorid", "tokimori-web"])
def test_every_option_of_a_program_is_explained(name: str, language: str) -> None:
    options = options_in(run([program(name), "--help"]).stdout)
    assert {"--check", "--config"} <= options
    assert options <= options_in(plain(make(name + ".8", language)))


@both
def test_every_command_and_option_of_tokimori_setup_is_explained(language: str) -> None:
    page = plain(make("tokimori-setup.8", language))
    options: Set[str] = set()
    for command in ("list", "check", "show", "apply", "undo"):
        asked = run([os.path.join(ROOT, "packaging", "tokimori-setup"), command, "--help"])
        assert asked.returncode == 0 and re.search(r"^\.TP\n%s\b" % command, page, re.MULTILINE), command
        options |= options_in(asked.stdout)
    options |= options_in(run([os.path.join(ROOT, "packaging", "tokimori-setup"), "--help"]).stdout)
    assert {"--root", "--gpsd", "--force"} <= options and options <= options_in(page) | {"--help"}


@both
def test_every_command_and_option_of_tokictl_is_explained(language: str) -> None:
    page = plain(make("tokictl.1", language))
    commands: Dict[str, List[str]] = {name: [name] for name in commands_in(tokictl_help())}
    assert {"tracking", "probe", "leap"} <= set(commands)
    commands["leap preview"] = ["leap", "preview"]
    options = options_in(tokictl_help())
    for name, words in commands.items():
        assert re.search(r"^\.TP\n%s\b" % name, page, re.MULTILINE), name
        options |= options_in(tokictl_help(*words))
    assert options <= options_in(page), options - options_in(page)


@both
def test_every_setting_is_explained_in_its_section(language: str) -> None:
    page = plain(make("tokimori.toml.5", language))
    with open(os.path.join(ROOT, "server", "daemon", "README.md"), encoding="utf-8") as readme:
        rows = re.findall(r"^\| `\[+([\w.]+)\]+` `(\w+)`(?: \((\S+)\))?", readme.read(), re.MULTILINE)
    assert len(rows) > 80
    for section, key, driver in rows:
        told = re.search(r'^\.SH "\[+%s\]+"\n(.*?)(?=^\.SH)' % re.escape(section), page, re.MULTILINE | re.DOTALL)
        assert told is not None, section
        text = told[1]
        if driver:
            text = text.partition('.SS "driver = \\(dq%s\\(dq"\n' % driver)[2].partition("\n.SS ")[0]
        else:
            text = text.partition("\n.SS ")[0]
        assert "\n%s = " % key in "\n" + text, (section, driver, key)


@both
def test_every_setting_of_the_page_is_explained_in_its_section(language: str) -> None:
    page = plain(make("tokimori-web.8", language))
    rows = re.findall(r"^\| `\[([\w.]+)\]` `(\w+)`", (Path(ROOT) / "web" / "README.md").read_text(encoding="utf-8"),
                      re.MULTILINE)
    assert len(rows) >= 8
    for section, key in rows:
        told = page.partition('.SS "[%s]"\n' % section)[2].partition("\n.S")[0]
        assert "\n%s = " % key in "\n" + told, (section, key)


def made_file(directory: Path, page: str, language: str) -> Path:
    file = directory / page
    file.write_text(make(page, language), encoding="utf-8")
    return file


@pytest.mark.skipif(tool("man") is None, reason="needs Debian's package man-db")
@all_pages
@both
def test_man_warns_of_nothing(page: str, language: str, tmp_path: Path) -> None:
    file = made_file(tmp_path, page, language)
    shown = run(["env", "LC_ALL=C.UTF-8", "MANROFFSEQ=", "MANWIDTH=80", "man", "--warnings", "-E", "UTF-8", "-l",
                 "-Tutf8", "-Z", str(file)])
    assert (shown.returncode, shown.stderr) == (0, "")


@pytest.mark.skipif(tool("mandoc") is None, reason="needs Debian's package mandoc")
@all_pages
@both
def test_mandoc_warns_of_nothing(page: str, language: str, tmp_path: Path) -> None:
    file = made_file(tmp_path, page, language)
    judged = run(["mandoc", "-T", "lint", "-W", "warning", str(file)])
    assert (judged.returncode, judged.stdout) == (0, "")


def test_what_is_wrong_with_a_source_is_said(tmp_path: Path) -> None:
    source = tmp_path / "page.txt"
    source.write_text("% page 1 2026-11-28\n\n# NAME / 名前\n@settings nothing\n", encoding="utf-8")
    made = run([str(MANUALS / "make-manual"), str(source), "en"])
    assert made.returncode == 1 and "no settings of [nothing]" in made.stderr
    assert run([str(MANUALS / "make-manual"), str(source), "fr"]).returncode == 1
