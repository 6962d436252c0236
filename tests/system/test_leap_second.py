"""A leap second on a simulated date as clients live through it: many of them, asking several workers all the while."""
from __future__ import annotations

import calendar
import contextlib
import json
import os
import pathlib
import re
import signal
import tempfile
import time
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import pytest

from namespace import NetworkNamespace
from ntp_client import SECOND, NtpWatch, Reply, posix_ns
from programs import Refclock, Tokimorid, configuration, free_port, run, slowness, tool, wait_until

pytestmark = pytest.mark.story

PATIENCE = 15.0
WATCHES = 6
PER_SECOND = 50
# The host's clock may be slewed meanwhile, and after a restart without a sky ours is on its own.
HAIR = 1_000_000
INSERT, DELETE = 1, 2
RELOADED = " reloaded "


class Midnight(NamedTuple):
    """The end of a day that has a leap second; `known`: to the table, too."""

    day: str
    leap: str
    known: bool = False

    @property
    def posix(self) -> int:
        """The midnight after it."""
        return calendar.timegm(time.strptime(self.day, "%Y-%m-%d")) + 86_400

    @property
    def step(self) -> int:
        """By how much the last minute is longer, s."""
        return 1 if self.leap == "insert" else -1

    @property
    def indicator(self) -> int:
        """What LI says of it."""
        return INSERT if self.leap == "insert" else DELETE

    def sky(self, seconds_before: int) -> Refclock:
        """A sky that shows at launch what is so long before the end, in SI seconds."""
        start = self.posix - seconds_before + self.step
        return {"driver": "simulated", "name": "sky", "leap": self.leap,
                "start": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start))}


INSERTIONS = [Midnight("2016-12-31", "insert", True), Midnight("2028-12-31", "insert")]
DELETION = Midnight("2029-06-30", "delete")
MIDNIGHTS = [*INSERTIONS, DELETION]
NAMES = ["inserted, in the table", "inserted, by the sky alone", "deleted"]


def is_synchronised(reply: Reply) -> bool:
    return reply.synchronised


def leap_settings(entry: Optional[Midnight] = None, **settings: object) -> str:
    """The section of the configuration, with an entry by hand."""
    lines = ["%s = %s" % (key, '"%s"' % value if isinstance(value, str) else str(value).lower())
             for key, value in settings.items()]
    if entry is not None:
        lines += ["[[leap.manual]]", 'date = "%s"' % entry.day, 'kind = "%s"' % entry.leap]
    return "\n".join(["[leap]", *lines, ""])


class Host:
    """A place where daemons run one after the other, and clients that ask whichever is there, each with a socket of its
    own, so that every worker has some."""

    def __init__(self, workers: int = 4) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="tokimori-")
        self._workers = workers
        self._port = free_port()
        self._watches: List[NtpWatch] = []

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_: object) -> None:
        self._watches = [watch for watch in self._watches if watch.close()]  # type: ignore[func-returns-value]
        self._directory.cleanup()

    def text(self, source: Optional[Refclock], /, **leap: Any) -> str:
        """A configuration; nobody tells the time where there is no source."""
        return configuration(["127.0.0.1:%d" % self._port], [source] if source else [], lab_mode=True,
                             workers=self._workers, state_dir=self._directory.name) + leap_settings(**leap)

    def start(self, source: Optional[Refclock], /, **leap: Any) -> Tokimorid:
        """A daemon."""
        return Tokimorid(self.text(source, **leap), self._port)

    def has_state(self) -> bool:
        """Something is remembered."""
        return os.path.exists(os.path.join(self._directory.name, "clock.lab.state"))

    def watch(self) -> NtpWatch:
        """All clients begin; the first of them."""
        self._watches = [NtpWatch(self._port, per_second=PER_SECOND) for _ in range(WATCHES)]
        return self._watches[0]

    def replies(self) -> List[List[Reply]]:
        """Of each client in the order in which they came, from its first synchronised one on."""
        found = []
        for watch in self._watches:
            replies = watch.replies()
            first = next((number for number, reply in enumerate(replies) if reply.synchronised), len(replies))
            found.append(replies[first:])
        return found


