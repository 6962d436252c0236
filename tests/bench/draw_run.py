#!/usr/bin/python3
"""Draws a run of clock_figures: error of served time, root distance and state over time, as a PNG."""

import argparse
import pathlib
import subprocess
import sys
import tempfile

try:
    import matplotlib
except ModuleNotFoundError:
    sys.exit("packaging/install-dependencies bench brings python3-matplotlib, which is needed.")
matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
STATES = [("never synchronised", "#bbbbbb"), ("synchronised", "#cfe8cf"), ("holdover", "#f6e3b0"),
          ("unsynchronised", "#f0b8b8")]


def read_run(path):
    """Columns of the file: second, error, bound, optimal (ns), serving, state."""
    with open(path, encoding="ascii") as lines:
        next(lines)
        return list(zip(*(map(float, line.split()) for line in lines)))


def draw(columns, picture):
    second, error, bound, optimal, serving, state = columns
    hours = [s / 3600 for s in second]
    served = [value if yes else float("nan") for value, yes in zip(bound, serving)]
    figure, (whole, steady) = pyplot.subplots(2, 1, figsize=(11, 8), constrained_layout=True)
    whole.semilogy(hours, served, color="#7a4fa3", label="root distance")
    whole.semilogy(hours, [max(abs(e), 1) for e in error], color="#1f5fa8", linewidth=0.6, label="|error| of served time")
    for index, (name, colour) in enumerate(STATES):
        here = [s == index for s in state]
        if any(here):
            whole.fill_between(hours, 1, 1e9, where=here, color=colour, label=name, zorder=0)
    whole.set(xlabel="hours", ylabel="ns", xlim=(0, hours[-1]), ylim=(1, 1e9), title="What is promised and what is true")
    whole.legend(loc="upper left")
    part = [i for i, h in enumerate(hours) if 2 <= h < 2.5]
    steady.plot([hours[i] for i in part], [error[i] for i in part], color="#1f5fa8", label="error of served time")
    steady.plot([hours[i] for i in part], [optimal[i] for i in part], color="#d0752a", linewidth=0.8,
                label="of the optimal filter")
    steady.set(xlabel="hours", ylabel="ns", title="Half an hour with pulses")
    steady.legend(loc="upper left")
    figure.savefig(picture, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", help="the PNG to write")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--figures", default=str(ROOT / "build/release/bin/clock_figures"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tokimori-bench-") as directory:
        run = f"{directory}/run"
        subprocess.run([options.figures, "--run", run, options.seed], check=True)
        draw(read_run(run), options.picture)


if __name__ == "__main__":
    main()
