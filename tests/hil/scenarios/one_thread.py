"""workers = 0: the UART's sentences read without gpsd and /dev/pps0 polled, all by one thread, make stratum 1"""
from tokimori_hil.ntp import median_offset
from tokimori_hil.scene import PPS0, RIGHT, Scene

NMEA = '[[refclock]]\ndriver = "nmea"\nname = "nmea"\ndevice = "/dev/ttyS0"\n'


def play(scene: Scene) -> None:
    scene.pps_pulses()
    daemon = scene.daemon(NMEA + PPS0, workers="0")
    with scene.expect("the receiver is heard without gpsd"):
        daemon.wait_for(r"device.* name=nmea working=true")
    watch = scene.watch()
    with scene.expect("its sentences number the pulses: stratum 1, refid PPS"):
        watch.wait_for(lambda reply: reply.synchronised and reply.refid == "PPS")
    replies = watch.listen(5)
    scene.note("median offset", median_offset(replies) * 1e3, "ms")
    scene.check("served time is right", abs(median_offset(replies)) < RIGHT)
    scene.check("by one thread", scene.threads_of(daemon) == 1, str(scene.threads_of(daemon)))
    scene.check("the daemon lives", not daemon.ended)
