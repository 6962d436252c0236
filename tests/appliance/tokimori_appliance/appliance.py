"""The appliance as its operator and its clients see it: installed, asked, changed, unplugged."""
from __future__ import annotations

import os
import re
import sys
import time
from typing import Callable, Dict, List

from .emulated import HERE, NTP_PORT, PAGE_PORT, ROOT
from .machine import Machine

sys.path.insert(0, os.path.join(ROOT, "tests", "system"))

from tokimori_hil.guest import Process  # noqa: E402
from tokimori_hil.ntp import Reply, Watch  # noqa: E402
from ntp_client import NtpLoad  # noqa: E402
from web import Browser  # noqa: E402

# For everything, from power to the first good reply, too, s: emulated, on a busy host.
PATIENCE = 600.0

# Whoever measures may ask often.
CONFIGURATION = """
[access]
interval = "1ms"
[control]
changes_by = "tokimori-web"
[[refclock]]
driver = "gpsd"
name = "gps"
"""


class Appliance:
    """A machine with Tokimori's packages for cargo, those of a higher version in the folder `newer`."""

    def __init__(self, image: str, packages: List[str], newer: List[str], console: str) -> None:
        self.machine = Machine(image, [HERE + "/settings_changer.py", *packages], newer, console)

    def __enter__(self) -> Appliance:
        return self

    def __exit__(self, *_: object) -> None:
        self.machine.close()

    def run(self, script: str) -> str:
        """As root, in the guest; AssertionError where it fails."""
        return self.machine.guest.run(script, PATIENCE)

    def begin(self, say: Callable[[str], None]) -> None:
        """All that an operator does, from the first power to a first admin; each is told to `say` when it is done."""
        self.start()
        say("first power")
        said = self.install()
        assert "Removing systemd-timesyncd" in said, said
        say("installed")
        self.configure()
        reply = self.first_good_reply()
        say("configured, stratum 1, %+.3f s off, within %.3f s" % (reply.offset, reply.root_distance))
        self.set_up_page()
        say("first admin")

    def start(self) -> None:
        """Power, until there is a shell."""
        self.machine.power_on()
        self.machine.await_boot()

    def install(self) -> str:
        """As an operator does it; what apt said."""
        self.run("mkdir /cargo && tar -xf /dev/vdb -C /cargo")
        return self.run("apt-get install -y /cargo/*.deb")

    def configure(self) -> None:
        """The one file that an operator writes, and the start."""
        self.machine.guest.write("/etc/tokimori/tokimori.toml", CONFIGURATION)
        self.run("systemctl start tokimorid")

    # As a client.

    def await_other_boot(self, boot: str) -> None:
        """Until a shell tells another boot_id."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.machine.await_boot()
            try:
                if self.run("cat /proc/sys/kernel/random/boot_id") != boot:
                    return
            except (AssertionError, OSError):
                pass
            time.sleep(0.5)  # as in await_boot
        raise AssertionError("it did not reboot")

    def first_good_reply(self) -> Reply:
        """Waits for stratum 1, and a time that is as right by the host's clock as it promises."""
        watch = Watch(self.machine.ports[NTP_PORT], 0.2)
        try:
            reply = watch.wait_for(lambda one: one.synchronised, seconds=PATIENCE)
        except AssertionError as failure:
            raise AssertionError("%s\n%s" % (failure, self.account())) from failure
        finally:
            watch.close()
        assert reply.stratum == 1 and reply.leap == 0 and reply.proven_error <= reply.root_distance, reply
        return reply

    def clients(self) -> NtpLoad:
        """Clients that ask all the time, whether or not there was a reply."""
        return NtpLoad(self.machine.ports[NTP_PORT], per_second=50.0)

    # As an admin.

    def set_up_page(self) -> None:
        """The first admin, by the code that only root can read."""
        page = Browser(self.machine.ports[PAGE_PORT], patience=PATIENCE)
        code = self.run("tokictl web setup-code 2>/dev/null || cat /var/lib/tokimori-web/setup-code").split()[-1]
        reply = page.post("/api/v1/setup", {"code": code, "name": "hanako", "password": "correct horse battery",
                                            "language": "ja", "time_zone": "Asia/Tokyo"})
        assert reply.status == 200, reply.text

    def log_in(self) -> None:
        """Logs in and waits until the page says that the clock is synchronised, as it is once sources were heard again."""
        page = Browser(self.machine.ports[PAGE_PORT], patience=PATIENCE)
        assert page.get("/").status == 200
        reply = page.log_in("hanako")
        assert reply.status == 200, reply.text
        deadline = time.monotonic() + PATIENCE
        while True:
            reply = page.get("/api/v1/status")
            if reply.status == 200 and reply.json()["at"]["state"] == "synchronised":
                return
            assert time.monotonic() < deadline, reply.text
            time.sleep(0.5)  # the page itself asks once a second

    def setting(self) -> int:
        """The setting that `change_settings` changes, as it is in force."""
        return int(self.run("python3 /cargo/settings_changer.py"))

    def change_settings(self, number: int, times: int = 1_000_000) -> Process:
        """Begins to count it up from there; each line that comes is a number that was acknowledged."""
        return self.machine.guest.start("exec python3 /cargo/settings_changer.py %d %d" % (number, times))

    # As somebody who looks closely.

    def state(self) -> str:
        """`running`, once all is started, or which units have failed."""
        return self.run("systemctl is-system-running --wait || systemctl --failed --no-pager")

    def account(self) -> str:
        """What journal and console say of this boot, as far as they can be had."""
        try:
            said = self.run("uptime; systemctl --failed --no-pager; systemctl list-jobs --no-pager; "
                            "journalctl -b --no-pager -o short-monotonic | tail -n 80")
        except (AssertionError, OSError) as failure:
            said = "no shell: %s" % failure
        return "%s\nconsole: %s" % (said, self.machine.console()[-3000:])

    def status(self, unit: str) -> Dict[str, str]:
        """/proc/PID/status of a service."""
        text = self.run("cat /proc/$(systemctl show -P MainPID %s)/status" % unit)
        return dict(re.findall(r"^(\w+):\s*(.*)$", text, re.MULTILINE))

    def written(self, unit: str) -> int:
        """Octets that a service has had written to the disk since its start."""
        text = self.run("cat /proc/$(systemctl show -P MainPID %s)/io" % unit)
        found = re.search(r"^write_bytes: (\d+)$", text, re.MULTILINE)
        assert found is not None, text
        return int(found[1])
