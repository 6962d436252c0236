"""What `tokictl import` makes of whole configuration files of other programs, `tokimorid --check` takes."""
from __future__ import annotations

import json
import os
import re
from typing import Any, Dict, List

import pytest

from programs import program, run, unpacked

LONG_NTP = """\
# /etc/ntp.conf of a time server that has been handed down\r
\tdriftfile\t"/var/lib/ntp/ntp.drift"   # quoted, with tabs\r
leapfile /usr/share/zoneinfo/leap-seconds.list
logfile /var/log/ntp
logconfig =syncstatus +allclock
statsdir /var/log/ntpstats/
statistics loopstats peerstats clockstats cryptostats
filegen loopstats file loopstats type day enable
filegen peerstats file peerstats type day enable

server 127.127.20.0 mode 17 minpoll 3 prefer # the receiver
fudge 127.127.20.0 time2 0.130 flag1 1 refid GPS
server 127.127.20.0 minpoll 4
server 127.127.28.0 noselect
server 127.127.1.0
fudge  127.127.1.0 stratum 12
server ntp1.example.jp iburst key 10
server 192.0.2.20 iburst minpoll 4 maxpoll 17 version 3
server ntp1.example.jp
pool 2.debian.pool.ntp.org iburst preempt
peer 192.0.2.21
server -6 ntp6.example.jp
server fe80::21

restrict -4 default kod notrap nomodify nopeer noquery limited
restrict -6 default kod notrap nomodify nopeer noquery limited
restrict source notrap nomodify noquery
restrict 127.0.0.1
restrict ::1
restrict 192.168.0.0 mask 255.255.0.0 nomodify notrap
restrict 192.168.0.0 mask 255.255.0.0 ntpport noserve
restrict 10.1.0.0 mask 255.255.255.0 nomodify   # cameras
restrict 10.0.0.0 mask 255.0.255.0 ignore
restrict timehost.example.jp
restrict 203.0.113.9 mssntp
discard average 4 minimum 1
keys "/etc/ntp/keys file"
trustedkey 10 11
controlkey 11
disable monitor
tinker panic 0
tos minclock 4 minsane 3
crypto pw serverpassword
includefile /etc/ntp/crypto/pw
broadcast 192.168.0.255 autokey
interface ignore wildcard
rlimit memlock 32"""
DROPPED_OF_NTP = {3: None, 7: "cryptostats", 13: "stands twice", 18: "maxpoll became 12", 19: "stands twice",
                  23: "interface", 26: None, 27: "no rule", 33: "numbers", 34: "numbers", 35: "mssntp", 38: "all keys",
                  39: "all keys", 44: "not read", 46: "[server] listen"}

LONG_CHRONY = """\
! Configuration of a time server
% and another way to write a comment
; and another
# and the usual one

Server ntp1.example.jp iburst key 10 minpoll 4
server 192.0.2.20 iburst nts xleave
server 192.0.2.20
pool 2.debian.pool.ntp.org iburst maxsources 4
peer 2001:db8::20
refclock SHM 0 refid GPS precision 1e-1 offset 0.130 delay 0.2
refclock PPS /dev/pps0 lock GPS refid PPS
refclock PPS /dev/pps0:clear
refclock SOCK /run/chrony.ttyS0.sock
refclock PHC /dev/ptp0 poll 0 dpoll -2
driftfile /var/lib/chrony/drift
keyfile /etc/chrony.keys
ALLOW 192.168
allow 10/8
deny 10.1.2
allow 2001:db8::/32
allow host.example.jp
deny all 10.9
allow 10.0.0.0/8 # the whole company
ratelimit interval 9 burst 255 leak 4 kod 2
local stratum 8 orphan
smoothtime 400 0.01 leaponly
leapsectz right/UTC
leapsecmode slew
makestep 1.0 3
maxslewrate 1000
rtcsync
hwtimestamp *
logdir /var/log/chrony
log measurements statistics tracking
cmdallow 192.168.1/24
bindcmdaddress 127.0.0.1
clientloglimit 100000000
sourcedir /run/chrony-dhcp
confdir /etc/chrony.d
user _chrony
"""
DROPPED_OF_CHRONY = {8: "stands twice", 13: "stands twice", 15: "this kind of clock", 17: None, 18: None, 22: "numbers",
                     24: "behind the network", 25: "19 hours", 39: "not read", 40: "not read"}


