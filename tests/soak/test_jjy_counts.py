"""Long-wave JJY, a million minutes of each kind: noise, markers with noise between them, sound minutes out of their order,
and minutes with one to four wrong seconds. None of them may ever be taken for another minute."""
import os
import re
import subprocess

import pytest

BIN = os.environ.get("TOKIMORI_BIN", "build/release/bin")
FRAMES = 1_000_000
TESTS = ("NoiseIsNeverTakenForAMinute", "MarkersWithNoiseBetweenThemAreNeverTakenForAMinute",
         "SoundMinutesThatDoNotFollowEachOtherAreNeverBelieved", "OneToFourErrorsInEveryMinuteNeverMakeAWrongOne")


@pytest.mark.parametrize("name", TESTS)
def test_a_million_minutes(name: str, tmp_path) -> None:
    report = tmp_path / "report.xml"
    done = subprocess.run([BIN + "/refclocks_tests", "--gtest_filter=JjyMinuteFinderTest." + name,
                           "--gtest_output=xml:%s" % report],
                          env={**os.environ, "TOKIMORI_JJY_FRAMES": str(FRAMES)}, capture_output=True, text=True,
                          check=False)
    print(done.stdout[-2000:], re.findall(r'property name="[^"]*" value="[^"]*"', report.read_text()))
    assert done.returncode == 0 and "1 test ran" in done.stdout
