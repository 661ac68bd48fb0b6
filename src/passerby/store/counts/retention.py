"""Retention of counts and events. When the oldest expire, about a day of them is deleted, with a receipt.

The age of a row is measured by boot sessions (`boot_sessions.expiry_cutoffs`), as for recordings: a clock change makes
nothing look older. Undelivered messages have their own copy in the outbox, and stay in it until they are delivered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, Table, delete, select, update

from passerby.core.clock import Moment, boot_id
from passerby.core.errors import StoreError
from passerby.documents.count_records import BIN_S
from passerby.store.audit.log import PROGRAM_ACTOR, AuditAction, AuditEntry, append
from passerby.store.counts import totals
from passerby.store.counts.tables import counts, events
from passerby.store.counts.validations import delete_expired
from passerby.store.database import Database
from passerby.store.recordings.boot_sessions import all_boot_sessions, expiry_cutoffs, record_clock
from passerby.store.recordings.part import to_us

#: A deletion includes rows that are within this share of their retention, a day at most: so that the audit log, which
#: is never cut, grows by a row per day and camera, and not by one per minute.
EARLY_SHARE, MAX_EARLY_US = 0.1, 86_400_000_000
#: Rows deleted in one transaction: writers wait meanwhile.
BATCH_ROWS = 5000
_SECOND_US, _DAY_US = 1_000_000, 86_400_000_000


@dataclass(frozen=True, slots=True)
class _ExpiringTable:
    """A table whose rows expire: `time_column` is in Unix seconds, each row is `length_s` long."""

    name: str
    table: Table
    time_column: str
    length_s: int


_COUNTS, _EVENTS = (
    _ExpiringTable("counts", counts, "start", BIN_S),
    _ExpiringTable("events", events, "time", 0),
)


class CountsRetentionEnforcer:
    """Deletes counts and events of a data folder that are past their retention."""

    def __init__(
        self, database: Database, counts_days: float | None, events_days: float | None, boot: str | None = None
    ) -> None:
        """None: no limit. `boot` is the id of this boot session, by default the operating system's."""
        self._database = database
        self._days = {_COUNTS: counts_days, _EVENTS: events_days}
        self._boot = boot_id() if boot is None else boot

    def change(self, counts_days: float | None, events_days: float | None) -> None:
        """Other limits, from now on."""
        self._days = {_COUNTS: counts_days, _EVENTS: events_days}

    def expire(self, now: Moment) -> int:
        """Delete what is past its retention. Returns the number of rows. To be called about once a minute."""
        return sum(self._expire(kind, days, now) for kind, days in self._days.items() if days is not None)

    def _expire(self, kind: _ExpiringTable, days: float, now: Moment) -> int:
        max_age_us = round(days * _DAY_US)
        cutoffs = self._cutoffs(kind, now, max_age_us)
        if not self._expired(kind, cutoffs, 1):
            return 0
        early_us = min(MAX_EARLY_US, round(EARLY_SHARE * max_age_us))
        cutoffs, removed = {session: cutoff + early_us for session, cutoff in cutoffs.items()}, 0
        while batch := self._expired(kind, cutoffs, BATCH_ROWS):
            self._delete(kind, batch, now)
            removed += len(batch)
        return removed

    def _cutoffs(self, kind: _ExpiringTable, now: Moment, max_age_us: int) -> dict[int, int]:
        """For each boot session the time up to which its rows are older than `max_age_us`."""
        with self._database.write_transaction() as connection:
            current_id = record_clock(connection, self._boot, now)
            sessions = all_boot_sessions(connection)
            adopted = {"boot_session": current_id, "added_monotonic": to_us(now.monotonic)}
            connection.execute(update(kind.table).where(kind.table.c.boot_session.is_(None)).values(**adopted))
        current = next(session for session in sessions if session.id == current_id)
        return expiry_cutoffs(sessions, current, to_us(now.monotonic), max_age_us)

    def _expired(self, kind: _ExpiringTable, cutoffs: Mapping[int, int], limit: int) -> list[RowMapping]:
        table, found = kind.table.c, list[RowMapping]()
        columns = [table.id, table.camera, table[kind.time_column].label("time")]
        if kind is _COUNTS:
            columns.append(table.trusted)
        with self._database.read_transaction() as connection:
            for session, cutoff in sorted(cutoffs.items()):
                if len(found) == limit:
                    break
                query = select(*columns).where(table.boot_session == session, table.added_monotonic <= cutoff)
                found += connection.execute(query.order_by(table.added_monotonic).limit(limit - len(found))).mappings()
        return found

    def _delete(self, kind: _ExpiringTable, rows: Sequence[RowMapping], now: Moment) -> None:
        with self._database.write_transaction() as connection:
            ids = [row["id"] for row in rows]
            result = connection.execute(delete(kind.table).where(kind.table.c.id.in_(ids)))
            if result.rowcount != len(ids):
                raise StoreError(
                    f"Another process deletes old {kind.name} at the same time: run only one `passerby "
                    "watch` per data folder."
                )
            if kind is _COUNTS:
                latest = _latest(rows)
                totals.mark_deleted(connection, latest)
                for camera, start in latest.items():
                    delete_expired(connection, camera, start)
            self._log_deletion(connection, kind, rows, now)

    def _log_deletion(
        self, connection: Connection, kind: _ExpiringTable, rows: Sequence[RowMapping], now: Moment
    ) -> None:
        entries = []
        for camera in sorted({row["camera"] for row in rows}, key=lambda name: name or ""):
            of_camera = [row for row in rows if row["camera"] == camera]
            details = {
                "table": kind.name,
                "camera": camera,
                "start": round(min(row["time"] for row in of_camera) * _SECOND_US),
                "end": round((max(row["time"] for row in of_camera) + kind.length_s) * _SECOND_US),
                "rows": len(of_camera),
                "reason": "age",
            }
            if kind is _COUNTS:
                details["trusted"] = all(row["trusted"] for row in of_camera)
            entries.append(AuditEntry.of(PROGRAM_ACTOR, AuditAction.COUNTS_DELETED, details, now, self._boot))
        append(connection, entries)


def _latest(rows: Sequence[RowMapping]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row["camera"]] = max(row["time"], found.get(row["camera"], row["time"]))
    return found
