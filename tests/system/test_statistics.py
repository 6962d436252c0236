"""Statistics files: ntpd's columns, as ntpviz reads them, through a leap second, and disks that do not want them."""
from __future__ import annotations

import importlib
import os
import re
import signal
import tempfile
from typing import Dict, List, Tuple

import pytest

from control import SKY, AskedDaemon
from namespace import mounting
from ntp_client import Reply
from programs import slowness, wait_until

pytestmark = pytest.mark.story

SECONDS = r"-?\d+\.\d{9}"
COLUMNS = {
    "loopstats": r"%s -?\d+\.\d{6} %s \d+\.\d{6} \d+" % (SECONDS, SECONDS),
    "peerstats": r"sky [0-9a-f]{4} %s %s %s %s" % (SECONDS, SECONDS, SECONDS, SECONDS),
    "clockstats": r"sky \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ .*",
    "sysstats": r"\d+( \d+){10}",
}
LEAP = "2016-12-31T23:59:45Z"
BEFORE, AFTER = "20161231", "20170101"


def lines_of(directory: str, name: str) -> List[str]:
    with open(os.path.join(directory, name), encoding="utf-8") as file:
        text = file.read()
    assert text.endswith("\n")
    return text.split("\n")[:-1]


def time_of(line: str) -> Tuple[int, float]:
    day, seconds = line.split()[:2]
    return int(day), float(seconds)


def ntpviz_reads(directory: str) -> "Tuple[List[List[str]], List[List[str]], List[List[str]]]":
    """What ntpviz makes of the files: its loopstats, peerstats and clockstats."""
    try:
        statfiles = importlib.import_module("ntp.statfiles")
    except ImportError:
        pytest.skip("NO NTPVIZ HERE: its reader (python3-ntp) did not see the files")
    first = statfiles.iso_to_posix("2016-12-31T00:00:00")
    for name in os.listdir(directory):
        os.utime(os.path.join(directory, name), (first + 100000, first + 100000))
    read = statfiles.NTPStats(directory, starttime=first, endtime=first + 2 * 86400)
    assert list(read.peersplit()) == ["sky"]
    return read.loopstats, read.peerstats, read.clockstats


@pytest.mark.parametrize("workers", [0, 2])
def test_the_files_have_the_columns_of_ntpd_and_go_through_a_leap_second(workers: int) -> Dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        place = os.path.join(room, "statistics")
        directory = os.path.join(place, "lab")
        with AskedDaemon([{**SKY, "start": LEAP}], workers=workers, statistics_dir=place) as daemon:
            with daemon.watch() as watch:
                def is_later(reply: Reply) -> bool:
                    return reply.synchronised and reply.utc >= "2017-01-01T00:00:25"
                watch.wait_for(is_later, 60 * slowness())
            assert len(os.listdir("/proc/%d/task" % daemon.pid)) <= 1 or workers > 0
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(5 * slowness()) == 0
            assert not daemon.find("statistics_lost")
        names = set(os.listdir(directory))
        assert names == {"%s.%s" % (kind, day) for kind in ("loopstats", "peerstats", "clockstats")
                         for day in (BEFORE, AFTER)} | {"sysstats." + AFTER} | set(COLUMNS)
        for kind, columns in COLUMNS.items():
            lines = [line for day in (BEFORE, AFTER) if "%s.%s" % (kind, day) in names
                     for line in lines_of(directory, "%s.%s" % (kind, day))]
            for line in lines:
                assert re.fullmatch(r"5775[34] \d+\.\d{3} " + columns, line), line
            times = [time_of(line) for line in lines]
            assert times == sorted(set(times)), kind
        assert all(time_of(line)[0] == 57753 for line in lines_of(directory, "peerstats." + BEFORE))
        assert all(time_of(line)[0] == 57754 for line in lines_of(directory, "peerstats." + AFTER))
        for kind in COLUMNS:
            assert os.path.samefile(os.path.join(directory, kind), os.path.join(directory, "%s.%s" % (kind, AFTER)))
        loop, peer, clock = ntpviz_reads(directory)
        assert min(len(loop), len(peer), len(clock)) >= 2
        assert abs(float(loop[-1][2])) < 1e-3 and abs(float(peer[-1][4])) < 1e-3
        answered = int(lines_of(directory, "sysstats." + AFTER)[0].split()[4])
        assert answered > 100
        return {"bytes": sum(os.path.getsize(os.path.join(directory, name)) for name in names if "." in name)}


def test_nothing_is_written_unless_it_is_asked_for() -> None:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        assert len(os.listdir("/proc/%d/task" % daemon.pid)) > 1
        assert not daemon.find("statistics")
        assert sorted(os.listdir(daemon.room.name)) == ["control.sock"]


def test_old_files_are_removed_and_others_are_not() -> None:
    with tempfile.TemporaryDirectory(prefix="tokimori-") as place:
        room = os.path.join(place, "lab")
        os.mkdir(room)
        for directory in (place, room):
            for name in ("loopstats.20161101", "loopstats.20161225", "rawstats.20150101", "letters.20010101"):
                with open(os.path.join(directory, name), "w", encoding="ascii") as file:
                    file.write("57000 1.0\n")
        in_service = set(os.listdir(place))
        with AskedDaemon([{**SKY, "start": "2016-12-31T12:00:00Z"}], statistics_dir=place) as daemon:
            daemon.wait_synchronised()
            daemon.reload(daemon.text(), "reloaded")
            wait_until(lambda: not os.path.exists(os.path.join(room, "loopstats.20161101")), 10, "the old one is gone")
            wait_until(lambda: not os.path.exists(os.path.join(room, "rawstats.20150101")), 10, "the other is gone, too")
        assert {"loopstats.20161225", "letters.20010101"} < set(os.listdir(room))
        assert set(os.listdir(place)) == in_service, "a laboratory leaves those of a server in service alone"


def mounted(directory: str, options: str) -> List[str]:
    """What a command begins with so that a small disk is mounted at `directory` for it alone."""
    return mounting('mount -t tmpfs -o %s none "$0"' % options, directory)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("options", ["size=4k", "ro"])
def test_a_disk_that_is_full_or_read_only_costs_one_message(options: str, workers: int) -> None:
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        prefix = mounted(room, options)
        # A page of 4096 bytes holds one of the files, not all of them.
        with AskedDaemon(prefix=prefix, workers=workers, statistics_dir=room) as daemon, daemon.watch() as watch:
            daemon.wait_synchronised()
            watch.wait_for(lambda reply: reply.synchronised, 10)
            for _ in range(3):
                watch.wait_seconds(1.5)
                daemon.reload(daemon.text(), "reloaded")
            daemon.wait_for("warning statistics_lost what=.*(No space left|Read-only file system)", 10)
            answered = watch.mark()
            watch.wait_seconds(2)
            assert all(reply.synchronised for reply in watch.replies()[answered:])
            assert len(daemon.find("statistics_lost")) == 1
