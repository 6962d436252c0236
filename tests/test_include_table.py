"""The checker of the house, on made-up trees: a good one, and good ones with one thing wrong."""

import pytest

import include_table

GOOD = {
    "CMakeLists.txt": "",
    "CMakePresets.json": "{}",
    "README.md": "",
    ".gitignore": "",
    "leap/instant.h": "#pragma once\n#include <chrono>\n",
    "refclocks/counter.h": "#pragma once\n/// The only caller of `clock_gettime`.\n#include \"leap/instant.h\"\n",
    "refclocks/counter.cpp": "#include \"refclocks/counter.h\"\n#include <time.h>\n"
                             "timespec t; int e = clock_gettime(0, &t);\n",
    "refclocks/observation.h": "#pragma once\n#include \"leap/instant.h\"\n",
    "refclocks/gpsd.cpp": "#include <gps.h>\n#include <boost/asio/ip/tcp.hpp>\n",
    "server/main.cpp": "#include \"server/daemon/daemon.h\"\n",
    "server/clock/model.h": "#pragma once\n#include \"refclocks/observation.h\"\n",
    "server/clock/server_state.h": "#pragma once\n#include \"server/clock/model.h\"\n",
    "server/ntp/packet.cpp": "#include \"server/clock/server_state.h\"\n",
    "server/daemon/daemon.h": "#pragma once\n#include <fmt/format.h>\n#include \"server/clock/model.h\"\n",
    "server/daemon/datagram_control.cpp": "void f(timespec t);\n",
    "web/main.cpp": "#include <boost/beast.hpp>\n",
    "tests/run": "",
}


@pytest.fixture
def tree(tmp_path):
    """A house in order; `put` adds a file or replaces one."""

    def put(name, text):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    for name, text in GOOD.items():
        put(name, text)
    for room in include_table.ROOMS_WITH_README:
        put(f"{room}/README.md", "")
    return put


def complaints(root):
    return list(include_table.complaints(root))


def test_a_house_in_order_is_accepted(tree):
    assert complaints(tree("README.md", "")) == []


def test_this_house_is_one_the_checker_sees_into():
    here = include_table.pathlib.Path(__file__).resolve().parent.parent
    assert "leap/instant.h" in [source.name for source in include_table.sources_of(here)]


@pytest.mark.parametrize(("name", "include"), [
    ("leap/a.cpp", '"refclocks/counter.h"'),
    ("leap/a.cpp", "<unistd.h>"),
    ("leap/a.cpp", "<fmt/format.h>"),
    ("refclocks/a.cpp", '"server/clock/model.h"'),
    ("refclocks/a.cpp", "<boost/json.hpp>"),
    ("refclocks/a.cpp", "<fmt/format.h>"),
    ("server/clock/a.cpp", '"refclocks/counter.h"'),
    ("server/clock/a.cpp", '"server/ntp/packet.cpp"'),
    ("server/clock/a.cpp", "<time.h>"),
    ("server/ntp/a.cpp", '"server/clock/model.h"'),
    ("server/ntp/a.cpp", '"refclocks/observation.h"'),
    ("server/tokictl/a.cpp", '"server/daemon/daemon.h"'),
    ("server/tokictl/a.cpp", '"refclocks/observation.h"'),
    ("server/tokictl/a.cpp", "<gpiod.h>"),
    ("server/tokictl/a.cpp", "<toml++/toml.h>"),
    ("server/main.cpp", '"server/clock/model.h"'),
    ("web/a.cpp", '"leap/instant.h"'),
    ("web/a.cpp", "<leap/instant.h>"),
    ("leap/a.cpp", '"instant.h"'),
    ("server/daemon/a.cpp", '"../clock/model.h"'),
])
def test_an_include_against_the_table_is_refused(tree, name, include):
    root = tree(name, f"#include <string>\n#include {include}\n")
    assert [line.split(": ")[0] for line in complaints(root)] == [f"{name}:2"]


@pytest.mark.parametrize("name", ["refclocks/jjy.h", "server/daemon/daemon.h"])
def test_boost_in_a_header_is_refused(tree, name):
    root = tree(name, "#pragma once\n#include <boost/asio/io_context.hpp>\n")
    assert complaints(root) == [f"{name}:2: a header may not include Boost; declare what it needs"]


@pytest.mark.parametrize("library", ["gps.h", "gpiod.h"])
def test_a_second_user_of_a_hardware_library_is_refused(tree, library):
    tree("refclocks/gpsd.cpp", f"#include <{library}>\n")
    root = tree("server/daemon/second.cpp", f"#include <{library}>\n")
    assert [line.split(":")[0] for line in complaints(root)] == ["refclocks/gpsd.cpp", "server/daemon/second.cpp"]


