"""Deletes what is older than the retention of a fleet: whole months, as partitions where the database has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from sqlalchemy import Connection, Table, delete, text

from passerby.config.fleet.settings import FleetRetention
from passerby.documents.fleet_messages import CountsMessage, FleetMessage
from passerby.fleet.store.database import FleetDatabase, month_of
from passerby.fleet.store.tables import (
    counts,
    counts_messages,
    health,
    health_hours,
    series_days,
    site_days,
    site_hours,
    validations,
)

DAY_S = 86400


@dataclass(frozen=True, slots=True)
class KeptFrom:
    """Unix seconds at which the oldest month that is kept begins; None where everything is kept."""

    health: int | None
    counts: int | None

    @classmethod
    def of(cls, retention: FleetRetention, now: float) -> Self:
        return cls(_first_kept(retention.health_months, now), _first_kept(retention.counts_months, now))

    def is_too_old(self, message: FleetMessage) -> bool:
        """It would be deleted at once. A doubtful clock is no reason: such health counts from when it is received."""
        if isinstance(message, CountsMessage):
            return self.counts is not None and message.start < self.counts
        return self.health is not None and message.clock_trusted and message.sent / 1e6 < self.health

    def without_expired(self, message: FleetMessage) -> FleetMessage:
        """The message without validations that would be deleted at once: a site repeats them in each message."""
        if not isinstance(message, CountsMessage) or self.counts is None:
            return message
        kept = tuple(one for one in message.validations if one.last >= self.counts)
        return message if kept == message.validations else message.model_copy(update={"validations": kept})


def delete_expired(database: FleetDatabase, kept: KeptFrom) -> None:
    """Delete what is older. Raises StoreError; it may be called again then."""
    with database.transaction() as connection:
        for table in (health, health_hours):
            if kept.health is not None:
                _delete(database, connection, table, kept.health)
        for table in (counts_messages, counts, site_hours):
            if kept.counts is not None:
                _delete(database, connection, table, kept.counts)
        for table in (site_days, series_days):
            if kept.counts is not None:
                connection.execute(delete(table).where(table.c.local_day < kept.counts // DAY_S))
        if kept.counts is not None:
            connection.execute(delete(validations).where(validations.c.last < kept.counts))
    database.forget_months()


def _delete(database: FleetDatabase, connection: Connection, table: Table, kept_from: int) -> None:
    """`health` is partitioned by the clocks of sites, and kept by `at`: of a doubtful clock that is when it arrived."""
    at = table.c["at" if table is health else "start"]
    if not database.is_postgresql:
        connection.execute(delete(table).where(at < kept_from))
        return
    of_table = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = "
    partitions = connection.execute(text(f"{of_table} '{table.name}'::regclass")).scalars()
    for name in partitions.all():
        month = name.removeprefix(f"{table.name}_")
        ends = None if month == "other" else _end_of(month)
        if ends is not None and ends > kept_from:
            continue
        newer = connection.execute(text(f"SELECT 1 FROM {name} WHERE {at.name} >= {kept_from} LIMIT 1")).first()
        if ends is None or newer is not None:
            connection.execute(text(f"DELETE FROM {name} WHERE {at.name} < {kept_from}"))
        else:
            connection.execute(text(f"DROP TABLE {name}"))


def _first_kept(months: int | None, now: float) -> int | None:
    return None if months is None else _start_of(month_of(int(now)) - months)


def _end_of(name: str) -> int:
    year, month = (int(part) for part in name.split("_"))
    return _start_of(year * 12 + month)


def _start_of(month: int) -> int:
    """Of a month as month_of counts it."""
    return int(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp())
