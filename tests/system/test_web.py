"""The page's program beside a real daemon: first start, who may do what, what machines read, and that none of its troubles
reaches the time service."""
from __future__ import annotations

import base64
import contextlib
import ipaddress
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import stat
import time
import urllib.parse
from typing import Any, Dict, Iterator, List

import pytest

from control import AskedDaemon
from programs import Process, free_port, has_sanitizer, program, run, slowness, wait_until
from web import PASSWORD, Browser, Web, query, routes, trusting

needs_web = pytest.mark.skipif(not os.access(program("tokimori-web"), os.X_OK), reason="NO tokimori-web was built")
pytestmark = needs_web

IP_PKTINFO = 8  # ip(7); Python 3.11 has no name for it

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(name="asked", scope="module")
def fixture_asked() -> Iterator[AskedDaemon]:
    with AskedDaemon() as daemon:
        yield daemon.wait_synchronised()


@pytest.fixture(name="web", scope="module")
def fixture_web(asked: AskedDaemon) -> Iterator[Web]:
    with Web(asked) as web:
        yield web.wait_started()


@pytest.fixture(name="admin", scope="module")
def fixture_admin(web: Web) -> Browser:
    return web.set_up()


@pytest.fixture(name="viewer", scope="module")
def fixture_viewer(web: Web, admin: Browser) -> Browser:
    assert admin.post("/api/v1/users", {"name": "taro", "role": "viewer", "password": PASSWORD}).status == 200
    browser = Browser(web.port)
    assert browser.log_in("taro").status == 200
    return browser


@pytest.fixture(name="operator", scope="module")
def fixture_operator(web: Web, admin: Browser) -> Browser:
    assert admin.post("/api/v1/users", {"name": "jiro", "role": "operator", "password": PASSWORD}).status == 200
    browser = Browser(web.port)
    assert browser.log_in("jiro").status == 200
    return browser


def test_the_first_start_asks_for_the_code_and_makes_an_admin(asked: AskedDaemon) -> None:
    with Web(asked) as web:
        web.wait_started()
        stranger = Browser(web.port)
        assert stranger.get("/api/v1/session").json()["setup_needed"] is True
        path = os.path.join(web.state, "setup-code")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert web.setup_code() in web.log()
        first = {"code": "AAAAA-AAAAA-AAAAA-AAAAA", "name": "a", "password": PASSWORD}
        assert stranger.post("/api/v1/setup", first).code == "wrong_setup_code"
        assert stranger.post("/api/v1/setup", {**first, "code": web.setup_code(), "password": "short"}).code == "bad_password"
        admin = web.set_up()
        session = admin.get("/api/v1/session").json()
        assert session["user"] == {"name": "hanako", "role": "admin", "language": "ja", "time_zone": "Asia/Tokyo"}
        assert session["setup_needed"] is False
        assert not os.path.exists(path)
        assert stranger.post("/api/v1/setup", first).code == "already_set_up"


def test_what_must_stay_secret_is_readable_by_the_owner_alone(web: Web, admin: Browser) -> None:
    assert admin.cookie
    assert stat.S_IMODE(os.stat(web.state).st_mode) == 0o700
    for name in ("key.pem", "certificate.pem", "accounts.db", "history.db"):
        assert stat.S_IMODE(os.stat(os.path.join(web.state, name)).st_mode) == 0o600, name
    with open(os.path.join(web.state, "accounts.db-wal"), "rb") as file:
        content = file.read()
    assert b"$y$" in content and PASSWORD.encode() not in content


def test_accounts_key_and_certificate_are_there_after_kill_9(asked: AskedDaemon) -> None:
    with Web(asked) as web:
        web.wait_started()
        first = ssl.get_server_certificate(("127.0.0.1", web.port))
        cookie = web.set_up().cookie
        web.kill()
        with Web(asked, state=web.state) as again:
            again.wait_started()
            assert ssl.get_server_certificate(("127.0.0.1", again.port)) == first
            browser = Browser(again.port)
            browser.cookie = cookie
            assert browser.get("/api/v1/tracking").code == "not_logged_in", "sessions end with the process"
            assert browser.log_in("hanako").status == 200
            assert not os.path.exists(os.path.join(again.state, "setup-code"))


