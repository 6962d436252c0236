"""What an upgrade in place costs on a processor that is not emulated: systemd, dpkg and the packages are real, only the sky
is simulated."""
from __future__ import annotations

from pathlib import Path
from typing import List

from tokimori_appliance.container import Container
from tokimori_appliance.emulated import HERE
from tokimori_appliance.machine import make_image
from tokimori_appliance.packages import renumbered

# Seconds without a good reply. Whatever else happens on this machine only makes it longer, so the shortest of several counts.
MOST, TIMES = 2.0, 3
UNITS = ("tokimorid.service", "tokimori-web.service", "tokimori-web.socket", "tokimori-web-http.socket")


def test_an_upgrade_interrupts_for_less_than_two_seconds(packages: List[str], tmp_path: Path) -> None:
    with Container(make_image(packages), [HERE + "/restart_gap.py", *packages], renumbered(packages, tmp_path)) as box:
        box.install()
        box.run("systemctl enable tokimori-web-http.socket && systemctl restart tokimori-web")
        gaps = []
        for what in ("systemctl restart tokimorid", *TIMES * ("dpkg --install /cargo/newer/*.deb", "dpkg --install /cargo/*.deb")):
            took, gap = map(float, box.run("python3 /cargo/restart_gap.py '%s' 2>/dev/null" % what).split())
            print("%s: %.1f s, no good reply for %.2f s" % (what, took, gap), flush=True)
            gaps.append(gap)
            # What whoever wants it has switched on is still on.
            assert box.run("systemctl show -P ActiveState %s" % " ".join(UNITS)).split() == len(UNITS) * ["active"]
    assert min(gaps[1:]) < MOST
