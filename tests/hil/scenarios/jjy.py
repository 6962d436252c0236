"""Long-wave JJY alone, from the edges of a receiver's line to a server of stratum 1 whose promise holds"""
import datetime
import time

from tokimori_hil import jjy
from tokimori_hil.device_tree import JJY_LINE
from tokimori_hil.ntp import broken_promises, median_offset
from tokimori_hil.scene import Scene

SOURCE = '[[refclock]]\ndriver = "jjy-gpio"\nname = "jjy"\nline = "JJY"\n'
# A receiver that nobody measured: 60 ms late, or 60 ms more or less, is what is believed of it.
LATE, JITTER = 0.045, 0.010
DOUBT = 0.060
MINUTES = 8
# Two whole minutes and the rest of one are needed; one more where a call sign is among them.
PATIENCE = 280


def play(scene: Scene) -> None:
    for moment, symbols in jjy.PUBLISHED:
        said = jjy.frame(datetime.datetime.strptime(moment, "%Y-%m-%d %H:%M"))
        scene.check("minute %s is sent as published" % moment, said == symbols, said)
    daemon = scene.daemon(SOURCE)
    watch = scene.watch()
    with scene.expect("without a signal no time is served"):
        watch.wait_for(lambda reply: not reply.synchronised)
    now = int(time.time())
    scene.lines.key(JJY_LINE, [one for one in jjy.keyed(now - now % 60, MINUTES, LATE, JITTER) if one[0] > now + 1])
    began = time.monotonic()
    with scene.expect("minutes make it a server of stratum 1, refid JJY, LI 0"):
        reply = watch.wait_for(lambda reply: reply.synchronised and reply.refid == "JJY" and reply.stratum == 1
                               and reply.leap == 0, seconds=PATIENCE)
    scene.note("from the first pulse to service", time.monotonic() - began, "s")
    scene.check("and nothing else before", not any(one.synchronised and one.refid != "JJY" for one in watch.replies()))
    replies = watch.listen(10)
    scene.note("median offset", median_offset(replies) * 1e3, "ms")
    scene.note("root distance at first", reply.root_distance * 1e3, "ms")
    scene.note("root distance", replies[-1].root_distance * 1e3, "ms")
    scene.check("the second is right", abs(median_offset(replies)) < DOUBT)
    scene.check("the receiver's delay is doubted", all(one.root_distance >= DOUBT for one in replies))
    # At first not, where a busy host stamped the first edges late.
    scene.check("but the bound says something", replies[-1].root_distance < 0.5)

    scene.lines.stop(JJY_LINE)
    replies += watch.listen(5)
    scene.check("without the signal time goes on", replies[-1].synchronised and abs(median_offset(replies)) < DOUBT)
    scene.check("no promise is broken", not broken_promises(watch.replies()), str(broken_promises(watch.replies())[:1]))
    scene.check("the daemon lives", not daemon.ended)
