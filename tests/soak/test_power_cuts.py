"""Tokimori's packages on a Debian with systemd as init, in QEMU: installed, upgraded, rebooted, unplugged again and
again.

The host plays the sky and is the truth. Figures are printed; TOKIMORI_POWER_CUTS says how many cuts there are (20), and
TOKIMORI_QUIET_MINUTES how long memory and writes are watched (10)."""
from __future__ import annotations

import os
import random
import time
from typing import Iterator, List

import pytest

from tokimori_appliance.appliance import PATIENCE, Appliance
from tokimori_appliance.machine import make_image
from tokimori_appliance.packages import renumbered
from tokimori_appliance.power_cuts import NUMBER, cut_power

CUTS = int(os.environ.get("TOKIMORI_POWER_CUTS", "20"))
QUIET = 60 * float(os.environ.get("TOKIMORI_QUIET_MINUTES", "10"))
# Most of the seconds without a good reply during an upgrade: less than 2 on a machine; the emulated processor is slower by far.
UPGRADE_GAP = 20.0
SEED = 20261129


def say(sentence: str) -> None:
    print("%s  %s" % (time.strftime("%H:%M:%S"), sentence), flush=True)


@pytest.fixture(scope="module")
def box(packages: List[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """Installed, configured, serving, with an admin."""
    room = tmp_path_factory.mktemp("appliance")
    with Appliance(make_image(packages), packages, renumbered(packages, room), str(room / "console")) as appliance:
        appliance.begin(say)
        yield appliance


def test_an_upgrade_keeps_settings_and_hardly_interrupts(box: Appliance) -> None:
    box.change_settings(box.setting(), 1).wait_for(NUMBER.pattern, seconds=PATIENCE)
    before = box.setting(), box.run("sha256sum /etc/tokimori/tokimori.toml")
    clients = box.clients()
    box.first_good_reply()
    began = time.monotonic()
    box.run("dpkg --install /cargo/newer/*.deb")
    ended = time.monotonic()
    box.first_good_reply()
    came = [reply.came_monotonic for reply in clients.finish()[1] if reply.synchronised]
    gap = max(later - earlier for earlier, later in zip(came, came[1:]))
    say("upgrade: %.1f s, no good reply for %.2f s" % (ended - began, gap))
    assert box.run("dpkg-query -W -f '${Version}\\n' tokimori").endswith("+newer")
    assert (box.setting(), box.run("sha256sum /etc/tokimori/tokimori.toml")) == before
    box.log_in()
    assert gap < UPGRADE_GAP


def test_a_reboot_comes_back_by_itself(box: Appliance) -> None:
    before = box.setting(), box.run("cat /proc/sys/kernel/random/boot_id")
    box.run("systemctl reboot")
    began = time.monotonic()
    box.await_other_boot(before[1])
    box.first_good_reply()
    say("reboot: good again after %.1f s" % (time.monotonic() - began))
    assert box.setting() == before[0]
    box.log_in()


def test_who_hangs_is_ended_and_comes_back(box: Appliance) -> None:
    hung = box.run("systemctl show -P MainPID tokimorid")
    box.run("kill -STOP %s" % hung)
    box.run("until journalctl -b -u tokimorid | grep 'Watchdog timeout'; do sleep 1; done")
    box.run("until [ $(systemctl show -P MainPID tokimorid) -gt 0 ] && systemctl is-active tokimorid; do sleep 1; done")
    box.first_good_reply()
    assert box.run("systemctl show -P NRestarts tokimorid") == "1"


def test_left_alone_it_needs_little_memory_and_writes_little(box: Appliance) -> None:
    units = ("tokimorid", "tokimori-web")
    before = [box.written(unit) for unit in units]
    time.sleep(QUIET)  # nothing happens, and for how long is the point
    for unit, octets in zip(units, before):
        hourly = (box.written(unit) - octets) * 3600 / QUIET
        resident = int(box.status(unit)["VmRSS"].split()[0])
        say("%s: %d KiB resident, %.0f KiB an hour written" % (unit, resident, hourly / 1024))
        assert resident < 64 * 1024 and hourly < 16 * 1024 * 1024


def test_power_cuts_at_random_moments_lose_no_setting(box: Appliance) -> None:
    dice, cold = random.Random(SEED), []
    for cut in range(CUTS):
        back = cut_power(box, dice.uniform(0, 8), dice.uniform(0, 60) if cut % 4 == 0 else None)
        say("cut %d: %s" % (cut + 1, back))
        cold.append(back.seconds)
    say("power to good reply: median %.1f s, longest %.1f s, of %d" % (sorted(cold)[len(cold) // 2], max(cold), len(cold)))
