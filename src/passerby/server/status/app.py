"""How a site is, over HTTP, for this machine alone. Nothing here changes anything, and shows a picture."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response

from passerby.documents.status import SiteStatus
from passerby.server.status.metrics import metrics

#: Where it can be asked for, and nowhere else.
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
