"""Whatever goes wrong, no client that sees leap indicator 0 is told a wrong second"""
from typing import List

from tokimori_hil.device_tree import PPS_LINE
from tokimori_hil.guest import Process
from tokimori_hil.ntp import Reply, Watch, median_offset
from tokimori_hil.scene import GPS, PPS0, RIGHT, Scene

WRONG = 0.1


def wrong(replies: List[Reply]) -> List[Reply]:
    return [reply for reply in replies if reply.synchronised and reply.proven_error > WRONG]


class Faults:
    def __init__(self, scene: Scene, daemon: Process, watch: Watch) -> None:
        self._scene, self._daemon, self._watch = scene, daemon, watch

    def live_through(self, what: str, seconds: float) -> None:
        """Nothing wrong is served during the fault, and all is well after it."""
        replies = self._watch.listen(seconds)
        self._scene.check("%s: no wrong second" % what, not wrong(replies), str(wrong(replies)[:1]))
        self._scene.check("%s: time is served, and right" % what, abs(median_offset(replies)) < RIGHT,
                          "median %.6f s" % median_offset(replies))
        self._scene.check("%s: the daemon lives" % what, not self._daemon.ended)


def play(scene: Scene) -> None:
    scene.pps_pulses()
    gpsd = scene.gpsd()
    daemon = scene.daemon(GPS + PPS0)
    watch = scene.watch()
    watch.wait_for(lambda reply: reply.synchronised and reply.refid == "PPS")
    faults = Faults(scene, daemon, watch)

    scene.end(gpsd, "KILL")
    with scene.expect("a gpsd that was killed is missed"):
        daemon.wait_for(r"device.* name=gps working=false")
    faults.live_through("gpsd killed", 3)
    scene.gpsd()
    begin = daemon.mark()
    with scene.expect("a gpsd that is back is heard"):
        daemon.wait_for(r"device.* name=gps working=true", begin)

    scene.receiver.command("garbage for 6")
    faults.live_through("garbage on the line", 9)

    scene.receiver.command("wrong-second 1 for 15")
    faults.live_through("a receiver one second ahead", 20)
    scene.receiver.command("wrong-second -1 for 15")
    faults.live_through("a receiver one second behind", 20)

    for phase in (0.2, 0.35, 0.5, 0.73, 0.99):
        scene.lines.glitch(PPS_LINE, phase)
        faults.live_through("a pulse too many at %.2f s" % phase, 2)

    for step in ("3600 seconds ago", "2 hours", "0.4 seconds", "30 days ago"):
        scene.guest.run("date -s '%s' >/dev/null" % step)
        faults.live_through("the guest's clock stepped by " + step, 6)
    scene.check("nothing wrong in the whole play", not wrong(watch.replies()))
