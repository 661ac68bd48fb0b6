"""Receipts for recordings that were deleted: of which camera, from when to when, how many bytes, and why.

A segment is a minute, and a log that is never cut must not grow by a row for each. So they are summed up in a table, in
the transaction that deletes the rows of the segments, and the sum goes into the log once an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from passerby.core.clock import Moment
from passerby.store.audit.log import PROGRAM, Deed, Entry, append
from passerby.store.audit.tables import receipts
from passerby.store.recordings.part import micros
from passerby.store.recordings.segment import Segment

#: age: kept for as long as was said. room: there was none left. missing: the file was gone when passerby started.
#: broken: nothing in the file was whole.
Why = Literal["age", "room", "missing", "broken"]
#: Microseconds for which a sum waits for more.
HOUR = 3_600_000_000


def add(connection: Connection, gone: Sequence[Segment], why: Why) -> None:
    """Into the transaction in which the rows of these segments go."""
    there = receipts.c
    for segment in gone:
        row = insert(receipts).values(
            camera=segment.camera,
            boot=segment.run.boot,
            why=why,
            begins=segment.begins,
            ends=segment.ends,
            trusted=segment.run.trusted,
            segments=1,
            bytes=segment.size,
        )
        new = row.excluded
        connection.execute(
            row.on_conflict_do_update(
                index_elements=["camera", "boot", "why"],
                set_={
                    "begins": func.min(there.begins, new.begins),
                    "ends": func.max(there.ends, new.ends),
                    "trusted": there.trusted & new.trusted,
                    "segments": there.segments + 1,
                    "bytes": there.bytes + new.bytes,
                },
            )
        )


def due(connection: Connection, boot: str, now: Moment) -> bool:
    """Is there anything for `seal` to do?"""
    fresh = receipts.c.noted_in.is_(None)
    return (
        connection.execute(select(receipts.c.camera).where(or_(fresh, _ripe(boot, now))).limit(1)).first() is not None
    )


def seal(connection: Connection, boot: str, now: Moment) -> None:
    """Put into the log what has waited for an hour, or from a run of the machine before this one."""
    waits = {"noted_in": boot, "noted": micros(now.monotonic)}
    ripe = connection.execute(select(receipts).where(_ripe(boot, now)).order_by(receipts.c.camera, receipts.c.begins))
    entries = [
        Entry.of(
            PROGRAM,
            Deed.DELETED,
            {
                "camera": row["camera"],
                "begins": row["begins"],
                "ends": row["ends"],
                "trusted": row["trusted"],
                "segments": row["segments"],
                "bytes": row["bytes"],
                "why": row["why"],
                "run": row["boot"],
            },
            now,
            boot,
        )
        for row in ripe.mappings()
    ]
    append(connection, entries)
    connection.execute(delete(receipts).where(_ripe(boot, now)))
    connection.execute(update(receipts).where(receipts.c.noted_in.is_(None)).values(**waits))


def _ripe(boot: str, now: Moment) -> ColumnElement[bool]:
    return receipts.c.noted_in.is_not(None) & or_(
        receipts.c.noted_in != boot, receipts.c.noted <= micros(now.monotonic) - HOUR
    )
