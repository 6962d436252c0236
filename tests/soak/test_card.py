"""The memory card: built for arm64, looked into, and started in an emulated board, again and again, with and without its state.

TOKIMORI_CARD names an image to take instead of building one, TOKIMORI_ARM64_PACKAGES the packages to build it of;
TOKIMORI_CARD_CUTS says how many times the power is cut (5)."""
from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Iterator

import pytest

from tokimori_appliance.emulated import NTP_PORT, PAGE_PORT
from card.board import PATIENCE, Board
from card.image import Image
from programs import ROOT
from tokimori_hil.ntp import Watch
from web import Browser

CUTS = int(os.environ.get("TOKIMORI_CARD_CUTS", "5"))
CARD_SIZE = 2 << 30
# What is found below the root of a card, and tells one card from another, or lets somebody in.
SECRET = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def say(sentence: str) -> None:
    print("%s  %s" % (time.strftime("%H:%M:%S"), sentence), flush=True)


def run(command: "list[str]") -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.fixture(scope="module", name="built")
def fixture_built(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """As packaging/build-image makes it."""
    given, packages = os.environ.get("TOKIMORI_CARD"), os.environ.get("TOKIMORI_ARM64_PACKAGES")
    room = str(tmp_path_factory.mktemp("card"))
    if given:
        return Image(given)
    run([ROOT + "/packaging/install-dependencies", "hil", "image"])
    if not packages:
        packages = room
        run([ROOT + "/packaging/build-packages", "--architecture", "arm64", packages])
    began = time.monotonic()
    run([ROOT + "/packaging/build-image", "--board", "pi3", "--hat", "uputronics", "--packages", packages,
         "--output", room + "/card.img"])
    say("the image was made in %.0f s: %d MiB" % (time.monotonic() - began, os.path.getsize(room + "/card.img") >> 20))
    return Image(room + "/card.img")


@pytest.fixture(scope="module", name="tree")
def fixture_tree(built: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root, unpacked."""
    tree = tmp_path_factory.mktemp("tree") / "root"
    built.unpack_root(str(tree))
    return tree


@pytest.fixture(scope="module", name="board")
def fixture_board(built: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """A board with the image on a larger card, off."""
    room = tmp_path_factory.mktemp("board")
    shutil.copyfile(built.path, room / "card")
    card = Image(str(room / "card"))
    card.give_room(CARD_SIZE)
    board = Board(card, str(room / "console"))
    yield board
    board.close()


def test_the_partitions_are_those_that_a_board_starts_from(built: Image) -> None:
    assert (built.boot.kind, built.root.kind, built.state.kind) == ("c", "83", "83")
    names = built.boot_names()
    for name in ("bootcode.bin", "start.elf", "start4.elf", "config.txt", "bcm2837-rpi-3-b.dtb", "bcm2711-rpi-4-b.dtb"):
        assert name in names, names
    words = built.boot_text("cmdline.txt").split()
    assert "root=PARTUUID=%s-02" % built.disk in words and not any(word.startswith("console=ttyS") for word in words)
    config = built.boot_text("config.txt")
    assert "dtoverlay=pps-gpio,gpiopin=18" in config and "enable_uart=1" in config
    for name in re.findall(r"(?m)^(?:kernel=|initramfs )(\S+)", config):
        assert name in names, name


def test_nothing_on_the_card_is_secret_or_another_cards(tree: Path) -> None:
    assert (tree / "etc/machine-id").read_text(encoding="ascii") == ""
    assert not (tree / "etc/issue").exists(), "the screen would show it and nothing of ours"
    assert not list((tree / "etc/ssh").glob("*_key*")) and not list((tree / "etc/ssh/keys").iterdir())
    for line in (tree / "etc/shadow").read_text(encoding="utf-8").splitlines():
        assert line.split(":")[1] in ("*", "!", "!*"), line
    assert not (tree / "var/lib/systemd/random-seed").exists()
    for place in ("var/lib/tokimori", "var/lib/tokimori-web", "etc/tokimori/conf.d", "root/.ssh"):
        assert not (tree / place).exists() or not list((tree / place).iterdir()), place
    for place in ("etc", "root", "var", "usr/lib/tokimori-card"):
        for path in (tree / place).rglob("*"):
            if path.is_file() and not path.is_symlink():
                assert SECRET.search(path.read_bytes()) is None, path


def test_nothing_on_the_card_is_of_the_machine_that_made_it(tree: Path) -> None:
    assert not list((tree / "etc/apt").rglob("*mmdebstrap*")) and not list((tree / "etc/apt").rglob("*.list"))
    assert not list((tree / "var/log").iterdir()) and not list((tree / "var/cache/apt").iterdir())
    name = os.uname().nodename
    assert name not in (tree / "etc/hosts").read_text(encoding="utf-8")
    assert (tree / "etc/hostname").read_text(encoding="utf-8") == "tokimori\n"


def good_reply(board: Board) -> None:
    """Waits for stratum 1 and a second that is right by the host's clock."""
    watch = Watch(board.ports[NTP_PORT], 0.2)
    try:
        reply = watch.wait_for(lambda one: one.synchronised, seconds=PATIENCE)
    finally:
        watch.close()
    assert reply.stratum == 1 and reply.leap == 0 and reply.proven_error <= reply.root_distance, reply
    say("power to good reply: %.0f s, %+.3f s off" % (time.monotonic() - board.powered_on, reply.offset))


def start(board: Board) -> None:
    board.power_on()
    board.await_operator()
    say("power to the operator's shell: %.0f s" % (time.monotonic() - board.powered_on))
    good_reply(board)


def identity(board: Board) -> "list[str]":
    """What tells this card from others, and must stay."""
    return [board.run("cat /etc/machine-id"), board.host_key(),
            board.run("sha256sum /var/lib/tokimori-web/certificate.pem")]


def test_the_first_start_serves_time_from_a_root_that_cannot_be_written(board: Board) -> None:
    start(board)
    assert board.run("systemctl is-system-running --wait || systemctl --failed") == "running"
    assert board.run("findmnt -n -o FSTYPE,OPTIONS /").split()[0] == "squashfs"
    for place in ("/etc/passwd", "/usr/x", "/var/lib/dpkg/x", "/boot/firmware/x"):
        board.run("! touch %s 2>/dev/null" % place)
    assert board.run("findmnt -n -o FSTYPE /state") == "ext4" and board.run("cat /run/tokimori-state") == "kept"
    for place in ("/etc/tokimori", "/var/lib/tokimori", "/var/lib/tokimori-web", "/var/lib/systemd"):
        assert board.run("findmnt -n -o FSTYPE %s" % place) == "ext4"
    assert board.run("ls -d /var/log/journal 2>/dev/null || echo none") == "none"
    assert board.run("cat /sys/class/watchdog/watchdog0/state") == "active", board.run("journalctl -b | grep -i watchdog")
    assert json.loads(board.run("tokictl tracking --json"))["at"]["storage_fault"] is None


def test_its_screen_tells_the_code_that_makes_the_first_admin(board: Board) -> None:
    code = board.run("cat /var/lib/tokimori-web/setup-code")
    assert code in board.run("cat /run/issue.d/tokimori.issue")
    page = Browser(board.ports[PAGE_PORT], patience=PATIENCE)
    reply = page.post("/api/v1/setup", {"code": code, "name": "hanako", "password": "correct horse battery",
                                        "language": "ja", "time_zone": "Asia/Tokyo"})
    assert reply.status == 200, reply.text
    board.run("for try in $(seq 60); do grep -q code /run/issue.d/tokimori.issue || exit 0; sleep 1; done; exit 1")


def test_its_state_takes_all_of_the_card(board: Board) -> None:
    board.run("until [ $(systemctl show -P Result,ActiveState tokimori-grow | tr -d '\\n') = successinactive ]; do sleep 1; done")
    assert int(board.run("df --output=size -B1 /state | tail -1")) > CARD_SIZE * 0.6


def test_what_was_written_outlives_reboots_and_power_cuts(board: Board) -> None:
    dice, before = random.Random(20261129), identity(board)
    board.run("sed -i 's/^\\[clock\\]/[clock]\\nholdover = \"31h\"/' /etc/tokimori/tokimori.toml && sync")
    board.reboot()
    for cut in range(CUTS):
        board.cut_power()
        if cut % 2 == 1:
            board.power_on()
            time.sleep(dice.uniform(0, 60))  # while it starts; the moment is the point
            board.cut_power()
        start(board)
        assert identity(board) == before
        assert "31h" in board.run("tokictl settings --json 2>/dev/null || cat /etc/tokimori/tokimori.toml")
        assert board.run("cat /run/tokimori-state") == "kept"
        Browser(board.ports[PAGE_PORT], patience=PATIENCE).log_in("hanako")
        time.sleep(dice.uniform(0, 8))


def test_a_ruined_state_partition_stops_no_time_and_is_told(board: Board) -> None:
    board.cut_power()
    board.image.ruin_state()
    start(board)
    told = board.run("cat /run/tokimori-state")
    assert "damaged" in told and told in board.run("cat /run/issue.d/tokimori.issue")
    # What a copy of the superblock has saved can be written again.
    deadline = time.monotonic() + PATIENCE
    while "mended" not in told and not json.loads(board.run("tokictl tracking --json || true"))["at"]["storage_fault"]:
        assert time.monotonic() < deadline, board.run("findmnt /var/lib/tokimori; journalctl -b -u tokimorid | tail -20")
        time.sleep(1)
    assert Browser(board.ports[PAGE_PORT], patience=PATIENCE).get("/").status == 200
