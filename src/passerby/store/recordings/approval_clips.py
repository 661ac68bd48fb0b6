"""Clips that were requested: their folder, their file names, and whether they need the approval of a second person.

That is set in `site.yaml`, which the command line does not read when it exports. So the web server stores it in the
database, and each change of it in the audit log.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue
from sqlalchemy import select, update

from passerby.core.clock import Moment
from passerby.store.accounts.approvals import Approval, ApprovalKind, Approvals, ApprovalStage
from passerby.store.accounts.tables import export_settings
from passerby.store.audit.log import PROGRAM_ACTOR, AuditAction, AuditEntry, write
from passerby.store.database import Database
from passerby.store.recordings.clip_space import EXPORT_FOLDER
from passerby.store.recordings.part import to_us

#: How long clips wait for download, and requests for a decision.
CLIP_LIFETIME_S = 24 * 3600.0
_MADE_ROOM = "The clip was deleted to make room for recordings. Request it again when there is more space."


def clip_folder(database: Database, approval: Approval) -> Path:
    return database.folder.path / EXPORT_FOLDER / str(approval.id)


def delete_expired_clips(database: Database, now: float) -> None:
    """Delete clips a day after their request (`now` in Unix seconds); undecided requests expire then too. Clips whose
    files are gone made room for recordings."""
    approvals = Approvals(database)
    for approval in approvals.unended(ApprovalKind.EXPORT):
        folder = clip_folder(database, approval)
        if abs(now - approval.requested_at) > CLIP_LIFETIME_S:
            shutil.rmtree(folder, ignore_errors=True)
            approvals.set_result(approval.id, ApprovalStage.EXPIRED, approval.result)
        elif approval.state is ApprovalStage.DONE and not folder.exists():
            approvals.set_result(approval.id, ApprovalStage.EXPIRED, {**approval.result, "problem": _MADE_ROOM})


def clip_name(approval: Approval, number: int, ending: str) -> str:
    """The name of one of its files when it is downloaded: the camera, and the start (UTC)."""
    start = datetime.fromtimestamp(float(approval.request["start"]), UTC)
    return f"{approval.request['camera']}-{start:%Y%m%dT%H%M%SZ}{f'-{number + 1}' if number else ''}{ending}"


def export_details(camera: str, start: float, end: float, needs_approval: bool) -> dict[str, JsonValue]:
    """The details of an export request in the audit log."""
    return {"camera": camera, "start": to_us(start), "end": to_us(end), "needs_approval": needs_approval}


def needs_dual_approval(database: Database) -> bool:
    """Does an export need the approval of a second person, as the web server last stored it?"""
    with database.read_transaction() as connection:
        return bool(connection.execute(select(export_settings.c.dual_approval)).scalar_one())


def set_dual_approval(database: Database, required: bool, now: Moment, boot: str) -> None:
    """Store what `site.yaml` says. A change is written to the audit log before it takes effect."""
    if needs_dual_approval(database) is required:
        return
    write(
        database,
        AuditEntry.of(
            PROGRAM_ACTOR, AuditAction.CHANGED, {"subject": "dual_approval", "required": required}, now, boot
        ),
    )
    with database.write_transaction() as connection:
        connection.execute(update(export_settings).values(dual_approval=required))
