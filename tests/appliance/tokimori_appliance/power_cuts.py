"""The plug of an appliance is pulled while its settings change; what was acknowledged must be there when it is back."""
from __future__ import annotations

import re
import time
from typing import NamedTuple, Optional

from .appliance import PATIENCE, Appliance

from tokimori_hil.ntp import Reply  # it is found by the path that `appliance` adds

# What settings_changer.py says of a change: whole, or it is no word.
NUMBER, NUMBERS = re.compile(r"^\d{3}$"), 700


class Return(NamedTuple):
    """Of an appliance after a cut: changes that were acknowledged before it and that came into force unheard, seconds from power
    to the first good reply, and that reply."""

    changes: int
    unheard: int
    seconds: float
    reply: Reply

    def __str__(self) -> str:
        return ("%d changes and %d whose word did not come out; good again %.1f s after power, %+.3f s off, within %.3f s"
                % (self.changes, self.unheard, self.seconds, self.reply.offset, self.reply.root_distance))


def cut_power(box: Appliance, moment: float, again: Optional[float] = None) -> Return:
    """Cuts it `moment` s after settings began to change, and once more `again` s after the next start began; AssertionError
    where the appliance does not come back by itself, whole and with its settings."""
    began = box.change_settings(box.setting())
    began.wait_for(NUMBER.pattern, seconds=PATIENCE)
    time.sleep(moment)  # which moment is the point
    box.machine.cut_power()
    heard = [int(line) for line in began.lines() if NUMBER.match(line)]
    if again is not None:
        box.machine.power_on()
        time.sleep(again)
        box.machine.cut_power()
    box.start()
    reply = box.first_good_reply()
    seconds = time.monotonic() - box.machine.powered_on
    setting = box.setting()
    unheard = (setting - heard[-1]) % NUMBERS
    # What came into force later than the last word that reached us is no loss, but a number from before it is.
    assert unheard < NUMBERS // 2, (setting, heard[-1])
    assert box.state() == "running"
    box.log_in()
    return Return(len(heard), unheard, seconds, reply)
