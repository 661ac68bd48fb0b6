"""How a site is and what it shows live, over HTTP, for this machine alone. Nothing here changes anything."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import APIRouter, FastAPI, HTTPException, Response
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp

from passerby.base.status import SiteStatus
from passerby.server.auth import Auth, new_token
from passerby.server.guard import Guard, host_check
from passerby.server.live.api import live_routes
from passerby.server.live.window import Window
from passerby.server.status.metrics import metrics

HOST, LIVE = "127.0.0.1", "/api/live"


def status_routes(status: Callable[[], SiteStatus]) -> APIRouter:
    """`/api/status` as JSON, `/metrics` for Prometheus."""
    router = APIRouter()

    @router.get("/api/status")
    def told() -> SiteStatus:
        return status()

    @router.get("/metrics")
    def measured() -> Response:
        return Response(metrics(status()), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


def watch_app(
    status: Callable[[], SiteStatus], port: int, windows: Mapping[str, Window] | None = None, auth: Auth | None = None
) -> FastAPI:
    """The state of a site, for whoever asks on this machine; and its live pictures (`windows` by camera) for whoever
    `auth` knows: a machine may have other users."""
    app = FastAPI(title="passerby watch", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(status_routes(status))
    auth, cookie = auth or Auth(token=new_token()), f"passerby-{port}"  # cookies do not tell ports apart
    if windows is not None:
        app.include_router(live_routes(windows))
        app.include_router(_way_in(auth, cookie))
    # A page of some site must not read this by letting its own name point here.
    app.add_middleware(Guard, auth=auth, cookie=cookie, ours=host_check(HOST, port), closed=LIVE)
    return app


def _way_in(auth: Auth, cookie: str) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    def enter(token: str) -> Response:
        session = auth.by_token(token)
        if session is None:
            raise HTTPException(401, "This token is not known. Open the address that the program printed last.")
        answer = RedirectResponse(LIVE, 303)
        answer.set_cookie(cookie, session, httponly=True, samesite="strict", path="/")
        return answer

    return router


class Serving:
    """Serves an application in a thread while the block runs."""

    def __init__(self, app: ASGIApp, taken: socket.socket) -> None:
        config = uvicorn.Config(app, log_level=logging.WARNING, access_log=False, server_header=False)
        self._server, self._taken = uvicorn.Server(config), taken
        self._thread = threading.Thread(target=self._run, name="passerby-status", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(5)
        self._taken.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._taken])