def test_tls_is_1_2_or_newer_with_aead_ciphers_only(web: Web) -> None:
    with socket.create_connection(("127.0.0.1", web.port)) as raw, trusting().wrap_socket(raw) as secure:
        assert secure.version() == "TLSv1.3"
    for cipher, works in (("ECDHE-ECDSA-AES128-GCM-SHA256", True), ("ECDHE-ECDSA-AES128-SHA256", False),
                          ("ECDHE-ECDSA-AES256-SHA", False)):
        context = trusting()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(cipher)
        with socket.create_connection(("127.0.0.1", web.port)) as raw:
            try:
                with context.wrap_socket(raw) as secure:
                    assert works and secure.version() == "TLSv1.2"
            except ssl.SSLError:
                assert not works, cipher


def test_a_certificate_of_an_authority_is_uploaded_kept_and_taken_back(asked: AskedDaemon) -> None:
    def pem(web: Web, name: str) -> str:
        return (pathlib.Path(web.state) / name).read_text(encoding="ascii")

    with Web(asked) as authority, Web(asked) as web:
        other = {"certificate": pem(authority.wait_started(), "certificate.pem"), "key": pem(authority, "key.pem")}
        admin = web.wait_started().set_up()
        own = seen(web)
        for wrong, why in (({**other, "key": pem(web, "key.pem")}, "key_differs"), ({**other, "key": ""}, "no_key"),
                           ({**other, "certificate": "x"}, "no_certificate"), ({}, "no_certificate")):
            refused = admin.post("/api/v1/certificate", wrong)
            assert (refused.status, refused.code, refused.json()["why"]["code"]) == (422, "certificate_wrong", why)
            assert seen(web) == own
        assert admin.ask("DELETE", "/api/v1/certificate", {}).code == "no_certificate"
        told = admin.post("/api/v1/certificate", other).json()
        assert told["uploaded"] is True and seen(web) == seen(authority) != own
        assert admin.get("/api/v1/certificate").json() == told
        assert stat.S_IMODE(os.stat(os.path.join(web.state, "uploaded.pem")).st_mode) == 0o600
        for path in ("support", "backup", "certificate", "events"):
            assert other["key"].split("\n")[1] not in admin.get("/api/v1/" + path).text
        web.kill()
        with Web(asked, state=web.state) as again:
            again.wait_started()
            assert seen(again) == seen(authority), "it is kept"
            admin.port = again.port
            assert admin.log_in("hanako").status == 200
            codes = [event["text_code"] for event in admin.get("/api/v1/events").json()["events"]]
            assert "certificate_uploaded" in codes
            assert admin.ask("DELETE", "/api/v1/certificate", {}).json()["uploaded"] is False
            assert seen(again) == own and not os.path.exists(os.path.join(web.state, "uploaded.pem"))


def with_wrong_number(key: str) -> str:
    """The key with one bit turned over: still one that says to be that of the certificate."""
    lines = key.strip().split("\n")
    octets = bytearray(base64.b64decode("".join(lines[1:-1])))
    octets[octets.index(b"\x04\x20") + 10] ^= 1
    return "\n".join([lines[0], base64.b64encode(octets).decode(), lines[-1], ""])


def seen(web: Web) -> str:
    """The certificate that a client gets."""
    return ssl.get_server_certificate(("127.0.0.1", web.port))


def alarms(browser: Browser) -> List[str]:
    """What the live stream says of the certificate."""
    return [alarm["code"] for alarm in next(browser.live(1)).get("certificate", [])]


