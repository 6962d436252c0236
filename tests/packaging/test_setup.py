"""tokimori-setup on made-up boot partitions: what it changes, that it changes nothing else, and that it can be taken back."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Dict, Optional

import pytest

from programs import ROOT

SETUP = os.path.join(ROOT, "packaging", "tokimori-setup")
GETTY = "etc/systemd/system/getty.target.wants/serial-getty@ttyS0.service"
CONFIG = "# as it came\n[pi4]\narm_boost=1\n"
CMDLINE = "console=serial0,115200 console=tty1 root=PARTUUID=1-02 rootwait quiet\n"
GPSD = 'DEVICES=""\nGPSD_OPTIONS=""\nUSBAUTO="true"\n'


class Card:
    """The files of a Raspberry Pi that matter here."""

    def __init__(self, root: Path, model: str, config: str = CONFIG, cmdline: str = CMDLINE, boot: str = "boot/firmware") -> None:
        self.root, self.boot = root, boot
        self.write(boot + "/config.txt", config)
        self.write(boot + "/cmdline.txt", cmdline)
        self.write("etc/default/gpsd", GPSD)
        self.write("proc/device-tree/model", model + "\0")
        (root / "var/lib").mkdir(parents=True)
        (root / GETTY).parent.mkdir(parents=True)
        (root / GETTY).symlink_to("/lib/systemd/system/serial-getty@.service")

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(text.encode("utf-8"))

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode("utf-8")

    def config(self) -> str:
        return self.read(self.boot + "/config.txt")

    def cmdline(self) -> str:
        return self.read(self.boot + "/cmdline.txt")

    def everything(self) -> Dict[str, str]:
        """All files and links, by path."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            if path.is_symlink() or path.is_file():
                found[str(path.relative_to(self.root))] = os.readlink(path) if path.is_symlink() else path.read_bytes().decode("utf-8")
        return found

    def setup(self, *arguments: str, answer: str = "", language: str = "en") -> "subprocess.CompletedProcess[str]":
        return subprocess.run([SETUP, "--root", str(self.root), "--lang", language, *arguments], input=answer, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=60,
                              env={**os.environ, "PYTHONIOENCODING": "utf-8"})


PI3, PI4, PI5, PI2 = ("Raspberry Pi 3 Model B Plus Rev 1.3", "Raspberry Pi 4 Model B Rev 1.4", "Raspberry Pi 5 Model B Rev 1.0",
                      "Raspberry Pi 2 Model B Rev 1.1")


@pytest.fixture(name="card")
def fixture_card(tmp_path: Path) -> Card:
    return Card(tmp_path, PI4)


def block(*lines: str) -> str:
    return "\n".join(["# tokimori-setup begin", "[all]", *lines, "# tokimori-setup end", ""])


def test_what_is_asked_for_is_changed_and_taken_back_to_the_byte(card: Card) -> None:
    before = card.everything()
    done = card.setup("apply", "adafruit", "--gpsd", "--yes")
    assert (done.returncode, done.stderr) == (0, "") and "/dev/ttyS0" in done.stdout
    assert card.config() == CONFIG + block("enable_uart=1", "dtoverlay=pps-gpio,gpiopin=4")
    assert card.cmdline() == "console=tty1 root=PARTUUID=1-02 rootwait quiet\n"
    assert card.read("etc/default/gpsd") == 'DEVICES="/dev/ttyS0"\nGPSD_OPTIONS="-n"\nUSBAUTO="true"\n'
    assert not (card.root / GETTY).is_symlink()
    assert card.setup("check").returncode == 0
    assert card.setup("undo").returncode == 0
    assert card.everything() == before
    assert card.setup("undo").returncode == 0, "there is nothing more to take back"


def test_gpsd_is_left_alone_unless_asked(card: Card) -> None:
    assert card.setup("apply", "uputronics", "--yes").returncode == 0
    assert card.read("etc/default/gpsd") == GPSD
    assert "gpiopin=18" in card.config()


def test_showing_and_a_no_change_nothing(card: Card) -> None:
    before = card.everything()
    shown = card.setup("show", "--pin", "21")
    assert shown.returncode == 0
    for part in ("+++ /boot/firmware/config.txt", "+dtoverlay=pps-gpio,gpiopin=21", "-console=serial0,115200 console=tty1",
                 "delete /" + GETTY):
        assert part in shown.stdout
    assert card.setup("apply", "--pin", "21", answer="no\n").returncode == 1
    assert card.setup("apply", "--pin", "21", answer="").returncode == 1
    assert card.everything() == before
    assert card.setup("apply", "--pin", "21", answer="yes\n").returncode == 0
    assert "gpiopin=21" in card.config()


