"""Saves of settings in which the program is killed at every step that it does to files: what stands after another start is
the old or the new, whole. Each save is a class; `kill_at_every_step` tells how many points there were."""
from __future__ import annotations

import http.client
import itertools
import os
import pathlib
import signal
import ssl
import subprocess
import tempfile
from typing import Any, Dict, Iterator, List, Optional, Sequence

from control import PATIENCE, SKY, Asked, AskedDaemon
from failing_disk import FailingDisk
from programs import Process, configuration, free_port, program, run, wait_until
from web import PASSWORD, Browser, Reply, Web

GONE = (OSError, AssertionError, ssl.SSLError, http.client.HTTPException)


class Save:
    """What is saved, by a program that is started for it on a failing disk. Values may be anything that is comparable."""

    process: Process

    def __init__(self, disk: FailingDisk) -> None:
        self.disk = disk

    def start(self) -> Process:
        """The program, ready to be asked."""
        raise NotImplementedError

    def change(self) -> int:
        """Asks the program to save what comes next; raises one of GONE if it dies over it. The steps it took."""
        raise NotImplementedError

    def expected(self) -> Sequence[Any]:
        """Before `change`: the values that may stand after it, the old one first and the new one last."""
        raise NotImplementedError

    def found(self) -> Any:
        """What stands now, by a program that was started anew."""
        raise NotImplementedError


def kill_at_every_step(save: Save, halfway: bool = False, first: int = 1, every: int = 1) -> int:
    """Kills the program before step `first` of the save, then before every `every`-th one, until it lives through all of
    them; `halfway`: in the middle of those that write. Returns how often it was killed."""
    points = 0
    save.process = save.start()
    try:
        for step in itertools.count(first, every):
            expected = save.expected()
            save.disk.kill_at(step, halfway)
            taken = _steps_of_change(save)
            if not save.disk.has_killed():
                assert taken is not None, save.process.log()
                if taken < step:
                    return points
                continue
            assert save.process.wait(10) == -signal.SIGKILL, save.process.log()
            points += 1
            save.disk.count()
            save.process = save.start()
            found = save.found()
            told = "killed at step %d%s: %.300s" % (step, " halfway" if halfway else "", found)
            assert found in (expected if taken is None else expected[-1:]), told
    finally:
        save.disk.count()
        save.process.end()
    raise AssertionError("not reached")


def _steps_of_change(save: Save) -> Optional[int]:
    """None where the program died over it."""
    try:
        return save.change()
    except GONE:
        try:
            save.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        if save.process.is_running():
            raise
        return None


class DaemonHouse(Asked):
    """Files of a daemon that is killed and started again, on a failing disk."""

    def __init__(self, workers: int = 1) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="tokimori-")
        self.directory = pathlib.Path(self._temporary.name)
        self.disk = FailingDisk(str(self.directory))
        self.port = free_port()
        self.socket = str(self.directory / "control.sock")
        self.path = str(self.directory / "tokimori.toml")
        self.state = self.directory / "state"
        self.state.mkdir()
        text = configuration(["127.0.0.1:%d" % self.port], [SKY], workers=workers, lab_mode=True,
                             control_socket=self.socket, state_dir=str(self.state))
        pathlib.Path(self.path).write_text(text, encoding="utf-8")

    def start(self) -> Process:
        """The daemon, once it can be asked."""
        daemon = Process([*self.disk.prefix(), program("tokimorid"), "--config", self.path])
        daemon.wait_for("info control_socket path", PATIENCE)
        return daemon

    def __enter__(self) -> "DaemonHouse":
        return self

    def __exit__(self, *_: object) -> None:
        self.disk.__exit__()
        self._temporary.cleanup()


def rules(number: int, count: int) -> Dict[str, Any]:
    """An overlay of many lines that differs in all of them from others."""
    upstreams = [{"address": "127.0.%d.%d" % (number, each), "name": "server-%d-%d" % (number, each), "noselect": True}
                 for each in range(1, count + 1)]
    return {"log": {"level": "debug" if number % 2 else "info"}, "upstream": upstreams}


class SettingsSave(Save):
    """An overlay is exchanged for another one over the control socket."""

    def __init__(self, house: DaemonHouse, overlays: Sequence[Dict[str, Any]]) -> None:
        self.house, self._overlays = house, overlays
        self._next: Dict[str, Any] = {}
        super().__init__(house.disk)

    def start(self) -> Process:
        return self.house.start()

    def expected(self) -> Sequence[Any]:
        now = self.house.settings()["overlay"]
        self._next = next(overlay for overlay in self._overlays if overlay != now)
        return [now, self._next]

    def change(self) -> int:
        self.house.apply(self._next)
        return self.disk.steps()

    def found(self) -> Any:
        checked = run([program("tokimorid"), "--check", "--config", self.house.path])
        assert checked.returncode == 0, checked.stderr
        left = {path.name for path in (self.house.directory / "conf.d").glob("*")}
        assert left <= {"90-page.toml"}, left
        return self.house.settings()["overlay"]


