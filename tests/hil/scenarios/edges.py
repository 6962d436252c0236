"""pps-gpio hears edges on lines found by label, by name and by number"""
import re
import statistics

from tokimori_hil.lines import SECOND_NS
from tokimori_hil.scene import Scene

RISING = {"by-label": 0, "by-number": 1, "by-name": 2, "inverted": 7}
FALLING = {"falling": 5}
HEARD = ("by-label", "by-number", "by-name", "falling")
SECONDS = 12
WIDTH = 0.1
# The emulator moves one line at a time: each source has its own part of the second.
PHASE = {"by-label": 0.0, "by-number": 0.2, "by-name": 0.4, "inverted": 0.6, "falling": 0.8}
LIMIT_NS = 10_000_000


def source(name: str, **keys: str) -> str:
    return '[[refclock]]\ndriver = "pps-gpio"\nname = "%s"\n' % name + "".join(
        '%s = "%s"\n' % pair for pair in keys.items())


SOURCES = "".join((
    source("by-label", chip="9030000.pl061", line="L0"), source("by-number", chip="gpiochip0", line="1"),
    source("by-name", line="L2"), source("falling", line="JJY", edge="falling"),
    source("inverted", line="L7", edge="falling"), source("quiet", chip="gpiochip0", line="L3"),
    source("busy", chip="gpiochip0", line="PPS"), source("absent", line="NOSUCH")))


def stamps(lines: "list[str]", name: str) -> "list[int]":
    found = (re.match(r"pulse %s (\d+) " % name, line) for line in lines)
    return [int(one[1]) for one in found if one]


def play(scene: Scene) -> None:
    for name, line in RISING.items():
        scene.lines.pulse(line, WIDTH, PHASE[name])
    for name, line in FALLING.items():
        scene.lines.pulse(line, 1.0 - WIDTH, PHASE[name] + WIDTH)
    drivers = scene.observe(SOURCES)
    for name in HEARD:
        with scene.expect("the line %s is listened to" % name):
            drivers.wait_for(r"^device %s working" % name)
    for name, words in (("busy", 'in use by "pps"'), ("absent", 'no GPIO chip has a line called "NOSUCH"'),
                        ("quiet", "no pulse comes"), ("inverted", 'set edge = "rising"')):
        with scene.expect("a line that is %s is told of, with a remedy" % name):
            drivers.wait_for(r"^device %s failing .*%s" % (name, words))
    begin = drivers.mark()
    for name in HEARD:
        with scene.expect("%s is heard second by second" % name):
            drivers.wait_for(r"^pulse %s " % name, begin, SECONDS)
    heard = drivers.lines(begin)
    for name in HEARD:
        at = stamps(heard, name)
        apart = [later - earlier for earlier, later in zip(at, at[1:])]
        error = statistics.median(abs(span - SECOND_NS) for span in apart)
        scene.check("%s hears every second, and nothing else" % name,
                    all(round(span / SECOND_NS) == 1 for span in apart), str(apart))
        scene.note("median period error, %s" % name, error * 1e-6, "ms")
        scene.check("the pulses of %s are a second apart" % name, error < LIMIT_NS)
    scene.check("trailing edges make no pulses", not stamps(drivers.lines(), "inverted"))
    pairs = zip(stamps(heard, "by-label")[-10:], stamps(heard, "falling")[-10:])
    phase = statistics.median((falling - rising) % SECOND_NS for rising, falling in pairs)
    scene.note("phase of the falling edge", phase * 1e-6, "ms")
    scene.check("a falling edge begins the second where that is set",
                abs(phase - PHASE["falling"] * SECOND_NS) < LIMIT_NS)
