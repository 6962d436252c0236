"""Settings changed through the page's program while the real daemon serves: who may, what is recorded, and the way back."""
from __future__ import annotations

import os
from typing import Any, Dict, Iterator, List

import pytest

from control import AskedDaemon
from programs import free_port, program, slowness
from web import PASSWORD, Browser, Reply, Web

pytestmark = pytest.mark.skipif(not os.access(program("tokimori-web"), os.X_OK), reason="NO tokimori-web was built")

Overlay = Dict[str, Any]


class Page:
    """A daemon, the program beside it, and who uses it. Each test begins with nothing set by the page."""

    def __init__(self, daemon: AskedDaemon, web: Web, admin: Browser) -> None:
        self.daemon, self.web, self.admin = daemon, web, admin
        self.operator = self._add("jiro", "operator")
        self.viewer = self._add("taro", "viewer")

    def _add(self, name: str, role: str) -> Browser:
        assert self.admin.post("/api/v1/users", {"name": name, "role": role, "password": PASSWORD}).status == 200
        browser = Browser(self.web.port)
        assert browser.log_in(name).status == 200
        return browser

    def settings(self) -> Dict[str, Any]:
        return self.viewer.get("/api/v1/settings").json()["settings"]

    def apply(self, overlay: Overlay) -> Reply:
        return self.operator.post("/api/v1/settings/apply", {"overlay": overlay, "base": self.settings()["base"]})

    def as_seen(self, **more: Any) -> Dict[str, Any]:
        """A body that goes over the settings as they are now."""
        return {**more, "base": self.settings()["base"]}

    def changes(self) -> List[Dict[str, Any]]:
        return self.viewer.get("/api/v1/settings/changes").json()["changes"]

    def second_port(self) -> Overlay:
        """What must be confirmed: one more port."""
        return {"server": {"listen": ["127.0.0.1:%d" % self.daemon.port, "127.0.0.1:%d" % free_port()]}}


@pytest.fixture(name="daemon", scope="module")
def fixture_daemon() -> Iterator[AskedDaemon]:
    with AskedDaemon() as daemon:
        yield daemon.wait_synchronised()


@pytest.fixture(name="page_of_all", scope="module")
def fixture_page_of_all(daemon: AskedDaemon) -> Iterator[Page]:
    with Web(daemon) as web:
        yield Page(daemon, web, web.wait_started().set_up())


@pytest.fixture(name="page")
def fixture_page(page_of_all: Page) -> Page:
    assert page_of_all.apply({}).status == 200
    return page_of_all


def test_everybody_who_is_in_sees_the_table_and_what_is_in_force(page: Page) -> None:
    settings = page.settings()
    assert settings["overlay"] == {} and settings["pending"] is None
    assert settings["values"]["refclock"][0]["name"] == "sky"
    assert {"server", "leap", "access", "refclock"} <= {row["section"] for row in settings["table"]}
    assert page.viewer.post("/api/v1/settings/check", {"overlay": {}}).code == "not_allowed"


def test_a_change_is_checked_applied_recorded_and_undone_while_time_is_served(page: Page) -> None:
    overlay = {"log": {"level": "debug"}}
    checked = page.operator.post("/api/v1/settings/check", {"overlay": overlay}).json()["check"]
    assert checked["complaints"] == [] and not checked["needs_confirmation"]
    assert [(row["section"], row["key"], row["after"]) for row in checked["difference"]] == [("log", "level", "debug")]
    with page.daemon.watch() as watch:
        assert page.apply(overlay).json()["applied"]["confirm_within_ns"] is None
        assert page.settings()["overlay"] == overlay
        change = page.changes()[0]
        assert (change["user"], change["kind"], change["difference"]) == ("jiro", "apply", checked["difference"])
        assert page.operator.post("/api/v1/settings/undo", page.as_seen(id=change["id"])).status == 200
        watch.wait_seconds(1)
        replies = watch.replies()
    assert page.settings()["overlay"] == {}
    assert [change["kind"] for change in page.changes()[:2]] == ["undo", "apply"]
    assert all(reply.synchronised for reply in replies)
    came = [reply.came_monotonic for reply in replies]
    assert max(later - earlier for earlier, later in zip(came, came[1:])) < 2 * slowness()
    codes = [event["text_code"] for event in page.viewer.get("/api/v1/events?kind=settings").json()["events"]]
    assert codes[:2] == ["settings_undone", "settings_applied"]


