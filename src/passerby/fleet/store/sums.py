"""Sums that are kept beside what arrived, in the same transaction: health by hour, counts by hour and by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, case, func

from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.tables import (
    ALL_SITES,
    COVER_COLUMNS,
    NUMBERS,
    health_hours,
    series_days,
    site_days,
    site_hours,
)

HOUR_S = 3600
Row = dict[str, Any]
_ADDED = ("observed_seconds", "hours", "suppressed", "doubtful")


def add_health(database: FleetDatabase, connection: Connection, rows: Iterable[Row]) -> None:
    """Add new rows of `health` to their hours."""
    hours: dict[tuple[int, int], Row] = {}
    for row in rows:
        key = row["site"], row["at"] - row["at"] % HOUR_S
        one: Row = {"messages": 1, "doubtful": int(not row["clock_trusted"])}
        one |= {name: row[name] for name in ("cameras", "cameras_up", *COVER_COLUMNS.values(), "disk_days", "backlog")}
        known = hours.get(key)
        if known is not None:
            added = {name: known[name] + one[name] for name in ("messages", "doubtful", *COVER_COLUMNS.values())}
            one |= added | {name: max(known[name], one[name]) for name in ("cameras", "backlog")}
            one["cameras_up"] = min(known["cameras_up"], one["cameras_up"])
            days = [value for value in (known["disk_days"], one["disk_days"]) if value is not None]
            one["disk_days"] = min(days, default=None)
        hours[key] = {"site": key[0], "start": key[1]} | one
    statement = database.insert(health_hours)
    old, new = health_hours.c, statement.excluded
    values: Row = {name: old[name] + new[name] for name in ("messages", "doubtful", *COVER_COLUMNS.values())}
    values |= {name: _chosen(new[name] > old[name], new[name], old[name]) for name in ("cameras", "backlog")}
    values["cameras_up"] = _chosen(new.cameras_up < old.cameras_up, new.cameras_up, old.cameras_up)
    lower = _chosen(new.disk_days < old.disk_days, new.disk_days, old.disk_days)
    values["disk_days"] = func.coalesce(lower, old.disk_days, new.disk_days)
    _upsert(connection, statement, health_hours, values, [hours[key] for key in sorted(hours)])


class CountSums:
    """Collects the hours of a batch, so that each row is changed once."""

    def __init__(self) -> None:
        self._rows: dict[Table, dict[tuple[Any, ...], Row]] = {}

    def add(self, site: int, object_class: str, cell: Row) -> None:
        """Add an hour of a series, a row of `counts`."""
        start, day = cell["start"] - cell["start"] % HOUR_S, cell["local_day"]
        self._add(series_days, (cell["series"], day), cell)
        for one in (site, ALL_SITES):
            self._add(site_hours, (one, object_class, start, day), cell)
            self._add(site_days, (one, object_class, day), cell)

    def write(self, database: FleetDatabase, connection: Connection) -> None:
        for table, rows in self._rows.items():
            statement = database.insert(table)
            old, new = table.c, statement.excluded
            values: Row = {name: old[name] + new[name] for name in _ADDED}
            for name in NUMBERS:  # what is unknown on both sides stays unknown
                values[name] = func.coalesce(old[name] + new[name], old[name], new[name])
            _upsert(connection, statement, table, values, [rows[key] for key in sorted(rows)])

    def _add(self, table: Table, key: tuple[Any, ...], cell: Row) -> None:
        rows = self._rows.setdefault(table, {})
        row = rows.get(key)
        if row is None:
            names = [column.key for column in table.primary_key]
            row = rows[key] = dict(zip(names, key, strict=True)) | dict.fromkeys(_ADDED, 0) | dict.fromkeys(NUMBERS)
        row["observed_seconds"] += cell["observed_seconds"]
        row["hours"] += 1
        row["suppressed"] += bool(cell["suppressed"])
        row["doubtful"] += not cell["trusted"]
        for name in NUMBERS:
            if cell[name] is not None:
                row[name] = (row[name] or 0) + cell[name]


def _chosen(condition: ColumnElement[bool], one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((condition, one), else_=other)


def _upsert(connection: Connection, statement: Any, table: Table, values: Row, rows: Sequence[Row]) -> None:  # noqa: ANN401
    if rows:
        keys = list(table.primary_key)
        insert_rows(connection, statement.on_conflict_do_update(index_elements=keys, set_=values), keys[0], rows)


def insert_rows(connection: Connection, statement: Any, column: Any, rows: Sequence[Row]) -> Sequence[Any]:  # noqa: ANN401
    """Insert rows with one statement for many, which SQLAlchemy compiles once: with RETURNING it puts them together.
    Returns this column of those that were inserted or changed."""
    if not rows:
        return []
    return connection.execute(statement.returning(column), list(rows)).scalars().all()
