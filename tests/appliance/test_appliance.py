"""Both packages on a Debian with systemd as init, in QEMU: installed, looked at, and unplugged twice. tests/soak does to it
what takes longer.

The programs are those in TOKIMORI_BIN. The host plays the sky and is the truth. Figures are printed."""
from __future__ import annotations

import os
import random
import re
import time
from pathlib import Path
from typing import Iterator, List

import pytest

from programs import ROOT, program
from tokimori_appliance.appliance import Appliance
from tokimori_appliance.machine import Absent, make_image
from tokimori_appliance.packages import build_packages
from tokimori_appliance.power_cuts import cut_power

# CAP_NET_BIND_SERVICE and CAP_SYS_TIME.
TWO_RIGHTS, NO_RIGHTS = "0000000002000400", "0000000000000000"
# What tests/summary.py forgives, word for word.
NO_DEBIAN, NO_PAGE = "amd64 packages cannot be had", "npm packages cannot be had"


class Stopwatch:
    """Says what was done, and how long after what was said before."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, sentence: str) -> None:
        """One line."""
        now = time.monotonic()
        print("%5.1f s  %s" % (now - self._began, sentence), flush=True)
        self._began = now


def packages_around_programs(into: Path) -> List[str]:
    """The programs under test in packages whose page, units, scripts and manuals are the real ones."""
    if not os.path.exists(os.path.join(ROOT, "web", "page", "dist", "index.html")):
        pytest.skip(NO_PAGE)
    return build_packages(str(into), "--built", os.path.dirname(os.path.dirname(program("tokimorid"))))


@pytest.fixture(scope="module", name="watch")
def fixture_watch() -> Stopwatch:
    """Of all that is done here."""
    return Stopwatch()


@pytest.fixture(scope="module", name="box")
def fixture_box(watch: Stopwatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """Installed, configured, serving, with an admin."""
    if os.geteuid() != 0:
        pytest.skip("only root can make the disk of a Debian")
    room = tmp_path_factory.mktemp("appliance")
    packages = packages_around_programs(room / "packages")
    watch.say("packages")
    try:
        image = make_image(packages)
    except Absent as why:
        print(why)
        pytest.skip(NO_DEBIAN)
    watch.say("disk")
    with Appliance(image, packages, [], str(room / "console")) as appliance:
        appliance.begin(watch.say)
        yield appliance


def test_what_was_installed_runs_without_complaint(box: Appliance, watch: Stopwatch) -> None:
    assert box.state() == "running"
    box.log_in()
    assert "following" in box.run("tokictl tracking --json")
    before, there, after = time.time(), float(box.run("date +%s.%N")), time.time()
    assert before - 1 < there < after + 1, "the clock of the host"
    watch.say("looked at")


def test_the_restrictions_of_the_units_are_in_force(box: Appliance, watch: Stopwatch) -> None:
    for unit, user, rights, most in (("tokimorid", "tokimori", TWO_RIGHTS, 2.4), ("tokimori-web", "tokimori-web", NO_RIGHTS, 1.2)):
        status = box.status(unit)
        assert status["CapEff"] == status["CapBnd"] == status["CapPrm"] == status["CapAmb"] == rights, status
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2"), status
        assert set(status["Uid"].split()) == {box.run("id -u " + user)}
        judged = box.run("systemd-analyze security --no-pager %s.service | tail -1" % unit)
        score = re.search(r": ([\d.]+)", judged)
        assert score is not None and float(score[1]) <= most, judged
        box.run("pid=$(systemctl show -P MainPID %s) && nsenter -t $pid -m true || exit 1\n"
                "for place in /etc /etc/tokimori /usr /var/lib /boot; do\n"
                "nsenter -t $pid -m touch $place/x 2>/dev/null && exit 1; done; true" % unit)
        watch.say(judged.strip())


def test_power_cuts_at_random_moments_lose_no_setting(box: Appliance, watch: Stopwatch) -> None:
    for again in (None, random.uniform(0, 15)):
        moment = random.uniform(0, 3)
        print("to be cut after %.2f s%s" % (moment, "" if again is None else ", and %.2f s after the next power" % again), flush=True)
        watch.say("cut and back: " + str(cut_power(box, moment, again)))
