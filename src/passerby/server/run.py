"""Listening: on loopback in the clear, elsewhere with TLS alone."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from passerby.base.errors import UsageError
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
        ssl_certfile=certificate.certificate if certificate is not None else None,
        ssl_keyfile=certificate.key if certificate is not None else None,
    )
    Server(config).run(sockets=[taken])