@pytest.mark.parametrize("model, option, port, lines", [
    (PI5, "", "/dev/ttyAMA0", ["enable_uart=1", "dtparam=uart0=on"]),
    (PI4, "--no-bluetooth", "/dev/ttyAMA0", ["enable_uart=1", "dtoverlay=disable-bt"]),
    (PI3, "", "/dev/ttyS0", ["enable_uart=1"]),
    (PI2, "", "/dev/ttyAMA0", ["enable_uart=1"]),
])
def test_each_board_has_its_serial_port(tmp_path: Path, model: str, option: str, port: str, lines: list) -> None:
    card = Card(tmp_path, model)
    done = card.setup("apply", "--pin", "18", "--yes", *([option] if option else []))
    assert done.returncode == 0 and port in done.stdout
    assert card.config() == CONFIG + block(*lines, "dtoverlay=pps-gpio,gpiopin=18")


def test_an_older_system_has_its_files_in_boot(tmp_path: Path) -> None:
    card = Card(tmp_path, PI3, boot="boot")
    assert card.setup("apply", "wired by hand", "--yes").returncode == 0
    assert "gpiopin=18" in card.config()


@pytest.mark.parametrize("cmdline, left", [
    ("console=ttyAMA0,115200 root=/dev/mmcblk0p2\n", "console=tty1 root=/dev/mmcblk0p2\n"),
    ("console=tty1 console=serial0,115200 kgdboc=ttyAMA0,115200 quiet\n", "console=tty1 quiet\n"),
    ("console=tty1   root=1  quiet", "console=tty1   root=1  quiet"),
    ("console=ttyUSB0,9600 console=tty1\n", "console=ttyUSB0,9600 console=tty1\n"),
])
def test_only_a_console_on_the_serial_port_goes_and_one_stays(tmp_path: Path, cmdline: str, left: str) -> None:
    card = Card(tmp_path, PI4, cmdline=cmdline)
    assert card.setup("apply", "--pin", "18", "--yes").returncode == 0
    assert card.cmdline() == left


def test_a_console_and_a_login_in_the_way_are_told_in_both_languages(card: Card) -> None:
    for language, words in (("en", "The kernel has a console"), ("ja", "カーネルがシリアルポートを")):
        told = card.setup("check", language=language)
        assert told.returncode == 1 and words in told.stdout
        assert "console=serial0,115200" in told.stdout and "serial-getty@ttyS0.service" in told.stdout


def test_pulses_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    card = Card(tmp_path, PI4, config="dtoverlay=pps-gpio,gpiopin=18\n")
    assert card.setup("apply", "--pin", "18", "--yes").returncode == 0
    assert card.config().count("pps-gpio") == 1
    other = Card(tmp_path / "other", PI4, config="# x\ndtoverlay=pps-gpio,gpiopin=5\n")
    before = other.everything()
    refused = other.setup("apply", "--pin", "18", "--yes")
    assert refused.returncode == 1 and "GPIO 5" in refused.stderr and "line 2" in refused.stderr
    assert other.everything() == before


def test_a_file_of_another_system_keeps_its_line_ends_and_its_bytes(tmp_path: Path) -> None:
    card = Card(tmp_path, PI4)
    path = card.root / card.boot / "config.txt"
    path.write_bytes(b"# caf\xe9\r\narm_64bit=1")
    assert card.setup("apply", "--pin", "18", "--yes").returncode == 0
    assert path.read_bytes().startswith(b"# caf\xe9\r\narm_64bit=1\r\n# tokimori-setup begin\r\n[all]\r\n")
    assert card.setup("undo").returncode == 0
    assert path.read_bytes() == b"# caf\xe9\r\narm_64bit=1"


def test_what_was_changed_since_is_not_thrown_away(card: Card) -> None:
    assert card.setup("apply", "--pin", "18", "--yes").returncode == 0
    card.write(card.boot + "/config.txt", card.config() + "dtparam=audio=on\n")
    changed = card.everything()
    refused = card.setup("undo")
    assert refused.returncode == 1 and "/boot/firmware/config.txt" in refused.stderr
    assert card.everything() == changed
    assert card.setup("undo", "--force").returncode == 0
    assert card.config() == CONFIG


def test_a_second_board_wants_the_first_taken_back(card: Card) -> None:
    assert card.setup("apply", "adafruit", "--yes").returncode == 0
    before = card.everything()
    assert "undo" in card.setup("apply", "uputronics", "--yes").stderr
    assert card.everything() == before
    assert card.setup("undo").returncode == 0
    assert card.setup("apply", "uputronics", "--yes").returncode == 0


