"""A restart: what the daemon remembers, and how it ends where that cannot be trusted."""
from __future__ import annotations

import os
import re
import signal
import tempfile
import zlib
from typing import Dict, List

import pytest

from ntp_client import NtpWatch, Reply
from programs import Refclock, Tokimorid, configuration, free_port, program, run, slowness, wait_until

pytestmark = pytest.mark.story

SKY: Refclock = {"driver": "simulated", "name": "sky"}
PATIENCE = 10.0


def is_synchronised(reply: Reply) -> bool:
    return reply.synchronised


class Place:
    """A port and a directory that runs of a daemon share."""

    def __init__(self, workers: int = 2) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="tokimori-")
        self.directory = self._temporary.name
        self.file = os.path.join(self.directory, "clock.lab.state")
        self.port = free_port()
        self._workers = workers

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *_: object) -> None:
        self._temporary.cleanup()

    def text(self, sky: bool = True) -> str:
        return configuration(["127.0.0.1:%d" % self.port], [SKY] if sky else [], lab_mode=True, workers=self._workers,
                             state_dir=self.directory)

    def start(self, sky: bool = True) -> Tokimorid:
        """Without a sky nobody tells it the time."""
        return Tokimorid(self.text(sky), self.port)

    def run_once(self) -> None:
        """Until it has something to remember, then a clean end."""
        with self.start() as daemon, daemon.watch() as watch:
            watch.wait_for(is_synchronised, PATIENCE * slowness())

    def first_replies(self, daemon: Tokimorid, watch: NtpWatch, count: int = 10) -> List[Reply]:
        """The very first that anybody had of it."""
        daemon.wait_for("started")
        wait_until(lambda: len(watch.replies()) >= count, PATIENCE, "%d replies" % count)
        return watch.replies()[:count]

    def change(self, key: str, value: str) -> None:
        """Exchanges a line of the file, whose checksum stays right."""
        with open(self.file, encoding="ascii") as file:
            body = file.read().split("crc32 ")[0]
        assert re.search("^%s " % key, body, re.MULTILINE)
        body = re.sub("(?m)^%s .*$" % key, "%s %s" % (key, value), body)
        with open(self.file, "w", encoding="ascii") as file:
            file.write("%scrc32 %08x\n" % (body, zlib.crc32(body.encode())))


both = pytest.mark.parametrize("workers", [0, 2])


@both
def test_a_restarted_daemon_serves_from_its_first_reply_on(workers: int) -> Dict[str, object]:
    with Place(workers) as place:
        place.run_once()
        # Nobody tells it the time any more: what it serves is what it remembers.
        with NtpWatch(place.port, per_second=100) as watch, place.start(sky=False) as daemon:
            replies = place.first_replies(daemon, watch)
            assert all(reply.synchronised and reply.stratum == 1 and reply.refid == b"SIM\0" for reply in replies)
            assert all(reply.proven_error <= reply.root_distance for reply in replies), "the sky was the host's clock"
            daemon.wait_for("state_recalled .*same_boot=true")
            assert not daemon.find("state=never_synchronised")
            return {"root_distance_ms": round(replies[0].root_distance * 1e3, 3)}


@both
def test_and_follows_its_sources_without_a_gap(workers: int) -> None:
    with Place(workers) as place:
        place.run_once()
        with NtpWatch(place.port, per_second=50) as watch, place.start() as daemon:
            daemon.wait_for("source name=sky reason=selected", PATIENCE)
            watch.wait_seconds(1)
            assert all(reply.synchronised for reply in watch.replies())


@both
def test_a_killed_daemon_remembers_what_it_wrote_when_first_synchronised(workers: int) -> None:
    with Place(workers) as place:
        daemon = place.start()
        daemon.wait_for("clock state=synchronised", PATIENCE)
        wait_until(lambda: os.path.exists(place.file), PATIENCE, "a state file")
        daemon.end(signal.SIGKILL)
        daemon.directory.cleanup()
        with NtpWatch(place.port, per_second=100) as watch, place.start(sky=False) as restarted:
            assert all(reply.synchronised for reply in place.first_replies(restarted, watch))