def test_a_key_with_which_nobody_could_connect_is_refused(asked: AskedDaemon) -> None:
    with Web(asked) as web:
        admin = web.wait_started().set_up()
        before = seen(web)
        made = {name: (pathlib.Path(web.state) / (name + ".pem")).read_text(encoding="ascii") for name in ("certificate", "key")}
        refused = admin.post("/api/v1/certificate", {**made, "key": with_wrong_number(made["key"])})
        assert (refused.status, refused.json()["why"]["code"]) == (422, "no_use")
        assert seen(web) == before and not os.path.exists(os.path.join(web.state, "uploaded.pem"))


@pytest.mark.parametrize("damage", ["cut", "bit", "unreadable"])
def test_an_uploaded_certificate_that_the_disk_has_spoilt_keeps_nobody_out(asked: AskedDaemon, damage: str) -> None:
    with Web(asked) as web:
        admin = web.wait_started().set_up()
        own = seen(web)
        web.kill()
        state = pathlib.Path(web.state)
        uploaded = state / "uploaded.pem"
        if damage == "unreadable":
            uploaded.mkdir()
        else:
            key = with_wrong_number((state / "key.pem").read_text(encoding="ascii"))
            pem = (state / "certificate.pem").read_text(encoding="ascii") + key
            uploaded.write_text(pem if damage == "bit" else pem[:40], encoding="ascii")
        with Web(asked, state=web.state) as again:
            again.wait_started()
            assert seen(again) == own
            assert "certificate_of_no_use" in again.log()
            admin.port = again.port
            assert admin.log_in("hanako").status == 200
            assert admin.get("/api/v1/certificate").json()["spoilt"] is True
            assert alarms(admin) == ["certificate_spoilt"]
            if damage != "unreadable":
                assert admin.ask("DELETE", "/api/v1/certificate", {}).json()["spoilt"] is False
                assert alarms(admin) == [] and not uploaded.exists()


@pytest.mark.parametrize("name", ["key.pem", "certificate.pem"])
def test_the_page_comes_though_the_disk_has_spoilt_its_own_certificate(asked: AskedDaemon, name: str) -> None:
    with Web(asked) as web:
        admin = web.wait_started().set_up()
        own = seen(web)
        web.kill()
        spoilt = pathlib.Path(web.state) / name
        spoilt.write_text("-----BEGIN", encoding="ascii")
        with Web(asked, state=web.state) as again:
            again.wait_started()
            assert seen(again) != own and "certificate_passing" in again.log()
            assert spoilt.read_text(encoding="ascii") == "-----BEGIN", "nobody's key is written over"
            admin.port = again.port
            assert admin.log_in("hanako").status == 200
            assert alarms(admin) == ["certificate_passing"]


def test_a_certificate_that_ends_soon_is_told_by_the_time_that_is_served() -> None:
    """The device's own ends with 2045; the clock of this host is far from that."""
    sky = {"driver": "simulated", "name": "sky", "start": "2045-12-05T00:00:00Z"}
    with AskedDaemon([sky]) as daemon, Web(daemon.wait_synchronised()) as web:
        admin = web.wait_started().set_up()
        wait_until(lambda: alarms(admin) == ["certificate_expires"], 30, "it is told")
        since = next(admin.live(1))["certificate"][0]["since_ns"] / 86_400e9
        assert 3 <= since < 3.1, "from 30 days before the end on"


def test_the_page_comes_with_a_policy_and_nothing_else_does(web: Web) -> None:
    browser = Browser(web.port)
    page = browser.get("/")
    assert page.status == 200 and "Tokimori" in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert browser.get("/a.js", **{"If-None-Match": browser.get("/a.js").headers["ETag"]}).status == 304
    for path in ("/.hidden", "/etc/passwd", "/nothing"):
        assert browser.get(path).status == 404, path
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/a%00.js", "//../x", "/\\..\\x"):
        assert browser.get(path).status == 400, path


ROUTES = routes() if os.access(program("tokimori-web"), os.X_OK) else []
EVIL = "<script>alert(1)</script>\"'\u2028\u202e&\\"