class FirstSettings(SettingsSave):
    """Settings are changed for the first time: there is not even a directory for them."""

    def expected(self) -> Sequence[Any]:
        overlay = self.house.directory / "conf.d"
        for path in overlay.glob("*"):
            path.unlink()
        if overlay.exists():
            overlay.rmdir()
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.house.settings()["overlay"] == {}, PATIENCE, "nothing is set")
        return super().expected()


class UnconfirmedSettings(SettingsSave):
    """A change that could lock somebody out is gone with the program that was not told to keep it."""

    def expected(self) -> Sequence[Any]:
        old = {"access": {"kod": True}}
        pending = self.house.settings()["pending"]
        if pending:
            self.house.ask("settings_return", id=pending["id"])
        if self.house.settings()["overlay"] != old:
            applied = self.house.apply(old)
            self.house.ask("settings_confirm", id=applied["id"])
        self._next = {"access": {"kod": False, "refuse": "deny"}}
        return [old]


class ConfirmedSettings(SettingsSave):
    """A change that waits is confirmed."""

    confirm = "settings_confirm"

    def expected(self) -> Sequence[Any]:
        expected = super().expected()
        self._id = self.house.apply(self._next)["id"]
        return expected

    def change(self) -> int:
        assert "base" in self.house.ask(self.confirm, id=self._id)
        return self.disk.steps()


class ReturnedSettings(ConfirmedSettings):
    """A change that waits is given back."""

    confirm = "settings_return"

    def expected(self) -> Sequence[Any]:
        return super().expected()[:1]


class StateSave(Save):
    """What the clock remembers is written at a clean stop."""

    def __init__(self, house: DaemonHouse) -> None:
        self.house = house
        self._file = house.state / "clock.lab.state"
        super().__init__(house.disk)

    def start(self) -> Process:
        daemon = self.house.start()
        daemon.wait_for("clock state=synchronised", PATIENCE)
        wait_until(self._file.exists, PATIENCE, "the state is kept")
        return daemon

    def expected(self) -> Sequence[Any]:
        return ["whole"]

    def change(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(10) == 0
        taken = self.disk.steps()
        self.disk.count()
        self.process = self.start()
        return taken

    def found(self) -> Any:
        if not self.process.find("info state_recalled"):
            return "not recalled"
        left = {path.name for path in self.house.state.glob("clock*")}
        return "whole" if left <= {"clock.lab.state", "clock.lab.state.new"} else left


class WebHouse:
    """The page's program, killed and started again, beside a daemon that goes on."""

    def __init__(self) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="tokimori-web-")
        self.state = os.path.join(self._temporary.name, "state")
        self.disk = FailingDisk(self.state)
        self.daemon = AskedDaemon()
        self.daemon.wait_for("info control_socket path", PATIENCE)
        self._webs: List[Web] = []
        web = self.start()
        self.admin = web.set_up()
        web.end()

    def start(self) -> Web:
        """The program with an admin who is logged in."""
        first = not self._webs
        web = Web(self.daemon, self.state, before=self.disk.prefix()).wait_started()
        self._webs.append(web)
        if not first:
            self.admin = Browser(web.port)
            assert self.admin.log_in("hanako").status == 200
        return web

    def __enter__(self) -> "WebHouse":
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        for web in self._webs:
            web.end()
            web.room.cleanup()
        self.daemon.__exit__(kind, *rest)
        self.disk.__exit__()
        self._temporary.cleanup()


class WebSave(Save):
    """Something that an admin does on the page."""

    def __init__(self, house: WebHouse) -> None:
        self.house = house
        self._names = itertools.count()
        super().__init__(house.disk)

    def start(self) -> Process:
        return self.house.start()

    def get(self, path: str) -> Any:
        """What the page is told."""
        reply = self.house.admin.get(path)
        assert reply.status == 200, reply.text
        return reply.json()

    def post(self, path: str, body: object) -> int:
        """A change that must succeed. The steps that were taken."""
        return self.done(self.house.admin.post(path, body))

    def done(self, reply: Reply) -> int:
        """Likewise, of a reply."""
        assert reply.status == 200, reply.text
        return self.disk.steps()


class AddedUser(WebSave):
    """Another user."""

    def _users(self) -> List[str]:
        return sorted(user["name"] for user in self.get("/api/v1/users")["users"])

    def expected(self) -> Sequence[Any]:
        old = self._users()
        self._name = "user%d" % next(self._names)
        return [old, sorted([*old, self._name])]

    def change(self) -> int:
        return self.post("/api/v1/users", {"name": self._name, "role": "viewer", "password": PASSWORD})

    def found(self) -> Any:
        return self._users()


class RemovedUser(AddedUser):
    """One user less."""

    def expected(self) -> Sequence[Any]:
        old = self._users()
        if len(old) < 2:
            super().expected()
            super().change()
            old = self._users()
        self._name = next(name for name in old if name != "hanako")
        return [old, [name for name in old if name != self._name]]

    def change(self) -> int:
        return self.done(self.house.admin.ask("DELETE", "/api/v1/users", {"name": self._name}))


