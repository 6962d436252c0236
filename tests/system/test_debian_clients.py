"""Clients that Debian has beside those of test_demo_chain.py: what they say must show that they took our time. Nobody of
them may set a clock: each is without the right to, and says so."""
from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from typing import Dict, Iterator, List, Sequence

import pytest

from control import SKY, AskedDaemon
from namespace import NetworkNamespace, mounting
from programs import WITHOUT_CLOCK, Process, Tokimorid, chronyd_path, configuration, may_set_clock, run, unpacked

pytestmark = pytest.mark.story

MILLISECOND = 1e-3
AS_NOBODY = ["--reuid", "65534", "--regid", "65534", "--clear-groups"]
# It asks each server four times, 5 to 9 s apart, before it trusts one; the luckiest of so many is there after 17 s.
SERVERS = 16
PATIENCE = 30.0
# A user of its own, a place for its drift, and its settings for systemd; nobody to talk to.
ROOM = ('cp /etc/passwd "$0/passwd" && cp /etc/group "$0/group"'
        ' && echo "ntpd:x:64999:64999::$0/empty:/usr/sbin/nologin" >>"$0/passwd"'
        ' && echo "ntpd:x:64999:" >>"$0/group"'
        ' && mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group'
        ' && mount -t tmpfs none /run && mount -t tmpfs none /var/lib && mount -t tmpfs none /etc/systemd'
        ' && mkdir -p "$0/empty" /var/lib/openntpd/db /var/lib/openntpd/run'
        ' && printf "[Time]\\nNTP=127.0.0.1\\n" >/etc/systemd/timesyncd.conf')


@contextlib.contextmanager
def beside_a_daemon(program: str, arguments: Sequence[str], rights: Sequence[str] = ()) -> Iterator[Process]:
    """A program that was unpacked, beside a daemon of ours at port 123, both in a namespace of their own; `rights`: what
    it gives up beside the clock."""
    with NetworkNamespace() as own, tempfile.TemporaryDirectory(prefix="tokimori-") as room:
        os.chmod(room, 0o755)
        client = shutil.copy(program, os.path.join(room, os.path.basename(program)))
        with open(os.path.join(room, "ntpd.conf"), "w", encoding="ascii") as file:
            file.writelines("server 127.0.0.%d\n" % number for number in range(1, SERVERS + 1))
        confined = [*mounting(ROOM, room, own.prefix), *WITHOUT_CLOCK]
        if run([*confined, *AS_NOBODY, "true"]).returncode != 0:
            pytest.skip("NO OTHER USER: clients that give up root's rights were not tried")
        command = [*confined, *rights, client,
                   *(argument.replace("ROOM", room) for argument in arguments)]
        text = configuration(["0.0.0.0:123"], [SKY], lab_mode=True)
        with Tokimorid(text, 123, own.prefix) as daemon:
            daemon.wait_for("state=synchronised", PATIENCE)
            verbose = {"SYSTEMD_LOG_LEVEL": "debug", "SYSTEMD_LOG_TARGET": "console"}
            with Process(command, verbose) as process:
                yield process


def test_openntpd_takes_our_time_for_valid() -> Dict[str, object]:
    arguments = ["-d", "-v", "-f", "ROOM/ntpd.conf", "-p", "ROOM/pid"]
    with beside_a_daemon(unpacked("openntpd", "usr/sbin/openntpd"), arguments) as process:
        process.wait_for("adjtimex failed: Operation not permitted", PATIENCE)
        assert not may_set_clock(process.pid, "CapBnd")
        valid = process.wait_for(r"peer (127\.0\.0\.\d+) now valid", PATIENCE)
        heard = process.find(r"reply from %s: offset (-?[0-9.]+) delay ([0-9.]+)," % valid[1].replace(".", r"\."))
        offsets = [(float(reply[1]), float(reply[2])) for reply in heard]
        assert offsets and all(abs(offset) < MILLISECOND + delay for offset, delay in offsets), offsets
        return {"openntpd_offset_ms": offsets[-1][0] * 1e3}