def test_what_is_wrong_or_stale_is_refused_and_leaves_no_trace(page: Page) -> None:
    before = page.changes()
    wrong = page.apply({"server": {"workers": "many"}})
    assert wrong.status == 422 and wrong.code == "settings_wrong"
    assert wrong.json()["check"]["complaints"][0]["key"] == "workers"
    assert page.apply({"no_such": {"key": "<script>alert(1)</script>"}}).status == 422
    stale = page.operator.post("/api/v1/settings/apply", {"overlay": {}, "base": "0" * 64})
    assert stale.status == 409 and stale.code == "settings_changed"
    assert page.changes() == before and page.settings()["overlay"] == {}


def test_undo_restore_and_reset_do_not_go_over_what_somebody_else_has_changed(page: Page) -> None:
    assert page.apply({"log": {"level": "debug"}}).status == 200
    backup, change = page.admin.get("/api/v1/backup").json(), page.changes()[0]
    seen = page.settings()["base"]
    overlay = {"log": {"level": "warning"}}
    assert page.apply(overlay).status == 200
    before = page.changes()
    for path, body in (("settings/undo", {"id": change["id"]}), ("restore", backup),
                       ("factory-reset", {"password": PASSWORD})):
        refused = page.admin.post("/api/v1/" + path, {**body, "base": seen})
        assert (refused.status, refused.code) == (409, "settings_changed"), path
    assert page.settings()["overlay"] == overlay and page.changes() == before


def test_what_could_lock_out_is_returned_or_confirmed(page: Page) -> None:
    applied = page.apply(page.second_port()).json()["applied"]
    assert applied["confirm_within_ns"] == 60 * 10 ** 9
    assert page.settings()["pending"]["id"] == applied["id"]
    assert page.apply({}).code == "settings_pending"
    assert page.operator.post("/api/v1/settings/return", {"id": applied["id"]}).json()["base"] == page.settings()["base"]
    assert page.settings()["overlay"] == {} and page.settings()["pending"] is None
    assert [(change["kind"], change["user"]) for change in page.changes()[:2]] == [("return", "jiro"), ("apply", "jiro")]
    assert page.operator.post("/api/v1/settings/confirm", {"id": applied["id"]}).code == "not_pending"
    overlay = page.second_port()
    applied = page.apply(overlay).json()["applied"]
    assert page.operator.post("/api/v1/settings/confirm", {"id": applied["id"]}).status == 200
    assert page.settings()["overlay"] == overlay and page.settings()["pending"] is None
    applied = page.apply({}).json()["applied"]
    assert page.operator.post("/api/v1/settings/confirm", {"id": applied["id"]}).status == 200


def test_a_backup_brings_everything_back_after_a_factory_reset(page: Page) -> None:
    overlay = {"log": {"level": "debug"}}
    assert page.apply(overlay).status == 200
    assert page.operator.get("/api/v1/backup").code == "not_allowed"
    backup = page.admin.get("/api/v1/backup")
    assert backup.headers["Content-Disposition"].startswith("attachment") and backup.json()["overlay"] == overlay
    assert page.admin.post("/api/v1/factory-reset", page.as_seen(password="not my password")).code == "wrong_login"
    assert page.settings()["overlay"] == overlay
    assert page.admin.post("/api/v1/factory-reset", page.as_seen(password=PASSWORD)).json()["leap_list"] == "no_leap_list"
    assert page.settings()["overlay"] == {}
    assert page.admin.post("/api/v1/restore", {"what": 1}).code == "not_a_backup"
    assert page.admin.post("/api/v1/restore", page.as_seen(**backup.json())).status == 200
    assert page.settings()["overlay"] == overlay
    assert [change["kind"] for change in page.changes()[:3]] == ["restore", "factory_reset", "apply"]


def test_the_record_and_a_pending_change_outlast_kill_9(page: Page) -> None:
    applied = page.apply(page.second_port()).json()["applied"]
    page.web.kill()
    with Web(page.daemon, state=page.web.state) as again:
        again.wait_started()
        for browser, name in ((page.admin, "hanako"), (page.operator, "jiro"), (page.viewer, "taro")):
            browser.port = again.port
            assert browser.log_in(name).status == 200
        assert page.settings()["pending"]["id"] == applied["id"]
        assert page.changes()[0]["kind"] == "apply"
        assert page.operator.post("/api/v1/settings/return", {"id": applied["id"]}).status == 200
        assert [change["kind"] for change in page.changes()[:2]] == ["return", "apply"]
        bundle = page.admin.get("/api/v1/support").json()
        assert bundle["settings"]["overlay"] == {} and bundle["status"]["tracking"] and bundle["events"]
        assert "table" not in bundle["settings"]
