"""How a site is, over HTTP, for this machine alone. No picture, no password, nothing that changes anything."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.middleware.base import RequestResponseEndpoint
from starlette.types import ASGIApp

from passerby.base.status import SiteStatus
from passerby.server.guard import HEADERS, host_check
from passerby.server.status.metrics import metrics

HOST = "127.0.0.1"


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


def status_app(status: Callable[[], SiteStatus], port: int, *others: APIRouter) -> FastAPI:
    """The application; `others` are routes of other rooms that belong to the same address."""
    app = FastAPI(title="passerby watch", docs_url=None, redoc_url=None, openapi_url=None)
    for router in (status_routes(status), *others):
        app.include_router(router)
    ours = host_check(HOST, port)

    @app.middleware("http")
    async def guard(request: Request, go_on: RequestResponseEndpoint) -> Response:
        # A page of some site must not read this by letting its own name point here.
        if not ours(request.headers.get("host", "")):
            return JSONResponse({"detail": f"Ask for {HOST}: this name is not ours."}, 403)
        answer = await go_on(request)
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer

    return app


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
