"""What the guest drives its GPIO lines to, by the registers of the emulated controller: nothing of the guest is asked."""
from __future__ import annotations

from .machine import Machine

# Of the PL061 on QEMU's virt: all eight lines at once, and which of them are outputs.
_CONTROLLER = 0x9030000
_LEVELS, _OUTPUTS = _CONTROLLER + 0x3FC, _CONTROLLER + 0x400


class Panel:
    """The lines of a machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def is_high(self, line: int) -> bool:
        """The level now."""
        return bool(self._machine.register(_LEVELS) >> line & 1)

    def is_driven(self, line: int) -> bool:
        """Whether the guest drives it."""
        return bool(self._machine.register(_OUTPUTS) >> line & 1)
