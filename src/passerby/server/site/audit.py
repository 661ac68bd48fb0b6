"""The audit log, for auditors: its entries, and whether it is intact."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.dependencies import Context
from passerby.server.site.parameters import Limit
from passerby.store.audit.log import AuditAction, AuditEntry, ChainHead, check, latest


class AuditRow(FrozenModel):
    """One row. The times in `entry` are microseconds."""

    number: int
    entry: AuditEntry


class AuditLogResponse(FrozenModel):
    """Rows, the newest first. `has_more`: there are more, before the last of these (`before` = its `number`)."""

    rows: tuple[AuditRow, ...]
    has_more: bool


class AuditFlaw(FrozenModel):
    """A flaw in the log, and the rows it is in: missing, changed, unchained, unguarded, head."""

    kind: str
    first: int
    last: int


class AuditCheckResponse(FrozenModel):
    """Result of checking the whole log. Keep `head` somewhere else: it shows later whether rows were removed."""

    rows: int
    head: str
    flaws: tuple[AuditFlaw, ...]


router = APIRouter(
    prefix="/api/audit-log",
    tags=["audit log"],
    responses=ERROR_RESPONSES,
    dependencies=[requires(Right.VIEW_AUDIT_LOG)],
)


@router.get("")
def audit_log(
    context: Context,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    action: Annotated[str | None, Query(max_length=40)] = None,
    actor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Limit = 100,
) -> AuditLogResponse:
    """Entries of the log, the newest first."""
    with context.database.read_transaction() as connection:
        found = latest(connection, before, limit + 1, action, actor)
    rows = tuple(AuditRow(number=number, entry=entry) for number, entry in found[:limit])
    return AuditLogResponse(rows=rows, has_more=len(found) > limit)


@router.get("/check")
def check_log(
    context: Context,
    principal: CurrentPrincipal,
    head: Annotated[str | None, Query(max_length=100, description="The head from an earlier check.")] = None,
) -> AuditCheckResponse:
    """Read the whole log, and find rows that were changed, removed, inserted or moved."""
    known = None if head is None else ChainHead.parse(head)
    context.audit(principal, AuditAction.LOG_VERIFIED, {"head": head})
    with context.database.read_transaction() as connection:
        result = check(connection, known)
    flaws = tuple(AuditFlaw(kind=flaw.kind, first=flaw.first, last=flaw.last) for flaw in result.flaws)
    return AuditCheckResponse(rows=result.rows, head=str(result.head), flaws=flaws)
