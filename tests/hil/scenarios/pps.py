"""pps-kernel hears pps-gpio (assert only) and pps-ldisc (both edges), loss and return, and knows a wrong edge"""
import re
import statistics
from typing import List

from tokimori_hil.device_tree import DCD_LINE, PPS_LINE
from tokimori_hil.lines import SECOND_NS
from tokimori_hil.ntp import median_offset
from tokimori_hil.scene import GPS, PPS0, RIGHT, Scene

PPS1 = '[[refclock]]\ndriver = "pps-kernel"\nname = "pps1"\ndevice = "/dev/pps1"\n'
WRONG = '[[refclock]]\ndriver = "pps-kernel"\nname = "wrong"\ndevice = "/dev/pps1"\nedge = "clear"\n'
ASSERT_ONLY = '[[refclock]]\ndriver = "pps-kernel"\nname = "never"\ndevice = "/dev/pps0"\nedge = "clear"\n'
LOST = 5


def stamps(lines: List[str], name: str) -> List[int]:
    found = (re.match(r"pulse %s (\d+) " % name, line) for line in lines)
    return [int(one[1]) for one in found if one]


def longest_gap(lines: List[str], name: str) -> int:
    """How many pulses are missing where most are."""
    at = stamps(lines, name)
    return round(max(later - earlier for earlier, later in zip(at, at[1:])) / SECOND_NS) - 1


def median_distance(lines: List[str]) -> float:
    """Of pps1 from pps, s."""
    half = SECOND_NS // 2
    return 1e-9 * statistics.median(
        (two - one + half) % SECOND_NS - half for one, two in zip(stamps(lines, "pps"), stamps(lines, "pps1")))


def play(scene: Scene) -> None:
    scene.attach_pps1()
    scene.pps_pulses()
    scene.dcd_pulses()
    scene.gpsd()
    drivers = scene.observe(PPS0 + PPS1)
    daemon = scene.daemon(GPS + PPS0 + PPS1 + WRONG + ASSERT_ONLY)
    with scene.expect("an edge that pps-gpio does not give is told of, with a remedy"):
        daemon.wait_for(r"device.* name=never working=false what=.*set edge = ..assert")
    watch = scene.watch()
    with scene.expect("pulses make it a server of stratum 1, refid PPS"):
        watch.wait_for(lambda reply: reply.synchronised and reply.refid == "PPS")
    with scene.expect("the wrong edge is told of, with a remedy"):
        daemon.wait_for(r"device.* name=wrong working=false what=.*inverted.*set edge = ..assert")
    begin = drivers.mark()
    replies = watch.listen(5)
    scene.note("median offset", median_offset(replies) * 1e3, "ms")
    scene.check("served time is right", abs(median_offset(replies)) < RIGHT)
    apart = median_distance(drivers.lines(begin))
    scene.note("pps1 after pps", apart * 1e3, "ms")
    scene.check("both devices stamp the same second", abs(apart) < 5 * RIGHT)

    scene.lines.stop(PPS_LINE)
    scene.lines.stop(DCD_LINE)
    replies = watch.listen(LOST)
    scene.check("without pulses time is still served, and right",
                all(reply.synchronised for reply in replies) and abs(median_offset(replies)) < RIGHT)
    begin = drivers.mark()
    scene.pps_pulses()
    scene.dcd_pulses()
    for name in ("pps", "pps1"):
        with scene.expect("%s counts what it missed" % name):
            lost = int(drivers.wait_for(r"^lost %s (\d+)" % name, begin)[1])
            drivers.wait_for(r"^pulse %s " % name, begin)
            missed = longest_gap(drivers.lines(), name)
            assert lost == missed >= LOST - 1, "%d said, %d missed" % (lost, missed)
    replies = watch.listen(5)
    scene.check("and time is right", abs(median_offset(replies)) < RIGHT)

    scene.check("the wrong edge is never followed", not any("source=wrong" in line for line in daemon.lines()))
    scene.check("the daemon lives", not daemon.ended)