def test_a_power_cut_between_note_and_change_can_be_taken_back(card: Card) -> None:
    before = card.everything()
    assert card.setup("apply", "adafruit", "--yes").returncode == 0
    record = card.read("var/lib/tokimori-setup/applied.json")
    assert os.stat(card.root / "var/lib/tokimori-setup/applied.json").st_mode & 0o777 == 0o600
    assert card.setup("undo").returncode == 0
    (card.root / "var/lib/tokimori-setup").mkdir()
    card.write("var/lib/tokimori-setup/applied.json", record)
    assert card.setup("undo").returncode == 0, "files as they were before"
    assert card.everything() == before


@pytest.mark.parametrize("arguments, code, words", [
    (["apply", "--yes"], 1, "--pin"),
    (["apply", "nonesuch", "--yes"], 1, "nonesuch"),
    (["apply", "u", "--yes"], 1, "several"),
    (["apply", "--pin", "28", "--yes"], 1, "GPIO 28"),
    (["apply", "--pin", "14", "--yes"], 1, "serial port itself"),
    (["apply", "--pin", "x"], 2, "invalid int"),
    ([], 2, "COMMAND"),
])
def test_a_wrong_command_line_is_told(card: Card, arguments: list, code: int, words: str) -> None:
    before = card.everything()
    done = card.setup(*arguments)
    assert done.returncode == code and words in done.stderr
    assert "Traceback" not in done.stderr and card.everything() == before


@pytest.mark.parametrize("record", ["{", "[1]", '[{"path": 1}]'])
def test_a_broken_record_is_told(card: Card, record: str) -> None:
    card.write("var/lib/tokimori-setup/applied.json", record)
    done = card.setup("undo")
    assert done.returncode == 1 and "applied.json cannot be read" in done.stderr and "Traceback" not in done.stderr


def test_no_raspberry_pi_is_told(tmp_path: Path) -> None:
    done = subprocess.run([SETUP, "--root", str(tmp_path), "apply", "--pin", "18"], check=False, stderr=subprocess.PIPE,
                          universal_newlines=True)
    assert done.returncode == 1 and "config.txt" in done.stderr


def test_a_disk_that_takes_nothing_is_told_and_nothing_is_half_done(card: Card) -> None:
    def refusal() -> Optional[str]:
        (card.root / "var/lib/tokimori-setup").write_text("a file in the way", encoding="ascii")
        done = card.setup("apply", "--pin", "18", "--yes")
        return done.stderr if done.returncode == 1 and "Traceback" not in done.stderr else None

    before = card.everything()
    assert refusal()
    (card.root / "var/lib/tokimori-setup").unlink()
    assert card.everything() == before


def test_every_board_of_the_table_is_listed(card: Card) -> None:
    table = Path(ROOT, "packaging", "examples", "hats.txt").read_text(encoding="utf-8")
    boards = [line for line in table.splitlines() if line.strip() and not line.startswith(("#", "board"))]
    listed = card.setup("list").stdout.splitlines()
    assert len(listed) == len(boards) >= 5
    for line, board in zip(listed, boards):
        assert " ".join(board.split()[:3]) in " ".join(line.split())


def test_a_record_holds_what_was_there(card: Card) -> None:
    assert card.setup("apply", "--pin", "18", "--yes").returncode == 0
    record = json.loads(card.read("var/lib/tokimori-setup/applied.json"))
    assert {one["path"]: one["before"] for one in record}["boot/firmware/config.txt"] == CONFIG


def test_with_debians_kernel_ports_have_its_names(card: Card) -> None:
    card.write("boot/firmware/config.txt", CONFIG + "upstream_kernel=1\n")
    done = card.setup("apply", "uputronics", "--gpsd", "--yes")
    assert (done.returncode, done.stderr) == (0, "") and "/dev/ttyS1" in done.stdout
    assert block("enable_uart=1", "dtoverlay=pps-gpio,gpiopin=18") in card.config()
    assert 'DEVICES="/dev/ttyS1"' in card.read("etc/default/gpsd")


def test_with_debians_kernel_what_it_has_not_is_told(card: Card) -> None:
    card.write("boot/firmware/config.txt", CONFIG + "upstream_kernel=1\n")
    before = card.everything()
    done = card.setup("apply", "uputronics", "--no-bluetooth", "--yes")
    assert done.returncode == 1 and "Bluetooth" in done.stderr and card.everything() == before
    done = card.setup("apply", "uputronics", "--gpsd", "--yes", "--model", PI5, language="ja")
    assert done.returncode == 1 and "USB" in done.stderr and card.everything() == before
    done = card.setup("apply", "uputronics", "--yes", "--model", PI5)
    assert done.returncode == 0 and "None" not in done.stdout and "gpiopin=18" in card.config()


def test_the_board_of_a_card_that_is_elsewhere_is_said(card: Card) -> None:
    done = card.setup("show", "uputronics", "--model", PI2)
    assert done.returncode == 0 and card.setup("apply", "uputronics", "--yes", "--model", PI2).stdout.find("/dev/ttyAMA0") >= 0
