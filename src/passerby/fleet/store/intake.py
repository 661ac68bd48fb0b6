"""Stores messages: inserted where their id is not there yet, and committed, before anybody acknowledges them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select, tuple_

from passerby.documents.fleet_messages import (
    CountsMessage,
    FleetMessage,
    HealthMessage,
    PublishedCell,
    PublishedValidation,
    RefusalKind,
)
from passerby.documents.status import CoverReason
from passerby.fleet.store.database import FleetDatabase, month_of
from passerby.fleet.store.sums import CountSums, Row, add_health
from passerby.fleet.store.sums import insert_rows as _insert
from passerby.fleet.store.tables import (
    COVER_COLUMNS,
    attestations,
    cameras,
    counts,
    counts_messages,
    heads,
    health,
    latest,
    refusals,
    series,
    sites,
    validations,
    weights,
)
from passerby.fleet.store.validations import validation_row

#: Rows of one query for series: SQLite takes 32,766 values.
MAX_ROWS = 500
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Stored:
    """How many messages of a batch were new, and how many were there before."""

    new: int
    repeated: int


class Intake:
    """Writes messages that were validated, and whose sites are known."""

    def __init__(self, database: FleetDatabase) -> None:
        self._database = database
        self._series: dict[tuple[int, str, str, str, str], int] = {}

    def store(self, messages: Sequence[FleetMessage], site_ids: Mapping[str, int], now: int) -> Stored:
        """All of them, or none: the transaction is committed when this returns. Raises StoreError."""
        health_messages = [message for message in messages if isinstance(message, HealthMessage)]
        counts_found = [message for message in messages if isinstance(message, CountsMessage)]
        try:
            with self._database.transaction() as connection:
                new = self._store_health(connection, health_messages, site_ids, now)
                new += self._store_counts(connection, counts_found, site_ids, now)
        except BaseException:
            self._series.clear()  # ids that were given in the transaction
            self._database.forget_months()
            raise
        return Stored(new, len(messages) - new)

    def count_refusals(self, refused: Mapping[tuple[str, RefusalKind], int], now: int) -> None:
        """Add to the numbers of what was refused, by site and reason."""
        with self._database.transaction() as connection:
            for (site, kind), number in refused.items():
                row = {"site": site, "reason": kind.value, "messages": number, "first": now, "last": now}
                statement = self._database.insert(refusals).values(row)
                sums = {"messages": refusals.c.messages + number, "last": now}
                connection.execute(statement.on_conflict_do_update(index_elements=["site", "reason"], set_=sums))

    def _store_health(
        self, connection: Connection, messages: Sequence[HealthMessage], site_ids: Mapping[str, int], now: int
    ) -> int:
        if not messages:
            return 0
        rows = [_health_row(message, site_ids[message.site], now) for message in messages]
        self._ensure_months(connection, "health", (row["sent"] // 1_000_000 for row in rows), now)
        new = self._insert_new(connection, health, rows)
        self._ensure_months(connection, "health_hours", (row["at"] for row in rows), now)
        add_health(self._database, connection, [row for row in _once(rows) if row["id"] in new])
        fresh = [message for message in messages if message.id in new]
        newest: dict[str, HealthMessage] = {}
        for message in fresh:
            known = newest.get(message.site)
            if known is None or message.number > known.number:
                newest[message.site] = message
        changed = self._set_latest(connection, newest, site_ids, now)
        self._replace_parts(
            connection, [newest[name] for name in sorted(newest) if site_ids[name] in changed], site_ids
        )
        self._keep_anchors(connection, fresh, site_ids, now)
        return len(new)

    def _set_latest(
        self, connection: Connection, newest: Mapping[str, HealthMessage], site_ids: Mapping[str, int], now: int
    ) -> set[int]:
        """An older message, which arrives late, does not replace a newer one. Returns the sites that changed."""
        rows = [_latest_row(message, site_ids[name], now) for name, message in sorted(newest.items())]
        if not rows:
            return set()
        statement = self._database.insert(latest)
        excluded = statement.excluded
        # A site that lost its database counts from 1 again: then its clock says which is newer.
        newer = (excluded.number > latest.c.number) | (
            excluded.clock_trusted & latest.c.clock_trusted & (excluded.sent > latest.c.sent)
        )
        values = {name: excluded[name] for name in rows[0] if name != "site"}
        upsert = statement.on_conflict_do_update(index_elements=["site"], set_=values, where=newer)
        return set(_insert(connection, upsert, latest.c.site, rows))

    def _replace_parts(
        self, connection: Connection, messages: Sequence[HealthMessage], site_ids: Mapping[str, int]
    ) -> None:
        if not messages:
            return
        ids = [site_ids[message.site] for message in messages]
        camera_rows: list[Row] = [
            {
                "site": site_ids[message.site],
                "camera": camera.camera,
                "up": camera.up,
                **{name: camera.covered.get(reason, 0.0) for reason, name in COVER_COLUMNS.items()},
            }
            for message in messages
            for camera in message.cameras
        ]
        model_rows: list[Row] = [
            {"site": site_ids[message.site], "model": used.model, "sha256": used.sha256}
            for message in messages
            for used in message.weights
        ]
        for table, rows in ((cameras, camera_rows), (weights, model_rows)):
            connection.execute(delete(table).where(table.c.site.in_(ids)))
            _insert(connection, self._database.insert(table), table.c.site, rows)

    def _keep_anchors(
        self, connection: Connection, messages: Sequence[HealthMessage], site_ids: Mapping[str, int], now: int
    ) -> None:
        head_rows: dict[tuple[int, int, str], Row] = {}
        attested: dict[tuple[int, str], Row] = {}
        for message in messages:
            site = site_ids[message.site]
            for row in (message.log, message.earlier):
                if row is not None and row.number > 0:
                    key = site, row.number, row.hash
                    head_rows.setdefault(key, dict(zip(("site", "number", "hash"), key, strict=True)))
                    head_rows[key] |= {"stated": message.number, "received": now}
            if message.retention is not None:
                kept = message.retention
                attested[site, kept.sha256] = {"site": site, "received": now, **kept.model_dump()}
        for table, rows in ((heads, list(head_rows.values())), (attestations, list(attested.values()))):
            _insert(connection, self._database.insert(table).on_conflict_do_nothing(), table.c.site, rows)

    def _store_counts(
        self, connection: Connection, messages: Sequence[CountsMessage], site_ids: Mapping[str, int], now: int
    ) -> int:
        if not messages:
            return 0
        rows = [
            {"id": message.id, "start": message.start, "site": site_ids[message.site], "received": now}
            for message in messages
        ]
        for table in ("counts_messages", "counts", "site_hours"):
            self._ensure_months(connection, table, (message.start for message in messages), now)
        new = self._insert_new(connection, counts_messages, rows)
        fresh = list({message.id: message for message in messages if message.id in new}.values())
        self._know_series(connection, fresh, site_ids)
        sums = CountSums()
        cells: list[Row] = []
        for message in fresh:
            site = site_ids[message.site]
            for cell, row in zip(message.cells, self._count_rows(message, site), strict=True):
                cells.append(row)
                sums.add(site, cell.object_class.value, row)
        _insert(connection, self._database.insert(counts).on_conflict_do_nothing(), counts.c.series, cells)
        sums.write(self._database, connection)
        self._keep_validations(connection, fresh, site_ids, now)
        return len(new)

    def _keep_validations(
        self, connection: Connection, messages: Sequence[CountsMessage], site_ids: Mapping[str, int], now: int
    ) -> None:
        """Each message has the newest ones: what is known already is not written again."""
        found: dict[tuple[int, int], Row] = {}
        for message in messages:
            keys = dict(zip(_identities(message.cells), _series_keys(message, site_ids[message.site]), strict=True))
            for one, identity in zip(message.validations, _identities(message.validations), strict=True):
                number = self._series[keys[identity]]
                found[number, one.finished] = validation_row(one, number, now)
        statement = self._database.insert(validations).on_conflict_do_nothing()
        _insert(connection, statement, validations.c.series, list(found.values()))

    def _know_series(
        self, connection: Connection, messages: Sequence[CountsMessage], site_ids: Mapping[str, int]
    ) -> None:
        keys = {key for message in messages for key in _series_keys(message, site_ids[message.site])}
        unknown = [key for key in keys if key not in self._series]
        names = ("site", "camera", "location", "location_type", "object_class")
        columns = tuple_(*(series.c[name] for name in names))
        for chunk in _chunks([dict(zip(names, key, strict=True)) for key in sorted(unknown)]):
            connection.execute(self._database.insert(series).values(chunk).on_conflict_do_nothing())
            wanted = [tuple(row.values()) for row in chunk]
            for row in connection.execute(select(series).where(columns.in_(wanted))).mappings():
                key = row["site"], row["camera"], row["location"], row["location_type"], row["object_class"]
                self._series[key] = row["id"]

    def _count_rows(self, message: CountsMessage, site: int) -> Iterable[Row]:
        local = datetime.fromtimestamp(message.start, ZoneInfo(message.timezone))
        for cell, key in zip(message.cells, _series_keys(message, site), strict=True):
            yield {
                "series": self._series[key],
                "start": message.start,
                "local_day": local.date().toordinal() - _EPOCH,
                "local_hour": local.hour,
                "trusted": message.trusted,
                "epsilon": message.epsilon,
                "min_count": message.min_count,
                **{
                    name: getattr(cell, name)
                    for name in ("observed_seconds", "entries", "forward", "backward", "suppressed")
                },
            }

    def _insert_new(self, connection: Connection, table: Any, rows: Sequence[Row]) -> set[str]:  # noqa: ANN401
        """INSERT … ON CONFLICT (id) DO NOTHING. Returns the ids that were not there before."""
        return set(_insert(connection, self._database.insert(table).on_conflict_do_nothing(), table.c.id, rows))

    def _ensure_months(self, connection: Connection, table: str, times: Iterable[int], now: int) -> None:
        """Of times that can be true: a clock of 1970 makes no partition."""
        latest_month = month_of(now) + 1
        months = {month_of(time) for time in times if 0 <= time < now + 40 * 86400}
        self._database.ensure_months(connection, table, {m for m in months if _FIRST_MONTH <= m <= latest_month})


_FIRST_MONTH = 2020 * 12


def site_ids_of(connection: Connection) -> dict[str, int]:
    """The numbers of all sites, by name."""
    return {row.name: row.id for row in connection.execute(select(sites.c.name, sites.c.id))}


def _once(rows: Sequence[Row]) -> Iterable[Row]:
    """A batch may hold a message twice."""
    return {row["id"]: row for row in rows}.values()


def _chunks(rows: Sequence[Row]) -> Iterable[list[Row]]:
    for start in range(0, len(rows), MAX_ROWS):
        yield list(rows[start : start + MAX_ROWS])


def _identities(parts: Iterable[PublishedCell] | Iterable[PublishedValidation]) -> list[tuple[str, str, str]]:
    return [(one.location, one.location_type, one.object_class.value) for one in parts]


def _series_keys(message: CountsMessage, site: int) -> list[tuple[int, str, str, str, str]]:
    return [
        (site, message.camera, cell.location, cell.location_type, cell.object_class.value) for cell in message.cells
    ]


def _mean_covered(message: HealthMessage) -> dict[CoverReason, float]:
    number = len(message.cameras) or 1
    return {reason: sum(one.covered.get(reason, 0.0) for one in message.cameras) / number for reason in CoverReason}


def _health_row(message: HealthMessage, site: int, now: int) -> Row:
    covered = _mean_covered(message)
    return {
        "id": message.id,
        "sent": message.sent,
        "site": site,
        "at": message.sent // 1_000_000 if message.clock_trusted else now,
        "received": now,
        "clock_trusted": message.clock_trusted,
        "cameras": len(message.cameras),
        "cameras_up": sum(camera.up for camera in message.cameras),
        **{name: covered[reason] for reason, name in COVER_COLUMNS.items()},
        "disk_days": message.disk_days,
        "backlog": message.backlog,
    }


def _latest_row(message: HealthMessage, site: int, now: int) -> Row:
    kept = message.retention
    return {
        "site": site,
        "number": message.number,
        "sent": message.sent,
        "received": now,
        "clock_trusted": message.clock_trusted,
        "timezone": message.timezone,
        "version": message.version,
        "cameras": len(message.cameras),
        "cameras_up": sum(camera.up for camera in message.cameras),
        "covered": min(1.0, sum(_mean_covered(message).values())),
        "disk_days": message.disk_days,
        "backlog": message.backlog,
        "newest_minute_age_s": message.newest_minute_age_s,
        "verdict": None if kept is None else kept.verdict,
        "overdue": None if kept is None else kept.overdue,
        "attested": None if kept is None else kept.created,
    }