def offsets(replies: Sequence[Reply]) -> Tuple[int, int]:
    """True time as it is served minus the host's clock, ns, as all of these prove together: at least, and at most. A
    request left before it was stamped, a reply came after, and each is wrong by its root distance at most. `at least`
    > `at most`: they are not of one line."""
    return (max(reply.transmit_ns - reply.came_ns - doubt(reply) for reply in replies),
            min(posix_ns(reply.receive) - reply.left_ns + doubt(reply) for reply in replies))


def doubt(reply: Reply) -> int:
    """Its root distance, ns."""
    return int(reply.root_distance * SECOND)


def assert_sound(reply: Reply) -> None:
    assert (reply.stratum, reply.mode, reply.version) == (1, 4, 4)
    assert max(posix_ns(reply.reference), posix_ns(reply.receive)) <= reply.transmit_ns


class Sides(NamedTuple):
    """Replies to all clients before the leap second, since, and a bound of the host's clock at its end, ns."""

    before: List[Reply]
    after: List[Reply]


def sides_of(host: Host, midnight: Midnight) -> Sides:
    """Sorts the replies by the warning that they carry."""
    clients = host.replies()
    for replies in clients:
        warnings = [reply.leap for reply in replies]
        assert warnings == sorted(warnings, reverse=True), "the warning came back"
    everything = [reply for replies in clients for reply in replies]
    for reply in everything:
        assert reply.synchronised
        assert_sound(reply)
    assert {reply.leap for reply in everything} == {0, midnight.indicator}
    return Sides([reply for reply in everything if reply.leap], [reply for reply in everything if not reply.leap])


def assert_leap_second(host: Host, midnight: Midnight) -> Dict[str, object]:
    """Served time goes on by one line up to the leap, and by another, a second away, from there on; whoever asks
    whichever worker. The warning ends with the day."""
    sides = sides_of(host, midnight)
    end = midnight.posix * SECOND
    least, most = offsets(sides.after)
    assert least <= most + HAIR
    line = (least + most) // 2
    # When each reply was stamped, counted from the end of the day in SI time, as the line of the next day has it.
    jump = -SECOND if midnight.step > 0 else 0
    early = [reply for reply in sides.before if reply.came_ns + line - end < jump]
    late = [reply for reply in sides.before if reply.left_ns + line - end >= jump]
    least, most = offsets(early)
    assert least - midnight.step * SECOND <= line + HAIR and most - midnight.step * SECOND >= line - HAIR
    assert least <= most + HAIR
    served = {reply.utc[11:] for reply in early}
    assert min(reply.transmit_ns for reply in sides.after) >= end
    if midnight.step > 0:
        # The second that is inserted is 23:59:59 once more, with the warning on.
        least, most = offsets(late)
        assert least <= line + HAIR and most >= line - HAIR
        assert {reply.utc[11:] for reply in late} == {"23:59:59"} and late
        assert "23:59:59" in served and "00:00:00" not in served
    else:
        assert not late and "23:59:58" in served and "23:59:59" not in served
    return {"replies": len(sides.before) + len(sides.after), "in_the_leap_second": len(late)}


def wait_for_next_day(watch: NtpWatch, midnight: Midnight, seconds: float) -> None:
    watch.wait_for(lambda reply: reply.synchronised and reply.transmit_ns > (midnight.posix + 2) * SECOND, seconds)


@pytest.mark.parametrize("workers", [0, 4])
@pytest.mark.parametrize("midnight", MIDNIGHTS, ids=NAMES)
def test_many_clients_see_one_leap_second(midnight: Midnight, workers: int) -> Dict[str, object]:
    with Host(workers) as host, host.start(midnight.sky(18)) as daemon:
        daemon.wait_for("started")
        watch = host.watch()
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        wait_for_next_day(watch, midnight, 40)
        return assert_leap_second(host, midnight)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL], ids=["ended", "killed"])