def imported(text: str, directory: "os.PathLike[str]") -> Dict[str, Any]:
    """What the command says of a file with that text; the daemon takes what it has for it."""
    path = os.path.join(directory, "theirs.conf")
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    said = run([program("tokictl"), "import", "--json", path])
    assert said.returncode == 1, said.stderr
    content = json.loads(said.stdout)
    ours = os.path.join(directory, "tokimori.toml")
    with open(ours, "w", encoding="utf-8") as file:
        file.write(content["toml"])
    checked = run([program("tokimorid"), "--check", "--config", ours])
    assert checked.returncode == 0, checked.stderr + content["toml"]
    return content


def whys(content: Dict[str, Any], line: int) -> List[str]:
    return [note["why"] for note in content["notes"] if note["line"] == line]


@pytest.mark.parametrize("package, path, default", [
    ("ntpsec", "etc/ntpsec/ntp.conf", "once in 8 s"),
    ("chrony", "usr/share/chrony/chrony.conf", "chronyd served nobody"),
])
def test_what_debian_ships_is_taken(package: str, path: str, default: str, tmp_path: "os.PathLike[str]") -> None:
    with open(unpacked(package, path), encoding="utf-8") as file:
        content = imported(file.read(), tmp_path)
    assert "debian.pool.ntp.org" in content["toml"] and "[state]" in content["toml"]
    assert any(default in why for why in whys(content, 0))


@pytest.mark.parametrize("text, dropped", [(LONG_NTP, DROPPED_OF_NTP), (LONG_CHRONY, DROPPED_OF_CHRONY)],
                         ids=["ntp.conf", "chrony.conf"])
def test_a_long_file_is_taken_and_what_is_not_is_said(text: str, dropped: Dict[int, str],
                                                      tmp_path: "os.PathLike[str]") -> None:
    content = imported(text, tmp_path)
    for line, words in dropped.items():
        if words is None:
            assert not whys(content, line), line
        else:
            assert any(words in why for why in whys(content, line)), (line, words, content["notes"])


def test_settings_of_long_files_are_those_of_the_file(tmp_path: "os.PathLike[str]") -> None:
    ntp = imported(LONG_NTP, tmp_path)["toml"]
    assert 'from = ["192.168.0.0/16"]\nflags = ["ntpport", "noserve"]' in ntp
    assert 'from = ["any"]\nflags = ["kod", "notrap", "nomodify", "nopeer", "noquery", "limited"]' in ntp
    assert 'keys_file = "/etc/ntp/keys file"' in ntp and 'dir = "/var/lib/ntp"' in ntp
    assert 'dir = "/var/log/ntpstats/"\nfiles = ["loopstats", "peerstats", "clockstats"]' in ntp
    assert 'driver = "local"\nname = "local"\nstratum = 12' in ntp and ntp.count('name = "nmea0"') == 1
    chrony = imported(LONG_CHRONY, tmp_path)["toml"]
    assert 'allow = ["192.168.0.0/16", "2001:db8::/32", "10.0.0.0/8"]' in chrony
    assert 'deny = ["10.1.2.0/24", "10.9.0.0/16"]' in chrony
    assert re.search(r'interval = "512s"\nburst = 133\nleak = 15\nkod = true', chrony), chrony
    assert '[statistics]\ndir = "/var/log/chrony"' in chrony and "stratum = 7" in chrony


def test_a_note_is_told_in_both_languages(tmp_path: "os.PathLike[str]") -> None:
    path = os.path.join(tmp_path, "chrony.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write("makestep 1 3\n")
    english = run([program("tokictl"), "--lang", "en", "import", path]).stderr.splitlines()
    japanese = run([program("tokictl"), "--lang", "ja", "import", path]).stderr.splitlines()
    assert english[0] == path + ":1: makestep 1 3: has no counterpart."
    assert japanese[0] == path + ":1: makestep 1 3 → 相当する設定はありません。"
    assert english[1].startswith(path + ": without a line") and japanese[1].startswith(path + ": 「allow」がなければ")
