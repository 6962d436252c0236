"""The control socket: who gets it, what may lie in its place, and that nobody on it disturbs the time service."""
from __future__ import annotations

import grp
import os
import signal
import stat
import time
from typing import Dict

import pytest

from control import PATIENCE, AskedDaemon, Client, Trouble, processor_seconds, tokictl
from ntp_client import NtpLoad
from programs import configuration, slowness, wait_until

pytestmark = pytest.mark.story

# Seconds for which clients do their worst, and for which nobody does anything.
WORST = 12.0


def answers(path: str) -> bool:
    return tokictl("tracking", "--socket", path).returncode in (0, 1, 2) and os.path.exists(path)


def test_the_socket_is_for_its_group_and_goes_with_the_daemon() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_for("info control_socket path=%s" % daemon.socket)
        status = os.stat(daemon.socket)
        assert stat.S_ISSOCK(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o660
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(5 * slowness()) == 0
        assert not os.path.exists(daemon.socket)


def test_the_socket_is_given_to_the_group_that_is_configured() -> None:
    if os.geteuid() != 0:
        pytest.skip("NOT ROOT: no socket was given to another group")
    with AskedDaemon() as daemon:
        daemon.wait_for("control_socket path=.* group=\"of this user")
        text = daemon.text().replace("[control]\n", '[control]\ngroup = "daemon"\n')
        daemon.reload(text, "control_socket path=.* group=daemon")
        assert os.stat(daemon.socket).st_gid == grp.getgrnam("daemon").gr_gid


def test_a_socket_that_a_crash_left_behind_is_replaced() -> None:
    first = AskedDaemon()
    with first.room:
        first.wait_for("control_socket path")
        first.crash()
        assert os.path.exists(first.socket)
        with AskedDaemon(control_socket=first.socket) as second:
            second.wait_synchronised()
            assert tokictl("tracking", "--socket", first.socket).returncode == 0


def test_a_socket_in_use_is_left_alone_and_the_time_is_served() -> None:
    with AskedDaemon() as first:
        first.wait_synchronised()
        with AskedDaemon(control_socket=first.socket) as second:
            second.wait_for("warning control_socket_absent .*another program listens there")
            second.wait_synchronised()
            with second.client() as client:
                reply = client.ask()
                assert reply is not None and reply.synchronised
            assert tokictl("tracking", "--socket", first.socket).returncode == 0
        assert os.path.exists(first.socket)
        assert tokictl("tracking", "--socket", first.socket).returncode == 0


@pytest.mark.parametrize("workers", [0, 2])
def test_a_directory_that_is_missing_is_one_warning_and_may_come_later(workers: int) -> None:
    with AskedDaemon(workers=workers) as daemon:
        late = os.path.join(daemon.room.name, "later", "control.sock")
        daemon.wait_synchronised()
        since = daemon.mark()
        daemon.reload(daemon.text(control_socket=late), "reloaded")
        daemon.wait_for("warning control_socket_absent .*make the directory", PATIENCE, since)
        assert not os.path.exists(daemon.socket)
        with daemon.client() as client:
            reply = client.ask()
            assert reply is not None and reply.synchronised
        os.mkdir(os.path.dirname(late))
        daemon.wait_for("info control_socket path=%s" % late, 20, since)
        assert answers(late)
        assert len(daemon.find("control_socket_absent", since)) == 1


def test_a_reload_moves_it_and_an_empty_path_takes_it_away() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_for("control_socket path")
        with Client(daemon.socket) as client:
            assert client.ask("tracking")["version"] == 1
            daemon.reload(daemon.text(), "reloaded")
            assert client.ask("tracking")["version"] == 1
        moved = os.path.join(daemon.room.name, "moved.sock")
        daemon.reload(daemon.text(control_socket=moved), "reloaded")
        assert answers(moved) and not os.path.exists(daemon.socket)
        daemon.reload(daemon.text(control_socket=""), "reloaded")
        assert not os.path.exists(moved)


def test_every_line_has_its_reply() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        with Client(daemon.socket) as client:
            status = client.ask("status")
            assert status["product"]["name"] == "tokimori"
            assert set(status) == {"version", "request", "at", "product", "tracking", "sources", "sourcestats",
                                   "selectdata", "serverstats", "leap"}
            client.send(b'{"version":1,"request":"tracking"}\nnonsense\n{"version":7,"request":"tracking"}\n')
            assert client.next_reply()["request"] == "tracking"
            assert client.next_reply()["error"]["code"] == "not_json"
            assert client.next_reply()["error"]["code"] == "unsupported_version"
            client.send(b" " * 5000)
            assert client.next_reply()["error"]["code"] == "request_too_long"
            with pytest.raises((AssertionError, ConnectionError)):
                client.next_reply()


def lossless_seconds(daemon: AskedDaemon, seconds: float) -> Dict[str, float]:
    """Asks for time that long; every request has a synchronised reply. The share of a processor that the daemon used."""
    load = NtpLoad(daemon.port, per_second=100)
    used, began = processor_seconds(daemon.pid), time.monotonic()
    enough = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > enough, seconds + 30, "that the time is up")
    share = (processor_seconds(daemon.pid) - used) / (time.monotonic() - began)
    unanswered, replies = load.finish(10)
    assert not unanswered, "%d of %d requests had no reply" % (len(unanswered), load.sent)
    assert all(reply.synchronised for reply in replies)
    return {"requests": load.sent, "processor_share": round(share, 4)}


@pytest.mark.parametrize("workers", [0, 2])
def test_clients_that_flood_and_freeze_cost_no_reply_and_lock_nobody_out(workers: int) -> Dict[str, object]:
    with AskedDaemon(workers=workers) as daemon:
        daemon.wait_synchronised()
        calm = lossless_seconds(daemon, WORST / 2)
        since = daemon.mark()
        with Trouble(daemon.socket):
            worst = lossless_seconds(daemon, WORST)
            # A monitor may have to wait for its turn, and may lose it once.
            codes = [tokictl("tracking", "--socket", daemon.socket).returncode for _ in range(5)]
        assert codes.count(0) >= 3, codes
        assert worst["processor_share"] < calm["processor_share"] + 0.3 * slowness()
        assert not daemon.find("clock state|warning", since)
        counts = daemon.ask("serverstats")["serverstats"]["control"]
        assert counts["dropped"] > 0 and counts["open"] <= 16
        return {"calm": calm, "worst": worst, "control": counts, "tokictl": codes}


def test_a_daemon_that_is_stopped_keeps_tokictl_only_so_long() -> Dict[str, object]:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        daemon.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        answer = daemon.tokictl("tracking")
        took = time.monotonic() - began
        daemon.send_signal(signal.SIGCONT)
        assert answer.returncode == 2 and "timed out" in answer.stderr
        return {"took_s": round(took, 2)}


def test_without_a_path_there_is_no_socket() -> None:
    with AskedDaemon(control_socket="") as daemon:
        daemon.wait_synchronised()
        assert not daemon.find("control_socket")
        assert not os.path.exists(daemon.socket)


def test_a_configured_path_that_is_too_long_is_refused() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_for("started")
        daemon.reload(configuration(["127.0.0.1:%d" % daemon.port], control_socket="/" + "x" * 107),
                      "configuration_refused .*socket in .control.")
        assert os.path.exists(daemon.socket)
