"""The status of a site over HTTP, on this machine only. Read-only, and without pictures."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response

from passerby.documents.status import SiteStatus
from passerby.server.status.metrics import metrics

#: The only address that the status is served at.
HOST = "127.0.0.1"


def status_routes(status: Callable[[], SiteStatus]) -> APIRouter:
    """`/api/status` as JSON, `/metrics` for Prometheus."""
    router = APIRouter()

    @router.get("/api/status")
    def site_status() -> SiteStatus:
        return status()

    @router.get("/metrics")
    def prometheus_metrics() -> Response:
        return Response(metrics(status()), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router
