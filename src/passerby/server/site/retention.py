"""Retention of recordings: the configured time, the limit, and the oldest recordings."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import Field

from passerby.config.roles import RIGHTS, Right
from passerby.core.model import FrozenModel
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import Context
from passerby.store.audit.log import AuditAction
from passerby.store.recordings.retention_limit import MAX_DAYS, read_retention_limit, set_retention_limit


class RetentionResponse(FrozenModel):
    """Days; null is no limit. The smaller of the configured time and the limit is in effect."""

    configured: float | None = Field(description="As in site.yaml.")
    limit: float | None = Field(description="Upper limit for site.yaml; only an auditor may raise it.")
    effective: float | None
    set_by: str | None = Field(description="Who set the limit.")
    set_at: float | None = Field(description="Unix seconds.")
    oldest: dict[str, float] = Field(description="The oldest recording of each camera, Unix seconds.")


class RetentionLimitRequest(FrozenModel):
    """The new limit, days; null for none."""

    days: float | None = Field(gt=0, le=MAX_DAYS, allow_inf_nan=False)


router = APIRouter(
    prefix="/api/retention",
    tags=["retention"],
    responses=ERROR_RESPONSES,
    dependencies=[requires(Right.VIEW_ACCOUNTS)],
)


@router.get("")
def retention(context: Context) -> RetentionResponse:
    """How long recordings are kept."""
    return _response(context)


@router.put("/limit")
def set_limit(context: Context, principal: CurrentPrincipal, request: RetentionLimitRequest) -> RetentionResponse:
    """Set the limit. An auditor may set any; an administrator may only lower it."""
    current = read_retention_limit(context.database)
    if not current.allows(request.days, RIGHTS[principal.role]):
        raise HTTPException(403, "Only an auditor may raise the retention limit.")
    details = {"subject": "retention_limit", "days": request.days, "before": current.days}
    context.audit(principal, AuditAction.CHANGED, details)
    set_retention_limit(context.database, request.days, principal.actor, context.wall_time())
    return _response(context)


def _response(context: SiteContext) -> RetentionResponse:
    limit, configured = read_retention_limit(context.database), context.site.retention.days
    return RetentionResponse(
        configured=configured,
        limit=limit.days,
        effective=limit.apply(configured),
        set_by=limit.set_by,
        set_at=limit.set_at,
        oldest={recordings.camera: recordings.oldest / 1e6 for recordings in context.recordings.cameras()},
    )
