"""
One worker's line to a server: over HTTP with a sign-in or a bearer token, or into a WSGI application in this process.

Standard library only. Every call returns (status, decoded body); a call may be cut off after it was sent, as a bad
network does.
"""

import http.client
import io
import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

API = "/api/v1"
TIMEOUT_S = 60
Reply = tuple[int, Any]


class Clock(Protocol):
    """The attacker's clock: real, or moved by a test."""

    def now(self) -> int: ...

    def sleep(self, ms: int) -> None: ...


class RealClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def sleep(self, ms: int) -> None:
        time.sleep(max(0, ms) / 1_000)


class Line(Protocol):
    """What a player needs of a server. ``can_hurry``: calls may be made from several threads at once."""

    can_hurry: bool

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply: ...

    def lose(self, path: str, body: Any) -> None: ...


def decoded(status: int, content: bytes) -> Reply:
    try:
        return status, json.loads(content) if content else None
    except ValueError:
        return status, content.decode("utf-8", "replace")


def encoded(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


class HttpLine:
    """HTTP with connections that are kept, one a thread."""

    can_hurry = True

    def __init__(self, base_url: str, headers: dict[str, str]) -> None:
        self.base = urlsplit(base_url)
        self.headers = headers
        self.kept = threading.local()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        sent = {"Content-Type": "application/json", **self.headers, **headers}
        content = None if body is None else encoded(body)
        for attempt in (1, 2):
            wire = self._connection()
            try:
                wire.request(method, API + path, content, sent)
                answer = wire.getresponse()
                return decoded(answer.status, answer.read())
            except (http.client.HTTPException, ConnectionError, BrokenPipeError):
                # The server may close a connection that was kept; every call here may be repeated.
                self.kept.wire = None
                if attempt == 2:
                    raise
        raise AssertionError("not reached")

    def lose(self, path: str, body: Any) -> None:
        """Send a request and hang up before its answer is read."""
        wire = self._new()
        wire.request("POST", API + path, encoded(body), {"Content-Type": "application/json", **self.headers})
        time.sleep(0.15)  # a server that notices the hang-up at once might not have read the request
        wire.close()

    def _connection(self) -> http.client.HTTPConnection:
        wire: http.client.HTTPConnection | None = getattr(self.kept, "wire", None)
        if wire is None:
            wire = self.kept.wire = self._new()
        return wire

    def _new(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self.base.scheme == "https" else http.client.HTTPConnection
        return kind(self.base.netloc, timeout=TIMEOUT_S)


def signed_in(base_url: str, login: str, password: str) -> HttpLine:
    """
    Sign in as a browser does and return a line with its cookies.

    :raises RuntimeError: if the server does not let this person in.
    """
    base = urlsplit(base_url)
    jar: dict[str, str] = {}
    kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
    wire = kind(base.netloc, timeout=TIMEOUT_S)
    wire.request("GET", "/accounts/login/")
    page = _keep(wire.getresponse(), jar)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if token is None:
        raise RuntimeError(f"{base_url} shows no sign-in form")
    form = urlencode({"login": login, "password": password, "csrfmiddlewaretoken": token[1]})
    wire.request("POST", "/accounts/login/", form, _browser(base_url, jar) | {
        "Content-Type": "application/x-www-form-urlencoded"
    })  # fmt: skip
    answer = wire.getresponse()
    _keep(answer, jar)
    wire.close()
    if answer.status != 302:
        raise RuntimeError(f"{login} could not sign in: {answer.status}")
    return HttpLine(base_url, _browser(base_url, jar))


def _keep(answer: http.client.HTTPResponse, jar: dict[str, str]) -> str:
    for cookie in answer.headers.get_all("Set-Cookie") or []:
        name, _, value = cookie.split(";", 1)[0].partition("=")
        jar[name] = value
    return answer.read().decode("utf-8", "replace")


def _browser(base_url: str, jar: dict[str, str]) -> dict[str, str]:
    csrf = next((value for name, value in jar.items() if "csrf" in name), "")
    cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
    return {"Cookie": cookies, "X-CSRFToken": csrf, "Referer": base_url + "/"}


class WsgiLine:
    """Straight into an application in this process."""

    can_hurry = False

    def __init__(self, application: Callable[..., Any], headers: dict[str, str]) -> None:
        self.application = application
        self.headers = headers

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        content = b"" if body is None else encoded(body)
        path, _, query = (API + path).partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "testserver",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content), "wsgi.errors": io.StringIO(), "wsgi.multithread": False,
            "wsgi.multiprocess": False, "wsgi.run_once": False, "CONTENT_LENGTH": str(len(content)),
            "CONTENT_TYPE": headers.pop("Content-Type", "application/json"), "REMOTE_ADDR": "127.0.0.1",
            "SCRIPT_NAME": "",
        }  # fmt: skip
        for name, value in {**self.headers, **headers}.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        status: list[int] = []
        answer = self.application(environ, lambda line, *_: status.append(int(line.split()[0])))
        try:
            return decoded(status[0], b"".join(answer))
        finally:
            if hasattr(answer, "close"):
                answer.close()

    def lose(self, path: str, body: Any) -> None:
        self.call("POST", path, body)
