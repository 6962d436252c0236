"""What an operator sees who made a mistake: one sentence for each, with file, line and remedy, and exit code 1."""
from __future__ import annotations

import os
import re
import socket
import subprocess
from typing import Iterator, List

import pytest

from programs import configuration, free_port, program, run

GOOD = configuration(["127.0.0.1:11123"], [{"driver": "gpsd", "name": "gps"}])


def tokimorid(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return run([program("tokimorid"), *arguments])


def complaints(*arguments: str) -> List[str]:
    """What it says on stderr when it refuses."""
    refused = tokimorid(*arguments)
    assert refused.returncode == 1 and refused.stdout == ""
    return refused.stderr.splitlines()


@pytest.fixture(name="file")
def configuration_file(tmp_path: "os.PathLike[str]") -> str:
    return os.path.join(tmp_path, "tokimori.toml")


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


@pytest.fixture(name="taken")
def taken_port() -> Iterator[int]:
    port = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", port))
        yield port


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_busy_port_is_named_with_what_to_do(file: str, taken: int, workers: int) -> None:
    write(file, configuration(["127.0.0.1:%d" % taken], workers=workers))
    said = complaints("--config", file)
    assert "tokimorid: %s: cannot listen on 127.0.0.1:%d: " % (file, taken) in said[-1]
    assert "taken by another program" in said[-1] and "stop it or choose another port" in said[-1]
    # What comes before is the log; of complaints there is one.
    assert sum(line.startswith("tokimorid:") for line in said) == 1


def test_a_port_in_use_is_no_matter_for_a_check(file: str, taken: int) -> None:
    write(file, configuration(["127.0.0.1:%d" % taken]))
    assert tokimorid("--check", "--config", file).returncode == 0


@pytest.mark.parametrize("check", [[], ["--check"]], ids=["serving", "checking"])
def test_an_unknown_key_is_named_with_its_line_and_the_nearest_key(file: str, check: List[str]) -> None:
    write(file, "[server]\nlisten = [\"127.0.0.1:11123\"]\nlistn = 1\n")
    [said] = complaints(*check, "--config", file)
    assert said.startswith("tokimorid: %s:3: " % file) and '"listn"' in said and "listen" in said.split("listn", 1)[1]


BAD_VALUES = {
    "workers = 65": ("workers", "64"),
    'workers = "many"': ("workers", "auto"),
    'listen = ["example.jp:123"]': ("example.jp", "numeric addresses"),
    "listen = []": ("listen", ""),
    "lab_mode = 1": ("lab_mode", "true"),
}


@pytest.mark.parametrize("line", BAD_VALUES)
def test_a_bad_value_is_named_with_what_may_be_written(file: str, line: str) -> None:
    write(file, "[server]\n# a comment\n%s\n" % line)
    [said] = complaints("--check", "--config", file)
    wrong, remedy = BAD_VALUES[line]
    assert said.startswith("tokimorid: %s:3: " % file) and wrong in said and remedy in said


def test_all_errors_are_told_at_once_in_the_order_of_the_lines(file: str) -> None:
    write(file, "\n".join([
        "[server]", "workers = -1", "[clock]", 'holdover = "1s"', 'system_clok = "leave"',
        "[[refclock]]", 'driver = "gsd"', 'name = "gps"', "[serve]", ""]))
    said = complaints("--check", "--config", file)
    lines = [int(re.match(r"tokimorid: .*?:(\d+): ", line)[1]) for line in said]  # type: ignore[index]
    assert lines == [2, 4, 5, 7, 9]
    for sentence, remedy in zip(said, ["64", "10s", "system_clock", "gpsd", "server"]):
        assert remedy in sentence


def test_wrong_syntax_is_named_with_its_line(file: str) -> None:
    write(file, "[server]\nlisten = [\n")
    [said] = complaints("--check", "--config", file)
    assert re.match(r"tokimorid: %s:[23]: " % re.escape(file), said)


def test_two_refclocks_of_one_name_are_refused(file: str) -> None:
    write(file, configuration(["127.0.0.1:11123"], [{"driver": "gpsd", "name": "gps"}] * 2))
    [said] = complaints("--check", "--config", file)
    assert said.startswith("tokimorid: %s:" % file) and '"gps"' in said


def test_a_link_local_server_without_its_interface_is_refused(file: str) -> None:
    write(file, '[[upstream]]\naddress = "fe80::1"\n')
    [said] = complaints("--check", "--config", file)
    assert said.startswith("tokimorid: %s:2: " % file) and "fe80::1%eth0" in said


@pytest.mark.parametrize("check", [[], ["--check"]], ids=["serving", "checking"])
def test_a_missing_file_is_named(file: str, check: List[str]) -> None:
    [said] = complaints(*check, "--config", file)
    assert said.startswith("tokimorid: %s: " % file) and "No such file" in said and "check the path" in said


def test_a_file_that_may_not_be_read_is_named(file: str) -> None:
    write(file, GOOD)
    os.chmod(file, 0)
    if os.access(file, os.R_OK):
        # Nothing is unreadable to root but what is no file.
        os.remove(file)
        os.mkdir(file)
    [said] = complaints("--config", file)
    assert said.startswith("tokimorid: %s: " % file) and "permissions" in said
    assert "Permission denied" in said or "Is a directory" in said


def test_a_good_file_is_called_good(file: str) -> None:
    write(file, GOOD)
    checked = tokimorid("--check", "--config", file)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "%s: good\n" % file, "")


HOSTILE = ["\x1b[2J = 1\n", "listen\u202e = 1\n", "a" * 5000, "\0\1\2", '[server]\nlisten = "\x07"\n']


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_file_can_write_to_the_terminal(file: str, text: str) -> None:
    write(file, text)
    for sentence in complaints("--check", "--config", file):
        assert sentence.isprintable() and len(sentence) < 1500


def test_the_version_is_told() -> None:
    told = tokimorid("--version")
    assert told.returncode == 0 and re.fullmatch(r"\d+\.\d+\.\d+\S*\n", told.stdout)


def test_help_names_every_option() -> None:
    told = tokimorid("--help")
    assert told.returncode == 0
    for option in ("--config", "--check", "--forget-state", "--version", "--help"):
        assert option in told.stdout


@pytest.mark.parametrize("arguments", [["--konfig", "x"], ["x"], ["--config"]])
def test_wrong_arguments_are_refused(arguments: List[str]) -> None:
    refused = tokimorid(*arguments)
    assert refused.returncode == 1 and refused.stderr
