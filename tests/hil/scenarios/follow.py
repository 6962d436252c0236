"""The guest's clock starts years off, is set once, ends within milliseconds, and whoever else sets it is found out"""
import time

from tokimori_hil.guest_clock import kernel_clock, slow_by, steer
from tokimori_hil.machine import HIGH_PORT
from tokimori_hil.scene import GPS, PPS0, RIGHT, Scene

# How soon another program is told of, s; besides what a busy host is late.
TOLD = 2.0
KIND = "system_clock_%s "


def check_clock(scene: Scene, when: str) -> None:
    clock, slow = kernel_clock(scene), slow_by(scene)
    scene.note("guest's clock behind what it serves, " + when, slow * 1e3, "ms")
    scene.note("maximum error, " + when, clock.max_error * 1e3, "ms")
    scene.check("%s: the clock shows what is served" % when, abs(slow) < RIGHT, "%.6f s" % slow)
    scene.check("%s: the kernel calls it synchronised, with a bound" % when,
                clock.synchronised and abs(slow) <= clock.max_error + RIGHT and clock.max_error < 0.1, str(clock))
    scene.check("%s: CLOCK_TAI is right" % when, clock.tai == 37, str(clock))


def play(scene: Scene) -> None:
    scene.guest.run("date -s '2019-03-01 12:00:00' >/dev/null")
    daemon = scene.daemon(GPS + PPS0, follow=True, sets_clock=True)
    daemon.wait_for(" started ")
    scene.check("it has the privileges of the clock and of port 123 alone",
                scene.rights_of(daemon) == "103 0000000002000400", scene.rights_of(daemon))
    scene.check("unsynchronised at first", not kernel_clock(scene).synchronised)
    watch = scene.watch()
    scene.pps_pulses()
    scene.gpsd()
    with scene.expect("time is served from the pulses"):
        watch.wait_for(lambda reply: reply.synchronised and reply.refid == "PPS")
    with scene.expect("the clock is set"):
        daemon.wait_for(KIND % "set")
    with scene.expect("and follows"):
        daemon.wait_for("system_clock .*follows")
    scene.wait(10, watch)
    check_clock(scene, "years off at the start")
    scene.check("it was set once", sum(KIND % "set" in line for line in daemon.lines()) == 1)
    scene.check("nobody else was suspected", not any(KIND % "moved" in line or KIND % "contested" in line
                                                      for line in daemon.lines()))

    for step in ("1 hour ago", "2 days", "0.3 seconds"):
        begin, moment = daemon.mark(), time.monotonic()
        scene.guest.run("date -s '%s' >/dev/null" % step)
        with scene.expect("date -s %s is told" % step):
            daemon.wait_for(KIND % "moved", begin)
        took = time.monotonic() - moment
        scene.note("date -s %s told after" % step, took, "s")
        scene.check("within 2 s", took < TOLD + 10 * scene.lines.lateness(), "%.1f s" % took)
        with scene.expect("and mended"):
            daemon.wait_for(KIND % "set", begin)
    scene.wait(5, watch)
    check_clock(scene, "after date -s")

    begin = daemon.mark()
    steer(scene, 400.0)
    with scene.expect("another program's frequency is told"):
        daemon.wait_for(KIND % "contested", begin)
    scene.wait(10, watch)
    check_clock(scene, "after adjtimex")

    scene.check("all the while time was served", all(reply.synchronised for reply in watch.replies(moment)))
    other = scene.daemon(GPS + PPS0, port=HIGH_PORT, follow=True)
    with scene.expect("without the privilege that is said, with a remedy"):
        other.wait_for("system_clock_forbidden .*CAP_SYS_TIME")
    second = scene.watch(HIGH_PORT)
    with scene.expect("and time is served all the same"):
        second.wait_for(lambda reply: reply.synchronised)
    scene.check("said once", sum("system_clock_forbidden" in line for line in other.lines()) == 1)

    scene.end(daemon)
    clock = kernel_clock(scene)
    scene.wait(3)
    later = kernel_clock(scene)
    scene.check("a stopped daemon leaves a clock that vouches for less and less",
                later.synchronised and later.max_error > clock.max_error + 0.001 and later.ppm == clock.ppm,
                "%s, %s" % (clock, later))
