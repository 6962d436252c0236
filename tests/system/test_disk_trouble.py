"""Disks that are full, read-only or fail: time is served as before, whoever changes settings is told what failed, an alarm
is raised, and the log stays quiet."""
from __future__ import annotations

import errno
import os
import signal
import ssl
import tempfile

import pytest

from box import Box, serving
from control import PATIENCE
from failing_disk import FailingDisk
from killed_saves import WebHouse, another_certificate
from namespace import mounting
from programs import Process, program, run, wait_until
from web import PASSWORD, Reply

NO_ROOM = "No space left on device"
READ_ONLY = "Read-only file system"
FAILS = "Input/output error"


def expect_trouble(box: Box, daemon: Process, words: str) -> None:
    """A change is refused with these words, the alarm is there, the log has few lines of it."""
    wait_until(lambda: words in box.fault(), 40, "the fault is told: " + words)
    before = box.ask("settings")["settings"]
    reply = box.try_to_apply()
    assert reply["error"]["code"] == "not_written" and words in reply["error"]["message"], reply
    assert box.ask("settings")["settings"]["overlay"] == before["overlay"]
    told = run([program("tokictl"), "tracking", "--socket", box.socket, "--lang", "ja"])
    assert told.returncode == 1 and "保存できません" in told.stdout and words in told.stdout
    assert len(daemon.find(words)) <= 2, daemon.log()


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("options, words", [("size=64k", NO_ROOM), ("ro", READ_ONLY)])
def test_a_disk_that_is_full_or_read_only(options: str, words: str, workers: int) -> None:
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        box = Box(room, workers)
        fill = "dd if=/dev/zero of=%s/filler bs=1k count=1000 2>/dev/null; true" % box.directory
        spoil = fill if words == NO_ROOM else "mount -o remount,ro %s" % box.directory
        made = "mkdir \"$0/conf.d\" \"$0/state\" && cat > \"$0/tokimori.toml\" <<'END'\n%s\nEND\n" % box.text
        mount = "mount -t tmpfs -o %s none \"$0\" && { %s } && { %s; }" % (
            options.replace("ro", "size=64k"), made, spoil)
        daemon = box.start(mounting(mount, box.directory))
        with daemon, serving(box):
            expect_trouble(box, daemon, words)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_disk_that_fails_and_comes_back(workers: int) -> None:
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        box = Box(room, workers)
        box.write()
        with FailingDisk(box.directory) as disk, box.start(disk.prefix()) as daemon, serving(box):
            assert box.fault() == ""
            assert "applied" in box.try_to_apply()
            disk.fail(errno.EIO)
            reply = box.ask("settings_apply", overlay={}, base=box.ask("settings")["settings"]["base"])
            assert "error" in reply and FAILS in str(reply), reply
            assert box.ask("settings")["settings"]["overlay"] == {"log": {"level": "debug"}}
            assert len(daemon.find(FAILS)) <= 2, daemon.log()
            disk.count()
            applied = box.ask("settings_apply", overlay={}, base=box.ask("settings")["settings"]["base"])
            assert "applied" in applied and box.fault() == ""
            before = daemon.mark()
            daemon.send_signal(signal.SIGHUP)
            daemon.wait_for("info reloaded", PATIENCE, since=before)
            assert not daemon.find(FAILS, since=before)


@pytest.mark.parametrize("workers", [0, 2])
def test_statistics_that_cannot_be_written_are_a_fault_until_they_can(workers: int) -> None:
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        statistics = os.path.join(room, "statistics")
        box = Box(room, workers, statistics_dir=statistics)
        box.write()
        with FailingDisk(statistics) as disk, box.start(disk.prefix()) as daemon, serving(box):

            def write() -> None:
                daemon.send_signal(signal.SIGHUP)

            disk.fail(errno.EIO)
            write()
            wait_until(lambda: FAILS in box.fault(), PATIENCE, "the fault is told")
            assert statistics in box.fault()
            assert len(daemon.find("statistics_lost")) == 1
            disk.count()
            write()
            wait_until(lambda: box.fault() == "", PATIENCE, "the fault is over")
            daemon.wait_for("statistics_written_again", PATIENCE)


@pytest.mark.skipif(not os.access(program("tokimori-web"), os.X_OK), reason="NO tokimori-web was built")
def test_the_page_on_a_disk_that_fails() -> None:
    with WebHouse() as house:
        other = another_certificate(house.daemon)
        web = house.start()

        def seen(house: WebHouse) -> str:
            return ssl.get_server_certificate(("127.0.0.1", house.admin.port))

        def add_user() -> Reply:
            return house.admin.post("/api/v1/users", {"name": "jiro", "role": "viewer", "password": PASSWORD})

        house.disk.fail(errno.EIO)
        lines = web.mark()
        for path in ("status", "users", "events", "settings"):
            assert house.admin.get("/api/v1/" + path).status == 200, path
        refused = add_user()
        assert (refused.status, refused.code) == (500, "not_stored")
        own = seen(house)
        refused = house.admin.post("/api/v1/certificate", other)
        assert (refused.status, refused.code) == (500, "not_stored") and seen(house) == own
        base = house.admin.get("/api/v1/settings").json()["settings"]["base"]
        applied = house.admin.post("/api/v1/settings/apply", {"overlay": {"log": {"level": "debug"}}, "base": base})
        assert (applied.status, applied.code) == (500, "not_stored")
        assert house.admin.get("/api/v1/settings").json()["settings"]["overlay"] == {}, "nobody would know who did it"
        assert web.mark() - lines < 10, web.log()
        house.disk.count()
        assert add_user().status == 200
        assert house.admin.post("/api/v1/certificate", other).json()["uploaded"] is True
        given = seen(house)
        assert given == other["certificate"] != own
        house.disk.fail(errno.EIO)
        refused = house.admin.ask("DELETE", "/api/v1/certificate", {})
        assert (refused.status, refused.code) == (500, "not_stored") and seen(house) == given
