"""Checks every request to the job service before the application sees it, and adds security headers to every answer.

A browser has no key that it would send by itself, so nothing here depends on cookies; pages of other sites are rejected
all the same. Bodies are limited, but for those of uploads, whose route limits them itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passerby.server.guard import HSTS_HEADERS, SECURITY_HEADERS
from passerby.server.service.problems import problem_response

#: Bytes of a request body, but for that of an upload: a job is described in a few hundred.
MAX_BODY_BYTES = 1 << 20
_log = logging.getLogger(__name__)


TOO_LARGE = f"A body has {MAX_BODY_BYTES} bytes at most."


class BodyTooLarge(HTTPException):
    """A body without a length went on for too long. FastAPI hands this kind of error on as it is."""

    def __init__(self) -> None:
        super().__init__(413, TOO_LARGE)


class ServiceGate:
    """ASGI middleware around the whole application."""

    def __init__(
        self, app: ASGIApp, host_allowed: Callable[[str], bool], upload_path: str, secure: bool = False
    ) -> None:
        """`upload_path`: of the route whose bodies are not limited here. `secure`: over TLS."""
        self._app, self._host_allowed, self._upload_path = app, host_allowed, upload_path
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

        app = self._rejection(scope) or self._app
        limited = receive if scope["path"] == self._upload_path else _limited(receive)
        try:
            await app(scope, limited, send_with_headers)
        except Exception:
            if started:
                raise
            _log.exception("A request failed: this is a fault of passerby")
            answer = problem_response("fault", "This request failed. The log of the service says why.")
            await answer(scope, receive, send_with_headers)

    def _rejection(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if not self._host_allowed(headers.get("host", "")):
            return problem_response("forbidden", "Unknown Host header. Use the address that the program printed.")
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return problem_response("forbidden", "Requests from pages of other sites are rejected.")
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return problem_response("invalid-request", "The content-length is not a number.")
        if int(length) > MAX_BODY_BYTES and scope["path"] != self._upload_path:
            return problem_response("too-large", TOO_LARGE)
        return None


def _limited(receive: Receive) -> Receive:
    """As it is received, up to the limit. Raises BodyTooLarge."""
    size = 0

    async def received() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            raise BodyTooLarge
        return message

    return received
