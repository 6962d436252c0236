"""The free counter as a last resort: the real daemon with `driver = "local"`, alone and beside another server."""
from __future__ import annotations

import pytest

from control import AskedDaemon
from programs import Refclock
from test_upstream import Follower, Server, imported, reply, upstream

pytestmark = pytest.mark.story

LOCAL: Refclock = {"driver": "local", "name": "free"}
PATIENCE = 30.0


@pytest.mark.parametrize("workers", [0, 2])
def test_alone_it_serves_the_clock_of_the_host_at_a_high_stratum(workers: int) -> None:
    with AskedDaemon([LOCAL], lab_mode=False, workers=workers) as daemon:
        daemon.wait_for("clock state=local source=free refid=LOCL", PATIENCE)
        with daemon.client() as client:
            served = client.best_of(8)
        assert (served.stratum, served.leap, served.refid) == (11, 0, b"LOCL")
        assert served.proven_error < 0.5, "it is the clock of this very host"
        assert 1.0 <= served.root_distance < 1.1, "a second, of which nobody knows more"
        [source] = daemon.ask("sources")["sources"]
        assert (source["tally"], source["reason"], source["driver"], source["stratum"]) == ("*", "selected", "local", 10)
        assert daemon.ask("tracking")["at"]["state"] == "local"
        assert daemon.tokictl("tracking").returncode == 2, "a monitor must not take it for synchronised"
        assert "system_clock_set" not in daemon.log()


def test_the_stratum_is_the_operators() -> None:
    with AskedDaemon([{**LOCAL, "stratum": 6, "refid": "FREE"}], lab_mode=False) as daemon:
        daemon.wait_for("clock state=local", PATIENCE)
        with daemon.client() as client:
            served = client.best_of(2)
        assert (served.stratum, served.refid) == (7, b"FREE")


def test_it_is_never_served_beside_another_server_nor_soon_after_the_start() -> None:
    local = '\n[[refclock]]\ndriver = "local"\nname = "free"\n'
    with Server(lambda request, came: None) as silent, Follower(local + upstream(silent.port, name="silent")) as daemon:
        daemon.wait_for("device name=silent working=false", PATIENCE)
        sources = {source["name"]: source["reason"] for source in daemon.ask("sources")["sources"]}
        assert sources["free"] == "last_resort"
        with daemon.client() as client:
            answered = client.ask()
        assert answered is not None and answered.says_unsynchronised
    with Server(reply) as server, Follower(local + upstream(server.port, name="other")) as daemon:
        daemon.wait_for("state=synchronised source=other", PATIENCE)
        with daemon.client() as client:
            assert client.best_of(4).stratum == 2
        assert not daemon.find("state=local")


def test_it_gives_way_to_a_source_that_a_reload_brings_only_behind_li_3() -> None:
    with AskedDaemon([LOCAL], lab_mode=True) as daemon:
        daemon.wait_for("clock state=local", PATIENCE)
        with daemon.watch() as watch:
            watch.wait_for(lambda said: said.refid == b"LOCL", PATIENCE)
            since = watch.mark()
            sky = '\n[[refclock]]\ndriver = "simulated"\nname = "sky"\nstart = "2030-01-01T00:00:00Z"\n'
            daemon.reload(daemon.text() + sky, "reloaded")
            watch.wait_for(lambda said: said.synchronised and said.refid == b"SIM\0", PATIENCE, since)
            replies = watch.replies()[since:]
        kinds = [said.refid if said.synchronised else b"LI 3" for said in replies]
        between = kinds[kinds.index(b"LI 3"):kinds.index(b"SIM\0")]
        assert set(between) == {b"LI 3"} and b"LOCL" not in kinds[kinds.index(b"SIM\0"):]


def test_what_tokictl_imports_of_it_is_accepted() -> None:
    for name, text in (("ntp.conf", "server 127.127.1.0\nfudge 127.127.1.0 stratum 10\n"),
                       ("chrony.conf", "makestep 1 3\nlocal stratum 11\n")):
        lines = imported(name, text)
        assert 'driver = "local"' in lines and "stratum = 10" in lines
