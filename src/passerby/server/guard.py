"""What is asked of every request, and what goes with every answer, before anything else of the server sees it.

A page of another site must not be able to reach a server on this machine: not by a form, not by a script, and not by
a name that it lets point here (DNS rebinding). So the Host must be one of ours, requests that a browser marks as coming
from elsewhere are refused, and whatever changes something carries a header that other sites cannot send.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection
from typing import Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passerby.config.web import is_loopback

#: Scripts, styles and pictures from here and from nowhere else.
CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "media-src 'self' blob:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
#: Browsers are to come back by TLS alone, for a year.
TLS_ALONE = {"strict-transport-security": "max-age=31536000; includeSubDomains"}
#: The header that only our own page sends.
OURS = "x-passerby"
#: Largest request body, bytes: an edit is a few hundred.
MOST = 1 << 20


def host_check(host: str, port: int, also: str | None = None) -> Callable[[str], bool]:
    """Which Host headers are ours, for a server that listens on `host` and `port`. `also` is the name of a proxy in
    front, at whichever port."""
    names = {"127.0.0.1", "localhost", "[::1]"} if is_loopback(host) else {host, socket.gethostname(), socket.getfqdn()}
    if ":" in host:
        names.add(f"[{host.strip('[]')}]")
    names.add(host)
    every = host in ("0.0.0.0", "::")

    def ours(given: str) -> bool:
        name, _, number = given.rpartition(":") if not given.endswith("]") and ":" in given else (given, "", "")
        if also is not None and name.lower() == also.lower():
            return True
        if number and number != str(port):
            return False
        if name.lower() in {one.lower() for one in names}:
            return True
        return every and _is_address(name)

    return ours


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


class Knows(Protocol):
    """Whoever can tell what is behind a cookie."""

    def visitor(self, cookie: str | None) -> object | None:
        """Somebody, or None."""
        ...


class Guard:
    """Wraps the whole application. What begins with `closed` needs a session, but for `open_paths`; all else is the
    page itself, which holds nothing of anybody. Whom `auth` finds goes into `state.visitor`."""

    def __init__(
        self,
        app: ASGIApp,
        auth: Knows,
        cookie: str,
        ours: Callable[[str], bool],
        closed: str = "/api/",
        open_paths: Collection[str] = (),
        ways: Collection[str] = (),
        secure: bool = False,
        peer: str | None = None,
    ) -> None:
        """`ways` are pages that a link elsewhere may lead to. `secure`: browsers are told to come by TLS alone. `peer`
        is the only other machine that is answered: a proxy."""
        self._app, self._auth, self._cookie, self._ours = app, auth, cookie, ours
        self._closed, self._open, self._ways, self._peer = closed, open_paths, ways, peer
        self._headers = HEADERS | (TLS_ALONE if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = self._refused(scope)
        app = self._app if refused is None else refused
        await app(scope, receive, with_headers)

    def _refused(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._ours(host):
            return _no(403, "This name does not belong to this server. Open the address that the program printed.")
        client = scope.get("client")
        if self._peer is not None and client is not None and client[0] != self._peer and not is_loopback(client[0]):
            return _no(403, "This server speaks to its proxy alone.")
        link = (
            scope["method"] == "GET"
            and scope["path"] in self._ways
            and headers.get("sec-fetch-mode", "") == "navigate"
            and headers.get("sec-fetch-dest", "") == "document"
        )
        if not link and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return _no(403, "Requests from other sites are refused.")
        if scope["method"] not in ("GET", "HEAD"):
            origin = headers.get("origin")
            if origin is not None and origin.partition("://")[2] != host:
                return _no(403, "Requests from other sites are refused.")
            if OURS not in headers:
                return _no(403, f"Requests that change something carry the header {OURS}.")
            length = headers.get("content-length", "0")
            if not length.isdigit() or int(length) > MOST or "transfer-encoding" in headers:
                return _no(413, "The request is too large.")
        path = scope["path"]
        if path.startswith(self._closed) and path not in self._open:
            visitor = self._auth.visitor(self.session(headers))
            if visitor is None:
                return _no(401, "Open the address that the program printed, or log in.")
            scope.setdefault("state", {})["visitor"] = visitor
        return None

    def session(self, headers: Headers) -> str | None:
        for part in headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == self._cookie:
                return value
        return None


def _no(status: int, why: str) -> ASGIApp:
    return JSONResponse({"detail": why}, status)
