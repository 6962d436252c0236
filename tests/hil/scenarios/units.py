"""Unit tests that need more of a kernel than an emulated processor's"""
import re

from tokimori_hil.scene import Scene

# Stamps of packets, steps of clocks, devices.
TESTS = {"daemon_tests": "*UdpPort*", "refclocks_tests": "Counter.*:*PpsDevice*:*EdgeSource*"}


def play(scene: Scene) -> None:
    for program, names in TESTS.items():
        command = "cd /tmp && /opt/tokimori/%s --gtest_brief=1 --gtest_filter='%s' || true"
        said = scene.guest.run(command % (program, names))
        passed = re.search(r"\[  PASSED  \] (\d+) tests?\.", said)
        scene.check("%s of %s pass" % (names, program), passed is not None and "FAILED" not in said, said[-1200:])
        scene.check("there are such tests", passed is not None and int(passed[1]) > 0)
