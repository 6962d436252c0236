"""Runs a program with the system calls that a unit of packaging/systemd allows, as systemd would: any other ends it.

The filter is made by the same library (libseccomp) of the same groups (systemd-analyze). Whether systemd itself would
make it so, only a running one can show.
"""
from __future__ import annotations

import ctypes
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from typing import Dict, List, Optional, Sequence, Set

_HERE = os.path.dirname(os.path.realpath(__file__))
UNITS = os.path.join(os.path.dirname(os.path.dirname(_HERE)), "packaging", "systemd")

_KILL_PROCESS = 0x80000000
_ALLOW = 0x7FFF0000
_UNKNOWN_CALL = -1


@functools.lru_cache(maxsize=None)
def _groups() -> Dict[str, List[str]]:
    """All groups of system calls, as `systemd-analyze syscall-filter` lists them."""
    listed = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter"], check=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, universal_newlines=True).stdout
    groups: Dict[str, List[str]] = {}
    name = ""
    for line in listed.splitlines():
        if line.startswith("@"):
            name = line.strip()
            groups[name] = []
        elif line.startswith(" ") and not line.strip().startswith("#"):
            groups[name].append(line.strip())
    return groups


def _members(word: str) -> Set[str]:
    """The system calls of a group, or that one."""
    if not word.startswith("@"):
        return {word}
    return set().union(*(_members(member) for member in _groups()[word]))


def settings(unit: str, key: str) -> List[str]:
    """The values of `key` in a unit, in order."""
    with open(os.path.join(UNITS, unit), encoding="utf-8") as file:
        return [line.split("=", 1)[1].strip() for line in file if line.startswith(key + "=")]


def allowed_calls(unit: str) -> Set[str]:
    """What SystemCallFilter of a unit allows (systemd.exec(5)): the first line decides that it is an allow list."""
    allowed: Set[str] = set(_members("@default"))
    lines = settings(unit, "SystemCallFilter")
    assert lines and not lines[0].startswith("~"), "no allow list"
    for line in lines:
        for word in line.lstrip("~").split():
            allowed = allowed - _members(word) if line.startswith("~") else allowed | _members(word)
    return allowed


# Where filters lie until this process ends.
_room = tempfile.TemporaryDirectory(prefix="tokimori-filters-")
_one_at_a_time = threading.Lock()


def _make_filter(allowed: Set[str], path: str) -> None:
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_KILL_PROCESS)))
    for name in sorted(allowed):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number != _UNKNOWN_CALL:
            library.seccomp_rule_add(context, ctypes.c_uint32(_ALLOW), ctypes.c_int(number), ctypes.c_uint(0))
    with open(path, "wb") as file:
        assert library.seccomp_export_bpf(context, ctypes.c_int(file.fileno())) == 0, path
    library.seccomp_release(context)


def _filter_of(unit: str, further: Sequence[str]) -> str:
    """A file with the filter, as instructions that the kernel takes."""
    path = os.path.join(_room.name, "+".join([unit, *further]))
    with _one_at_a_time:
        if not os.path.exists(path):
            _make_filter(allowed_calls(unit) | set(further), path)
    return path


def missing() -> Optional[str]:
    """What is missing to make a filter; None if nothing."""
    return None if shutil.which("systemd-analyze") else "Debian's package systemd"


def command(unit: str, arguments: Sequence[str], further: Sequence[str] = ()) -> List[str]:
    """The command that runs `arguments` with what the unit allows, and with `further` calls."""
    return [sys.executable, "-I", "-S", os.path.join(_HERE, "confine.py"), _filter_of(unit, further), *arguments]
