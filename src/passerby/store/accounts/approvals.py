"""Dual approval: requests of one person that another must approve, and their results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Row, insert, select, update

from passerby.config.notifications.kinds import NotificationKind
from passerby.store.accounts.tables import approvals
from passerby.store.database import Database
from passerby.store.notifications.facts import report


class ApprovalKind(StrEnum):
    """What is requested."""

    EXPORT = "export"
    ACCOUNT = "account"


class ApprovalStage(StrEnum):
    """The stage of a request. `expired`: it was done, and its files were deleted."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


#: What those who may decide are notified of.
_NOTIFIED = {ApprovalKind.EXPORT: NotificationKind.CLIP_WAITS, ApprovalKind.ACCOUNT: NotificationKind.ACCOUNT_WAITS}


@dataclass(frozen=True, slots=True)
class Approval:
    """One row of `approvals`."""

    id: int
    kind: ApprovalKind
    requested_by: str
    requested_at: float
    purpose: str
    request: Mapping[str, Any]
    state: ApprovalStage
    decided_by: str | None
    decided_at: float | None
    result: Mapping[str, Any]


class Approvals:
    """The approval requests of one site."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def request(
        self,
        kind: ApprovalKind,
        requested_by: str,
        purpose: str,
        request: Mapping[str, JsonValue],
        now: float,
        state: ApprovalStage = ApprovalStage.PENDING,
    ) -> Approval:
        """Store a request. Where no approval is needed, pass the state `approved`."""
        row = {
            "kind": kind.value,
            "requested_by": requested_by,
            "requested_at": now,
            "purpose": purpose,
            "state": state.value,
        }
        with self._database.write_transaction() as connection:
            result = connection.execute(insert(approvals).values(**row, request=json.dumps(dict(request))))
            id = int(result.inserted_primary_key[0])  # type: ignore[index]  # SQLite always returns it
            if state is ApprovalStage.PENDING:
                waits = {key: request[key] for key in ("camera", "start", "end") if key in request}
                report(connection, f"approval/{id}", _NOTIFIED[kind], {"approval": id, "time": now, **waits}, now)
        found = self.get(id)
        assert found is not None
        return found

    def get(self, id: int) -> Approval | None:
        with self._database.read_transaction() as connection:
            row = connection.execute(select(approvals).where(approvals.c.id == id)).first()
        return None if row is None else _approval_from_row(row)

    def all(self, kind: ApprovalKind | None = None, limit: int = 200) -> list[Approval]:
        """The newest first."""
        query = select(approvals).order_by(approvals.c.id.desc()).limit(limit)
        if kind is not None:
            query = query.where(approvals.c.kind == kind.value)
        with self._database.read_transaction() as connection:
            return [_approval_from_row(row) for row in connection.execute(query)]

    def unended(self, kind: ApprovalKind) -> list[Approval]:
        """All that are pending, approved or done, the oldest first."""
        stages = [stage.value for stage in (ApprovalStage.PENDING, ApprovalStage.APPROVED, ApprovalStage.DONE)]
        query = select(approvals).where(approvals.c.kind == kind.value, approvals.c.state.in_(stages))
        with self._database.read_transaction() as connection:
            return [_approval_from_row(row) for row in connection.execute(query.order_by(approvals.c.id))]

    def decide(self, id: int, state: ApprovalStage, decided_by: str, now: float) -> bool:
        """Approve or reject; False when somebody else has decided meanwhile."""
        pending = (approvals.c.id == id) & (approvals.c.state == ApprovalStage.PENDING.value)
        with self._database.write_transaction() as connection:
            result = connection.execute(
                update(approvals).where(pending).values(state=state.value, decided_by=decided_by, decided_at=now)
            )
        return bool(result.rowcount)

    def set_result(self, id: int, state: ApprovalStage, result: Mapping[str, JsonValue]) -> None:
        """Store the result."""
        with self._database.write_transaction() as connection:
            connection.execute(
                update(approvals).where(approvals.c.id == id).values(state=state.value, result=json.dumps(dict(result)))
            )


def _approval_from_row(row: Row[Any]) -> Approval:
    return Approval(
        id=row.id,
        kind=ApprovalKind(row.kind),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        purpose=row.purpose,
        request=json.loads(row.request),
        state=ApprovalStage(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        result=json.loads(row.result) if row.result else {},
    )
