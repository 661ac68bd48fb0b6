"""What waits for whoever is logged in: clips to decide, new events, cameras that are lost. It is shown in the menu."""

from __future__ import annotations

from fastapi import APIRouter

from passerby.config.roles import RIGHTS, Right
from passerby.core.model import FrozenModel
from passerby.documents.count_records import EventState
from passerby.documents.status import CameraState
from passerby.server.site.auth.principal import Principal
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.clips import ClipExports
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import Clips, Context
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.approvals import ApprovalKind, ApprovalStage
from passerby.store.accounts.independence import why_not_independent


class WaitingResponse(FrozenModel):
    """How many of each wait for the current user."""

    clips: int
    events: int
    cameras: int


router = APIRouter(
    prefix="/api/waiting", tags=["session"], responses=ERROR_RESPONSES, dependencies=[requires(Right.VIEW_STATUS)]
)


@router.get("")
def waiting(context: Context, clips: Clips, principal: CurrentPrincipal) -> WaitingResponse:
    """Clips that the current user may decide, new events that they may handle, cameras that are lost."""
    handles = Right.MANAGE_EVENTS in RIGHTS[principal.role]
    return WaitingResponse(
        clips=_clips(context, clips, principal) if handles else 0,
        events=context.counts.count_events(EventState.NEW) if handles else 0,
        cameras=sum(camera.state is CameraState.LOST for camera in context.status().cameras.values()),
    )


def _clips(context: SiteContext, clips: ClipExports, principal: Principal) -> int:
    if principal.method == "token":  # it belongs to no person, and decides nothing
        return 0
    accounts = Accounts(context.database)
    return sum(
        why_not_independent(accounts, clip.requested_by, clip.requested_at, principal.actor) is None
        for clip in clips.approvals.unended(ApprovalKind.EXPORT)
        if clip.state is ApprovalStage.PENDING and clip.requested_by != principal.actor
    )
