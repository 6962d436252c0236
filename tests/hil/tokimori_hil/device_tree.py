"""The board: QEMU's `virt` with a pulse on a GPIO line, as `dtoverlay=pps-gpio` makes it, and one on a serial port."""
from __future__ import annotations

import re
import subprocess
from typing import List

PPS_LINE, JJY_LINE, DCD_LINE = 4, 5, 6
LINE_NAMES = ("L0", "L1", "L2", "L3", "PPS", "JJY", "DCD", "L7")
UART_SLOT, DCD_SLOT = 5, 6

_PPS = """pps {
    compatible = "pps-gpio";
    gpios = <%(gpio)s %(line)d 0>;
};"""
_DCD = """serial@%(slot)d,0 {
    reg = <0x%(address)x 0 0 0 0>;
    dcd-gpios = <%(gpio)s %(line)d 0>;
};"""


def _node(source: str, name: str) -> "re.Match[str]":
    found = re.search(r"\n(\t+)%s \{.*?\n\1\};" % name, source, re.S)
    if found is None:
        raise RuntimeError("This QEMU's virt has no node %s." % name)
    return found


def patch(source: str) -> str:
    """The board's source from that of plain `virt`."""
    gpio_node = _node(source, r"pl061@\w+")
    phandle = re.search(r"\sphandle = <(0x\w+)>;", gpio_node[0])
    if phandle is None:
        raise RuntimeError("The GPIO controller of this QEMU's virt has no phandle.")
    names = ", ".join('"%s"' % name for name in LINE_NAMES)
    gpio = phandle[1]
    source = _add(source, gpio_node, "gpio-line-names = %s;" % names)
    dcd = _DCD % {"slot": DCD_SLOT, "address": DCD_SLOT << 11, "gpio": gpio, "line": DCD_LINE}
    source = _add(source, _node(source, r"pcie@\w+"), dcd)
    # The power button's line becomes free.
    return source.replace(_node(source, "gpio-keys")[0], "\n" + _PPS % {"gpio": gpio, "line": PPS_LINE})


def _add(source: str, node: "re.Match[str]", text: str) -> str:
    body = node[0]
    end = body.rindex("}")
    return source.replace(body, body[:end] + text + "\n" + body[end:])


def make(machine: List[str], directory: str) -> str:
    """Writes `board.dtb` for a machine started with the options `machine`; returns its path."""
    plain, board = directory + "/virt.dtb", directory + "/board.dtb"
    dump = list(machine)
    dump[dump.index("-M") + 1] += ",dumpdtb=" + plain
    subprocess.run(dump, check=True, capture_output=True)
    source = _dtc(["-I", "dtb", "-O", "dts", plain], "")
    _dtc(["-I", "dts", "-O", "dtb", "-o", board], patch(source))
    return board


def _dtc(options: List[str], text: str) -> str:
    return subprocess.run(["dtc", "-q", *options], input=text, check=True, capture_output=True, text=True).stdout
