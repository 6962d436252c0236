"""What is tested must be there: without the library the daemon would run in real time, and on real clocks."""
import os

import pytest

import simulation


def pytest_configure(config: pytest.Config) -> None:
    for name in ("tokimorid", "simulated_time.so"):
        if not os.path.exists(os.path.join(simulation.BIN, name)):
            raise pytest.UsageError("There is no %s in %s; tests/run builds it, or set TOKIMORI_BIN."
                                    % (name, simulation.BIN))
