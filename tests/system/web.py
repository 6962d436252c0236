"""tokimori-web beside a daemon, and a browser without a face."""
from __future__ import annotations

import http.client
import json
import os
import ssl
import tempfile
import urllib.parse
from typing import Any, Dict, Iterator, List, Optional, Protocol, Sequence, Tuple

from programs import Process, as_unit, free_port, program, run

PASSWORD = "correct horse battery"
PAGE = {"index.html": "<!doctype html><title>Tokimori</title>", "a.js": "1;", ".hidden": "secret"}


class ControlledDaemon(Protocol):
    """Whatever listens on a control socket and a port of NTP."""

    socket: str
    port: int


def as_unit_of_page(command: Sequence[str]) -> List[str]:
    """The command with the system calls of the page's unit, and one more that SQLite asks for only where it is root."""
    return as_unit("tokimori-web.service", command, [] if os.geteuid() else ["fchown"])


class Web(Process):
    """The program with a state directory, a configuration and a page of its own. `before`: what starts it, if not we
    ourselves as its unit would."""

    def __init__(self, daemon: ControlledDaemon, state: Optional[str] = None, metrics: str = "token",
                 cgi_bin: Tuple[str, ...] = ("time", "json", "jsont", "ntp"), before: Sequence[str] = (),
                 assets: Optional[str] = None) -> None:
        self.room = tempfile.TemporaryDirectory(prefix="tokimori-web-")
        self.port, self.http_port = free_port(), free_port()
        self._killed = False
        self.state = state or os.path.join(self.room.name, "state")
        assets = assets or self._page_of_its_own()
        self.configuration = os.path.join(self.room.name, "web.toml")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write('[https]\nlisten = ["127.0.0.1:%d"]\n[http]\nenabled = true\nlisten = ["127.0.0.1:%d"]\n'
                       '[daemon]\nsocket = "%s"\nntp = "127.0.0.1:%d"\n[state]\ndir = "%s"\n'
                       '[machines]\nmetrics = "%s"\ncgi_bin = %s\n'
                       % (self.port, self.http_port, daemon.socket, daemon.port, self.state, metrics,
                          json.dumps(list(cgi_bin))))
        command = [program("tokimori-web"), "--config", self.configuration, "--assets", assets]
        super().__init__([*before, *command] if before else as_unit_of_page(command))

    def _page_of_its_own(self) -> str:
        assets = os.path.join(self.room.name, "page")
        os.mkdir(assets)
        for name, content in PAGE.items():
            with open(os.path.join(assets, name), "w", encoding="utf-8") as file:
                file.write(content)
        return assets

    def wait_started(self) -> "Web":
        """Waits until it serves; itself."""
        self.wait_for("info started", 20)
        return self

    def setup_code(self) -> str:
        """What the first admin must know."""
        with open(os.path.join(self.state, "setup-code"), encoding="ascii") as file:
            return file.read().strip()

    def set_up(self) -> "Browser":
        """Makes the first admin; a browser that is logged in."""
        browser = Browser(self.port)
        reply = browser.post("/api/v1/setup", {"code": self.setup_code(), "name": "hanako", "password": PASSWORD,
                                               "language": "ja", "time_zone": "Asia/Tokyo"})
        assert reply.status == 200, reply.text
        browser.csrf = reply.json()["csrf"]
        return browser

    def kill(self) -> None:
        super().kill()
        self._killed = True

    def __exit__(self, kind: object, *_: object) -> None:
        code = self.end()
        self.room.cleanup()
        if kind is None and not self._killed:
            assert code == 0, "tokimori-web ended with %d:\n%s" % (code, self.log())


class Reply:
    """A reply that was read whole."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode("utf-8", "replace")

    def json(self) -> Any:
        """Its body."""
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The word of its error."""
        return self.json()["error"]["code"]


def trusting() -> ssl.SSLContext:
    """Takes any certificate, as a person does who clicks the warning away."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Browser:
    """Keeps a cookie and says where its requests come from; waits for `patience` s for each step of a reply."""

    def __init__(self, port: int, encrypted: bool = True, patience: float = 30.0) -> None:
        self.port, self.encrypted, self._patience = port, encrypted, patience
        self.cookie: Optional[str] = None
        self.csrf: Optional[str] = None
        self.bearer: Optional[str] = None
        self.source = "127.0.0.1"

    def connect(self) -> http.client.HTTPConnection:
        """A connection of its own."""
        if self.encrypted:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=self._patience, context=trusting(),
                                               source_address=(self.source, 0))
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=self._patience, source_address=(self.source, 0))

    def _headers(self, method: str, changed: Dict[str, Optional[str]]) -> Dict[str, str]:
        headers: Dict[str, Optional[str]] = {"Cookie": self.cookie, "Authorization": self.bearer}
        if method != "GET":
            headers.update({"Origin": "https://127.0.0.1:%d" % self.port, "Content-Type": "application/json",
                            "X-CSRF-Token": self.csrf})
        headers.update(changed)
        return {name: value for name, value in headers.items() if value is not None}

    def ask(self, method: str, path: str, body: Optional[object] = None,
            headers: Optional[Dict[str, Optional[str]]] = None) -> Reply:
        """One request on a connection of its own. `headers` replace those a browser would send; None leaves one out."""
        connection = self.connect()
        try:
            octets = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
            connection.request(method, path, octets, self._headers(method, headers or {}))
            reply = Reply(connection.getresponse())
        finally:
            connection.close()
        given = reply.headers.get("Set-Cookie")
        if given:
            self.cookie = given.split(";")[0]
        return reply

    def get(self, path: str, **headers: Optional[str]) -> Reply:
        """GET."""
        return self.ask("GET", path, None, dict(headers))

    def post(self, path: str, body: object) -> Reply:
        """POST of JSON."""
        return self.ask("POST", path, body)

    def log_in(self, name: str, password: str = PASSWORD) -> Reply:
        """Logs in and keeps the token of the session."""
        reply = self.post("/api/v1/login", {"name": name, "password": password})
        if reply.status == 200:
            self.csrf = reply.json()["csrf"]
        return reply

    def live(self, count: int) -> Iterator[Dict[str, Any]]:
        """The first events of the live stream."""
        connection = self.connect()
        try:
            connection.request("GET", "/api/v1/live", None, self._headers("GET", {}))
            response = connection.getresponse()
            assert response.status == 200, response.read()
            assert response.headers["Content-Type"] == "text/event-stream"
            while count > 0:
                line = response.readline()
                assert line, "the stream ended"
                if line.startswith(b"data: "):
                    count -= 1
                    yield json.loads(line[6:])
        finally:
            connection.close()


def routes() -> List[Tuple[str, str, str, int]]:
    """Method, path, least role and longest body of every route of the program."""
    listed = run([program("tokimori-web"), "--routes"])
    assert listed.returncode == 0, listed.stderr
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [(method, path, role, int(longest)) for method, path, role, longest in rows]


def query(**values: object) -> str:
    """The part behind the question mark."""
    return "?" + urllib.parse.urlencode(values)
