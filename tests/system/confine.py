"""confine.py FILTER PROGRAM [ARGUMENT...]: becomes PROGRAM with a system call filter (seccomp(2)) that it cannot take off.

FILTER is a file of its instructions (struct sock_filter).
"""
import ctypes
import os
import sys

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
_MODE_FILTER = 2
_OCTETS_OF_AN_INSTRUCTION = 8


class _Filter(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def _confine(instructions: bytes) -> None:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    wanted = _Filter(len(instructions) // _OCTETS_OF_AN_INSTRUCTION, instructions)
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(wanted)) != 0:
        raise SystemExit("confine.py: this kernel takes no system call filter: " + os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        _confine(file.read())
    os.execv(sys.argv[2], sys.argv[2:])
