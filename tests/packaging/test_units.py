"""The systemd units: how little they may do, and that what they may do is enough."""
from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import List, Set

import pytest

import confined
from commands import run
from control import AskedDaemon
from programs import Refclock, Tokimorid, free_port, program, tool, wait_until
from web import Browser, Web, as_unit_of_page

UNITS = Path(confined.UNITS)
SKY: Refclock = {"driver": "simulated", "name": "sky"}
DAEMON, WAIT, WEB = "tokimorid.service", "tokimori-wait.service", "tokimori-web.service"
SOCKETS = ["tokimori-web.socket", "tokimori-web-http.socket"]

needs_systemd = pytest.mark.skipif(tool("systemd-analyze") is None, reason="needs Debian's package systemd")


@needs_systemd
@pytest.mark.parametrize("unit, most", [(DAEMON, 2.4), (WAIT, 1.0), (WEB, 1.2)])
def test_is_exposed_to_no_more_than(unit: str, most: float) -> None:
    judged = run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNITS / unit)])
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", judged.stdout)
    assert found is not None, judged.stderr
    assert float(found[1]) <= most, judged.stdout


def test_the_daemon_has_two_rights_and_no_others() -> None:
    for key in ("AmbientCapabilities", "CapabilityBoundingSet"):
        assert confined.settings(DAEMON, key) == ["CAP_NET_BIND_SERVICE CAP_SYS_TIME"]
    assert confined.settings(WAIT, "CapabilityBoundingSet") == [""]
    for unit in (DAEMON, WAIT):
        assert confined.settings(unit, "User") == ["tokimori"]
        assert confined.settings(unit, "NoNewPrivileges") == ["yes"]


def test_what_the_page_changes_is_all_of_etc_that_the_daemon_may_write() -> None:
    assert confined.settings(DAEMON, "ProtectSystem") == ["strict"]
    assert confined.settings(DAEMON, "ReadWritePaths") == ["-/etc/tokimori/conf.d"]
    assert confined.settings(DAEMON, "ConfigurationDirectory") == [], "systemd makes all of that writable"


def test_the_page_has_no_right_and_cannot_disturb_the_daemon() -> None:
    def of_page(key: str) -> List[str]:
        return confined.settings(WEB, key)

    assert of_page("AmbientCapabilities") == of_page("CapabilityBoundingSet") == [""]
    assert of_page("User") == ["tokimori-web"] and of_page("NoNewPrivileges") == ["yes"]
    assert of_page("IPAddressDeny") == ["any"] and of_page("IPAddressAllow") == ["localhost"], "it calls nobody"
    assert of_page("LimitCORE") == ["0"], "the key of TLS is in its memory"
    assert of_page("MemoryMax") == ["192M"] and int(of_page("OOMScoreAdjust")[0]) > 0
    assert int(of_page("CPUWeight")[0]) < 100, "what everybody else has"
    assert set(of_page("Requires")) == {"tokimori-web.socket"}
    assert not set(confined.settings(DAEMON, "After")[0].split()) & {WEB, *SOCKETS}, "the time waits for no page"


def test_a_crash_comes_back_and_what_only_the_operator_can_mend_does_not() -> None:
    assert confined.settings(DAEMON, "Restart") == ["on-failure"]
    assert confined.settings(DAEMON, "RestartPreventExitStatus") == ["1"], "the daemon's code for such errors"
    assert confined.settings(DAEMON, "StartLimitIntervalSec") == ["0"], "for ever"
    assert confined.settings(DAEMON, "RestartSec") == ["10"], "but slowly"
    assert confined.settings(DAEMON, "StateDirectory") == ["tokimori"], "with what it knew of the time"


@needs_systemd
def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path) -> None:
    units = tmp_path / "usr/lib/systemd/system"
    units.mkdir(parents=True)
    for name in ("sysinit", "basic", "multi-user", "network", "time-sync", "shutdown", "time-set",
                 "sockets"):
        (units / (name + ".target")).write_text("[Unit]\nDescription=%s\n" % name, encoding="ascii")
    ours = [DAEMON, WAIT, WEB, *SOCKETS]
    for unit in ours:
        shutil.copy(str(UNITS / unit), str(units))
        for command in confined.settings(unit, "ExecStart") + confined.settings(unit, "ExecReload"):
            path = tmp_path / command.split()[0].lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("#!/bin/sh\n", encoding="ascii")
            path.chmod(0o755)
    verified = run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", "--root=%s" % tmp_path, *ours])
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


