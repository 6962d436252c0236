"""Without privilege or access to devices it says so, serves what it can, and takes devices that are granted later"""
from tokimori_hil.machine import HIGH_PORT
from tokimori_hil.ntp import broken_promises, median_offset
from tokimori_hil.scene import GPS, PPS0, RIGHT, Scene

GPIO = '[[refclock]]\ndriver = "pps-gpio"\nname = "gpio"\nchip = "gpiochip0"\nline = "L0"\n'


def play(scene: Scene) -> None:
    scene.pps_pulses()
    scene.gpsd()
    daemon = scene.daemon(GPS + PPS0 + GPIO, user="nobody", groups="nogroup", port=HIGH_PORT)
    for name, device in (("pps", "/dev/pps0"), ("gpio", "gpiochip0")):
        with scene.expect("that %s is forbidden is said, with a remedy" % device):
            daemon.wait_for(
                r"device.* name=%s working=false what=.*%s may not be opened.*: (let|put) the user" % (name, device))
    watch = scene.watch(HIGH_PORT)
    with scene.expect("time is served from the receiver alone"):
        watch.wait_for(lambda reply: reply.synchronised and reply.refid == "GPS")
    replies = watch.listen(5)
    scene.note("median offset of the receiver alone", median_offset(replies) * 1e3, "ms")
    scene.check("no reply is further off than it promises", not broken_promises(replies),
                str(broken_promises(replies)[:1]))
    scene.guest.run("chmod 666 /dev/pps0")
    with scene.expect("a device that is granted later is taken"):
        watch.wait_for(lambda reply: reply.synchronised and reply.refid == "PPS")
    with scene.expect("and time becomes right, however late the first of its pulses were read"):
        watch.wait_for(lambda reply: reply.synchronised and reply.proven_error < RIGHT)
    replies = watch.listen(5)
    scene.note("median offset", median_offset(replies) * 1e3, "ms")
    scene.check("and stays so", abs(median_offset(replies)) < RIGHT)
    scene.check("nor is any further off with pulses", not broken_promises(replies), str(broken_promises(replies)[:1]))
    rights = scene.rights_of(daemon)
    scene.check("all without a capability", rights == "65534 0000000000000000", rights)
    scene.check("the daemon lives", not daemon.ended)
