"""Clips that were requested: their folder, their file names, and whether they need the approval of a second person.

That is set in `site.yaml`, which the command line does not read when it exports. So the web server stores it in the
database, and each change of it in the audit log.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue
from sqlalchemy import select, update

from passerby.core.clock import Moment
from passerby.store.accounts.approvals import Approval
from passerby.store.accounts.tables import export_settings
from passerby.store.audit.log import PROGRAM_ACTOR, AuditAction, AuditEntry, write
from passerby.store.database import Database
from passerby.store.recordings.part import to_us

#: The folder of clips that wait for download, in the data folder; how long clips and requests wait.
EXPORT_FOLDER, CLIP_LIFETIME_S = "exports", 24 * 3600.0


def clip_folder(database: Database, approval: Approval) -> Path:
    return database.folder.path / EXPORT_FOLDER / str(approval.id)


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
