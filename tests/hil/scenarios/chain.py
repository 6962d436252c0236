"""Receiver and pulses become stratum 1 on port 123, for the host and for clients in a network of the guest"""
import re
import statistics

from tokimori_hil.ntp import broken_promises, median_offset
from tokimori_hil.scene import GPS, PPS0, RIGHT, Scene

NETWORK = """
ip netns add lan
ip link add lan0 type veth peer name lan1
ip link set lan1 netns lan
ip address add 192.168.77.1/24 dev lan0
ip link set lan0 up
ip -n lan address add 192.168.77.2/24 dev lan1
ip -n lan link set lan1 up
ip -n lan link set lo up
"""
SERVER = "192.168.77.1"


def guest_is_slow_by(scene: Scene) -> float:
    """Seconds, from the kernel's own stamps of the last pulses."""
    phases = []
    for _ in range(3):
        text = scene.guest.run("sleep 1; cat /sys/class/pps/pps0/assert")
        phase = float("0" + text[text.index("."):text.index("#")])
        phases.append(-phase if phase < 0.5 else 1.0 - phase)
    return statistics.median(phases)


def play(scene: Scene) -> None:
    scene.pps_pulses()
    scene.gpsd()
    daemon = scene.daemon(GPS + PPS0, follow=True, sets_clock=True)
    watch = scene.watch()
    with scene.expect("stratum 1, leap indicator 0, refid PPS"):
        watch.wait_for(lambda reply: (reply.stratum, reply.leap, reply.refid) == (1, 0, "PPS"))
    scene.note("power-on to stratum 1 from pulses", scene.since_power_on(), "s")
    replies = watch.listen(5)
    scene.note("median offset", median_offset(replies) * 1e3, "ms")
    scene.note("median delay", statistics.median(reply.delay for reply in replies) * 1e3, "ms")
    scene.check("the host sees the right time", abs(median_offset(replies)) < RIGHT)
    scene.check("no reply is further off than it promises", not broken_promises(replies),
                str(broken_promises(replies)[:1]))

    scene.guest.run(NETWORK)
    slow = guest_is_slow_by(scene)
    said = scene.guest.run("ip netns exec lan chronyd -Q -t 60 'server %s iburst maxsamples 4'" % SERVER)
    found = re.search(r"System clock wrong by (-?[\d.]+) seconds", said)
    scene.check("chronyd takes it for a server", found is not None, said[-300:])
    seen = float(found[1]) if found else 0.0
    # The pulses show the guest's clock but for whole seconds.
    apart = seen - slow - round(seen - slow)
    scene.note("chronyd's offset less the guest clock's own error", apart * 1e3, "ms")
    scene.check("chronyd sees the guest's clock as wrong as the pulses show it", abs(apart) < 2 * RIGHT,
                "%.4f against %.4f" % (seen, slow))
    said = scene.guest.run("ip netns exec lan ntpdig -j " + SERVER)
    found = re.search(r'"stratum":\s*(\d+)', said)
    scene.check("ntpdig sees stratum 1, no leap",
                found is not None and found[1] == "1" and "no-leap" in said, said[-300:])
    scene.check("the daemon has two capabilities, port 123 and the clock", scene.rights_of(daemon) == "103 0000000002000400",
                scene.rights_of(daemon))
