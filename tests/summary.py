"""Adds up what tests/run did: names every failure and every skipped test, and closes with one line.

The argument is a table, one step per line: name, exit status, log, JUnit file or a directory of them ("-" for a step without
tests).
"""

import dataclasses
import os
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

# Reasons for which a test may be skipped even where CI=true: what it needs is not part of the project, or comes from where
# not every network leads: Debian's packages for another architecture or for a guest, npm's.
MAY_BE_ABSENT = ("recordings are not here", "arm64 packages cannot be had", "amd64 packages cannot be had",
                 "npm packages cannot be had", "only root can make the disk of a Debian")


@dataclasses.dataclass
class Sum:
    passed: int = 0
    failed: list[str] = dataclasses.field(default_factory=list)
    skipped: list[str] = dataclasses.field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def verdict_of(case):
    """"passed", "failed" or "skipped", and the reason of a skip."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed", ""
    skipped = case.find("skipped")
    if skipped is None:
        return "passed", ""
    reason = skipped.get("message", "")
    # ctest also writes "skipped" for a test whose program is not there.
    if case.get("status") == "notrun" and not reason.startswith("SKIP_"):
        return "failed", reason
    return "skipped", reason


def full_name(case):
    """pytest's and GoogleTest's cases have the file or suite beside the name, ctest's have the name twice."""
    name, place = case.get("name", ""), case.get("classname", "")
    return f"{place}.{name}" if place and place != name else name


def is_counted_by_itself(case, path):
    """Whether a program that passed as one case of ctest wrote a file of its own beside, which names its tests."""
    return verdict_of(case)[0] == "passed" and (path.parent / f"{case.get('name')}.xml").is_file()


def read_junit(path, step):
    """The sum of one JUnit file, or of all in a directory; of none where there is nothing of the kind."""
    result = Sum()
    if path.is_dir():
        for one in sorted(path.glob("*.xml")):
            result.add(read_junit(one, step))
        return result
    if not path.is_file():
        return result
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if is_counted_by_itself(case, path):
            continue
        verdict, reason = verdict_of(case)
        name = f"{step}: {full_name(case)}" + (f" ({reason})" if reason else "")
        if verdict == "passed":
            result.passed += 1
        elif verdict == "failed":
            result.failed.append(name)
        else:
            result.skipped.append(name)
    return result


def read_step(line):
    """The sum of one step; a step that failed without a failed test counts as one failure."""
    name, status, log, junit = line.split("\t")
    result = Sum()
    try:
        result = read_junit(pathlib.Path(junit), name)
    except ElementTree.ParseError as error:
        result.failed.append(f"{name}: {junit} cannot be read: {error}")
    if int(status) != 0 and not result.failed:
        result.failed.append(f"{name}: see {log}")
    return result


def main(table, strict):
    total = Sum()
    for line in pathlib.Path(table).read_text().splitlines():
        total.add(read_step(line))
    if strict:
        refused = [name for name in total.skipped if not name.endswith(tuple(f"({one})" for one in MAY_BE_ABSENT))]
        total.failed += [f"{name}, and a skipped test is a failure where CI=true" for name in refused]
        total.skipped = [name for name in total.skipped if name not in refused]
    for name in total.skipped:
        print(f"skipped  {name}")
    for name in total.failed:
        print(f"FAILED   {name}")
    if total.passed + len(total.failed) == 0:
        print("No test ran.")
    print(f"{total.passed} passed, {len(total.failed)} failed, {len(total.skipped)} skipped")
    return 0 if total.passed > 0 and not total.failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.environ.get("CI") == "true"))
