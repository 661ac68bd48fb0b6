"""Runs an application with uvicorn: on loopback over plain HTTP, elsewhere over TLS only."""

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

#: Seconds for open requests to finish when the server stops.
SHUTDOWN_GRACE_S = 3


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Port 0 takes any free one. Raises UsageError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(
            f"Cannot listen on {host} port {port}: {error}. Choose another port with --port, 0 for any free one."
        ) from error
    return listener


class BackgroundServer:
    """Serves an application in a thread while the block runs. `certificate`: over TLS. `proxy`: address of a reverse
    proxy, whose X-Forwarded headers are trusted."""

    def __init__(
        self, app: ASGIApp, listener: socket.socket, certificate: Certificate | None = None, proxy: str | None = None
    ) -> None:
        config = uvicorn.Config(
            app,
            log_level=logging.WARNING,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_GRACE_S,
            proxy_headers=proxy is not None,
            forwarded_allow_ips=proxy,
            **_tls(certificate),
        )
        self._server, self._socket = uvicorn.Server(config), listener
        self._thread = threading.Thread(target=self._run, name="passerby-pages", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(SHUTDOWN_GRACE_S + 2)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


def serve(app: ASGIApp, listener: socket.socket, certificate: Certificate | None, ready: Callable[[], None]) -> None:
    """Serve until interrupted. `ready` is called once requests are accepted."""

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    config = uvicorn.Config(
        app,
        log_level=logging.WARNING,
        access_log=False,  # a URL may hold the token
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_GRACE_S,
        **_tls(certificate),
    )
    Server(config).run(sockets=[listener])


def _tls(certificate: Certificate | None) -> dict[str, Any]:
    """TLS 1.2 and 1.3, only with forward secrecy and authenticated ciphers."""
    if certificate is None:
        return {}
    return {
        "ssl_certfile": certificate.certificate,
        "ssl_keyfile": certificate.key,
        "ssl_version": ssl.PROTOCOL_TLS_SERVER,
        "ssl_ciphers": "ECDHE+AESGCM:ECDHE+CHACHA20",
    }
