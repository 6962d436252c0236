"""Checks that the house stands as it was drawn: who may include whom, what is said where, sizes, the top level.

Called without arguments it judges the tree it lies in; with a directory, that one. Prints one line per complaint and
ends with 1 if there is any.
"""

import pathlib
import re
import sys

# Room: the rooms and single files it may include beside the standard library.
MAY_INCLUDE = {
    "leap": ["leap/"],
    "refclocks": ["leap/", "refclocks/"],
    "server/clock": ["leap/", "server/clock/", "refclocks/observation.h", "refclocks/refclock.h"],
    "server/ntp": ["leap/", "server/ntp/", "server/clock/server_state.h"],
    "server/daemon": ["leap/", "refclocks/", "server/clock/", "server/ntp/", "server/daemon/"],
    "server/tokictl": ["leap/", "server/tokictl/"],
    "server": ["server/daemon/"],
    "web": ["web/"],
}

# Rooms that may include only these headers of others; a room that is not named here may use any library.
SYSTEM = r"(sys|linux|net|netinet|arpa)/\w+\.h|(errno|fcntl|glob|poll|pthread|sched|signal|termios|time|unistd)\.h"
STANDARD = r"[a-z_]+"
LIBRARIES = {
    "leap": STANDARD,
    "server/clock": STANDARD,
    "server/ntp": rf"{STANDARD}|endian\.h|nettle/\w+\.h",
    "server/tokictl": rf"{STANDARD}|{SYSTEM}|CLI/CLI\.hpp|fmt/\w+\.h|boost/json\.hpp",
    "refclocks": rf"{STANDARD}|{SYSTEM}|gps\.h|gpiod\.h|boost/(asio|system)[\w/]*\.hpp",
}

# Headers that one .cpp of the tree knows, and nobody else.
ONE_USER = ["gps.h", "gpiod.h", "sqlite3.h", "crypt.h"]

# What may be said only in these files: pattern, files, what to do instead.
CLOCK_READERS = r"\b(clock_gettime|gettimeofday)\b|\b(system|steady|utc|tai|high_resolution)_clock::now\b"
SAID_ONLY_IN = [
    (CLOCK_READERS, ["refclocks/counter.cpp", "web/host_clock.cpp"],
     "clocks are read by refclocks/counter.h and web/host_clock.h alone"),
    (r"\btimespec\b", ["refclocks/counter.cpp", "server/daemon/datagram_control.cpp"], "use Duration or an instant"),
    (r"\b(clock_adjtime|adjtimex|ntp_adjtime|clock_settime|settimeofday|adjtime)\b", ["server/daemon/system_clock.cpp"],
     "the host's clock is steered by server/daemon/system_clock.h alone"),
    (r"\batomic_(thread|signal)_fence\b", [], "the thread sanitizer does not see fences; order the atomic words"),
    (r"\w*mutex\w*|\b(lock_guard|unique_lock|scoped_lock)\b", [], "post a message, or publish it as Published"),
]
UNFINISHED = r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b"

LINES = {".cpp": 350, ".h": 140}
ADVISED_HEADER_LINES = 120

TOP_LEVEL = {"CMakeLists.txt", "README.md", "server", "refclocks", "leap", "web", "tests", "packaging"}
ALSO_AT_TOP = {"CMakePresets.json", "CMakeUserPresets.json", "LICENSE", "build", "__pycache__"}
ROOMS_WITH_README = ["leap", "refclocks", "server/clock", "server/ntp", "server/daemon", "server/tokictl", "web", "tests",
                     "packaging"]

