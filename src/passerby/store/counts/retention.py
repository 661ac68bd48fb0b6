"""How long counts and events are kept. When the oldest has been there for so long, a day of them goes, with a receipt.

For how long a row has been there is told by the runs of the machine (`runs.cut`), as for recordings: a clock that jumps
makes nothing look older. What is still to be sent has its own copy in the outbox, and stays in it until it arrives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, Table, delete, select, update

from passerby.core.clock import Moment, boot_id
from passerby.core.errors import StoreError
from passerby.store.audit.log import PROGRAM, Deed, Entry, append
from passerby.store.counts import totals as counters
from passerby.store.counts.tables import counts, events
from passerby.store.database import Database
from passerby.store.recordings.boot_sessions import all_runs, cut, note
from passerby.store.recordings.part import micros

#: A round takes what is within this share of its time as well, a day at most: so that the log, which is never cut,
#: grows by a row a day and camera, and not by one a minute.
SHARE, MOST_MICROS = 0.1, 86_400_000_000
#: Rows that are deleted in one transaction: writers wait meanwhile.
AT_ONCE = 5000
_SECOND, _DAY = 1_000_000, 86_400_000_000


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is deleted: rows of `table`, of which `when` is in Unix seconds, each about `seconds` long."""

    name: str
    table: Table
    when: str
    seconds: int


_COUNTS, _EVENTS = _Kind("counts", counts, "start", 60), _Kind("events", events, "at", 0)


class CountsKeeper:
    """Deletes what is too old of the counts and events in a data folder."""

    def __init__(
        self, database: Database, counts_days: float | None, events_days: float | None, boot: str | None = None
    ) -> None:
        """None: no limit. `boot` names this run of the machine, by default as the system does."""
        self._database = database
        self._days = {_COUNTS: counts_days, _EVENTS: events_days}
        self._boot = boot_id() if boot is None else boot

    def expire(self, now: Moment) -> int:
        """Delete what has been kept for long enough; how many rows it was. To be called every minute or so."""
        return sum(self._expire(kind, days, now) for kind, days in self._days.items() if days is not None)

    def _expire(self, kind: _Kind, days: float, now: Moment) -> int:
        kept = round(days * _DAY)
        limits = self._limits(kind, now, kept)
        if not self._old(kind, limits, 1):
            return 0
        earlier = min(MOST_MICROS, round(SHARE * kept))
        limits, removed = {run: moment + earlier for run, moment in limits.items()}, 0
        while batch := self._old(kind, limits, AT_ONCE):
            self._remove(kind, batch, now)
            removed += len(batch)
        return removed

    def _limits(self, kind: _Kind, now: Moment, kept: int) -> dict[int, int]:
        """For each run the moment up to which its rows have been here for `kept` microseconds."""
        with self._database.writing() as connection:
            number = note(connection, self._boot, now)
            known = all_runs(connection)
            adopted = {"run": number, "added": micros(now.monotonic)}
            connection.execute(update(kind.table).where(kind.table.c.run.is_(None)).values(**adopted))
        current = next(run for run in known if run.id == number)
        return cut(known, current, micros(now.monotonic), kept)

    def _old(self, kind: _Kind, limits: Mapping[int, int], most: int) -> list[RowMapping]:
        table, found = kind.table.c, list[RowMapping]()
        columns = [table.id, table.camera, table[kind.when].label("when")]
        if kind is _COUNTS:
            columns.append(table.trusted)
        with self._database.reading() as connection:
            for run, moment in sorted(limits.items()):
                if len(found) == most:
                    break
                wanted = select(*columns).where(table.run == run, table.added <= moment)
                found += connection.execute(wanted.order_by(table.added).limit(most - len(found))).mappings()
        return found

    def _remove(self, kind: _Kind, rows: Sequence[RowMapping], now: Moment) -> None:
        with self._database.writing() as connection:
            ids = [row["id"] for row in rows]
            done = connection.execute(delete(kind.table).where(kind.table.c.id.in_(ids)))
            if done.rowcount != len(ids):
                raise StoreError(
                    f"Somebody else deletes old {kind.name} at the same time: run one `passerby watch` a data folder."
                )
            if kind is _COUNTS:
                counters.gone(connection, _latest(rows))
            self._note(connection, kind, rows, now)

    def _note(self, connection: Connection, kind: _Kind, rows: Sequence[RowMapping], now: Moment) -> None:
        entries = []
        for camera in sorted({row["camera"] for row in rows}, key=lambda name: name or ""):
            of = [row for row in rows if row["camera"] == camera]
            on = {
                "what": kind.name,
                "camera": camera,
                "begins": round(min(row["when"] for row in of) * _SECOND),
                "ends": round((max(row["when"] for row in of) + kind.seconds) * _SECOND),
                "rows": len(of),
                "why": "age",
            }
            if kind is _COUNTS:
                on["trusted"] = all(row["trusted"] for row in of)
            entries.append(Entry.of(PROGRAM, Deed.FORGOTTEN, on, now, self._boot))
        append(connection, entries)


def _latest(rows: Sequence[RowMapping]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row["camera"]] = max(row["when"], found.get(row["camera"], row["when"]))
    return found
