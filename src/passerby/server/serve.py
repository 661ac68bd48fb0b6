"""Listening: on loopback in the clear, elsewhere with TLS alone."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp

from passerby.core.errors import UsageError
from passerby.server.tls import Certificate

#: Seconds that open requests get to end when the server is to stop.
GRACE = 3


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Port 0 takes any that is free. Raises UsageError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host.strip("[]"), port))
        taken.listen(128)
    except (OSError, OverflowError) as error:
        taken.close()
        raise UsageError(
            f"Nothing can listen on {host} port {port}: {error}. Choose another port with --port, 0 for any."
        ) from error
    return taken


class Serving:
    """Serves an application in a thread while the block runs. `certificate`: over TLS. `proxy`: the address of one that
    says in its headers whom it asks for."""

    def __init__(
        self, app: ASGIApp, taken: socket.socket, certificate: Certificate | None = None, proxy: str | None = None
    ) -> None:
        config = uvicorn.Config(
            app,
            log_level=logging.WARNING,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            proxy_headers=proxy is not None,
            forwarded_allow_ips=proxy,
            **_tls(certificate),
        )
        self._server, self._taken = uvicorn.Server(config), taken
        self._thread = threading.Thread(target=self._run, name="passerby-pages", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(GRACE + 2)
        self._taken.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._taken])


def serve(app: ASGIApp, taken: socket.socket, certificate: Certificate | None, ready: Callable[[], None]) -> None:
    """Serve until somebody stops it. `ready` is called when requests are taken."""

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    config = uvicorn.Config(
        app,
        log_level=logging.WARNING,
        access_log=False,  # an address may hold the token
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        **_tls(certificate),
    )
    Server(config).run(sockets=[taken])


def _tls(certificate: Certificate | None) -> dict[str, Any]:
    """Versions 1.2 and 1.3, with forward secrecy and authenticated ciphers alone."""
    if certificate is None:
        return {}
    return {
        "ssl_certfile": certificate.certificate,
        "ssl_keyfile": certificate.key,
        "ssl_version": ssl.PROTOCOL_TLS_SERVER,
        "ssl_ciphers": "ECDHE+AESGCM:ECDHE+CHACHA20",
    }