@pytest.mark.parametrize("midnight", MIDNIGHTS, ids=NAMES)
def test_a_restart_in_the_last_seconds_changes_nothing(midnight: Midnight, ending: int) -> Dict[str, object]:
    # The second run has no sky: time it knows from the first alone. What a simulated sky made up is not remembered, so
    # the leap second is entered by hand.
    with Host() as host:
        with contextlib.ExitStack() as first_run:
            first = first_run.enter_context(host.start(midnight.sky(60), entry=midnight))
            first.wait_for("started")
            watch = host.watch()
            watch.wait_for(is_synchronised, PATIENCE * slowness())
            wait_until(host.has_state, PATIENCE, "a state file")
            watch.wait_for(lambda reply: reply.leap == midnight.indicator, PATIENCE)
            watch.wait_for(lambda reply: reply.transmit_ns > (midnight.posix - 30) * SECOND, 60)
            if ending == signal.SIGKILL:
                first.end(ending)
                first.directory.cleanup()
                first_run.pop_all()
        with host.start(None, entry=midnight) as second:
            second.wait_for("state_recalled .*same_boot=true", PATIENCE)
            wait_for_next_day(watch, midnight, 60)
            return assert_leap_second(host, midnight)


@pytest.mark.parametrize("midnight", [INSERTIONS[1], DELETION], ids=["inserted", "deleted"])
def test_reloads_in_the_last_seconds_change_nothing(midnight: Midnight) -> Dict[str, object]:
    with Host() as host, host.start(midnight.sky(24)) as daemon:
        daemon.wait_for("started")
        watch = host.watch()
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        done = 0
        while not watch.replies()[-1].transmit_ns > (midnight.posix + 1) * SECOND:
            daemon.send_signal(signal.SIGHUP)
            watch.wait_seconds(0.4)
            done += 1
        wait_for_next_day(watch, midnight, 40)
        return {"reloads": done, **assert_leap_second(host, midnight)}


def test_another_mode_waits_until_the_leap_second_is_over() -> None:
    midnight = INSERTIONS[1]
    with Host() as host, host.start(midnight.sky(20)) as daemon:
        daemon.wait_for("started")
        watch = host.watch()
        watch.wait_for(lambda reply: reply.leap == INSERT, PATIENCE * slowness())
        daemon.reload(host.text(midnight.sky(20), mode="smear", smear_minutes=60), "leap_change_waits")
        wait_for_next_day(watch, midnight, 40)
        daemon.wait_for("leap_policy mode=smear smear_minutes=60", PATIENCE)
        assert_leap_second(host, midnight)


def test_other_settings_at_a_restart_wait_as_well() -> Dict[str, object]:
    # The second run would know of no leap second, and smear: it goes on as the first, whose table had it.
    midnight = INSERTIONS[0]
    with Host() as host:
        with host.start(midnight.sky(60)) as first:
            first.wait_for("started")
            watch = host.watch()
            watch.wait_for(is_synchronised, PATIENCE * slowness())
            wait_until(host.has_state, PATIENCE, "a state file")
            watch.wait_for(lambda reply: reply.leap == INSERT, PATIENCE)
            watch.wait_for(lambda reply: reply.transmit_ns > (midnight.posix - 30) * SECOND, 60)
        with host.start(None, source="manual", mode="smear", smear_minutes=400) as second:
            second.wait_for("leap_change_waits", PATIENCE)
            wait_for_next_day(watch, midnight, 60)
            second.wait_for("leap_policy mode=smear smear_minutes=400", PATIENCE)
            return assert_leap_second(host, midnight)