class PageSettings(WebSave):
    """Settings of the daemon, changed on the page, with the record of who changed them."""

    def _now(self) -> Any:
        return self.get("/api/v1/settings")["settings"]["overlay"]

    def _base(self) -> str:
        return str(self.get("/api/v1/settings")["settings"]["base"])

    def expected(self) -> Sequence[Any]:
        old = self._now()
        self._next = {"log": {"level": "debug" if old != {"log": {"level": "debug"}} else "info"}}
        return [old, self._next]

    def change_to(self, overlay: Dict[str, Any]) -> int:
        """Applies it."""
        return self.post("/api/v1/settings/apply", {"overlay": overlay, "base": self._base()})

    def change(self) -> int:
        return self.change_to(self._next)

    def found(self) -> Any:
        for change in self.get("/api/v1/settings/changes")["changes"]:
            assert change["user"] == "hanako" and change["kind"] in ("apply", "undo", "restore"), change
        return self._now()


class OwnPassword(WebSave):
    """The password of who is logged in."""

    passwords = (PASSWORD, "staple battery horse")

    def start(self) -> Process:
        web = Web(self.house.daemon, self.house.state, before=self.house.disk.prefix()).wait_started()
        self.house._webs.append(web)
        self._port = web.port
        return web

    def _password(self) -> str:
        for password in self.passwords:
            browser = Browser(self._port)
            if browser.log_in("hanako", password).status == 200:
                self.house.admin = browser
                return password
        return "none of them"

    def expected(self) -> Sequence[Any]:
        old = self._password()
        self._next = next(password for password in self.passwords if password != old)
        self._old = old
        return [old, self._next]

    def change(self) -> int:
        return self.post("/api/v1/password", {"old": self._old, "new": self._next})

    def found(self) -> Any:
        return self._password()


class AddedToken(WebSave):
    """A token for a machine that reads."""

    def _tokens(self) -> List[str]:
        return sorted(token["name"] for token in self.get("/api/v1/tokens")["tokens"])

    def expected(self) -> Sequence[Any]:
        old = self._tokens()
        self._name = "token%d" % next(self._names)
        return [old, sorted([*old, self._name])]

    def change(self) -> int:
        return self.post("/api/v1/tokens", {"name": self._name})

    def found(self) -> Any:
        return self._tokens()


class UndoneSettings(PageSettings):
    """The last change of settings is taken back."""

    def expected(self) -> Sequence[Any]:
        old, new = super().expected()
        super().change_to(new)
        return [new, old]

    def change(self) -> int:
        last = self.get("/api/v1/settings/changes")["changes"][0]
        return self.post("/api/v1/settings/undo", {"id": last["id"], "base": self._base()})


class RestoredSettings(PageSettings):
    """A backup is put back."""

    def change(self) -> int:
        return self.post("/api/v1/restore", {**self.get("/api/v1/backup"), "overlay": self._next, "base": self._base()})


def another_certificate(daemon: AskedDaemon) -> Dict[str, str]:
    """A certificate and its key, as another one of these programs has made them."""
    with Web(daemon) as other:
        state = pathlib.Path(other.wait_started().state)
        return {name: (state / (name + ".pem")).read_text(encoding="ascii") for name in ("certificate", "key")}


class ExchangedCertificate(WebSave):
    """Another certificate with its key in the place of the device's own, and back."""

    def __init__(self, house: WebHouse) -> None:
        self._other = another_certificate(house.daemon)
        self._own = (pathlib.Path(house.state) / "certificate.pem").read_text(encoding="ascii")
        super().__init__(house)

    def _now(self) -> Any:
        told = self.get("/api/v1/certificate")
        seen = ssl.get_server_certificate(("127.0.0.1", self.house.admin.port))
        return seen, told["uploaded"], told["spoilt"]

    def expected(self) -> Sequence[Any]:
        old = self._now()
        self._uploads = not old[1]
        return [old, (self._other["certificate"] if self._uploads else self._own, self._uploads, False)]

    def change(self) -> int:
        if self._uploads:
            return self.post("/api/v1/certificate", self._other)
        return self.done(self.house.admin.ask("DELETE", "/api/v1/certificate", {}))

    def found(self) -> Any:
        return self._now()


def saves_of_the_daemon(house: DaemonHouse) -> Iterator[Save]:
    """All of them, large and small."""
    small, large = [{"log": {"level": "debug"}}, {"log": {"status": "1h"}}], [rules(1, 60), rules(2, 60)]
    leap = [{"leap": {"mode": mode, "smear_minutes": minutes}} for mode, minutes in (("insert", 60), ("smear", 400))]
    access = [{"access": {"kod": True}}, {"access": {"kod": False, "refuse": "deny"}}]
    for overlays in (small, large, leap, [{}, *small], [rules(3, 20), rules(4, 1)]):
        yield SettingsSave(house, overlays)
        yield FirstSettings(house, overlays)
    for kind in (UnconfirmedSettings, ConfirmedSettings, ReturnedSettings):
        yield kind(house, access)
    yield StateSave(house)


def saves_of_the_page(house: WebHouse) -> Iterator[Save]:
    """All of them."""
    for kind in (AddedUser, PageSettings, AddedToken, UndoneSettings, RestoredSettings, RemovedUser, OwnPassword,
                 ExchangedCertificate):
        yield kind(house)
