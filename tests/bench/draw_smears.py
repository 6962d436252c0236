#!/usr/bin/python3
"""Draws smears of 60, 120 and 400 minutes beside an immediate insertion (or deletion), as a PNG, from what tokictl leap
preview says would be served."""

import argparse
import csv
import io
import pathlib
import subprocess
import sys

try:
    import matplotlib
except ModuleNotFoundError:
    sys.exit("packaging/install-dependencies bench brings python3-matplotlib, which is needed.")
matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLOURS = ["#1f5fa8", "#d0752a", "#7a4fa3"]
MINUTES = [60, 120, 400]
# So long before and after the leap second is drawn, in minutes.
BEFORE, AFTER = 430, 30


def preview(options, *mode):
    """Minutes from the end of the leap second, served − a clock that never heard of it (s), served − UTC (s)."""
    command = [options.tokictl, "leap", "preview", "--date", options.date, "--kind", options.kind, "--csv", *mode]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    rows = list(csv.DictReader(io.StringIO(said)))
    first = rows[0]
    # Whole seconds first: nanoseconds beside 3.7 billion seconds are lost in floating point.
    whole, begin = int(first["ntp_seconds"].split(".")[0]), float(first["from_end_s"])
    columns = []
    for row in rows:
        seconds, fraction = row["ntp_seconds"].split(".")
        served = int(seconds) - whole + float("0." + fraction)
        columns.append((float(row["from_end_s"]) / 60, served - (float(row["from_end_s"]) - begin),
                        float(row["from_utc_s"])))
    return widened(list(zip(*columns)))


def widened(columns):
    """The same with a point at both ends of the picture: nothing changes there."""
    minutes, steady, off = map(list, columns)
    return ([-BEFORE, *minutes, AFTER], [steady[0], *steady, steady[-1]], [0, *off, 0])


def draw(curves, picture, title):
    figure, (steady, off) = pyplot.subplots(2, 1, figsize=(11, 8), sharex=True, constrained_layout=True)
    for name, colour, (minutes, beside_steady, from_utc) in curves:
        steady.plot(minutes, beside_steady, color=colour, label=name)
        off.plot(minutes, [1e3 * value for value in from_utc], color=colour, label=name)
    steady.set(ylabel="s", title=title + ": served time beside a clock that never heard of it")
    off.set(ylabel="ms", xlabel="minutes from the end of the leap second", xlim=(-BEFORE, AFTER),
            title="Served time − UTC")
    for plot in (steady, off):
        plot.grid(alpha=0.3)
        plot.legend(loc="lower left")
    figure.savefig(picture, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", nargs="?", default=str(ROOT / "build/smears.png"), help="the PNG to write")
    parser.add_argument("--date", default="2016-12-31")
    parser.add_argument("--kind", choices=["insert", "delete"], default="insert")
    parser.add_argument("--tokictl", default=str(ROOT / "build/release/bin/tokictl"))
    options = parser.parse_args()
    curves = [("at once", "#222222", preview(options, "--mode", "insert"))]
    for minutes, colour in zip(MINUTES, COLOURS):
        name = f"smear of {minutes} minutes, {1e6 / 60 / minutes:.1f} ppm"
        curves.append((name, colour, preview(options, "--mode", "smear", "--minutes", str(minutes))))
    draw(curves, options.picture, f"Leap second at the end of {options.date}")


if __name__ == "__main__":
    main()
