"""Settings that are changed over the control socket while the daemon serves."""
from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
import threading
from typing import Any, Dict, List, Sequence, Tuple

import pytest

from control import PATIENCE, SKY, Asked, request
from ntp_client import NtpClient
from programs import Process, configuration, free_port, program, run, slowness, wait_until

pytestmark = pytest.mark.story

Overlay = Dict[str, Any]

# A client that is another user, and not one of the group either: the file of the socket is opened for everybody.
ASK_AS = """
import os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(int(sys.argv[2]))
client = socket.socket(socket.AF_UNIX); client.settimeout(10); client.connect(sys.argv[1])
client.sendall(sys.argv[3].encode()); sys.stdout.write(client.makefile().readline())
"""


class Home(Asked):
    """A directory with the files of a daemon that runs, ends and runs again."""

    def __init__(self, workers: int = 1, changes_by: str = "") -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="tokimori-")
        self.directory = self._temporary.name
        self.port = free_port()
        self.socket = os.path.join(self.directory, "control.sock")
        self.path = os.path.join(self.directory, "tokimori.toml")
        self.overlay = os.path.join(self.directory, "conf.d", "90-page.toml")
        text = configuration(["127.0.0.1:%d" % self.port], [SKY], workers=workers, lab_mode=True,
                             control_socket=self.socket)
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text.replace("[control]\n", '[control]\nchanges_by = "%s"\n' % changes_by))

    def __enter__(self) -> Home:
        return self

    def __exit__(self, *_: object) -> None:
        self._temporary.cleanup()

    def start(self, prefix: Sequence[str] = ()) -> Process:
        daemon = Process([*prefix, program("tokimorid"), "--config", self.path])
        daemon.wait_for("info control_socket path", PATIENCE)
        return daemon

    def check(self) -> Tuple[int, str]:
        checked = run([program("tokimorid"), "--check", "--config", self.path])
        return checked.returncode, checked.stderr

    def second_port(self) -> Tuple[Overlay, int]:
        """An overlay with one more port."""
        port = free_port()
        return {"server": {"listen": ["127.0.0.1:%d" % self.port, "127.0.0.1:%d" % port]}}, port


