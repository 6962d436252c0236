"""Disks that stand still: a call to the kernel that neither works nor fails, but does not return. Time is served, the
service manager hears that it is, an alarm is raised, and what was asked for is done once the disk goes on."""
from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import time
from typing import Any, Dict, Iterator, List

from box import Box, serving
from control import PATIENCE, Client, request
from failing_disk import FailingDisk
from leap_lists import KNOWN, leap_list
from ntp_client import NtpClient
from programs import free_port, program, run, slowness, wait_until
from service_manager import Manager

WATCHDOG = 4.0
DEBUG: Dict[str, Any] = {"log": {"level": "debug"}}


class StillBox(Box):
    """A box whose disk can be told to stand still, for files whose paths begin like that."""

    def __init__(self, room: str, files: str) -> None:
        super().__init__(room, workers=2)
        self.write()
        self.overlay = os.path.join(self.directory, "conf.d", "90-page.toml")
        self.disk = FailingDisk(os.path.join(self.directory, files))

    def begin(self, client: Client, overlay: Dict[str, Any], step: int) -> None:
        """A change that stands still at that step of what is done to files for it."""
        base = self.settings()["base"]
        self.disk.stand_still_at(step)
        client.send(request("settings_apply", overlay=overlay, base=base))
        wait_until(self.disk.stands_still, PATIENCE, "somebody waits for the disk")

    def steps_of_a_change(self) -> int:
        """How many there are from reading the files to the end, where the overlay is there already."""
        self.disk.count()
        assert "applied" in self.try_to_apply()
        steps = self.disk.steps()
        assert "applied" in self.ask("settings_apply", overlay={}, base=self.settings()["base"])
        return steps