def test_the_list_of_routes_leaves_none_out() -> None:
    """The program lists what stands in its table, and all that the page asks for; so the tests below see every one."""
    listed = {(method, path) for method, path, _, _ in ROUTES}
    table = (ROOT / "web" / "route_table.cpp").read_text(encoding="utf-8")
    assert set(re.findall(r'\{"([A-Z]+)", "(/[^"]+)"', table)) == listed and len(listed) == len(ROUTES) > 40
    page = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "web" / "page" / "src").rglob("*.ts*"))
    asked = {("POST", "/api/v1/" + name) for name in re.findall(r'\bpost(?:<.*?>)?\("([a-z/-]+)', page)}
    asked |= {("DELETE", "/api/v1/" + name) for name in re.findall(r'\bremove(?:<.*?>)?\("([a-z/-]+)', page)}
    asked |= {("GET", "/api/v1/" + name) for name in re.findall(r'\b(?:get|useAsked)(?:<.*?>)?\([`"]([a-z/-]+)', page)}
    asked |= {("GET", path) for path in re.findall(r'href=[`"{]*(/api/v1/[a-z./-]+)', page)}
    assert len(asked) > 20 and asked <= listed, asked - listed


@pytest.mark.parametrize("method,path,role,longest", ROUTES)
def test_every_route_minds_who_asks_and_from_where(web: Web, admin: Browser, viewer: Browser, operator: Browser, method: str,
                                                   path: str, role: str, longest: int) -> None:
    stranger = Browser(web.port)
    if role != "anybody":
        assert stranger.ask(method, path).code == "not_logged_in"
        stranger.cookie = "__Host-tokimori=" + "0" * 64
        assert stranger.ask(method, path).code == "not_logged_in"
    if role in ("operator", "admin"):
        assert viewer.ask(method, path).code == "not_allowed"
    if role == "admin":
        assert operator.ask(method, path).code == "not_allowed"
    if method == "GET":
        return
    evil = {"Origin": "https://evil.example"}
    assert admin.ask(method, path, {}, evil).code == "wrong_origin"
    if role != "anybody":
        assert admin.ask(method, path, {}, {"X-CSRF-Token": None}).code == "wrong_csrf_token"
        assert admin.ask(method, path, {}, {"X-CSRF-Token": "0" * 64}).code == "wrong_csrf_token"
        assert admin.ask(method, path, {}, {"Origin": None}).code == "wrong_origin"
        assert viewer.ask(method, path, {}, {"X-CSRF-Token": admin.csrf}).code in ("wrong_csrf_token", "not_allowed")
    if path != "/api/v1/logout":
        assert admin.ask(method, path, b"a=1", {"Content-Type": "text/plain"}).code == "not_json"
    assert admin.ask(method, path, b"x" * (longest + 1)).status == 413
    assert stranger.ask(method, path, b"x" * 20_000).status == 413, "a stranger has no use for a long one"
    assert admin.ask(method, path + "/../session", {}).status == 400


@pytest.mark.parametrize("method,path,role,longest", ROUTES)
def test_what_comes_from_outside_never_comes_back_as_a_page(web: Web, admin: Browser, method: str, path: str, role: str,
                                                            longest: int) -> None:
    """Whatever a reply repeats, no browser takes it for HTML of ours, and JSON stays JSON."""
    names = ("name", "role", "password", "old", "new", "code", "language", "time_zone", "id", "base", "overlay", "text",
             "tokimori_backup", "leap_list", "certificate", "key")
    bodies = [json.dumps({name: EVIL for name in names}).encode(), json.dumps({EVIL: EVIL}).encode(), EVIL.encode()]
    asked = "?" + "&".join("%s=%s" % (name, urllib.parse.quote(EVIL)) for name in (
        "first", "count", "sort", "match", "day", "kind", "mode", "from", "to", "points", "last", "callback"))
    if path in ("/api/v1/live", "/api/v1/logout", "/api/v1/restart"):
        return
    for body in bodies if method != "GET" else [None]:
        reply = admin.ask(method, path + asked, body)
        kind = reply.headers["Content-Type"].split(";")[0]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        assert kind in ("application/json", "text/csv", "text/plain", "application/javascript") or EVIL[:8] not in reply.text
        assert kind != "application/json" or isinstance(reply.json(), dict)
    assert role and longest and web.is_running()


