"""The page's process dead, frozen, and gone mad with all its rights: whoever asks for the time notices nothing of it."""
from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import tempfile
import threading
from typing import Dict, List

import pytest

from control import AskedDaemon, Client, Trouble
from ntp_client import NtpLoad
from programs import program, wait_until
from web import Browser, Web

pytestmark = pytest.mark.skipif(not os.access(program("tokimori-web"), os.X_OK), reason="NO tokimori-web was built")

SECONDS = 3.0


class Madness(Trouble):
    """A page that may change settings and has gone mad: floods and babble, long changes one after the other, lines without
    an end, and more connections than there are places."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._crowd: List[socket.socket] = []
        self.judged = self.refused = 0
        overlay = {"upstream": [{"name": "u%d" % n, "address": "192.0.2.1", "offset": "x" * 400} for n in range(120)]}
        self._long = json.dumps({"version": 1, "request": "settings_check", "overlay": overlay}).encode() + b"\n"
        assert 50_000 < len(self._long) < 65_536
        self._threads += [threading.Thread(target=self._run, args=(what,), daemon=True)
                          for what in (self._change, self._never_end, self._come_in_crowds)]

    def __enter__(self) -> "Madness":
        """It was there before it went mad, and so has its place already."""
        self._talk = Client(self._path)
        super().__enter__()
        return self

    def _change(self) -> None:
        """Has the longest changes checked that there can be, and applies nonsense."""
        with contextlib.suppress(AssertionError):
            while not self._stop.is_set():
                self._talk.send(self._long)
                self.judged += bool(self._talk.next_reply()["check"]["complaints"])
                self.refused += "error" in self._talk.ask("settings_apply", overlay={"server": {"listen": 7}}, base="0")
        self._talk.close()
        self._talk = Client(self._path)

    def _never_end(self) -> None:
        with self._open() as client:
            for _ in range(256):
                client.sendall(b"x" * 65_536)

    def _come_in_crowds(self) -> None:
        if len(self._crowd) < 200:
            self._crowd.append(self._open())
        self._stop.wait(0.01)

    def __exit__(self, *rest: object) -> None:
        super().__exit__(*rest)
        self._talk.close()
        for client in self._crowd:
            client.close()


def descriptors(daemon: AskedDaemon) -> int:
    """How many files and sockets it has open."""
    return len(os.listdir("/proc/%d/fd" % daemon.pid))


def control_counts(daemon: AskedDaemon) -> Dict[str, int]:
    """What the daemon has counted at its control socket."""
    return daemon.ask("serverstats")["serverstats"]["control"]


def served(daemon: AskedDaemon) -> Dict[str, float]:
    """Some seconds under load: nobody is left without a reply, but for what a busy machine may lose, and no reply is wrong
    by more than it admits."""
    load = NtpLoad(daemon.port, per_second=150)
    with daemon.watch(50) as watch:
        watch.wait_seconds(SECONDS)
        told = watch.replies()
    unanswered, replies = load.finish(10)
    assert len(unanswered) <= load.sent // 100, "%d of %d requests had no reply" % (len(unanswered), load.sent)
    assert all(reply.synchronised for reply in [*replies, *told])
    wrong = [reply for reply in told if reply.proven_error > reply.root_distance]
    assert told and not wrong, wrong[:3]
    return {"requests": load.sent, "proven_error_us": round(max(reply.proven_error for reply in told) * 1e6, 1)}


@pytest.mark.parametrize("workers", [0, 2])
def test_a_page_that_is_dead_frozen_or_mad_costs_no_reply_and_no_truth(workers: int) -> Dict[str, object]:
    figures: Dict[str, object] = {}
    with AskedDaemon(workers=workers) as daemon, tempfile.TemporaryDirectory(prefix="tokimori-web-") as room:
        daemon.wait_synchronised()
        since = daemon.mark()
        state = os.path.join(room, "state")
        with Web(daemon, state=state) as web:
            viewer = web.wait_started().set_up()
            assert len(list(viewer.live(2))) == 2
            figures["calm"] = served(daemon)
            web.send_signal(signal.SIGSTOP)
            figures["frozen"] = served(daemon)
            web.send_signal(signal.SIGCONT)
            assert len(list(viewer.live(2))) == 2, "it goes on where it was"
            web.kill()
            figures["dead"] = served(daemon)
        before = control_counts(daemon)
        with Madness(daemon.socket) as madness:
            figures["mad"] = served(daemon)
        reached = {name: count - before[name] for name, count in control_counts(daemon).items()}
        figures["madness"] = {**reached, "changes_judged": madness.judged, "changes_refused": madness.refused}
        assert reached["accepted"] > 16, "more came than there are places: %s" % reached
        assert reached["requests"] > 20 and reached["refused"] > 3, "floods and babble arrived: %s" % reached
        assert madness.judged and madness.refused, "long changes were judged, nonsense was refused: %s" % figures
        assert not daemon.find("clock state|settings_applied", since), "nobody has changed anything"
        with Web(daemon, state=state) as again:
            browser = Browser(again.wait_started().port)
            assert browser.log_in("hanako").status == 200
            assert next(event for event in browser.live(30) if event["daemon"])
    return figures


def test_a_page_that_hangs_up_in_the_middle_of_everything_leaves_nothing_behind() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        open_before = descriptors(daemon)
        for line in (b"{", b'{"version":1,"request":"status"}\n', b'{"version":1,"request":"settings_check","overlay":{'):
            for _ in range(40):
                with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
                    client.settimeout(1)
                    client.connect(daemon.socket)
                    client.sendall(line)
        served(daemon)
        assert daemon.tokictl("tracking").returncode == 0
        wait_until(lambda: descriptors(daemon) <= open_before, 10, "all that was hung up on is closed")
