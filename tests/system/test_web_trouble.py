"""The page's program where somebody makes trouble: a daemon that babbles, a full disk, a flood from one host, a second one of
its kind. Nobody is kept out by it for long, and nothing old is shown as new."""
from __future__ import annotations

import json
import os
import resource
import select
import socket
import ssl
import tempfile
import threading
import time
from typing import Callable, Iterator, List

import pytest

from programs import Process, free_port, program, slowness, wait_until
from web import Browser, Web, trusting

pytestmark = pytest.mark.skipif(not os.access(program("tokimori-web"), os.X_OK), reason="NO tokimori-web was built")

Answer = Callable[[str, int], bytes]


class StandIn:
    """Something on a control socket that is no daemon, and no NTP server beside it."""

    def __init__(self, answer: Answer) -> None:
        self.room = tempfile.TemporaryDirectory(prefix="tokimori-")
        self.socket = os.path.join(self.room.name, "control.sock")
        self.port = free_port()
        self.answer = answer
        self.asked: List[str] = []
        self.impatient_with = ""  # hangs up after it has answered that
        self.hung_up = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.socket)
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("r", encoding="utf-8") as lines:
                for line in lines:
                    name = json.loads(line)["request"]
                    self.asked.append(name)
                    connection.sendall(self.answer(name, len(self.asked)))
                    if name == self.impatient_with:
                        connection.shutdown(socket.SHUT_RDWR)
                        self.hung_up += 1
                        return
        except OSError:
            pass

    def __enter__(self) -> "StandIn":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.room.cleanup()


def status(name: str, number: int) -> bytes:
    """A good answer that tells which one it is."""
    return (json.dumps({"version": 1, "request": name, "at": {"state": "synchronised", "utc": None}, "n": number}) + "\n").encode()


@pytest.fixture(name="daemon")
def fixture_daemon() -> Iterator[StandIn]:
    with StandIn(status) as daemon:
        yield daemon


def test_a_daemon_that_says_a_line_too_many_is_in_step_again(daemon: StandIn) -> None:
    with Web(daemon) as web:
        admin = web.wait_started().set_up()
        daemon.answer = lambda name, number: status(name, number) * 2
        asked = len(daemon.asked)
        wait_until(lambda: len(daemon.asked) >= asked + 3, 20, "it says a line too many some times")
        daemon.answer = status
        wait_until(lambda: next(admin.live(1)).get("status", {}).get("n") == len(daemon.asked), 20,
                   "what is shown is the newest answer")


def test_a_daemon_that_hangs_up_between_two_questions_is_asked_the_next_one_all_the_same(daemon: StandIn) -> None:
    """As it does with everybody who has not asked for half a minute."""
    daemon.impatient_with = "clients"
    with Web(daemon) as web:
        admin = web.wait_started().set_up()
        for number in range(4):
            assert admin.get("/api/v1/clients?first=%d" % number).status == 200, number
            wait_until(lambda: daemon.hung_up > number, 10, "it has hung up")


BABBLE = {"endless line": b"x" * 3_000_000, "deep": b"[" * 200_000 + b"\n", "many lines": b"{}\n" * 50_000,
          "no text": b"\0\xff\n", "nothing": b"\n", "deep inside": b'{"version":1,"request":"status","at":' + b'{"a":' * 5000 + b"\n",
          "odd error": b'{"version":1,"error":7}\n', "too little": b'{"version":1,"request":"status"}\n'}


@pytest.mark.parametrize("babble", BABBLE.values(), ids=BABBLE)
def test_a_babbling_daemon_is_not_believed_and_keeps_nobody_out(daemon: StandIn, babble: bytes) -> None:
    with Web(daemon) as web:
        admin = web.wait_started().set_up()
        next(admin.live(1))
        before = web.resident()
        daemon.answer = lambda name, number: babble
        asked = len(daemon.asked)
        wait_until(lambda: len(daemon.asked) >= asked + 4, 40, "it is asked on and on")
        assert admin.get("/api/v1/session").status == 200 and admin.get("/").status == 200
        assert admin.get("/api/v1/settings").status == 503
        assert admin.get("/api/v1/tracking").status == 503
        assert web.resident() < before + 20_000
        daemon.answer = status
        wait_until(lambda: next(admin.live(1))["daemon"] is True, 20, "it is there again")