def test_heads_and_bodies_that_are_too_long_are_refused(web: Web) -> None:
    browser = Browser(web.port)
    assert browser.ask("GET", "/", None, {"X-Long": "x" * 20_000}).status == 431
    assert browser.ask("POST", "/api/v1/login", b"x" * 100_000).status == 413
    assert browser.ask("GET", "/api/v1/session").status == 200


def test_a_login_is_slowed_down_after_five_failures(asked: AskedDaemon) -> None:
    with Web(asked) as web:
        admin = web.wait_started().set_up()
        stranger = Browser(web.port)
        wrong = [stranger.log_in("hanako", "wrong password") for _ in range(5)]
        assert {reply.code for reply in wrong} == {"wrong_login"}
        refused = stranger.log_in("hanako")
        assert refused.code == "too_many_failures" and 1 <= int(refused.headers["Retry-After"]) <= 10
        assert stranger.log_in("nobody").code == "too_many_failures", "of that address nobody"
        assert admin.get("/api/v1/tracking").status == 200, "who is in stays in"
        codes = [event["text_code"] for event in admin.get("/api/v1/events").json()["events"]]
        assert codes[:6] == ["login_failed"] * 5 + ["setup"]


def test_logging_out_ends_the_session_and_its_stream(web: Web, viewer: Browser) -> None:
    assert viewer.cookie
    browser = Browser(web.port)
    browser.log_in("taro")
    events = browser.live(30)
    assert next(events)["daemon"] is True
    assert browser.ask("POST", "/api/v1/logout", {}).status == 204
    with pytest.raises(AssertionError, match="the stream ended"):
        for _ in events:
            pass


def test_what_the_daemon_says_is_passed_on(web: Web, asked: AskedDaemon, viewer: Browser) -> None:
    for name in ("tracking", "sources", "sourcestats", "selectdata", "serverstats", "leap"):
        reply = viewer.get("/api/v1/" + name).json()
        assert reply["request"] == name and reply["at"]["state"] == "synchronised" and name in reply
    assert viewer.get("/api/v1/status").json()["sources"][0]["name"] == "sky"
    with asked.client() as client:
        client.ask()
    clients = viewer.get("/api/v1/clients?first=0&count=10&sort=received").json()
    assert clients["request"] == "clients" and clients["clients"]["known"] >= 1
    assert web.is_running()


def test_clients_come_by_page_order_and_part_of_the_address(web: Web, asked: AskedDaemon, viewer: Browser) -> None:
    with asked.client() as client:
        client.ask()
    page = viewer.get("/api/v1/clients?first=0&count=1&sort=address&match=127.0.0.").json()["clients"]
    assert page["matching"] >= 1 and len(page["latest"]) == 1 and page["latest"][0]["address"].startswith("127.0.0.")
    nobody = viewer.get("/api/v1/clients?match=203.0.113.").json()["clients"]
    assert nobody["matching"] == 0 and nobody["known"] >= 1 and nobody["latest"] == []
    assert viewer.get("/api/v1/clients?match=%22").code == "bad_request"
    assert web.is_running()


