"""How a site is, beyond its cameras: room, time left, the clock, what waits to be sent."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.documents.status import SiteStatus
from passerby.server.site.context import Place
from passerby.server.site.rights import NO, asks
from passerby.store.outbox import Outbox


class HealthTold(FrozenModel):
    """All of it."""

    status: SiteStatus
    waiting: dict[str, dict[str, int]] = Field(description="Messages that wait, by destination and kind.")


def health_routes(place: Place) -> APIRouter:
    routes = APIRouter(prefix="/api/health", tags=["health"], responses=NO, dependencies=[asks(Right.STATE)])

    @routes.get("")
    def health() -> HealthTold:
        """Cameras, disk, clock, uplink."""
        waiting = Outbox(place.database).waiting()
        told = {to: {kind.value: count for kind, count in kinds.items()} for to, kinds in waiting.items()}
        return HealthTold(status=place.status(), waiting=told)

    return routes