def test_another_boot_keeps_the_frequency_alone() -> None:
    with Place() as place:
        place.run_once()
        place.change("boot", "01234567-89ab-cdef-0123-456789abcdef")
        with NtpWatch(place.port, per_second=100) as watch, place.start(sky=False) as daemon:
            assert all(reply.says_unsynchronised for reply in place.first_replies(daemon, watch))
            daemon.wait_for("state_recalled .*same_boot=false")


def test_a_sleep_between_the_runs_makes_the_model_worthless() -> None:
    with Place() as place:
        place.run_once()
        place.change("asleep", str(30 * 86_400 * 10**9))
        with NtpWatch(place.port, per_second=100) as watch, place.start(sky=False) as daemon:
            assert all(reply.says_unsynchronised for reply in place.first_replies(daemon, watch))


@pytest.mark.parametrize("damage", ["", "rubbish\n", "tokimori clock state 3\n", "tokimori clock state 2\nrate 0\n"])
def test_a_damaged_file_is_named_set_aside_and_replaced(damage: str) -> None:
    with Place() as place:
        with open(place.file, "w", encoding="ascii") as file:
            file.write(damage)
        with place.start() as daemon, daemon.watch() as watch:
            daemon.wait_for("warning state what=.*clock.lab.state is not used: .*clock.lab.state.refused")
            watch.wait_for(is_synchronised, PATIENCE * slowness())
        assert sorted(os.listdir(place.directory)) == ["clock.lab.state", "clock.lab.state.refused"]
        with place.start(sky=False) as daemon:
            daemon.wait_for("state_recalled .*same_boot=true")


def test_the_state_of_a_server_in_service_is_not_a_laboratorys() -> None:
    with Place() as place:
        place.run_once()
        place.change("laboratory", "0")
        with place.start(sky=False) as daemon:
            daemon.wait_for("state_not_used .*this is a laboratory")


def test_a_laboratory_leaves_the_state_of_a_server_in_service_alone() -> None:
    with Place() as place:
        in_service = os.path.join(place.directory, "clock.state")
        place.run_once()
        place.change("laboratory", "0")
        os.rename(place.file, in_service)
        with open(in_service, encoding="ascii") as file:
            before = file.read()
        place.run_once()
        with open(in_service, encoding="ascii") as file:
            assert file.read() == before
        assert os.path.exists(place.file)


def test_a_directory_that_is_missing_is_told_once_and_no_hindrance() -> None:
    with Place() as place:
        place.directory = os.path.join(place.directory, "absent")
        with place.start() as daemon, daemon.watch() as watch:
            watch.wait_for(is_synchronised, PATIENCE * slowness())
            daemon.wait_for("warning state what=.*cannot be written .*No such file")
            watch.wait_seconds(2)
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(5 * slowness())
            assert len(daemon.find("warning state ")) == 1


def test_an_explicit_command_forgets() -> None:
    with Place() as place:
        place.run_once()
        path = os.path.join(place.directory, "tokimori.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(place.text())
        forgotten = run([program("tokimorid"), "--forget-state", "--config", path])
        assert (forgotten.returncode, forgotten.stdout) == (0, "%s: forgotten\n" % place.file)
        assert os.listdir(place.directory) == ["tokimori.toml"]
        with NtpWatch(place.port, per_second=100) as watch, place.start(sky=False) as daemon:
            assert all(reply.says_unsynchronised for reply in place.first_replies(daemon, watch))
            assert not daemon.find("state_recalled")


def test_forgetting_where_nothing_is_kept_is_an_error() -> None:
    with Place() as place:
        path = os.path.join(place.directory, "tokimori.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(configuration(["127.0.0.1:%d" % place.port]))
        refused = run([program("tokimorid"), "--forget-state", "--config", path])
        assert refused.returncode == 1 and "nothing to forget" in refused.stderr