def test_the_refusals_of_a_daemon_come_through(daemon: StandIn) -> None:
    with Web(daemon) as web:
        admin = web.wait_started().set_up()
        wrong = {"version": 1, "error": {"code": "settings_wrong", "message": "<b>no</b>"}, "check": {"complaints": [1]}}
        daemon.answer = lambda name, number: (status(name, number) if name == "status" else (json.dumps(wrong) + "\n").encode())
        reply = admin.post("/api/v1/settings/check", {"overlay": {}})
        assert reply.status == 422 and reply.code == "settings_wrong" and reply.json()["check"] == {"complaints": [1]}


def test_a_full_disk_keeps_nobody_out(daemon: StandIn) -> None:
    with Web(daemon) as web:
        admin = web.wait_started().set_up()
        resource.prlimit(web.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        stranger = Browser(web.port)
        assert stranger.log_in("hanako").status == 200
        assert stranger.get("/api/v1/history").status == 200
        added = admin.post("/api/v1/users", {"name": "taro", "role": "viewer", "password": "correct horse battery"})
        assert added.code == "not_stored"
        resource.prlimit(web.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert admin.post("/api/v1/users", {"name": "taro", "role": "viewer", "password": "correct horse battery"}).status == 200


def flooding(web: Web, opened: List[socket.socket]) -> Answer:
    """Answers about settings only after 500 connections have come from one host, and most of them have gone again."""
    def answer(name: str, number: int) -> bytes:
        if name == "settings":
            for _ in range(500):
                opened.append(socket.create_connection(("127.0.0.1", web.port), timeout=10))
            waiting = list(opened)
            until = time.monotonic() + 7
            while len(waiting) > 220 and time.monotonic() < until:
                closed = select.select(waiting, [], [], 0.2)[0]
                waiting = [each for each in waiting if each not in closed]
        return status(name, number)
    return answer


def test_a_flood_of_connections_from_one_host_ends_no_request_of_another(daemon: StandIn) -> None:
    with Web(daemon) as web:
        web.wait_started().set_up()
        other = Browser(web.port)
        other.source = "127.0.0.2"
        assert other.log_in("hanako").status == 200
        opened: List[socket.socket] = []
        daemon.answer = flooding(web, opened)
        try:
            assert other.get("/api/v1/settings").status == 200, "though its answer took its time"
            assert other.log_in("hanako").status == 200
        finally:
            for each in opened:
                each.close()
        assert len(opened) == 500


def test_the_stream_of_a_token_ends_when_it_is_removed(daemon: StandIn) -> None:
    with Web(daemon) as web:
        admin = web.wait_started().set_up()
        made = admin.post("/api/v1/tokens", {"name": "wall"}).json()
        machine = Browser(web.port)
        machine.bearer = "Bearer " + made["token"]
        events = machine.live(1000)
        next(events)
        assert admin.ask("DELETE", "/api/v1/tokens", {"id": made["id"]}).status == 200
        began = time.monotonic()
        with pytest.raises(AssertionError, match="the stream ended"):
            for _ in events:
                pass
        assert time.monotonic() - began < 10 * slowness()


def test_one_credential_gets_eight_streams_and_the_next_is_told(daemon: StandIn) -> None:
    with Web(daemon) as web:
        admin = web.wait_started().set_up()
        streams = [admin.live(1000) for _ in range(8)]
        for stream in streams:
            next(stream)
        assert admin.get("/api/v1/live").code == "busy"
        for stream in streams:
            stream.close()


def test_a_second_one_with_the_same_state_leaves_the_first_alone(daemon: StandIn) -> None:
    with Web(daemon) as web:
        web.wait_started()
        code = web.setup_code()
        with Process([program("tokimori-web"), "--config", web.configuration]) as second:
            second.wait_for("another tokimori-web uses it", 20)
            assert second.wait(20) == 1
        assert web.setup_code() == code
        assert web.set_up().get("/api/v1/session").json()["user"]["name"] == "hanako"


def test_head_gets_the_head_and_the_connection_stays_in_step(daemon: StandIn) -> None:
    with Web(daemon) as web:
        web.wait_started()
        with socket.create_connection(("127.0.0.1", web.port)) as raw, trusting().wrap_socket(raw) as secure:
            secure.sendall(b"HEAD /api/v1/session HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n"
                           b"Connection: close\r\n\r\n")
            got = b""
            while True:
                try:
                    part = secure.recv(65536)
                except ssl.SSLEOFError:
                    break
                if not part:
                    break
                got += part
        first, _, rest = got.partition(b"\r\n\r\n")
        assert b"200 OK" in first and b"Content-Length: " in first
        assert rest.startswith(b"HTTP/1.1 404")
