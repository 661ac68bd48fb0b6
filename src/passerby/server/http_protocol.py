"""HTTP/1.1 with a time limit for everything that a client does: uvicorn's own limits the time between requests only.

A request head must be complete within seconds, a body too, and what is sent must be read. Whoever is slower is
disconnected, since each connection takes one of a limited number (`connection_limits.py`).
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from passerby.server.connection_limits import ConnectionLimits

#: Seconds for the head of a request, from the connection or the response before it; for its body; for the client to
#: read what waits to be sent (asyncio: from 64 KiB down to 16 KiB); and to read the last of it.
HEAD_TIMEOUT_S, BODY_TIMEOUT_S, READ_TIMEOUT_S, LINGER_TIMEOUT_S = 15.0, 30.0, 30.0, 10.0
#: Largest request head, bytes.
MAX_HEAD_BYTES = 16 << 10


class TimedHttpProtocol(H11Protocol):
    """One connection of a server."""

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401
        limits: ConnectionLimits,
        body_timeout_s: float = BODY_TIMEOUT_S,
        **options: Any,  # noqa: ANN401
    ) -> None:
        """`body_timeout_s`: seconds for the body of a request, where large files are sent."""
        super().__init__(*arguments, **options)
        self._limits, self._body_timeout_s = limits, body_timeout_s
        self._deadline: asyncio.TimerHandle | None = None
        self._read_deadline: asyncio.TimerHandle | None = None
        self._awaits: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._set_deadline(None, "nothing")
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        self._awaits = None
        super().on_response_complete()
        self._watch()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._read_deadline is None:
            self._read_deadline = self.loop.call_later(READ_TIMEOUT_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._read_deadline is not None:
            self._read_deadline.cancel()
            self._read_deadline = None

    def _watch(self) -> None:
        """Limit the time for what the client has to do next. A limit that runs is not renewed by a few more bytes."""
        state = self.conn.their_state
        if state is not h11.IDLE:
            self._count_request()
        if self.transport.is_closing():
            self._set_deadline(LINGER_TIMEOUT_S, "end")
        elif state is h11.IDLE:
            self._set_deadline(HEAD_TIMEOUT_S, "head")
        elif state is h11.SEND_BODY:
            self._set_deadline(self._body_timeout_s, "body")
        else:
            self._set_deadline(None, "response")

    def _set_deadline(self, seconds: float | None, awaits: str) -> None:
        """Disconnect after so many seconds; None for no limit, while the application works."""
        if self._awaits == awaits:
            return
        if self._deadline is not None:
            self._deadline.cancel()
        self._awaits = awaits
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)

    def _count_request(self) -> None:
        socket = self.transport.get_extra_info("socket")
        if socket is not None:
            self._limits.requested(socket.fileno())