@needs_systemd
def test_user_and_directories_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/group").write_text("dialout:x:20:\n", encoding="ascii")
    for file in ("passwd", "shadow", "gshadow"):
        (tmp_path / "etc" / file).touch()
    made = run(["systemd-sysusers", "--root=%s" % tmp_path, str(UNITS / "tokimori.sysusers"),
                str(UNITS / "tokimori-web.sysusers")])
    assert made.returncode == 0, made.stderr
    passwd = (tmp_path / "etc/passwd").read_text(encoding="ascii")
    assert re.search(r"^tokimori:x:\d+:\d+:[^:]*:/var/lib/tokimori:/usr/sbin/nologin$", passwd, re.MULTILINE), passwd
    assert re.search(r"^tokimori-web:x:\d+:\d+:[^:]*:/var/lib/tokimori-web:/usr/sbin/nologin$", passwd, re.MULTILINE), passwd
    groups = (tmp_path / "etc/group").read_text(encoding="ascii")
    assert re.search(r"^dialout:x:20:tokimori$", groups, re.MULTILINE), groups
    assert re.search(r"^tokimori:x:\d+:tokimori-web$", groups, re.MULTILINE), "it may ask the daemon"
    listed = run(["systemd-tmpfiles", "--cat-config", str(UNITS / "tokimori.tmpfiles")])
    assert listed.returncode == 0, listed.stderr


def calls_of(unit: str) -> Set[str]:
    return confined.allowed_calls(unit)


@needs_systemd
def test_may_set_the_clock_gently_and_nothing_else_of_the_kernel() -> None:
    allowed = calls_of(DAEMON)
    assert "clock_adjtime" in allowed
    assert not allowed & {"clock_settime", "settimeofday", "mount", "ptrace", "bpf", "setuid", "init_module", "reboot",
                          "kexec_load", "chroot", "perf_event_open"}
    for unit in (WAIT, WEB):
        assert not calls_of(unit) & {"clock_adjtime", "adjtimex", "clock_settime", "mount", "ptrace", "bpf", "setuid", "chroot"}


@needs_systemd
def test_what_the_unit_does_not_allow_ends_a_program() -> None:
    ended = run(confined.command(DAEMON, ["/usr/sbin/chroot", "/", "/bin/true"]))
    assert ended.returncode == -31, "SIGSYS: the filter is in force"
    assert run(confined.command(DAEMON, ["/bin/true"])).returncode == 0


def mode_of_filter(pid: int) -> str:
    found = re.search(r"^Seccomp:\s*(\d)$", Path("/proc/%d/status" % pid).read_text(encoding="ascii"), re.MULTILINE)
    assert found is not None
    return found[1]


@needs_systemd
def test_all_system_tests_give_both_programs_the_system_calls_of_their_units_alone() -> None:
    with AskedDaemon() as daemon, Web(daemon) as web:
        daemon.wait_synchronised()
        web.wait_started()
        assert [mode_of_filter(process.pid) for process in (daemon, web)] == ["2", "2"]


@needs_systemd
def test_tokictl_waits_with_the_system_calls_of_its_unit(tmp_path: Path) -> None:
    socket = str(tmp_path / "control.sock")
    wait = confined.command(WAIT, [program("tokictl"), "waitsync", "--socket", socket])
    assert run(wait + ["1", "0.1", "0", "1"]).returncode == 2, "nobody is there"
    with Tokimorid.on_free_port([SKY], lab_mode=True, control_socket=socket):
        assert run(wait + ["60", "0.1", "0", "1"]).returncode == 0


@needs_systemd
def test_the_page_lives_with_the_system_calls_of_its_unit_and_the_sockets_that_systemd_hands_over(tmp_path: Path) -> None:
    https, http = free_port(), free_port()
    names = [name for unit in SOCKETS for name in confined.settings(unit, "FileDescriptorName")]
    activate = ["systemd-socket-activate", "--listen=127.0.0.1:%d" % https, "--listen=127.0.0.1:%d" % http,
                "--fdname=%s" % ":".join(names)]
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        with Web(daemon, state=str(tmp_path / "state"), before=[*activate, *as_unit_of_page([])]) as web:
            web.port, web.http_port = https, http
            # The first client starts it.
            wait_until(lambda: answers(http), 30, "a client of the socket")
            web.wait_started()
            admin = web.set_up()
            assert admin.get("/api/v1/status").json()["at"]["state"] == "synchronised"
            assert admin.get("/api/v1/history?points=10").status == 200
            token = admin.post("/api/v1/tokens", {"name": "prometheus"})
            assert token.status == 200, token.text
            reply = Browser(http, encrypted=False).get("/cgi-bin/time")
            assert reply.status == 200 and "JST" in reply.text
            assert Browser(http, encrypted=False).get("/").headers["Location"].startswith("https://")
    assert os.path.exists(str(tmp_path / "state" / "accounts.db"))


def answers(port: int) -> bool:
    """Whether somebody takes a connection there and reads a request."""
    try:
        return Browser(port, encrypted=False).get("/cgi-bin/time").status in (200, 503)
    except OSError:
        return False
