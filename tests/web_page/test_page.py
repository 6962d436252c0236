"""The page in Chromium against the real daemon and the real tokimori-web on a simulated sky. What people do is told in
stories.mjs; pictures of it are kept in TOKIMORI_PICTURES."""
from __future__ import annotations

import hashlib
import os
import pathlib
import subprocess
import tempfile
from typing import Iterator

import pytest

from control import SKY, AskedDaemon
from ntp_client import NtpClient
from programs import Gpsd, free_port
from tokimori_sky.processes import SkyProcess
from web import Web

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "web" / "page" / "dist"
LEAP_LIST = pathlib.Path("/usr/share/zoneinfo/leap-seconds.list")
# 2027-01-04 and 2028-12-28 in seconds since 1900: newer than what the daemon knows.
UPDATED, EXPIRES = 4_008_009_600, 4_070_649_600
PATIENCE = 300

for _needed, _how in ((PAGE / "index.html", "npm run --prefix web/page build"),
                      (HERE / "node_modules" / "playwright-core", "npm ci --prefix tests/web_page")):
    if not _needed.exists():
        pytest.skip("There is no %s; %s makes it." % (_needed, _how), allow_module_level=True)


def newer_list() -> str:
    """The leap-seconds.list of this host as it would be published later, with its hash."""
    lines = [line for line in LEAP_LIST.read_text(encoding="utf-8").splitlines() if not line.startswith(("#$", "#@", "#h"))]
    rows = [line.split()[:2] for line in lines if line and not line.startswith("#")]
    covered = "%d%d%s" % (UPDATED, EXPIRES, "".join("".join(row) for row in rows))
    digest = hashlib.sha1(covered.encode()).hexdigest()
    words = " ".join(digest[at:at + 8] for at in range(0, 40, 8))
    return "\n".join(["#$\t%d" % UPDATED, "#@\t%d" % EXPIRES, *lines, "#h\t%s" % words]) + "\n"


class Stage:
    """A sky, gpsd, the daemon and its page; and a browser that plays stories on it."""

    def __init__(self, daemon: AskedDaemon, web: Web, pictures: pathlib.Path) -> None:
        self.daemon, self.web, self.pictures = daemon, web, pictures

    def tell(self, story: str, **more: str) -> None:
        """Plays a story; what the browser complains of is a failure."""
        leap_list = self.pictures / "newer.list"
        self.pictures.mkdir(parents=True, exist_ok=True)
        leap_list.write_text(newer_list(), encoding="utf-8")
        told = subprocess.run(
            ["node", "stories.mjs", story], cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE,
            check=False, env={**os.environ, "ADDRESS": "https://127.0.0.1:%d" % self.web.port,
                              "PICTURES": str(self.pictures), "LEAP_LIST": str(leap_list), **more})
        assert told.returncode == 0, told.stdout.decode("utf-8", "replace")

    def is_answered(self) -> bool:
        """Whether a client of this host gets the time."""
        with NtpClient(self.daemon.port) as client:
            return any(client.ask(patience=2.0) is not None for _ in range(3))


@pytest.fixture(name="pictures", scope="module")
def fixture_pictures() -> Iterator[pathlib.Path]:
    kept = os.environ.get("TOKIMORI_PICTURES")
    if kept:
        yield pathlib.Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="tokimori-pictures-") as directory:
        yield pathlib.Path(directory)


@pytest.fixture(name="stage", scope="module")
def fixture_stage(pictures: pathlib.Path) -> Iterator[Stage]:
    gpsd_port = free_port()
    refclocks = ({"driver": "gpsd", "name": "gps", "port": gpsd_port},
                 {**SKY, "name": "pps", "labels": False})
    with tempfile.TemporaryDirectory(prefix="tokimori-state-") as state, SkyProcess() as sky, \
            Gpsd(sky.device, gpsd_port), AskedDaemon(refclocks, state_dir=state) as daemon:
        os.mkdir(os.path.join(daemon.directory.name, "conf.d"))
        daemon.wait_for("clock state=synchronised", 60)
        with Web(daemon, assets=str(PAGE)) as web:
            web.wait_started()
            stage = Stage(daemon, web, pictures)
            stage.tell("first_start", SETUP_CODE=web.setup_code())
            assert stage.is_answered()
            yield stage


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", ["", "_narrow"])
def test_every_part_can_be_seen(stage: Stage, language: str, width: str) -> None:
    stage.tell("views_%s%s" % (language, width))


@pytest.mark.parametrize("story", ["log_in_by_keyboard", "leap_mode", "somebody_else", "leap_list", "go_back_now", "automatic_return",
                                   "keep_settings", "backup", "roles", "ended_session", "polling", "evil_words"])
def test_what_people_do(stage: Stage, story: str) -> None:
    stage.tell(story)
    assert stage.daemon.is_running() and stage.web.is_running()


def test_who_is_in_another_time_zone_reads_the_clocks_there_and_may_bring_a_certificate(stage: Stage) -> None:
    with tempfile.TemporaryDirectory(prefix="tokimori-state-") as state:
        # Of one that was uploaded the disk has left that much.
        (pathlib.Path(state) / "uploaded.pem").write_text("-----BEGIN CERT", encoding="ascii")
        with Web(stage.daemon, state, assets=str(PAGE)) as web:
            web.wait_started()
            other = Stage(stage.daemon, web, stage.pictures)
            other.tell("elsewhere", SETUP_CODE=web.setup_code())
            other.tell("certificate", CERTIFICATE=os.path.join(state, "certificate.pem"), KEY=os.path.join(state, "key.pem"),
                       OTHER_KEY=os.path.join(stage.web.state, "key.pem"))


def test_a_session_ends_by_idle_time_and_in_any_case_after_twelve_hours(stage: Stage) -> None:
    """The page's program sees its clocks through libfaketime, which the stories move on."""
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    assert library is not None, "packaging/install-dependencies page-tests installs libfaketime"
    with tempfile.TemporaryDirectory(prefix="tokimori-clock-") as room:
        clock = pathlib.Path(room) / "later"
        clock.write_text("+0", encoding="ascii")
        before = ("env", "LD_PRELOAD=%s" % library, "FAKETIME_TIMESTAMP_FILE=%s" % clock, "FAKETIME_NO_CACHE=1")
        with Web(stage.daemon, assets=str(PAGE), before=before) as web:
            web.wait_started().set_up()
            for story in ("idle_session", "longest_session"):
                Stage(stage.daemon, web, stage.pictures).tell(story, CLOCK=str(clock))


def test_one_address_is_denied_and_let_in_again(stage: Stage) -> None:
    assert stage.is_answered()
    stage.tell("rule_deny")
    assert not stage.is_answered()
    stage.tell("rule_none")
    assert stage.is_answered()
