"""Devices that are missing at first are named, and taken when they appear"""
import time

from tokimori_hil.ntp import median_offset
from tokimori_hil.scene import GPS, RIGHT, Scene

PPS1 = '[[refclock]]\ndriver = "pps-kernel"\nname = "pps"\ndevice = "/dev/pps1"\n'


def play(scene: Scene) -> None:
    scene.dcd_pulses()
    scene.receiver.command("silence")
    daemon = scene.daemon(GPS + PPS1)
    watch = scene.watch()
    for name in ("gps", "pps"):
        with scene.expect("that %s is missing is said" % name):
            daemon.wait_for(r"device.* name=%s working=false" % name)
    scene.check("nothing is served", all(not reply.synchronised for reply in watch.listen(2)))

    scene.gpsd()
    scene.wait(5)
    scene.check("a receiver that is silent makes no time", all(not reply.synchronised for reply in watch.listen(2)))
    scene.receiver.command("ok")
    with scene.expect("a receiver that speaks is enough to serve"):
        watch.wait_for(lambda reply: reply.synchronised and reply.refid == "GPS")

    scene.note("median offset of the receiver alone", median_offset(watch.listen(3)) * 1e3, "ms")
    appeared = time.monotonic()
    attached = scene.attach_pps1()
    with scene.expect("pulses that appear are followed"):
        watch.wait_for(lambda reply: reply.synchronised and reply.refid == "PPS")
    unsure = [reply.came for reply in watch.replies(appeared) if not reply.synchronised]
    scene.note("without time while pulses take over", unsure[-1] - unsure[0] if unsure else 0.0, "s")
    replies = watch.listen(5)
    scene.note("median offset", median_offset(replies) * 1e3, "ms")
    scene.check("and time is right", abs(median_offset(replies)) < RIGHT)

    begin = daemon.mark()
    scene.end(attached)
    with scene.expect("a device that goes away is missed"):
        daemon.wait_for(r"device.* name=pps working=false", begin)
    begin = daemon.mark()
    scene.attach_pps1()
    with scene.expect("and taken again"):
        daemon.wait_for(r"device.* name=pps working=true", begin)
    replies = watch.listen(5)
    scene.check("time is right to the end", abs(median_offset(replies)) < RIGHT)
    scene.check("the daemon lives", not daemon.ended)