def test_another_mode_may_be_forced() -> None:
    midnight = INSERTIONS[1]
    with Host() as host, host.start(midnight.sky(600)) as daemon:
        daemon.wait_for("started")
        watch = host.watch()
        watch.wait_for(lambda reply: reply.leap == INSERT, PATIENCE * slowness())
        since = watch.mark()
        text = host.text(midnight.sky(600), mode="smear", smear_minutes=60, change_at_once=True)
        daemon.reload(text, "leap_policy mode=smear .*forced=true")
        smeared = watch.wait_for(lambda reply: reply.leap == 0, PATIENCE, since)
        assert smeared.synchronised and smeared.refid[0] == 254
        daemon.wait_for("leap_smear .*served time is not UTC", PATIENCE)


SMEAR = 3600


def mark_of(refid: bytes) -> float:
    """Served time minus UTC, s, as 254.x.y.z tells it."""
    assert refid[0] == 254, refid
    return int.from_bytes(refid[1:], "big", signed=True) / (1 << 22)


def assert_end_of_smear(host: Host, midnight: Midnight, marked: bool = True) -> Dict[str, object]:
    """Served time is a straight line to the end of the leap second, never stands still or goes back, and is UTC then."""
    clients = host.replies()
    for replies in clients:
        stamps = [stamp for reply in replies for stamp in (posix_ns(reply.receive), reply.transmit_ns)]
        assert stamps == sorted(set(stamps)), "served time stands still or goes back"
    everything = [reply for replies in clients for reply in replies]
    for reply in everything:
        assert reply.leap == 0 and reply.synchronised
        assert_sound(reply)
    end = midnight.posix * SECOND
    after = [reply for reply in everything if posix_ns(reply.receive) >= end]
    before = [reply for reply in everything if reply.transmit_ns < end]
    assert {reply.refid for reply in after} == {b"SIM\0"}
    least, most = offsets(after)
    assert least <= most + HAIR
    line = (least + most) // 2
    # What is left of the smear lies between the line of the next day and what is served.
    rate = midnight.step / SMEAR
    for reply in before:
        left = reply.left_ns + line - end
        came = reply.came_ns + line - end
        most, least = (left, came) if rate > 0 else (came, left)
        assert reply.transmit_ns - reply.came_ns <= line - rate * most + doubt(reply) + HAIR
        assert posix_ns(reply.receive) - reply.left_ns >= line - rate * least - doubt(reply) - HAIR
        if marked:
            # 2^-22 s is a quarter of a microsecond. Served time runs slower, or faster, by one second in all.
            lag = midnight.step * ((reply.transmit_ns - end) / SECOND / (SMEAR - midnight.step) + 1)
            assert mark_of(reply.refid) == pytest.approx(-lag, abs=1e-6)
        else:
            assert reply.refid == b"SIM\0"
    first = min(before, key=lambda reply: reply.came_ns)
    return {"replies": len(everything), "smeared_for_s": round((end - first.transmit_ns) / SECOND, 1)}


@pytest.mark.parametrize("workers", [0, 4])
@pytest.mark.parametrize("midnight", [INSERTIONS[0], DELETION], ids=["inserted", "deleted"])
def test_many_clients_see_the_end_of_a_smear(midnight: Midnight, workers: int) -> Dict[str, object]:
    with Host(workers) as host, host.start(midnight.sky(40), mode="smear", smear_minutes=60) as daemon:
        daemon.wait_for("started")
        watch = host.watch()
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        wait_for_next_day(watch, midnight, 60)
        assert daemon.find("leap_smear .*served time is not UTC")
        return assert_end_of_smear(host, midnight)


def test_a_smear_goes_on_where_a_restart_interrupted_it() -> Dict[str, object]:
    midnight = INSERTIONS[1]
    smear: Dict[str, Any] = {"mode": "smear", "smear_minutes": 60, "entry": midnight}
    with Host() as host:
        with host.start(midnight.sky(60), **smear) as first:
            first.wait_for("started")
            watch = host.watch()
            watch.wait_for(is_synchronised, PATIENCE * slowness())
            wait_until(host.has_state, PATIENCE, "a state file")
            first.reload(host.text(midnight.sky(60), **smear), RELOADED)
            watch.wait_for(lambda reply: reply.transmit_ns > (midnight.posix - 30) * SECOND, 60)
        with host.start(None, **smear) as second:
            second.wait_for("state_recalled .*same_boot=true", PATIENCE)
            wait_for_next_day(watch, midnight, 60)
            return assert_end_of_smear(host, midnight)


