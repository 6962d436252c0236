"""The front panel: dark at first, lit at stratum 1, an alarm without a receiver, darkened after a crash"""
import time
from typing import Callable, List

from tokimori_hil.device_tree import PPS_LINE
from tokimori_hil.guest import PATIENCE
from tokimori_hil.panel import Panel
from tokimori_hil.scene import GPS, PPS0, Scene

TIME, REFERENCE, ALARM, RELAY, BUTTON = 0, 1, 2, 3, 7
OUTPUTS = (TIME, REFERENCE, ALARM, RELAY)
# The relay is energised while its line is low, as on boards with a transistor; `alarm_led` goes by its number.
PANEL = """[front_panel]
chip = "gpiochip0"
time_led = "L0"
reference_led = "L1"
alarm_led = "2"
alarm_relay = "L3"
button = "L7"
active_low = ["alarm_relay"]
holdover_alarm = "5s"
"""
TURN = 2.0


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "not within %g s: %s" % (PATIENCE, what)
        time.sleep(0.05)  # The controller's registers give no sign that could be waited for.


def shown(panel: Panel, line: int, seconds: float) -> List[bool]:
    """The levels of a line, looked at many times."""
    levels, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        levels.append(panel.is_high(line))
        time.sleep(0.02)
    return levels


def blinks(panel: Panel, line: int) -> bool:
    levels = shown(panel, line, 2 * TURN)
    return any(levels) and not all(levels)


def energised(panel: Panel) -> bool:
    return not panel.is_high(RELAY)


def dark_and_dropped(panel: Panel) -> bool:
    return not any(panel.is_high(line) for line in (TIME, REFERENCE, ALARM)) and not energised(panel)


def play(scene: Scene) -> None:
    panel = Panel(scene.machine)
    scene.check("no line is driven before the daemon is there", not any(panel.is_driven(line) for line in OUTPUTS))
    scene.pps_pulses()
    daemon = scene.daemon(GPS + PPS0 + PANEL)
    with scene.expect("the daemon takes all its lines"):
        wait_until(lambda: all(panel.is_driven(line) for line in OUTPUTS), "the lines are driven")
    scene.check("the relay is dropped while there is no time", not any(
        energised(panel) for _ in shown(panel, RELAY, 1.0)))
    scene.check("the lamp of time blinks fast", blinks(panel, TIME))
    scene.check("the alarm lamp is on", all(shown(panel, ALARM, TURN)))

    scene.gpsd()
    watch = scene.watch()
    with scene.expect("it becomes a server of stratum 1, refid PPS"):
        watch.wait_for(lambda reply: reply.synchronised and reply.refid == "PPS")
    with scene.expect("the relay is energised, the lamps of time and reference are on, the alarm is off"):
        wait_until(lambda: energised(panel) and all(shown(panel, TIME, TURN)) and all(shown(panel, REFERENCE, TURN))
                   and not any(shown(panel, ALARM, TURN)), "relay and lamps say that all is well")

    scene.lines.glitch(BUTTON, 0.2, 0.2)
    with scene.expect("a press of the button lights all lamps"):
        wait_until(lambda: panel.is_high(ALARM), "the alarm lamp is lit")
    scene.check("and leaves the relay as it is", energised(panel))

    scene.lines.stop(PPS_LINE)
    scene.receiver.command("silence")
    with scene.expect("without receiver the alarm lamp blinks, then the relay drops and the lamp stays on"):
        wait_until(lambda: blinks(panel, ALARM) or not energised(panel), "the alarm lamp blinks")
        wait_until(lambda: not energised(panel) and all(shown(panel, ALARM, TURN)), "the relay drops")
    scene.pps_pulses()
    scene.receiver.command("ok")
    with scene.expect("with the receiver the relay comes back"):
        wait_until(lambda: energised(panel) and panel.is_high(TIME), "the relay is energised")

    scene.end(daemon, "KILL")
    scene.note("lines that shine on after a crash", sum(panel.is_high(line) for line in OUTPUTS), "")
    scene.panel_off()
    with scene.expect("--panel-off darkens all lamps and drops the relay, though the file is no TOML any more"):
        wait_until(lambda: dark_and_dropped(panel), "dark and dropped")