@contextlib.contextmanager
def still_box(files: str = "conf.d") -> Iterator[StillBox]:
    """One whose files are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        box = StillBox(room, files)
        with box.disk:
            yield box


def longest_silence(manager: Manager, seconds: float) -> float:
    """Between two signs of life, of those that come within `seconds`."""
    heard: List[float] = [time.monotonic()]
    while heard[-1] < heard[0] + seconds:
        assert manager.hear() == "WATCHDOG=1"
        heard.append(time.monotonic())
    return max(later - earlier for earlier, later in zip(heard, heard[1:]))


def test_time_is_served_and_an_alarm_raised_while_a_change_stands_still() -> None:
    with still_box() as box, Manager() as manager:
        with box.start([*manager.prefix(int(WATCHDOG * 1e6)), *box.disk.prefix()]) as daemon, serving(box) as watch, \
                Client(box.socket) as changing:
            # Last come the end of the new file, its exchange, and three steps for the directory.
            sync = box.steps_of_a_change() - 5
            manager.hear_until("WATCHDOG=1")
            box.begin(changing, DEBUG, sync)
            began = watch.mark()
            assert longest_silence(manager, 2.5 * WATCHDOG) < WATCHDOG, "systemd would have ended it"
            assert "the disk does not answer" in box.fault()
            told = run([program("tokictl"), "tracking", "--socket", box.socket, "--lang", "ja"])
            assert told.returncode == 1 and "保存できません" in told.stdout
            assert box.try_to_apply()["error"]["code"] == "disk_silent", "nobody waits without being told"
            assert box.settings()["under_way"] and box.settings()["overlay"] == {}
            daemon.send_signal(signal.SIGHUP)
            replies = watch.replies()[began:]
            assert len(replies) > 2 * WATCHDOG * 20 / slowness()
            assert all(reply.proven_error <= reply.root_distance < 0.1 for reply in replies)
            before = daemon.mark()
            box.disk.count()
            assert "applied" in changing.next_reply()
            daemon.wait_for("settings_disk_answers", PATIENCE)
            daemon.wait_for("info reloaded", PATIENCE, since=before)
            assert box.settings()["overlay"] == DEBUG and box.fault() == ""
            assert len(daemon.find("settings_disk_silent")) == 1


def test_no_step_of_a_change_is_taken_by_the_thread_of_the_clock() -> None:
    with still_box() as box, box.start(box.disk.prefix()), serving(box):
        steps = box.steps_of_a_change()
        assert steps >= 10
        for step in range(1, steps + 1):
            wanted = DEBUG if step % 2 else {}
            with Client(box.socket) as changing:
                box.begin(changing, wanted, step)
                assert not box.settings()["pending"] and box.fault() == "", "it answers"
                box.disk.count()
                assert "applied" in changing.next_reply(), step
            assert box.settings()["overlay"] == wanted


def test_what_is_given_back_is_so_at_once_and_after_a_crash_too() -> None:
    with still_box() as box:
        port = free_port()
        overlay = {"server": {"listen": ["127.0.0.1:%d" % box.port, "127.0.0.1:%d" % port]}}
        with box.start(box.disk.prefix()) as daemon, Client(box.socket) as checking, Client(box.socket) as returning:
            box.disk.count()
            applied = box.ask("settings_apply", overlay=overlay, base=box.settings()["base"])["applied"]
            assert applied["confirm_within_ns"] and answers(port)
            box.disk.stand_still_at(1)
            checking.send(request("settings_check", overlay={}))
            wait_until(box.disk.stands_still, PATIENCE, "the files are being read")
            returning.send(request("settings_return", id=applied["id"]))
            assert "base" in returning.next_reply(), "nobody waits for the disk to be told"
            daemon.wait_for('settings_returned why="asked for"')
            wait_until(lambda: not answers(port), PATIENCE, "what was before is in force")
            assert box.settings()["pending"] is None and box.settings()["overlay"] == {}
            assert os.path.exists(box.overlay + ".unconfirmed") and not os.path.exists(box.overlay)
            daemon.kill()
        box.disk.count()
        with box.start(box.disk.prefix()) as daemon:
            assert daemon.find('settings_returned why="an earlier run')
            assert box.settings()["overlay"] == {} and not answers(port) and answers(box.port)


def test_a_list_of_leap_seconds_counts_before_the_disk_has_it_and_until_it_is_gone() -> None:
    with still_box(os.path.join("state", "leap-seconds")) as box, box.start(box.disk.prefix()), serving(box), \
            Client(box.socket) as giving:

        def stands_still_for(line: bytes) -> None:
            box.disk.stand_still_at(1)
            giving.send(line)
            wait_until(box.disk.stands_still, PATIENCE, "somebody waits for the disk")
            assert box.ask("leap")["leap"]["table"]["given"]
            box.disk.count()

        newer = leap_list("2028-07-06", KNOWN + [("2029-01-01", 38)], "2029-06-28")
        stands_still_for(request("leap_list", text=newer))
        assert giving.next_reply()["leap_list"]["kept"]
        stands_still_for(request("leap_list_forget"))
        assert giving.next_reply()["forgotten"]
        assert not box.ask("leap")["leap"]["table"]["given"]


def test_the_keys_of_clients_are_read_beside_the_clock() -> None:
    with still_box("keys") as box:
        keys = os.path.join(box.directory, "keys")
        with open(keys, "w", encoding="ascii") as file:
            file.write("7 SHA256 HEX:%s\n" % ("ab" * 32))
        os.chmod(keys, 0o600)
        with open(box.path, "a", encoding="utf-8") as file:
            file.write('[access]\nkeys_file = "%s"\n' % keys)
        with box.start(box.disk.prefix()) as daemon, serving(box):
            before = daemon.mark()
            box.disk.stand_still_at(1)
            daemon.send_signal(signal.SIGHUP)
            wait_until(box.disk.stands_still, PATIENCE, "the keys are being read")
            assert box.settings()["under_way"] and not daemon.find("info reloaded", since=before)
            box.disk.count()
            daemon.wait_for("info reloaded", PATIENCE, since=before)
            assert not daemon.find("keys_refused")


def test_the_daemon_ends_though_the_disk_stands_still() -> None:
    with still_box("") as box:
        daemon = box.start(box.disk.prefix())
        with Client(box.socket) as changing:
            box.begin(changing, DEBUG, 1)
            daemon.send_signal(signal.SIGTERM)
            # systemd waits for 15 s (TimeoutStopSec).
            assert daemon.wait(14 * slowness()) == 0, daemon.log()
        box.disk.count()
        with box.start(box.disk.prefix()):
            assert box.settings()["overlay"] == {}


def test_a_signal_to_end_has_the_last_word_over_a_restart_that_waits_for_the_disk() -> None:
    with still_box() as box:
        daemon = box.start(box.disk.prefix())
        with Client(box.socket) as restarting:
            box.disk.stand_still_at(1)
            restarting.send(request("restart"))
            wait_until(box.disk.stands_still, PATIENCE, "the files are being read")
            daemon.send_signal(signal.SIGTERM)
            box.disk.count()
            assert daemon.wait(14 * slowness()) == 0, daemon.log()


def test_a_signal_to_end_has_the_last_word_over_a_restart_that_has_begun() -> None:
    with still_box() as box:
        daemon = box.start(box.disk.prefix())
        with Client(box.socket) as restarting, Client(box.socket) as changing:
            box.disk.count()
            assert "check" in box.ask("settings_check", overlay={})
            reading = box.disk.steps()
            box.disk.stand_still_at(1)
            restarting.send(request("restart"))
            wait_until(box.disk.stands_still, PATIENCE, "the files are being read")
            changing.send(request("settings_apply", overlay=DEBUG, base=box.settings()["base"]))
            # The change has its turn behind the restart, and holds up its end.
            box.disk.stand_still_at(reading + 1)
            assert restarting.next_reply()["restarting"]
            wait_until(box.disk.stands_still, PATIENCE, "the change waits for the disk")
            time.sleep(0.5)  # until it has had its time for the reply
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(14 * slowness()) == 0, daemon.log()
        box.disk.count()


def answers(port: int) -> bool:
    """Somebody answers there."""
    with NtpClient(port) as client:
        return client.ask(patience=0.5 * slowness()) is not None