def test_timesyncd_synchronises_with_us() -> Dict[str, object]:
    # In Debian 12, and in later ones.
    places = ("lib/systemd/systemd-timesyncd", "usr/lib/systemd/systemd-timesyncd")
    with beside_a_daemon(unpacked("systemd-timesyncd", *places), [], AS_NOBODY) as process:
        process.wait_for(r"Contacted time server 127\.0\.0\.1:123", PATIENCE)
        assert not may_set_clock(process.pid, "CapBnd")
        process.wait_for(r"Failed to call clock_adjtime\(\): Operation not permitted")
        told: List[str] = [process.wait_for(r"^\s+%s\s*: (\S+)" % name)[1] for name in ("leap", "stratum", "reference")]
        assert told == ["0", "1", "SIM"]
        offset = float(process.wait_for(r"^\s+offset\s*: (\S+) sec")[1])
        delay = float(process.wait_for(r"^\s+delay\s*: (\S+) sec")[1])
        # It says both to the millisecond.
        assert abs(offset) < 2 * MILLISECOND + delay
        return {"timesyncd_offset_ms": offset * 1e3}


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_ntplib_gets_an_answer_of_its_version(version: int) -> Dict[str, object]:
    import ntplib  # pylint: disable=import-outside-toplevel

    with Tokimorid.on_free_port([SKY], lab_mode=True) as daemon:
        daemon.wait_for("state=synchronised", PATIENCE)
        client = ntplib.NTPClient()
        told = [client.request("127.0.0.1", version=version, port=daemon.port, timeout=5) for _ in range(8)]
        heads = {(reply.version, reply.mode, reply.stratum, reply.leap, reply.ref_id) for reply in told}
        assert heads == {(version, 4, 1, 0, int.from_bytes(b"SIM\0", "big"))}
        best = min(told, key=lambda reply: reply.delay)
        assert abs(best.offset) < MILLISECOND + best.delay
        return {"ntplib_offset_ms": best.offset * 1e3}


@pytest.mark.parametrize("kind, said, version, works", [
    ("AES128", "", 4, True), ("AES128", "", 4, False), ("SHA512", "version 4", 4, True),
    # Where nothing else is said chronyd asks with a longer digest in version 3, with all of it.
    ("SHA256", "", 3, True), ("SHA384", "", 3, True), ("SHA512", "", 3, True), ("SHA512", "", 3, False)])
def test_chronyd_with_a_key_takes_what_is_signed_with_the_same_alone(
        kind: str, said: str, version: int, works: bool) -> None:
    key = bytes(range(16))
    with tempfile.TemporaryDirectory(prefix="tokimori-") as room, AskedDaemon() as daemon:
        for name, octets in (("ours", key), ("theirs", key if works else key[::-1])):
            with open(os.open(os.path.join(room, name), os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
                file.write("1 %s HEX:%s\n" % (kind, octets.hex()))
        daemon.wait_synchronised()
        daemon.reload(daemon.text() + '[access]\nkeys_file = "%s/ours"\n' % room, "reloaded")
        confined = WITHOUT_CLOCK if os.geteuid() == 0 else []
        asked = run([*confined, chronyd_path(), "-U", "-u", "root", "-Q", "-t", "10" if works else "4",
                     "server 127.0.0.1 port %d iburst key 1 %s" % (daemon.port, said),
                     "keyfile %s/theirs" % room])
        assert ("System clock wrong by" in asked.stderr) == works == (asked.returncode == 0), asked.stderr
        stats = daemon.ask("serverstats")["serverstats"]
        verdicts = stats["verdicts"]
        heard, unheard = ("answered", "unauthenticated") if works else ("unauthenticated", "answered")
        assert verdicts[heard] >= 1 and verdicts[unheard] == 0, verdicts
        assert [number for number, count in stats["versions"].items() if count] == [str(version)], stats["versions"]
