"""Which requests came through a reverse proxy: they reach only what is meant for the proxy, and nothing else does.

A proxy on this machine has the same address as everybody else on it. So it has a port of its own, where nobody but the
proxy is served, and nothing that is for this machine only. The peer is checked before its headers are believed.
"""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from passerby.server.guard import SECURITY_HEADERS

#: Headers that proxies add to requests, and browsers never send.
PROXY_HEADERS = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "x-real-ip", "via")


def behind_proxy(app: ASGIApp, address: str) -> ASGIApp:
    """`app` for the proxy at this address alone. The address of the client is the one that this proxy saw: the last
    that it names. Those before it are what the client says, so uvicorn's middleware, which skips addresses that it
    trusts, would believe a client on the machine of the proxy."""

    async def check(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        rejection = _proxied_rejection(scope, address)
        if rejection is not None:
            await rejection(scope, receive, send)
            return
        seen = Headers(scope=scope).getlist("x-forwarded-for")[-1].rpartition(",")[2].strip()
        await app({**scope, "client": (seen, 0), "scheme": "https"}, receive, send)

    return check


def without_proxy(app: ASGIApp) -> ASGIApp:
    """`app` for this machine alone: a request that came through a proxy is refused, whatever Host it names."""

    async def check(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and any(name in Headers(scope=scope) for name in PROXY_HEADERS):
            refused = _rejection(
                403, "This port is for this machine only. Set web.proxy in site.yaml, and let the proxy use web.port."
            )
            await refused(scope, receive, send)
            return
        await app(scope, receive, send)

    return check


def _proxied_rejection(scope: Scope, address: str) -> ASGIApp | None:
    client, headers = scope.get("client"), Headers(scope=scope)
    if client is None or not _same_address(client[0], address):
        return _rejection(403, "This server accepts connections from its proxy only.")
    if not headers.get("x-forwarded-for", "").strip():
        return _rejection(
            400, "The proxy must say who sent a request: set X-Forwarded-For and X-Forwarded-Proto there."
        )
    if headers.get("x-forwarded-proto", "https").strip().lower() != "https":
        return _rejection(403, "Open the address that begins with https://.")
    return None


def _rejection(status: int, reason: str) -> ASGIApp:
    return JSONResponse({"detail": reason}, status, SECURITY_HEADERS)


def _same_address(one: str, other: str) -> bool:
    """An IPv4 address may be written as one of IPv6 where a socket takes both."""
    try:
        return _parsed(one) == _parsed(other)
    except ValueError:
        return False


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    parsed = ipaddress.ip_address(address)
    return parsed.ipv4_mapped or parsed if isinstance(parsed, ipaddress.IPv6Address) else parsed
