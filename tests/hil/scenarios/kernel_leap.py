"""The guest's kernel carries out a leap second, inserted and deleted, as the daemon told it to"""
import calendar
import datetime
import hashlib
from typing import List

from tokimori_hil.guest_clock import DELETE, INSERT, Look, Recording, kernel_clock
from tokimori_hil.receiver import Sky
from tokimori_hil.scene import GPS, PPS0, Scene

from tokimori_sky.timescale import TAI_MINUS_GPS, UtcMoment, historical

LIST = "/tmp/leap-seconds.list"
NTP = 2_208_988_800
SECOND = 1_000_000_000
# From power-on of the sky to the leap second: the daemon must be synchronised and the kernel told.
BEFORE = 100
# The kernel's tick, and what a busy host is late.
SOON = 0.05


def leap_list(midnight: int, change: int) -> str:
    """IERS's file with one leap second more."""
    rows = [(leap.midnight + NTP, leap.offset + TAI_MINUS_GPS) for leap in historical().leaps]
    rows.append((midnight + NTP, rows[-1][1] + change))
    updated, expires = midnight + NTP - 30 * 86_400, midnight + NTP + 300 * 86_400
    digest = hashlib.sha1(("%d%d" % (updated, expires) + "".join("%d%d" % row for row in rows)).encode()).hexdigest()
    words = " ".join(digest[i:i + 8] for i in range(0, 40, 8))
    return "#$ %d\n#@ %d\n%s#h %s\n" % (updated, expires, "".join("%d %d\n" % row for row in rows), words)


def seconds_in(looks: List[Look], first: int, last: int) -> float:
    """For how long, by CLOCK_MONOTONIC, CLOCK_REALTIME showed seconds from `first` to `last`."""
    inside = [look.monotonic[0] for look in looks if first <= look.real // SECOND <= last]
    return (max(inside) - min(inside)) / SECOND if inside else 0.0


def check_leap(scene: Scene, looks: List[Look], midnight: int, change: int) -> None:
    apart = max(later.monotonic[0] - look.monotonic[0] for look, later in zip(looks, looks[1:])) / SECOND
    what = "inserted" if change > 0 else "deleted"
    scene.note("%s: looks at the clock, at most apart" % what, apart, "s")
    flag = INSERT if change > 0 else DELETE
    scene.check("the flag was set", looks[0].status & (INSERT | DELETE) == flag, str(looks[0]))
    scene.check("the TAI offset was right", looks[0].tai_minus_utc == 37, str(looks[0]))
    shown = seconds_in(looks, midnight - 1, midnight - 1)
    scene.note("%s: 23:59:59 shown for" % what, shown, "s")
    if change > 0:
        scene.check("23:59:59 is shown for two seconds", abs(shown - 2) < 2 * apart + SOON)
    else:
        scene.check("23:59:59 is left out", shown < SOON)
    scene.check("four seconds of the old day before", seconds_in(looks, midnight - 5, midnight - 2) > 3.9 - 2 * apart)
    jumps = [abs((later.tai - look.tai) - (later.monotonic[0] - look.monotonic[0])) -
             (look.monotonic[1] - look.monotonic[0]) - (later.monotonic[1] - later.monotonic[0])
             for look, later in zip(looks, looks[1:])]
    scene.note("%s: largest jump of CLOCK_TAI" % what, max(jumps) / SECOND * 1e3, "ms")
    # The kernel changes both in one go, but a reader between midnight and its tick sees neither.
    scene.check("CLOCK_TAI goes on", max(jumps) < SOON * SECOND)
    scene.check("the TAI offset has moved", looks[-1].tai_minus_utc == 37 + change, str(looks[-1]))
    scene.check("the flag is cleared within three seconds", looks[-1].status & (INSERT | DELETE) == 0, str(looks[-1]))


def play_leap(scene: Scene, day: datetime.date, change: int) -> None:
    what = "insert" if change > 0 else "delete"
    midnight = calendar.timegm(day.timetuple()) + 86_400
    start = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=midnight - BEFORE)
    scene.guest.write(LIST, leap_list(midnight, change))
    scene.another_sky(Sky(UtcMoment(*start.timetuple()[:6]), change))
    gpsd = scene.gpsd()
    daemon = scene.daemon('[leap]\nlist_file = "%s"\n' % LIST + GPS + PPS0, follow=True, sets_clock=True)
    recording = Recording(scene, midnight, BEFORE + 60)
    watch = scene.watch()
    with scene.expect("%s: the leap second is announced to clients" % what):
        watch.wait_for(lambda reply: reply.leap == (1 if change > 0 else 2), seconds=BEFORE)
    with scene.expect("%s: and to the kernel" % what):
        daemon.wait_for("system_clock_leap leap=%s .*is told" % what)
    looks = recording.looks()
    check_leap(scene, looks, midnight, change)
    with scene.expect("%s: the kernel's work was noticed" % what):
        daemon.wait_for("system_clock_leap leap=%s .*carried out" % what)
    scene.wait(2, watch)
    clock = kernel_clock(scene)
    scene.check("%s: the kernel waits for nothing any more" % what, clock.state == 0 and clock.synchronised, str(clock))
    scene.check("%s: the clock was set at the start alone" % what,
                sum("system_clock_set " in line for line in daemon.lines()) == 1)
    scene.check("%s: nobody else was suspected" % what,
                not any("system_clock_moved" in line or "contested" in line for line in daemon.lines()))
    scene.end(daemon)
    scene.end(gpsd)


def play(scene: Scene) -> None:
    # After any build of the daemon, which believes in nothing before it.
    year = datetime.date.today().year + 1
    scene.pps_pulses()
    play_leap(scene, datetime.date(year, 6, 30), -1)
    play_leap(scene, datetime.date(year, 12, 31), 1)
