#!/usr/bin/python3
"""What the page costs: first paint, weight, the processor that an open page takes in the browser, in tokimori-web and in
tokimorid, and the memory of both programs. Chromium, tokimori-web, tokimorid, gpsd and a simulated sky on the loopback, as
packaging/demo has them; the page must have been built, and tests/web_page have its packages.

    setpriv --bounding-set -sys_time --inh-caps -sys_time tests/bench/page.py
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "system"), str(TESTS / "sky")]

from control import SKY, AskedDaemon, processor_seconds  # noqa: E402
from programs import Gpsd, free_port  # noqa: E402
from tokimori_sky.processes import SkyProcess  # noqa: E402
from web import PASSWORD, Web  # noqa: E402

SECONDS = 30
ALONE_SECONDS = 20


def resident_kilobytes(pid: int) -> int:
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def shares(pids: "dict[str, int]", seconds: float) -> "dict[str, float]":
    """Percent of a processor that each process takes in that time."""
    before = {name: processor_seconds(pid) for name, pid in pids.items()}
    time.sleep(seconds)
    return {name: round((processor_seconds(pid) - before[name]) / seconds * 100, 2) for name, pid in pids.items()}


def main() -> None:
    gpsd_port = free_port()
    refclocks = ({"driver": "gpsd", "name": "gps", "port": gpsd_port}, {**SKY, "name": "pps", "labels": False})
    page = TESTS.parent / "web" / "page" / "dist"
    with SkyProcess() as sky, Gpsd(sky.device, gpsd_port), AskedDaemon(refclocks) as daemon:
        daemon.wait_for("clock state=synchronised", 60)
        with Web(daemon, assets=str(page)) as web:
            web.wait_started().set_up()
            pids = {"tokimorid": daemon.pid, "tokimori-web": web.pid}
            figures = {"nobody_looks_processor_percent": shares(pids, ALONE_SECONDS)}
            with subprocess.Popen(["node", "figures.mjs"], cwd=TESTS / "web_page", stdout=subprocess.PIPE, text=True, env={
                    **os.environ, "ADDRESS": f"https://127.0.0.1:{web.port}", "NAME": "hanako", "PASSWORD": PASSWORD,
                    "SECONDS": str(SECONDS)}) as browser:
                time.sleep(SECONDS)
                figures["one_looks_processor_percent"] = shares(pids, SECONDS)
                figures.update(json.loads(browser.communicate(timeout=600)[0]))
            figures["resident_kilobytes"] = {name: resident_kilobytes(pid) for name, pid in pids.items()}
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
