"""Receipts for deleted recordings: of which camera, from when to when, how many bytes, and why.

A segment is a minute, and a log that is never cut must not grow by a row for each. So deletions are summed up in a
table, in the transaction that deletes the rows of the segments, and the sum is written to the audit log once an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from passerby.core.clock import Moment
from passerby.store.audit.log import PROGRAM_ACTOR, AuditAction, AuditEntry, append
from passerby.store.audit.tables import deletion_receipts
from passerby.store.recordings.part import to_us
from passerby.store.recordings.segment import Segment

#: age: older than the retention period. room: no space was left. missing: the file did not exist at the start.
#: broken: nothing in the file was intact.
DeletionReason = Literal["age", "room", "missing", "broken"]
#: Time for which a sum is collected before it is written to the log.
SUMMARY_INTERVAL_US = 3_600_000_000


def add(connection: Connection, deleted: Sequence[Segment], reason: DeletionReason) -> None:
    """Add receipts, within the transaction that deletes the rows of these segments."""
    table = deletion_receipts.c
    for segment in deleted:
        row = insert(deletion_receipts).values(
            camera=segment.camera,
            boot=segment.boot_session.boot,
            reason=reason,
            start=segment.wall_start,
            end=segment.wall_end,
            trusted=segment.boot_session.trusted,
            segments=1,
            bytes=segment.size,
        )
        new = row.excluded
        connection.execute(
            row.on_conflict_do_update(
                index_elements=["camera", "boot", "reason"],
                set_={
                    "start": func.min(table.start, new.start),
                    "end": func.max(table.end, new.end),
                    "trusted": table.trusted & new.trusted,
                    "segments": table.segments + 1,
                    "bytes": table.bytes + new.bytes,
                },
            )
        )


def due(connection: Connection, boot: str, now: Moment) -> bool:
    """Is there anything for `write_due` to do?"""
    unscheduled = deletion_receipts.c.pending_boot.is_(None)
    query = select(deletion_receipts.c.camera).where(or_(unscheduled, _is_due(boot, now))).limit(1)
    return connection.execute(query).first() is not None


def write_due(connection: Connection, boot: str, now: Moment) -> None:
    """Write to the audit log what has waited for an hour, or is from an earlier boot session."""
    waits = {"pending_boot": boot, "pending_since": to_us(now.monotonic)}
    query = select(deletion_receipts).where(_is_due(boot, now))
    rows = connection.execute(query.order_by(deletion_receipts.c.camera, deletion_receipts.c.start)).mappings()
    names = ("camera", "start", "end", "trusted", "segments", "bytes", "reason", "boot")
    entries = [
        AuditEntry.of(PROGRAM_ACTOR, AuditAction.RECORDINGS_DELETED, {name: row[name] for name in names}, now, boot)
        for row in rows
    ]
    append(connection, entries)
    connection.execute(delete(deletion_receipts).where(_is_due(boot, now)))
    connection.execute(update(deletion_receipts).where(deletion_receipts.c.pending_boot.is_(None)).values(**waits))


def _is_due(boot: str, now: Moment) -> ColumnElement[bool]:
    return deletion_receipts.c.pending_boot.is_not(None) & or_(
        deletion_receipts.c.pending_boot != boot,
        deletion_receipts.c.pending_since <= to_us(now.monotonic) - SUMMARY_INTERVAL_US,
    )
