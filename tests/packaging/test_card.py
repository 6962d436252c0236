"""The memory card: what its first script makes of a state partition that is new, used, damaged or gone, and the table of boards."""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Dict, List

import pytest

from programs import ROOT

IMAGE = os.path.join(ROOT, "packaging", "image")
SCRIPT = IMAGE + "/root/etc/initramfs-tools/scripts/local-bottom/tokimori-state"
PLACES = Path(IMAGE, "root/usr/lib/tokimori-card/places").read_text(encoding="utf-8").split()
SEEN = "etc/tokimori/tokimori.toml"
# Each tells what it was asked for; e2fsck and mount say what the test wants of them.
STUBS = {
    "mount": 'echo "mount $*" >>$SAID\ncase "$*" in *ext4*) exit $MOUNT ;; esac',
    "e2fsck": 'echo "e2fsck $*" >>$SAID\ncase "$*" in -p*) exit $PREEN ;; *) exit $REPAIR ;; esac',
    "timeout": 'shift\nexec "$@"',
    "sleep": "exit 0",
    "sync": "exit 0",
}


class Card:
    """Its root, its state partition, and what was done to them."""

    def __init__(self, room: Path) -> None:
        self.room, self.root, self.said = room, room / "root", room / "said"
        self.partition = room / "partition"
        self.partition.touch()
        for place in PLACES:
            (self.root / place).mkdir(parents=True)
        self.write(SEEN, "as it came")
        self.write("etc/machine-id", "")
        self.write("usr/lib/tokimori-card/places", "\n".join(PLACES) + "\n")
        (self.root / "state").mkdir()
        (room / "cmdline").write_text("quiet tokimori.state=%s ro\n" % self.partition, encoding="utf-8")
        (room / "bin").mkdir()
        for name, text in STUBS.items():
            (room / "bin" / name).write_text("#!/bin/sh\n%s\n" % text, encoding="utf-8")
            (room / "bin" / name).chmod(0o755)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def kept(self, path: str) -> str:
        """What the state partition has of it."""
        return (self.root / "state" / path).read_text(encoding="utf-8")

    def start(self, preen: int = 0, repair: int = 0, mount: int = 0) -> List[str]:
        """Runs the script as the kernel's first shell would; what it asked others for."""
        self.said.write_text("", encoding="utf-8")
        environment: Dict[str, str] = {
            "PATH": "%s:/usr/sbin:/usr/bin:/sbin:/bin" % (self.room / "bin"), "SAID": str(self.said), "rootmnt": str(self.root),
            "PREEN": str(preen), "REPAIR": str(repair), "MOUNT": str(mount),
            "TOKIMORI_CMDLINE": str(self.room / "cmdline"), "TOKIMORI_STATE_SENTENCE": str(self.room / "sentence")}
        subprocess.run(["sh", SCRIPT], env=environment, check=True, timeout=60, stdout=subprocess.DEVNULL)
        return self.said.read_text(encoding="utf-8").splitlines()

    def sentence(self) -> str:
        return (self.room / "sentence").read_text(encoding="utf-8").strip()


@pytest.fixture(name="card")
def fixture_card(tmp_path: Path) -> Card:
    return Card(tmp_path)


def shown(said: List[str]) -> List[str]:
    """What was mounted over the root, from the state."""
    return [found[1] for found in (re.search(r"-o bind \S*/root/state/(\S+) ", line) for line in said) if found]


def test_a_new_state_partition_begins_as_the_card_came(card: Card) -> None:
    said = card.start()
    assert shown(said) == [*PLACES, "etc/machine-id"]
    assert said.index("e2fsck -p %s" % card.partition) < next(i for i, line in enumerate(said) if "ext4" in line)
    assert card.kept(SEEN) == "as it came" and card.sentence() == "kept"
    assert not any("tmpfs" in line for line in said)


def test_what_is_kept_is_not_begun_again(card: Card) -> None:
    card.start()
    identity = card.kept("etc/machine-id")
    assert re.fullmatch(r"[0-9a-f]{32}", identity.strip()) is not None
    (card.root / "state" / SEEN).write_text("changed", encoding="utf-8")
    card.start()
    assert (card.kept(SEEN), card.kept("etc/machine-id")) == ("changed", identity)


def test_a_first_start_that_was_cut_off_begins_again(card: Card) -> None:
    half = card.root / "state/.new"
    half.mkdir()
    (half / "tokimori.toml").write_text("ha", encoding="utf-8")
    card.start()
    assert card.kept(SEEN) == "as it came" and not half.exists()
    assert os.listdir(card.root / "state/etc/tokimori") == ["tokimori.toml"]


def test_what_e2fsck_would_ask_about_is_mended(card: Card) -> None:
    said = card.start(preen=4, repair=1)
    assert "e2fsck -f -y %s" % card.partition in said
    assert "mended" in card.sentence(), "some of it may be gone, and begun as the card came"
    assert not any("tmpfs" in line for line in said)


def test_what_cannot_be_kept_is_told(card: Card) -> None:
    (card.root / "state" / "etc").write_text("no directory", encoding="utf-8")
    card.start()
    assert "cannot be kept" in card.sentence()


@pytest.mark.parametrize("results", [{"preen": 4, "repair": 4}, {"mount": 32}])
def test_a_lost_state_partition_is_told_and_stops_nothing(card: Card, results: Dict[str, int]) -> None:
    said = card.start(**results)
    assert any("-t tmpfs" in line and line.endswith("/root/state") for line in said)
    assert shown(said) == [*PLACES, "etc/machine-id"]
    assert said[-1] == "mount -o remount,bind,ro %s/var/lib/tokimori" % card.root, "so that the daemon raises its alarm"
    assert str(card.partition) in card.sentence()


def test_a_missing_state_partition_is_told(card: Card) -> None:
    card.partition.unlink()
    assert any("-t tmpfs" in line for line in card.start())
    assert card.sentence().startswith("there is no %s, " % card.partition)


def test_the_table_of_boards_is_whole() -> None:
    rows = [line for line in Path(IMAGE, "boards.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for row in rows:
        assert re.fullmatch(r'pi\d +"Raspberry Pi \d [^"]+" +\w+ +linux-image-\S+ +\w+ +(serial|-)', row), row
    assert len({row.split()[0] for row in rows}) == len(rows) == 3
    with open(os.path.join(ROOT, "packaging", "build-image"), encoding="utf-8") as script:
        assert "|".join(row.split()[0] for row in rows) in script.read()


def test_nothing_on_the_card_is_left_to_be_filled_in() -> None:
    with open(os.path.join(ROOT, "packaging", "build-image"), encoding="utf-8") as script:
        known = set(re.findall(r"s/(@[A-Z]+@)/", script.read()))
    for path in Path(IMAGE).rglob("*"):
        if path.is_file():
            assert set(re.findall(r"@[A-Z]+@", path.read_text(encoding="utf-8"))) <= known, path


def test_the_card_has_no_password_and_lets_none_in() -> None:
    settings = Path(IMAGE, "root/etc/ssh/sshd_config.d/tokimori.conf").read_text(encoding="utf-8")
    for line in ("PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password"):
        assert line in settings.splitlines()
