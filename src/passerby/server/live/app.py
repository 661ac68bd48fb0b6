"""The application that shows live pictures, put together; and how pictures come into it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from importlib.metadata import version
from multiprocessing.connection import Connection

from fastapi import FastAPI

from passerby.server.auth import Auth
from passerby.server.guard import Guard, host_check
from passerby.server.live.buffer import Window
from passerby.server.live.routes import live_routes
from passerby.server.spa import page_routes
from passerby.store.recordings.part import Part


def live_app(windows: Mapping[str, Window], auth: Auth, host: str, port: int, *, secure: bool = False) -> FastAPI:
    """Serves the cameras in `windows` to whoever `auth` lets in. `secure`: over TLS."""
    app = FastAPI(
        title="passerby live",
        version=version("passerby"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    cookie = f"passerby-{port}"  # cookies do not tell ports apart, so the name does
    app.include_router(page_routes(auth, cookie, secure))
    app.include_router(live_routes(windows))
    app.add_middleware(Guard, auth=auth, cookie=cookie, ours=host_check(host, port))
    return app


def receive(connection: Connection, window: Window) -> threading.Thread:
    """Put what a camera's process sends (`sink.live.LiveSender`) into its window, in a thread that ends with it."""

    def run() -> None:
        with connection:
            while True:
                try:
                    data = connection.recv_bytes()
                except (EOFError, OSError):  # the camera's process has ended
                    return
                window.add(Part.from_bytes(data))

    thread = threading.Thread(target=run, name=f"live pictures of {window.camera}", daemon=True)
    thread.start()
    return thread