SOURCE_SUFFIXES = {".h", ".cpp", ".cc"}
NOT_OURS = {"build", "node_modules", "__pycache__", "corpus"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
PROSE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


class Source:
    """One file of C++: its includes as (line, bracket, name), and its code without comments and strings."""

    def __init__(self, root, path):
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8")
        self.lines = self.text.splitlines()
        self.is_header = path.suffix == ".h"
        self.includes = []
        for number, line in enumerate(self.lines, 1):
            if match := INCLUDE.match(line):
                self.includes.append((number, match[1], match[2]))
        self.code = PROSE.sub(lambda match: "\n" * match[0].count("\n"), self.text).splitlines()
        self.room = room_of(self.name)


def room_of(name):
    """The room of a file; None for what lies in no room, such as the tests."""
    rooms = [room for room in MAY_INCLUDE if name.startswith(room + "/")]
    return max(rooms, key=len, default=None)


def files_of(root, directory):
    for path in sorted((root / directory).rglob("*")):
        if path.is_file() and not NOT_OURS.intersection(path.relative_to(root).parts):
            yield path


def sources_of(root):
    for directory in ("leap", "refclocks", "server", "web"):
        for path in files_of(root, directory):
            if path.suffix in SOURCE_SUFFIXES:
                yield Source(root, path)


def wrong_includes(source, known):
    """Includes of our own files: from the root, of a file that exists, and as the table allows."""
    for number, bracket, name in source.includes:
        place = f"{source.name}:{number}"
        if bracket == "<":
            if room_of(name):
                yield f'{place}: include our own files with quotes: "{name}"'
        elif name not in known:
            yield f'{place}: there is no "{name}" counted from the root'
        elif not any(name == allowed or (allowed.endswith("/") and name.startswith(allowed))
                     for allowed in MAY_INCLUDE[source.room]):
            yield f'{place}: {source.room} may not include "{name}"'


def wrong_libraries(source):
    """Includes of the files of others."""
    for number, bracket, name in source.includes:
        place = f"{source.name}:{number}"
        if bracket != "<":
            continue
        allowed = LIBRARIES.get(source.room)
        if allowed and not re.fullmatch(allowed, name) and not room_of(name):
            yield f"{place}: {source.room} may not include <{name}>"
        if source.is_header and name.startswith("boost/"):
            yield f"{place}: a header may not include Boost; declare what it needs"


def shared_libraries(sources):
    """Libraries that are known to more than one .cpp, or to a header."""
    for library in ONE_USER:
        users = [source.name for source in sources if ("<", library) in [include[1:] for include in source.includes]]
        for user in users:
            if len(users) > 1 or not user.endswith(".cpp"):
                yield f"{user}: only one .cpp may include <{library}>; these do: {', '.join(users)}"


def wrong_words(source):
    """What only certain files may say."""
    for number, line in enumerate(source.code, 1):
        for pattern, places, instead in SAID_ONLY_IN:
            if source.name not in places and (match := re.search(pattern, line)):
                yield f"{source.name}:{number}: no {match[0]} here: {instead}"


def wrong_size(source):
    limit = LINES.get(pathlib.PurePath(source.name).suffix)
    if limit and len(source.lines) > limit:
        yield f"{source.name}: {len(source.lines)} lines, {limit} at most"


def missing_guard(source):
    if source.is_header and "#pragma once" not in source.lines:
        yield f"{source.name}: a header begins with #pragma once"


def circles(sources):
    """Files that include each other, directly or by way of others; each circle once."""
    includes = {source.name: [name for _, bracket, name in source.includes if bracket == '"'] for source in sources}
    finished, path = set(), []

    def visit(name):
        if name in path:
            yield "a circle of includes: " + " -> ".join(path[path.index(name):] + [name])
            return
        if name in finished:
            return
        path.append(name)
        for included in includes.get(name, []):
            yield from visit(included)
        path.pop()
        finished.add(name)

    for name in sorted(includes):
        yield from visit(name)


def names_taken_twice(sources):
    """Types of one name in two headers: whoever sees both, or links both, gets either (one definition rule)."""
    where = {}
    for source in sources:
        if not source.is_header:
            continue
        for line in source.code:
            if match := re.match(r"(?:class|struct|enum class) (?:alignas\(\w+\) )?(\w+)[^;]*$", line):
                where.setdefault(match[1], set()).add(source.name)
    for name, places in sorted(where.items()):
        if len(places) > 1:
            yield f"{name} is a type in {', '.join(sorted(places))}: one name, one type"


def unfinished(root):
    """Words that put something off."""
    for directory in ("leap", "refclocks", "server", "web", "tests", "packaging"):
        for path in files_of(root, directory):
            text = path.read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), 1):
                if match := re.search(UNFINISHED, line):
                    yield f"{path.relative_to(root).as_posix()}:{number}: {match[0]}: do it, or leave it out"


def wrong_top_level(root):
    names = {path.name for path in root.iterdir() if not path.name.startswith(".")}
    for name in sorted(TOP_LEVEL - names):
        yield f"{name}: missing at the top level"
    for name in sorted(names - TOP_LEVEL - ALSO_AT_TOP):
        yield f"{name}: does not belong at the top level"


def missing_readmes(root):
    for room in ROOMS_WITH_README:
        if not (root / room / "README.md").is_file():
            yield f"{room}: has no README.md"


def complaints(root):
    """Everything that is wrong with the tree at `root`, one sentence each."""
    sources = list(sources_of(root))
    known = {source.name for source in sources}
    for source in sources:
        yield from wrong_includes(source, known)
        yield from wrong_libraries(source)
        yield from wrong_words(source)
        yield from wrong_size(source)
        yield from missing_guard(source)
    yield from shared_libraries(sources)
    yield from circles(sources)
    yield from names_taken_twice(sources)
    yield from unfinished(root)
    yield from wrong_top_level(root)
    yield from missing_readmes(root)


def long_headers(root):
    return [f"{source.name}: {len(source.lines)} lines, {ADVISED_HEADER_LINES} are enough for most headers"
            for source in sources_of(root) if source.is_header and len(source.lines) > ADVISED_HEADER_LINES]


def main(root):
    found = list(complaints(root))
    for line in long_headers(root):
        print(f"note: {line}")
    for line in found:
        print(line)
    print(f"{len(found)} complaints" if found else "The house stands as it was drawn.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__ + "/../..").resolve()))