def test_a_hardware_library_in_a_header_is_refused(tree):
    tree("refclocks/gpsd.cpp", "")
    root = tree("refclocks/gpsd.h", "#pragma once\n#include <gps.h>\n")
    assert [line.split(":")[0] for line in complaints(root)] == ["refclocks/gpsd.h"]


@pytest.mark.parametrize("code", [
    "int e = clock_gettime(0, nullptr);",
    "auto t = std::chrono::system_clock::now();",
    "auto t = std::chrono::steady_clock::now();",
    "int e = clock_adjtime(0, nullptr);",
    "settimeofday(nullptr, nullptr);",
    "void f(timespec t);",
    "std::mutex m;",
    "std::shared_mutex m;",
    "std::lock_guard l{m};",
    "std::atomic_thread_fence(std::memory_order_acquire);",
])
def test_what_belongs_to_another_file_is_refused(tree, code):
    root = tree("server/daemon/a.cpp", f"\n{code}  // why\n")
    assert [line.split(": ")[0] for line in complaints(root)] == ["server/daemon/a.cpp:2"]


@pytest.mark.parametrize("prose", ["// no mutex", "/* a timespec\n of clock_gettime */", 'auto s = "mutex";'])
def test_prose_may_name_what_code_may_not(tree, prose):
    assert complaints(tree("server/daemon/a.cpp", prose + "\n")) == []


def test_a_comment_hides_no_code_beside_it(tree):
    root = tree("server/daemon/a.cpp", '/* a */ timespec t; auto s = "x"; // b\n')
    assert [line.split(": ")[0] for line in complaints(root)] == ["server/daemon/a.cpp:1"]


@pytest.mark.parametrize(("name", "lines", "wrong"), [
    ("leap/a.cpp", 350, False),
    ("leap/a.cpp", 351, True),
    ("leap/a.h", 140, False),
    ("leap/a.h", 141, True),
])
def test_a_file_has_its_size(tree, name, lines, wrong):
    root = tree(name, "#pragma once\n" + "\n" * (lines - 1))
    assert bool(complaints(root)) == wrong


def test_a_header_without_guard_is_refused(tree):
    assert complaints(tree("leap/a.h", "int f();\n")) == ["leap/a.h: a header begins with #pragma once"]


def test_one_name_for_two_types_is_refused(tree):
    tree("refclocks/one.h", "#pragma once\nclass Line {\n};\n")
    root = tree("server/clock/two.h", "#pragma once\nstruct Line;\nstruct alignas(64) Line {\n};\n")
    assert complaints(root) == ["Line is a type in refclocks/one.h, server/clock/two.h: one name, one type"]


def test_a_circle_is_refused_and_named_once(tree):
    tree("leap/a.h", '#pragma once\n#include "leap/b.h"\n')
    tree("leap/b.h", '#pragma once\n#include "leap/c.h"\n')
    root = tree("leap/c.h", '#pragma once\n#include "leap/a.h"\n')
    assert complaints(root) == ["a circle of includes: leap/a.h -> leap/b.h -> leap/c.h -> leap/a.h"]


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME"])
@pytest.mark.parametrize("name", ["leap/a.cpp", "tests/clock/a_test.cc", "packaging/install", "web/page.ts"])
def test_a_word_that_puts_something_off_is_refused(tree, name, word):
    assert [line.split(": ")[0] for line in complaints(tree(name, f"\n# {word}: later\n"))] == [f"{name}:2"]


def test_a_stranger_at_the_top_level_is_refused(tree):
    assert complaints(tree("util/a.h", "")) == ["util: does not belong at the top level"]


def test_a_missing_room_is_named(tree):
    root = tree("README.md", "")
    (root / "README.md").unlink()
    assert complaints(root) == ["README.md: missing at the top level"]


@pytest.mark.parametrize("room", include_table.ROOMS_WITH_README)
def test_a_room_without_readme_is_refused(tree, room):
    root = tree("README.md", "")
    (root / room / "README.md").unlink()
    assert complaints(root) == [f"{room}: has no README.md"]


def test_the_exit_code_tells(tree, capsys):
    root = tree("README.md", "")
    assert include_table.main(root) == 0
    assert include_table.main(tree("util/a.h", "")) == 1
    assert "util: does not belong" in capsys.readouterr().out


def test_a_long_header_is_only_noted(tree, capsys):
    assert include_table.main(tree("leap/a.h", "#pragma once\n" + "\n" * 125)) == 0
    assert "note: leap/a.h: 126 lines" in capsys.readouterr().out
