"""The control socket: who gets it, what may lie in its place, and that nobody on it disturbs the time service."""
from __future__ import annotations

import grp
import json
import os
import pathlib
import signal
import socket
import stat
import tempfile
import time
from typing import Dict

import pytest

from control import PATIENCE, AskedDaemon, Client, Trouble, processor_seconds, tokictl
from leap_lists import KNOWN, leap_list
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
            client.send(b" " * 64 * 1024)  # we are the user of the daemon, who may send as much
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


def test_a_leap_list_that_is_uploaded_counts_at_once_and_after_a_restart() -> None:
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        upload_leap_lists(pathlib.Path(room))


def upload_leap_lists(room: pathlib.Path) -> None:
    """Some that are refused and one that is not; everything lies in `room`."""
    newer = leap_list("2028-07-06", KNOWN + [("2029-01-01", 38)], "2029-06-28")
    older = leap_list("2019-07-06", KNOWN, "2020-06-28")
    files = {"newer": newer, "older": older, "broken": newer.replace(" 38\n", " 39\n")}
    for name, text in files.items():
        (room / name).write_text(text)
    state = room / "state"
    state.mkdir()
    sky = {"driver": "simulated", "name": "sky", "start": "2028-12-20T00:00:00Z"}
    with AskedDaemon([sky], state_dir=str(state)) as daemon:
        daemon.wait_synchronised()
        for name in ("older", "broken"):
            refused = daemon.tokictl("leap", "upload", str(room / name))
            assert (refused.returncode, refused.stdout) == (2, ""), name
            assert "does not take the list" in refused.stderr
        assert daemon.ask("leap")["leap"]["next"] is None
        taken = daemon.tokictl("leap", "upload", str(room / "newer"))
        assert (taken.returncode, taken.stderr) == (0, "")
        assert daemon.ask("leap")["leap"]["next"]["day"] == "2028-12-31"
        daemon.wait_for("leap_list_taken updated=2028-07-06 expires=2029-06-28")
    assert (state / "leap-seconds.lab.list").read_text() == newer
    assert sorted(path.name for path in state.glob("leap*")) == ["leap-seconds.lab.list"]
    # Its sky begins anew, so that it holds on to the time that it remembers.
    with AskedDaemon([sky], state_dir=str(state)) as daemon:
        daemon.wait_for("control_socket path")
        leap = daemon.ask("leap")["leap"]
        assert (leap["next"]["day"], leap["table"]["file"]) == ("2028-12-31", str(state / "leap-seconds.lab.list"))
        assert leap["table"]["given"]
        assert daemon.tokictl("leap", "forget").returncode == 0
        leap = daemon.ask("leap")["leap"]
        assert leap["next"] is None and not leap["table"]["given"]
        assert not list(state.glob("leap*"))
        again = daemon.tokictl("leap", "forget")
        assert (again.returncode, again.stdout) == (1, "") and "no list was given" in again.stderr


def test_previews_and_pages_of_clients_are_told_to_who_asks() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        sent = bytes([0x23]) + bytes(47)
        for number in range(1, 21):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
                asking.settimeout(5)
                asking.bind(("127.0.7.%d" % number, 0))
                asking.sendto(sent, ("127.0.0.1", daemon.port))
                assert len(asking.recv(100)) == 48
        with Client(daemon.socket) as client:
            shown = client.ask("leap_preview", day="2029-06-30", kind="delete", mode="smear", smear_minutes=90)
            said = daemon.tokictl("leap", "preview", "--date", "2029-06-30", "--kind", "delete", "--mode", "smear",
                                  "--minutes", "90", "--announce", "24", "--json")
            document = json.loads(said.stdout)
            assert all(shown["preview"][part] == document[part] for part in ("event", "policy", "rows", "clients"))
            page = client.ask("clients", sort="address", match="127.0.7.", first=5, count=3)["clients"]
            assert (page["known"], page["matching"], page["first"]) == (20, 20, 5)
            assert [each["address"] for each in page["latest"]] == ["127.0.7.6", "127.0.7.7", "127.0.7.8"]
            assert client.ask("clients", sort="colour")["error"]["code"] == "bad_request"
            assert client.ask("leap_preview", day="2029-06-29")["error"]["code"] == "bad_request"
        shown = daemon.tokictl("clients", "--sort", "address", "--match", "7.20", "--count", "5").stdout
        assert "127.0.7.20" in shown and "127.0.7.2 " not in shown
