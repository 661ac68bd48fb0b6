"""Checks every request before the application sees it, and adds security headers to every response.

A page of another site must not be able to reach a server on this machine: not by a form, not by a script, and not by
a name that it lets point here (DNS rebinding). So the Host must be an allowed one, requests that the browser marks as
cross-site are rejected, and requests that change something need a header that other sites cannot send.

Starlette's TrustedHostMiddleware is not enough here: it ignores the port, does not parse IPv6 addresses, and can allow
"any IP address" only together with any name, which is what DNS rebinding needs.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import socket
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn, Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passerby.config.web import is_loopback

#: Scripts, styles and images from this server only.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "media-src 'self' blob:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
#: Browsers must use TLS from now on, for a year.
HSTS_HEADERS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}
#: The header that only our own pages send.
CSRF_HEADER = "x-passerby"
#: Largest request body: an edit is a few hundred bytes.
MAX_BODY_BYTES = 1 << 20
#: Session cookies that are looked up at a time. Others wait, and whoever sends none is answered meanwhile.
MAX_LOOKUPS = 8
_log = logging.getLogger(__name__)


def host_check(host: str, port: int, proxy_name: str | None = None) -> Callable[[str], bool]:
    """Which Host headers are allowed, for a server that listens on `host` and `port`. `proxy_name` is the public name
    of a reverse proxy: then no other is allowed, and that with any port."""
    names = {"127.0.0.1", "localhost", "[::1]"} if is_loopback(host) else {host, socket.gethostname(), socket.getfqdn()}
    if ":" in host:
        names.add(f"[{host.strip('[]')}]")
    names.add(host)
    allowed = {name.lower() for name in names}
    all_interfaces = host in ("0.0.0.0", "::")

    def host_allowed(header: str) -> bool:
        has_port = not header.endswith("]") and ":" in header
        name, _, number = header.rpartition(":") if has_port else (header, "", "")
        if proxy_name is not None:
            return name.lower() == proxy_name.lower()
        if number and number != str(port):
            return False
        return name.lower() in allowed or (all_interfaces and _is_address(name))

    return host_allowed


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


class SessionLookup(Protocol):
    """Knows who a session cookie belongs to."""

    def principal_of(self, cookie: str | None) -> object | None:
        """Who is logged in with this cookie, or None."""
        ...


class RequestGuard:
    """ASGI middleware around the whole application. Paths below `protected_prefix` need a session, except for
    `public_paths`; all others are the page itself, which holds no data. The principal that `auth` finds goes into
    `request.state.principal`."""

    def __init__(
        self,
        app: ASGIApp,
        auth: SessionLookup,
        cookie: str,
        host_allowed: Callable[[str], bool],
        protected_prefix: str = "/api/",
        public_paths: Collection[str] = (),
        linkable_paths: Collection[str] = (),
        secure: bool = False,
        rejection: Callable[[Headers, str], dict[str, object]] = lambda _, reason: {"detail": reason},
    ) -> None:
        """`linkable_paths` may be the target of a link on another site. `secure`: send HSTS. `rejection` makes the body
        of an answer to a request that is rejected, from its headers and the reason."""
        self._app, self._auth, self._cookie, self._host_allowed = app, auth, cookie, host_allowed
        self._protected_prefix, self._public_paths = protected_prefix, public_paths
        self._linkable_paths, self._rejection_body = linkable_paths, rejection
        self._lookups = ThreadPoolExecutor(MAX_LOOKUPS, thread_name_prefix="passerby-session")
        self._headers = SECURITY_HEADERS | (HSTS_HEADERS if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        rejection = self._rejection(scope) or await self._not_logged_in(scope)
        if rejection is None and scope["method"] not in ("GET", "HEAD"):
            is_json, receive = await _strict_json(receive)
            if not is_json:
                rejection = self._reject(scope, 422, "The request holds NaN or Infinity, which are no numbers.")
        app = self._app if rejection is None else rejection
        try:
            await app(scope, receive, send_with_headers)
        except Exception:
            if started:
                raise
            # Answered here, since what is answered further out has no security headers.
            _log.exception("A request failed: this is a fault of passerby")
            await self._reject(scope, 500, "This request failed. The log of the program says why.")(
                scope, receive, send_with_headers
            )

    def _rejection(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        return (
            self._wrong_sender(scope, headers) or self._too_large(scope, headers) or self._wrong_change(scope, headers)
        )

    def _wrong_sender(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        if not self._host_allowed(headers.get("host", "")):
            return self._reject(scope, 403, "Unknown Host header. Open the address that the program printed.")
        link = (
            scope["method"] == "GET"
            and scope["path"] in self._linkable_paths
            and headers.get("sec-fetch-mode", "") == "navigate"
            and headers.get("sec-fetch-dest", "") == "document"
        )
        if not link and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return self._reject(scope, 403, "Cross-site requests are rejected.")
        return None

    def _wrong_change(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        if scope["method"] in ("GET", "HEAD"):
            return None
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != headers.get("host", ""):
            return self._reject(scope, 403, "Cross-site requests are rejected.")
        if CSRF_HEADER not in headers:
            return self._reject(scope, 403, f"Requests that change something need the header {CSRF_HEADER}.")
        return None

    def _too_large(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """Also where no body is expected: it would have to be read."""
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES or "transfer-encoding" in headers:
            return self._reject(scope, 413, "The request body is too large.")
        return None

    def _reject(self, scope: Scope, status: int, reason: str) -> ASGIApp:
        return JSONResponse(self._rejection_body(Headers(scope=scope), reason), status)

    async def _not_logged_in(self, scope: Scope) -> ASGIApp | None:
        path = scope["path"]
        if path.startswith(self._protected_prefix) and path not in self._public_paths:
            cookie = cookie_parser(Headers(scope=scope).get("cookie", "")).get(self._cookie)
            principal = None if cookie is None else await self._principal_of(cookie)
            if principal is None:
                return self._reject(scope, 401, "Open the address that the program printed, or log in.")
            scope.setdefault("state", {})["principal"] = principal
        return None

    async def _principal_of(self, cookie: str) -> object | None:
        """The lookup reads a database, and may wait for its lock for long: the other connections must not."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._lookups, self._auth.principal_of, cookie)


async def _strict_json(receive: Receive) -> tuple[bool, Receive]:
    """NaN and Infinity are no JSON, but Python's parser takes them, and they would come out in a plan or in an answer.
    Whether the body holds none, and what receives the body again."""
    messages: list[Message] = []
    while not messages or messages[-1].get("more_body"):
        messages.append(await receive())
    body = b"".join(message.get("body", b"") for message in messages)

    async def received() -> Message:
        return messages.pop(0) if messages else await receive()

    try:
        json.loads(body or b"null", parse_constant=_refuse_constant)
    except _NoNumberError:
        return False, received
    except (ValueError, RecursionError):
        pass  # the application says what is wrong with it
    return True, received


class _NoNumberError(Exception):
    pass


def _refuse_constant(name: str) -> NoReturn:
    raise _NoNumberError(name)
