"""Checks every request to the job service before the application sees it, and adds security headers to every answer.

A request without a valid key is answered before its body is read: it may take hours to come. A browser has no key that
it would send by itself, so nothing here depends on cookies; pages of other sites are rejected all the same. Bodies are
limited, but for those of uploads, whose route limits them itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passerby.server.guard import HSTS_HEADERS, SECURITY_HEADERS
from passerby.server.service.problems import Problem, problem_response
from passerby.server.service.state import ServiceState

#: Bytes of a request body, but for that of an upload: a job is described in a few hundred.
MAX_BODY_BYTES = 1 << 20
_log = logging.getLogger(__name__)


#: What comes after the answer is not waited for.
_CLOSE = {"connection": "close"}
TOO_LARGE = f"A body has {MAX_BODY_BYTES} bytes at most."


class BodyTooLarge(HTTPException):
    """A body without a length went on for too long. FastAPI hands this kind of error on as it is."""

    def __init__(self) -> None:
        super().__init__(413, TOO_LARGE)


class ServiceGate:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        state: ServiceState,
        host_allowed: Callable[[str], bool],
        upload_path: str,
        open_paths: Collection[str],
        secure: bool = False,
    ) -> None:
        """`upload_path`: of the route whose bodies are not limited here; `open_paths` need no key. `secure`: over
        TLS."""
        self._app, self._state, self._host_allowed = app, state, host_allowed
        self._upload_path, self._open_paths = upload_path, frozenset(open_paths)
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

        app = self._rejection(scope) or await self._keyless(scope) or self._app
        limited = receive if scope["path"] == self._upload_path else _limited(receive)
        try:
            await app(scope, limited, send_with_headers)
        except Exception:
            if started:
                raise
            _log.exception("A request failed: this is a fault of passerby")
            answer = problem_response("fault", "This request failed. The log of the service says why.")
            await answer(scope, receive, send_with_headers)

    async def _keyless(self, scope: Scope) -> ASGIApp | None:
        """The answer to a request whose body would be read for nobody."""
        headers = Headers(scope=scope)
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        if not has_body:
            return None  # the route asks for the key
        if scope["path"] in self._open_paths:
            return problem_response("invalid-request", "This request has no body.", _CLOSE)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and await run_in_threadpool(self._state.keys.find, token.strip()) is not None:
            return None
        try:
            self._state.key_of(None, (scope.get("client") or ("", 0))[0])
        except Problem as problem:
            return problem_response(problem.name, problem.detail, problem.headers | _CLOSE)
        raise AssertionError("there is no key")

    def _rejection(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if not self._host_allowed(headers.get("host", "")):
            return problem_response(
                "forbidden", "Unknown Host header. Use the address that the program printed.", _CLOSE
            )
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return problem_response("forbidden", "Requests from pages of other sites are rejected.", _CLOSE)
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return problem_response("invalid-request", "The content-length is not a number.", _CLOSE)
        if int(length) > MAX_BODY_BYTES and scope["path"] != self._upload_path:
            return problem_response("too-large", TOO_LARGE, _CLOSE)
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
