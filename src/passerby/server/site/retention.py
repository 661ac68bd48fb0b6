"""For how long recordings stay: what the file says, what the ceiling allows, and what was deleted."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import Field

from passerby.config.roles import RIGHTS, Right
from passerby.core.model import FrozenModel
from passerby.server.site.context import Place
from passerby.server.site.rights import NO, Who, asks
from passerby.store.audit.log import Deed
from passerby.store.recordings.retention_limit import read_ceiling, set_ceiling


class RetentionTold(FrozenModel):
    """Days; null is no limit. What holds is the smaller of what the file wants and the ceiling."""

    wanted: float | None = Field(description="What site.yaml says.")
    ceiling: float | None = Field(description="What it cannot go beyond; only an auditor raises it.")
    holds: float | None
    set_by: str | None
    set_at: float | None = Field(description="Unix seconds.")
    oldest: dict[str, float] = Field(description="The oldest recording of each camera, Unix seconds.")


class CeilingWish(FrozenModel):
    """The new ceiling, days; null for none."""

    days: float | None = Field(gt=0, le=36500, allow_inf_nan=False)


def retention_routes(place: Place) -> APIRouter:
    routes = APIRouter(prefix="/api/retention", tags=["retention"], responses=NO)

    @routes.get("", dependencies=[asks(Right.KNOW)])
    def retention() -> RetentionTold:
        return _told(place)

    @routes.put("/ceiling", dependencies=[asks(Right.KNOW)])
    def ceiling(who: Who, wish: CeilingWish) -> RetentionTold:
        """An auditor may set it; an administrator may lower it, and nothing else."""
        now = read_ceiling(place.database)
        if not now.allows(wish.days, RIGHTS[who.role]):
            raise HTTPException(403, "Only an auditor may raise the ceiling.")
        place.note(who, Deed.CHANGED, {"what": "ceiling", "days": wish.days, "before": now.days})
        set_ceiling(place.database, wish.days, who.who, place.clock.now().wall)
        return _told(place)

    return routes


def _told(place: Place) -> RetentionTold:
    ceiling, wanted = read_ceiling(place.database), place.site.keep.days
    return RetentionTold(
        wanted=wanted,
        ceiling=ceiling.days,
        holds=ceiling.of(wanted),
        set_by=ceiling.who,
        set_at=ceiling.set,
        oldest={one.camera: one.oldest / 1e6 for one in place.recordings.cameras()},
    )