def answers_at(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(slowness())
        client.connect(("127.0.0.1", port))
        try:
            client.send(b"\x23" + bytes(47))
            return len(client.recv(100)) == 48
        except OSError:
            return False


def test_a_change_takes_effect_at_once_and_lies_in_a_file_of_its_own() -> None:
    with Home() as home, home.start() as daemon:
        applied = home.apply({"log": {"level": "debug"}, "refclock": [{"name": "sky", "prefer": True}]})
        assert applied["confirm_within_ns"] is None
        daemon.wait_for("info settings_applied file=%s" % home.overlay)
        told = home.settings()
        assert told["base"] == applied["base"] and told["pending"] is None
        assert told["values"]["refclock"] == [{"driver": "simulated", "name": "sky", "prefer": True}]
        assert home.ask("selectdata")["selectdata"][0]["prefer"]
        assert home.check() == (0, "")
        with open(home.overlay, "a", encoding="utf-8") as file:
            file.write("\n[clock]\nholdover = 3\n")
        code, said = home.check()
        assert code == 1 and home.overlay + ":" in said and "holdover" in said


def test_what_could_lock_somebody_out_counts_once_it_is_confirmed() -> None:
    with Home() as home:
        with home.start():
            overlay, port = home.second_port()
            applied = home.apply(overlay)
            assert applied["confirm_within_ns"] == 60 * 10 ** 9
            assert answers_at(port) and answers_at(home.port)
            assert not os.path.exists(home.overlay)
            again = home.ask("settings_apply", overlay={}, base=applied["base"])
            assert again["error"]["code"] == "settings_pending"
            assert home.ask("settings_confirm", id=applied["id"])["base"] == applied["base"]
            assert home.settings()["pending"] is None
        with home.start() as daemon:
            assert answers_at(port) and home.settings()["base"] == applied["base"]
            assert not daemon.find("settings_returned")


def test_a_change_that_is_given_back_or_dies_unconfirmed_is_gone() -> None:
    with Home() as home:
        with home.start() as daemon:
            base = home.settings()["base"]
            overlay, port = home.second_port()
            applied = home.apply(overlay)
            assert home.ask("settings_return", id=applied["id"])["base"] == base
            wait_until(lambda: not answers_at(port), PATIENCE, "the end of the second port")
            assert answers_at(home.port)
            home.apply(overlay)
            assert answers_at(port)
            daemon.kill()
        assert os.listdir(os.path.dirname(home.overlay)) == ["90-page.toml.unconfirmed"]
        with home.start() as daemon:
            daemon.wait_for("warning settings_returned .*before they were confirmed")
            assert answers_at(home.port) and not answers_at(port)
            assert home.settings()["base"] == base
            assert os.listdir(os.path.dirname(home.overlay)) == []


def test_a_port_that_is_taken_changes_nothing() -> None:
    with Home() as home, home.start(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        before = home.settings()
        taken = {"server": {"listen": ["127.0.0.1:%d" % other.getsockname()[1]]}}
        reply = home.ask("settings_apply", overlay=taken, base=before["base"])
        assert reply["error"]["code"] == "settings_wrong"
        assert reply["check"]["complaints"][0]["key"] == "listen", reply
        assert home.settings() == before and answers_at(home.port)


def test_a_directory_that_may_not_be_made_is_told() -> None:
    with Home() as home:
        os.symlink("/nowhere/at/all", os.path.dirname(home.overlay))
        with home.start():
            reply = home.ask("settings_apply", overlay={"log": {"level": "debug"}}, base=home.settings()["base"])
            assert reply["error"]["code"] == "not_written" and "conf.d" in reply["error"]["message"]
            assert home.settings()["values"].get("log", {}).get("level") is None


def ask_as(user: int, home: Home, line: bytes) -> Dict[str, Any]:
    os.chmod(home.directory, 0o755)
    os.chmod(home.socket, 0o666)
    asked = run([sys.executable, "-c", ASK_AS, home.socket, str(user), line.decode()])
    return json.loads(asked.stdout)


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT ROOT: nobody asked as another user")
def test_another_user_may_look_and_change_nothing_unless_he_is_named() -> None:
    with Home(changes_by="daemon") as home, home.start() as daemon:
        base = home.settings()["base"]
        change = request("settings_apply", overlay={"log": {"level": "debug"}}, base=base)
        stranger = 65534
        assert "settings" in ask_as(stranger, home, request("settings"))
        for line in (change, request("settings_check", overlay={}), request("restart")):
            assert ask_as(stranger, home, line)["error"]["code"] == "not_allowed"
        long = request("settings_check", overlay={}, padding="x" * 10000)
        assert ask_as(stranger, home, long)["error"]["code"] == "request_too_long"
        assert home.settings()["base"] == base and daemon.is_running()
        assert "check" in ask_as(1, home, long)
        assert "applied" in ask_as(1, home, change)


@pytest.mark.parametrize("workers", [0, 2])
def test_time_is_served_without_a_gap_while_settings_change(workers: int) -> None:
    with Home(workers) as home, home.start() as daemon:
        daemon.wait_for("clock state=synchronised", PATIENCE)
        done: List[str] = []

        def change() -> None:
            for number in range(10):
                home.apply({"clock": {"holdover": "%dh" % (1 + number)}})
            done.append("all")

        thread = threading.Thread(target=change)
        client = NtpClient(home.port)
        thread.start()
        replies = []
        while thread.is_alive():
            replies.append(client.ask())
        thread.join()
        client.close()
        assert done and len(replies) > 10
        assert all(reply is not None and reply.synchronised for reply in replies)
        # What is answered may be heard before what is logged.
        wait_until(lambda: len(daemon.find("info reloaded")) >= 10, PATIENCE, "ten reloads are in the log")
        assert len(daemon.find("info reloaded")) == 10


def test_a_restart_ends_cleanly_with_the_code_that_asks_a_service_manager_for_a_start() -> None:
    with Home() as home, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(home.socket + ".notify")
        daemon = home.start(["env", "NOTIFY_SOCKET=" + home.socket + ".notify"])
        assert home.ask("restart")["restarting"]
        assert daemon.wait(10 * slowness()) == 75
        assert daemon.find("info stopped") and not os.path.exists(home.socket)


def test_a_restart_without_a_service_manager_begins_anew_in_the_same_process() -> None:
    with Home() as home:
        with home.start() as daemon:
            home.apply({"server": {"workers": 2}})
            assert home.settings()["restart"] == ["server.workers"]
            for workers in (2, 1):
                before = daemon.mark()
                assert home.ask("restart")["restarting"]
                daemon.wait_for("info started .*workers=%d" % workers, PATIENCE, since=before)
                daemon.wait_for("info control_socket", PATIENCE, since=before)
                daemon.wait_for("clock state=synchronised", PATIENCE, since=before)
                assert home.settings()["restart"] == []
                home.apply({})
            overlay, _ = home.second_port()
            home.apply(overlay)
            assert home.ask("restart")["error"]["code"] == "settings_pending"
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(10 * slowness()) == 0