def ask_from_everywhere(port: int, addresses: range) -> None:
    """A request from each of these addresses below 127.0.0.0/8, by one socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("0.0.0.0", 0))
        client.setblocking(False)
        for number in addresses:
            source = bytes((127, 100 + (number >> 16), number >> 8 & 255, number & 255))
            with contextlib.suppress(BlockingIOError):
                client.sendmsg([b"\x23" + bytes(47)], [(socket.IPPROTO_IP, IP_PKTINFO, bytes(4) + source + bytes(4))],
                               0, ("127.0.0.1", port))


LIMITED = '[[access.rule]]\nfrom = ["127.100.0.0/16"]\nflags = ["limited"]\ninterval = "1h"\nburst = 1\nleak = 0\n'


def test_a_full_table_of_65536_clients_is_searched_and_sorted() -> None:
    with AskedDaemon(workers=4) as daemon, Web(daemon) as web:
        daemon.wait_synchronised()
        daemon.reload(daemon.text() + LIMITED, "reloaded")
        viewer = web.wait_started().set_up()

        def ask(**asked: object) -> Dict[str, Any]:
            return viewer.get("/api/v1/clients" + query(**{"first": 0, "count": 200, **asked})).json()["clients"]

        def fill() -> bool:
            for begin in range(0, 65_536, 64):
                ask_from_everywhere(daemon.port, range(begin, begin + 64))
            return ask()["known"] > 60_000 and ask(sort="limited", first=55_000)["latest"][0]["limited"] > 0

        wait_until(fill, 60, "nearly all of the table is filled, and of each is written that he asked too often")
        for order, key in (("received", "requests"), ("last_seen", "last_seen_age_ns"), ("limited", "limited")):
            listed = [client[key] for client in ask(sort=order)["latest"]]
            assert len(listed) == 200 and listed == sorted(listed, reverse=order != "last_seen"), order
        addresses = [ipaddress.ip_address(client["address"]) for client in ask(sort="address")["latest"]]
        assert addresses == sorted(addresses)
        # Who finds no place where all are at their limit is not known.
        one = str(addresses[100])
        found = ask(match=one)
        assert one in {client["address"] for client in found["latest"]} and found["matching"] < 20
        assert 100 < ask(match="127.100.18.")["matching"] <= 256, "a busy host loses some requests"
        with daemon.client() as client:
            assert client.ask() is not None
        # What the start needed, and the lists that were told, is given back within 20 s.
        wait_until(lambda: has_sanitizer() or daemon.resident() <= 11 * 1024, 45, "11 MiB are enough")


def test_a_leap_second_is_previewed_and_a_wrong_list_refused(web: Web, viewer: Browser, operator: Browser) -> None:
    preview = viewer.get("/api/v1/leap/preview?day=2016-12-31&kind=insert&mode=smear&smear_minutes=120").json()
    assert preview["rows"] and preview["clients"]
    assert viewer.get("/api/v1/leap/preview?day=tomorrow").code == "bad_request"
    wrong = operator.post("/api/v1/leap/list", {"text": "<script>alert(1)</script>"})
    assert wrong.status == 422 and wrong.code == "leap_list_wrong"
    assert web.is_running()


def test_the_live_stream_tells_once_a_second_with_the_time_served(web: Web, viewer: Browser) -> None:
    began = time.monotonic()
    events = list(viewer.live(4))
    assert 2.0 <= time.monotonic() - began <= 15 * slowness()
    assert all(event["daemon"] and 0 <= event["asked_ms_ago"] < 3000 for event in events)
    times = [event["server_time_unix_ns"] for event in events]
    assert times == sorted(times) and times[3] - times[0] >= 2_000_000_000
    assert web.is_running()


def test_ten_viewers_cost_the_daemon_no_more_than_one(web: Web, asked: AskedDaemon, viewer: Browser) -> None:
    def asked_so_far() -> int:
        return asked.ask("serverstats")["serverstats"]["control"]["requests"]

    before, began = asked_so_far(), time.monotonic()
    viewers = [viewer.live(4) for _ in range(10)]
    for each in viewers:
        list(each)
    assert asked_so_far() - before <= (time.monotonic() - began) * 1.5 + 5
    assert web.is_running()


def test_a_token_may_read_and_nothing_else(web: Web, admin: Browser) -> None:
    made = admin.post("/api/v1/tokens", {"name": "prometheus"}).json()
    machine = Browser(web.port)
    bearer = {"Authorization": "Bearer " + made["token"]}
    assert machine.get("/api/v1/tracking", **bearer).status == 200
    assert machine.get("/api/v1/users", **bearer).code == "not_allowed"
    assert machine.ask("POST", "/api/v1/logout", {}, {**bearer}).code == "not_allowed"
    assert machine.get("/metrics").code == "not_logged_in"
    metrics = machine.get("/metrics", **bearer).text
    assert re.search(r"^tokimori_daemon_up 1$", metrics, re.MULTILINE)
    assert re.search(r"^ntp_source_offset_seconds\{name=\"sky\",driver=\"simulated\"\} \S+$", metrics, re.MULTILINE)
    assert made["token"] not in admin.get("/api/v1/tokens").text
    assert admin.ask("DELETE", "/api/v1/tokens", {"id": made["id"]}).status == 200
    assert machine.get("/api/v1/tracking", **bearer).code == "not_logged_in"


def test_old_pages_get_the_time_that_ntp_serves(web: Web, asked: AskedDaemon) -> None:
    wait_until(lambda: Browser(web.port).get("/cgi-bin/json").status == 200, 10, "the time is known")
    machine = Browser(web.http_port, encrypted=False)
    smallest: List[float] = []
    for _ in range(10):
        with asked.client() as client:
            first = client.ask()
            told = machine.get("/cgi-bin/json?1232963971.248").json()
            second = client.ask()
        assert first is not None and second is not None
        assert told["it"] == 1232963971.248 and (told["leap"], told["next"], told["step"]) == (36, 1483228800, 1)
        earliest, latest = (reply.transmit_ns / 1e9 for reply in (first, second))
        smallest.append(max(earliest - told["st"], told["st"] - latest, 0.0))
    assert min(smallest) <= 0.001, "it was told between two answers of NTP, give or take the millisecond it is cut to"
    assert re.fullmatch(r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} JST\n", machine.get("/cgi-bin/time").text)
    assert machine.get("/cgi-bin/jsont?1.5&callback=a.b").text.startswith("a.b( {")
    assert machine.get("/cgi-bin/jsont?1.5&callback=alert(1)").code == "bad_callback"
    assert float(re.sub("<.*>", "", machine.get("/cgi-bin/ntp").text).strip()) > 3_900_000_000


def test_without_tls_everything_else_leads_to_https(web: Web) -> None:
    plain = Browser(web.http_port, encrypted=False)
    for path in ("/", "/api/v1/session", "/api/v1/tracking"):
        reply = plain.get(path)
        assert reply.status == 308 and reply.headers["Location"] == "https://127.0.0.1:%d%s" % (web.port, path)


def test_the_history_is_kept_over_kill_9(asked: AskedDaemon) -> None:
    with Web(asked) as web:
        admin = web.wait_started().set_up()
        now = int(next(admin.live(1))["server_time_unix_ns"] / 1e9)
        span = query(**{"from": now - 60, "to": now + 600, "points": 600})

        def rows() -> List[List[object]]:
            return admin.get("/api/v1/history" + span).json()["rows"]

        wait_until(lambda: len(rows()) >= 8, 150, "eight rows of history, six of which are on the disk")
        before = rows()
        assert before[0][-1] == "synchronised" and before[1][0] - before[0][0] == 10
        web.kill()
        with Web(asked, state=web.state) as again:
            again.wait_started()
            admin.port = again.port
            assert admin.log_in("hanako").status == 200
            after = admin.get("/api/v1/history" + span).json()["rows"]
            assert after[:6] == before[:6]
            table = admin.get("/api/v1/history.csv" + span)
            assert table.headers["Content-Type"].startswith("text/csv") and table.text.count("\r\n") >= 7


def test_a_daemon_that_is_gone_is_told_and_comes_back(asked: AskedDaemon) -> None:
    with AskedDaemon() as other, Web(other) as web:
        other.wait_synchronised()
        admin = web.wait_started().set_up()
        next(admin.live(1))
        other.send_signal(signal.SIGSTOP)
        try:
            wait_until(lambda: next(admin.live(1))["daemon"] is False, 20, "the silence is told")
            assert admin.get("/api/v1/status").code == "daemon_silent"
            assert admin.get("/").status == 200
        finally:
            other.send_signal(signal.SIGCONT)
        wait_until(lambda: next(admin.live(1))["daemon"] is True, 20, "it is there again")
    assert asked.is_running()


def slow_clients(port: int, count: int) -> List[socket.socket]:
    opened = []
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", port), timeout=10)
        client.sendall(b"\x16")
        opened.append(client)
    return opened


def test_a_thousand_slow_connections_keep_nobody_out(web: Web, viewer: Browser) -> None:
    slow = slow_clients(web.port, 500)
    try:
        slow += slow_clients(web.http_port, 500)
        assert viewer.get("/api/v1/tracking").status == 200
        assert len(os.listdir("/proc/%d/fd" % web.pid)) < 260
    finally:
        for client in slow:
            client.close()
    assert viewer.get("/api/v1/tracking").status == 200


def test_no_trouble_of_the_page_reaches_the_time_service(asked: AskedDaemon) -> None:
    with Web(asked) as web:
        admin = web.wait_started().set_up()
        with asked.watch() as watch:
            since = time.monotonic()
            while time.monotonic() - since < 4:
                assert admin.get("/api/v1/clients" + query(first=int(time.monotonic() * 1000) % 1000)).status in (200, 503)
            web.send_signal(signal.SIGSTOP)
            watch.wait_seconds(3)
            web.send_signal(signal.SIGCONT)
            wait_until(lambda: admin.get("/api/v1/session").status == 200, 10, "it goes on after it was frozen")
            web.kill()
            watch.wait_seconds(1)
            replies = watch.replies()
        assert all(reply.synchronised for reply in replies)
        came = [reply.came_monotonic for reply in replies]
        assert max(later - earlier for earlier, later in zip(came, came[1:])) < 2 * slowness()


def test_wrong_settings_are_told_and_nothing_is_begun(tmp_path: object) -> None:
    path = os.path.join(str(tmp_path), "web.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write('[https]\nlisten = ["localhost:443"]\nwhat = 1\n')
    refused = run([program("tokimori-web"), "--config", path, "--check"])
    assert refused.returncode == 1
    assert "line 2: \"listen\"" in refused.stderr and "line 3: there is no setting \"what\"" in refused.stderr


@pytest.mark.parametrize("name,http", [("https", True), ("http", False)])
def test_sockets_of_systemd_take_the_place_of_addresses_of_the_same_protocol(asked: AskedDaemon, name: str, http: bool) -> None:
    with socket.socket() as listener, Web(asked) as model:
        model.wait_started()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        command = ("import os, sys\nos.dup2(%d, 3)\nos.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', "
                   "LISTEN_FDNAMES='%s')\nos.execv(sys.argv[1], sys.argv[1:])" % (listener.fileno(), name))
        ports = {str(model.port): free_port(), str(model.http_port): free_port()}
        with open(model.configuration, encoding="utf-8") as file:
            text = file.read().replace(model.state, os.path.join(model.room.name, "other"))
        for old, new in ports.items():
            text = text.replace(old, str(new))
        path = os.path.join(model.room.name, "other.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("enabled = true", "enabled = %s" % str(http).lower()))
        child = ["/usr/bin/python3", "-c", command, program("tokimori-web"), "--config", path, "--assets",
                 os.path.join(model.room.name, "page")]
        with Process(child, kept=[listener.fileno()]) as web:
            if http:
                web.wait_for("listening address=inherited protocol=https", 20)
                web.wait_for("listening address=127.0.0.1:%d protocol=http" % ports[str(model.http_port)], 20)
                assert Browser(listener.getsockname()[1]).get("/api/v1/session").status == 200
            else:
                web.wait_for("not_listening address=inherited protocol=http why=\"switched off", 20)
                web.wait_for("listening address=127.0.0.1:%d protocol=https" % ports[str(model.port)], 20)
