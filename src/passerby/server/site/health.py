"""Health of a site: its status, and the messages that wait to be sent."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.documents.status import SiteStatus
from passerby.server.site.auth.rights import ERROR_RESPONSES, requires
from passerby.server.site.dependencies import Context
from passerby.server.site.errors.catalogue import describe
from passerby.server.site.parameters import PageLanguage
from passerby.store.outbox import Outbox


class HealthResponse(FrozenModel):
    """Status and outbox."""

    status: SiteStatus
    queued: dict[str, dict[str, int]] = Field(description="Messages that wait to be sent, by destination and kind.")


router = APIRouter(
    prefix="/api/health", tags=["health"], responses=ERROR_RESPONSES, dependencies=[requires(Right.VIEW_STATUS)]
)


@router.get("")
def health(context: Context, language: PageLanguage) -> HealthResponse:
    """Cameras, disk, clock, uplink."""
    pending = Outbox(context.database).pending()
    queued = {to: {kind.value: count for kind, count in kinds.items()} for to, kinds in pending.items()}
    status = context.status()
    told = {
        name: camera
        if camera.problem is None
        else camera.model_copy(update={"problem": describe(camera.problem, language).text})
        for name, camera in status.cameras.items()
    }
    disk = dict(status.disk)
    if disk.get("problem") is not None:
        disk["problem"] = describe(str(disk["problem"]), language).text
    return HealthResponse(status=status.model_copy(update={"cameras": told, "disk": disk}), queued=queued)