def test_a_smear_need_not_be_marked() -> Dict[str, object]:
    midnight = INSERTIONS[1]
    with Host() as host, host.start(midnight.sky(20), mode="smear", smear_minutes=60, mark_refid=False) as daemon:
        daemon.wait_for("started")
        watch = host.watch()
        watch.wait_for(is_synchronised, PATIENCE * slowness())
        wait_for_next_day(watch, midnight, 40)
        return assert_end_of_smear(host, midnight, marked=False)


WORDS = {"insert": "add-leap", "delete": "del-leap", "none": "no-leap"}
MARKS = {"insert": "+", "delete": "-", "none": "N"}


def heard_by_chronyd(prefix: Sequence[str]) -> Tuple[float, str]:
    """How slow it finds the host's clock, s, and the leap status it notes of the replies. It sets nothing (-Q)."""
    path = os.environ.get("TOKIMORI_CHRONYD") or tool("chronyd")
    assert path, "There is no chronyd; packaging/install-dependencies tests brings it."
    with tempfile.TemporaryDirectory() as directory:
        settings = ["server 127.0.0.1 iburst", f"logdir {directory}", "log rawmeasurements"]
        asked = run([*prefix, path, "-U", "-u", "root", "-Q", "-t", "30", *settings], 60)
        found = re.search(r"System clock wrong by (-?[0-9.]+) seconds", asked.stderr)
        assert asked.returncode == 0 and found, asked.stderr
        log = pathlib.Path(directory, "measurements.log").read_text()
    marks = {line.split()[3] for line in log.splitlines() if line[:1].isdigit()}
    assert len(marks) == 1, log
    return float(found[1]), marks.pop()


def leap_by_ntpdig(prefix: Sequence[str]) -> str:
    path = tool("ntpdig")
    assert path, "There is no ntpdig; packaging/install-dependencies tests brings it."
    asked = run([*prefix, path, "-j", "-t", "5", "127.0.0.1"], 60)
    assert asked.returncode == 0, asked.stderr
    return str(json.loads(asked.stdout)["leap"])


@pytest.mark.parametrize("leap", WORDS)
def test_real_clients_hear_the_announcement_and_believe_the_server(leap: str) -> None:
    noon = "2028-12-31T12:00:00Z"
    sky: Refclock = {"driver": "simulated", "name": "sky", "start": noon, "leap": leap}
    with NetworkNamespace() as own:
        text = configuration(["127.0.0.1:123"], [sky], lab_mode=True)
        with Tokimorid(text, 123, own.prefix) as daemon:
            launched = time.time()
            daemon.wait_for("state=synchronised", PATIENCE)
            assert leap_by_ntpdig(own.prefix) == WORDS[leap]
            apart = calendar.timegm(time.strptime(noon, "%Y-%m-%dT%H:%M:%SZ")) - launched
            offset, mark = heard_by_chronyd(own.prefix)
            assert offset == pytest.approx(apart, abs=PATIENCE)
            assert mark == MARKS[leap]


def test_real_clients_hear_of_no_leap_second_in_a_smear() -> None:
    with NetworkNamespace() as own:
        text = configuration(["127.0.0.1:123"], [INSERTIONS[1].sky(600)], lab_mode=True)
        with Tokimorid(text + leap_settings(mode="smear"), 123, own.prefix) as daemon:
            daemon.wait_for("leap_smear ", PATIENCE)
            assert leap_by_ntpdig(own.prefix) == WORDS["none"]
            offset, mark = heard_by_chronyd(own.prefix)
            assert offset > 0 and mark == MARKS["none"]
