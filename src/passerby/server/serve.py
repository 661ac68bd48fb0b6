"""Runs an application with uvicorn: on loopback over plain HTTP, elsewhere over TLS only."""

from __future__ import annotations

import errno
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp

from passerby.core.errors import UsageError
from passerby.server.client_certificate import ClientCertificateProtocol, RevokedCertificates
from passerby.server.connection_limits import ConnectionLimits, LimitedListener, affordable_connections
from passerby.server.http_protocol import BODY_TIMEOUT_S, MAX_HEAD_BYTES, TimedHttpProtocol
from passerby.server.limited_log import limit_logger
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
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"Port {port} is taken: passerby may be running already, in another window. Use that one, stop it, or "
                "give another port with --port (0 takes any free one)."
            ) from error
        raise UsageError(
            f"Cannot listen on {host} port {port}: {error}. Choose another port with --port, 0 for any free one."
        ) from error
    return listener


class LimitedServer(uvicorn.Server):
    """A server whose connections are limited. `ready` is called once requests are accepted."""

    def __init__(
        self,
        config: uvicorn.Config,
        limits: ConnectionLimits,
        ready: Callable[[], None] | None = None,
        revoked: RevokedCertificates | None = None,
    ) -> None:
        super().__init__(config)
        self.limits, self._ready, self._revoked = limits, ready, revoked

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self._revoked is not None and self.config.ssl is not None:
            self._revoked.read_into(self.config.ssl)
        await super().startup(sockets)
        if self.started and self._ready is not None:
            self._ready()

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:  # a second
            self.limits.end_silent()
            if self._revoked is not None and self.config.ssl is not None:
                self._revoked.read_into(self.config.ssl)
        return await super().on_tick(counter)


def limited_server(
    app: ASGIApp,
    certificate: Certificate | None = None,
    limits: ConnectionLimits | None = None,
    ready: Callable[[], None] | None = None,
    client_authority: Path | None = None,
    revoked: Path | None = None,
    body_timeout_s: float = BODY_TIMEOUT_S,
) -> LimitedServer:
    """A server for an application: TLS with a certificate, and limits for connections, time, and request heads.
    `client_authority`: only clients with a certificate that it signed are let in, and that is not in `revoked`.
    `body_timeout_s`: seconds for the body of a request."""
    limits = ConnectionLimits(affordable_connections()) if limits is None else limits
    protocol = TimedHttpProtocol if client_authority is None else ClientCertificateProtocol
    config = uvicorn.Config(
        app,
        http=partial(protocol, limits=limits, body_timeout_s=body_timeout_s),  # type: ignore[arg-type]  # it is called like a class
        ws="none",
        loop="asyncio",  # the one that accepts from the listener's own method
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,  # a URL may hold the token
        server_header=False,
        proxy_headers=False,  # proxy.py does that
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        timeout_graceful_shutdown=SHUTDOWN_GRACE_S,
        **_tls(certificate, client_authority),
    )
    limit_logger(logging.getLogger("uvicorn"))
    return LimitedServer(config, limits, ready, None if revoked is None else RevokedCertificates(revoked))


class BackgroundServer:
    """Serves an application in a thread while the block runs. `certificate`: over TLS. `listener` is taken over."""

    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        certificate: Certificate | None = None,
        limits: ConnectionLimits | None = None,
        client_authority: Path | None = None,
        revoked: Path | None = None,
        body_timeout_s: float = BODY_TIMEOUT_S,
    ) -> None:
        self._server = limited_server(
            app,
            certificate,
            limits,
            client_authority=client_authority,
            revoked=revoked,
            body_timeout_s=body_timeout_s,
        )
        self._socket = LimitedListener(listener, self._server.limits)
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
    server = limited_server(app, certificate, ready=ready)
    server.run(sockets=[LimitedListener(listener, server.limits)])


def _tls(certificate: Certificate | None, client_authority: Path | None = None) -> dict[str, Any]:
    """TLS 1.2 and 1.3, only with forward secrecy and authenticated ciphers."""
    if certificate is None:
        return {}
    clients = {"ssl_ca_certs": str(client_authority), "ssl_cert_reqs": ssl.CERT_REQUIRED} if client_authority else {}
    return {
        **clients,
        "ssl_certfile": certificate.certificate,
        "ssl_keyfile": certificate.key,
        "ssl_version": ssl.PROTOCOL_TLS_SERVER,
        "ssl_ciphers": "ECDHE+AESGCM:ECDHE+CHACHA20",
    }
