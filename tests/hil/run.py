#!/usr/bin/python3
"""Plays the scenarios of tests/hil, one machine each. See README.md beside this file."""
from __future__ import annotations

import argparse
import concurrent.futures
import importlib
import os
import subprocess
import sys
import tempfile
import time
import traceback
import xml.etree.ElementTree as ElementTree
from typing import Iterator, List, NamedTuple, Optional

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)

from tokimori_hil.host import Witness  # noqa: E402
from tokimori_hil.machine import Machine  # noqa: E402
from tokimori_hil.scene import Scene  # noqa: E402

EXIT_ABSENT = 77
ROOT = os.path.dirname(os.path.dirname(HERE))
# The host may be too busy for edges or interrupts in time: then, and only then, a scenario is played once more.
TOO_LATE = 0.020
# A machine that has booted does little but wait.
AT_A_TIME = 2
# What tests/summary.py forgives, word for word.
ABSENT = "arm64 packages cannot be had"


class Result(NamedTuple):
    """Of one scenario; `failure` is empty if it passed. How late edges were, and the host altogether, in s."""

    name: str
    title: str
    seconds: float
    edges_late: float
    host_late: float
    failure: str
    notes: "dict[str, str]"

    def blames_the_host(self) -> bool:
        """It failed while the host was provably late."""
        return bool(self.failure) and max(self.edges_late, self.host_late) > TOO_LATE


def names() -> List[str]:
    """All scenarios, in the order of their play."""
    found = [entry[:-3] for entry in os.listdir(HERE + "/scenarios") if entry.endswith(".py")]
    order = ["jjy", "units", "faults", "chain", "edges", "pps"]  # the longest one is not left to the end
    return sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name))


def title(name: str) -> str:
    """The scenario's sentence."""
    return (importlib.import_module("scenarios." + name).__doc__ or name).strip().splitlines()[0]


def play(name: str, image: str, options: argparse.Namespace) -> Result:
    """Powers a machine on, plays, powers it off."""
    log_path = "%s/hil-%s.log" % (options.results, name)
    began, failure, edges_late, notes = time.monotonic(), "", 0.0, {}
    witness = Witness()
    with open(log_path, "a", encoding="utf-8") as log, tempfile.TemporaryDirectory(prefix="tokimori-hil.") as directory:
        def say(line: str) -> None:
            if not log.closed:
                print(line, file=log, flush=True)

        machine: Optional[Machine] = None
        scene: Optional[Scene] = None
        try:
            machine = Machine(image, options.programs, directory, "%s/hil-%s.console" % (options.results, name))
            scene = Scene(machine, say)
            scene.note("power-on to shell", machine.boot_seconds, "s")
            importlib.import_module("scenarios." + name).play(scene)
        except AssertionError as wrong:
            failure = str(wrong) or traceback.format_exc()
        except Exception:
            failure = traceback.format_exc()
        finally:
            if scene is not None:
                edges_late, notes = scene.lines.lateness(), scene.notes
                scene.close()
            if machine is not None:
                machine.close()
            witness.close()
        say("# edges late by at most %.1f ms, the host by %.1f ms" % (edges_late * 1e3, witness.lateness() * 1e3))
    return Result(name, title(name), time.monotonic() - began, edges_late, witness.lateness(), failure, notes)


def play_all(wanted: List[str], image: str, options: argparse.Namespace) -> Iterator[Result]:
    """Plays the scenarios, and alone once more each that failed while the host was late; in the order of their ends."""
    late = []
    with concurrent.futures.ProcessPoolExecutor(AT_A_TIME) as pool:
        for future in concurrent.futures.as_completed([pool.submit(play, name, image, options) for name in wanted]):
            result = future.result()
            if result.blames_the_host():
                late.append(result)
            else:
                yield result
    for first in late:
        print("# %s failed while edges were %.0f ms late and the host %.0f ms; once more: %s"
              % (first.name, first.edges_late * 1e3, first.host_late * 1e3, first.failure.splitlines()[0]), flush=True)
        yield play(first.name, image, options)


class Absent(Exception):
    """Packages of Debian's for arm64 cannot be had from here."""


def make_image(options: argparse.Namespace) -> str:
    """The directory of kernel, root and initramfs; RuntimeError where it cannot be made, Absent where that is for want
    of packages."""
    made = subprocess.run([HERE + "/image", options.programs, options.cache], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    if made.returncode == EXIT_ABSENT:
        raise Absent(made.stderr.strip()[-1500:])
    if made.returncode != 0:
        raise RuntimeError("the guest cannot be made: %s" % made.stderr.strip()[-1500:])
    return made.stdout.split()[-1]


def report(result: Result, number: int) -> None:
    """One line of TAP, and what was measured."""
    print("%s %d - %s: %s (%.0f s)" % ("not ok" if result.failure else "ok", number, result.name, result.title,
                                      result.seconds))
    for what, value in result.notes.items():
        print("#   %s: %s" % (what, value))
    print("#   late by at most: edges %.1f ms, the host %.1f ms" % (result.edges_late * 1e3, result.host_late * 1e3))
    for line in result.failure.splitlines():
        print("#   " + line)
    sys.stdout.flush()


def write_junit(path: str, results: List[Result], skipped: List[str]) -> None:
    """What tests/summary.py counts."""
    suite = ElementTree.Element("testsuite", name="hil", tests=str(len(results) + len(skipped)))
    for result in results:
        case = ElementTree.SubElement(suite, "testcase", name=result.name, time="%.1f" % result.seconds)
        if result.failure:
            ElementTree.SubElement(case, "failure", message=result.failure.splitlines()[0]).text = result.failure
    for name in skipped:
        case = ElementTree.SubElement(suite, "testcase", name=name)
        ElementTree.SubElement(case, "skipped", message=ABSENT)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8")


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="*", help="one of: %s; default: all" % ", ".join(names()))
    parser.add_argument("--programs", default=ROOT + "/build/arm64/bin", help="programs for arm64")
    parser.add_argument("--cache", default=ROOT + "/build/hil", help="where the guest is kept")
    parser.add_argument("--results", default=ROOT + "/build/test-results", help="where logs go")
    parser.add_argument("--absent", metavar="WHY", help="play nothing, since packages for arm64 cannot be had")
    options = parser.parse_args()
    unknown = [name for name in options.scenario if name not in names()]
    if unknown:
        parser.error("there is no scenario %s" % ", ".join(unknown))
    return options


def skip_all(wanted: List[str], junit: str, why: str) -> int:
    """Loudly."""
    print("1..0 # SKIPPED, NO HARDWARE IN THE LOOP: %s: %s" % (ABSENT, why))
    write_junit(junit, [], wanted)
    return 0


def main() -> int:
    """Exit code: 0 if nothing failed. What was skipped is for tests/summary.py to judge."""
    options = arguments()
    wanted = options.scenario or names()
    os.makedirs(options.results, exist_ok=True)
    junit = options.results + "/hil.xml"
    if options.absent:
        return skip_all(wanted, junit, options.absent)
    try:
        image = make_image(options)
    except Absent as absent:
        return skip_all(wanted, junit, str(absent))
    print("1..%d" % len(wanted), flush=True)
    results: List[Result] = []
    for result in play_all(wanted, image, options):
        results.append(result)
        report(result, len(results))
        write_junit(junit, results, [])
    return 1 if any(result.failure for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
