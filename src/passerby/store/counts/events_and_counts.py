"""Counts and events, at rest: minutes without ids, and what was worth telling; written with what announces them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from passerby.config.uplink import Budget, Priority
from passerby.core.clock import Moment, boot_id
from passerby.core.errors import UsageError
from passerby.documents.count_records import Bin, Event, EventState
from passerby.store import outbox
from passerby.store.counts import totals as counters
from passerby.store.counts.tables import counts, events
from passerby.store.counts.totals import Totals
from passerby.store.database import Database
from passerby.store.outbox import Draft
from passerby.store.recordings.boot_sessions import note
from passerby.store.recordings.part import micros

#: Rows that are read at once: there is a year of them after a year.
AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Kept:
    """An event, and what people have made of it: since `changed` (Unix seconds) it is in `state`."""

    event: Event
    state: EventState
    changed: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: the number of the newest bin, the totals up to it, and each camera's newest bin."""

    number: int
    totals: Totals
    newest: list[Bin]


class Counts:
    """What was counted and told at one site.

    `site` is its name in topics; `destinations` are those that everything new is to be sent to; `boot` names this run
    of the machine, by default as the system does.
    """

    def __init__(
        self,
        database: Database,
        site: str,
        destinations: Mapping[str, Budget] | None = None,
        *,
        boot: str | None = None,
    ) -> None:
        self._database = database
        self._site = site
        self._destinations = dict(destinations or {})
        self._boot = boot

    def add(self, bins: Sequence[Bin], happened: Sequence[Event], now: Moment) -> None:
        """All of it and what announces it, or nothing. Raises StoreError or DiskFull; it can then be added again."""
        if not bins and not happened:
            return
        if self._boot is None:
            self._boot = boot_id()
        with self._database.writing() as connection:
            since = {"run": note(connection, self._boot, now), "added": micros(now.monotonic)}
            drafts = [self._keep_bin(connection, one, since) for one in bins]
            for event in happened:
                drafts += self._keep_event(connection, event, now.wall, since)
            outbox.put(connection, drafts, self._destinations, now.wall)

    def between(self, start: float, end: float, camera: str | None = None) -> list[Bin]:
        """Bins of minutes that begin at `start` or later and before `end`, in order of time."""
        wanted = [counts.c.start >= start, counts.c.start < end]
        if camera is not None:
            wanted.append(counts.c.camera == camera)
        with self._database.reading() as connection:
            rows = connection.execute(
                select(counts.c.body).where(*wanted).order_by(counts.c.start, counts.c.camera, counts.c.piece)
            ).all()
        return [_bin(row.body) for row in rows]

    def since(self, number: int) -> Iterator[tuple[int, Bin]]:
        """Bins that were added after the one of that number, with theirs, in the order in which they were added."""
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(
                    select(counts.c.id, counts.c.body).where(counts.c.id > number).order_by(counts.c.id).limit(AT_ONCE)
                ).all()
            for row in rows:
                number = row.id
                yield number, _bin(row.body)
            if len(rows) < AT_ONCE:
                return

    def standing(self) -> Standing:
        """All of it of one moment, to go on from with `since`."""
        with self._database.reading() as connection:
            totals, rows = counters.totals(connection), counters.newest(connection)
            found = connection.execute(
                select(counts.c.id, counts.c.body).where(counts.c.id.in_(rows)).order_by(counts.c.id)
            ).all()
            last = connection.execute(select(func.max(counts.c.id))).scalar()
        return Standing(last or 0, totals, [_bin(row.body) for row in found])

    def extent(self) -> tuple[int, int] | None:
        """Where the first minute begins and the last one ends, Unix seconds; None while there is none."""
        with self._database.reading() as connection:
            first, last = connection.execute(select(func.min(counts.c.start), func.max(counts.c.start))).one()
        return None if first is None else (first, last + 60)

    def events(self, start: float = 0.0, end: float = float("inf"), state: EventState | None = None) -> list[Kept]:
        """Events from `start` to before `end`, the newest first."""
        wanted = [events.c.at >= start, events.c.at < min(end, 1e15)]
        if state is not None:
            wanted.append(events.c.state == state.value)
        with self._database.reading() as connection:
            rows = connection.execute(select(events).where(*wanted).order_by(events.c.at.desc(), events.c.id)).all()
        return [_kept(row) for row in rows]

    def event(self, id: str) -> Kept | None:
        """The event of that id, if it is there."""
        with self._database.reading() as connection:
            row = connection.execute(select(events).where(events.c.id == id)).first()
        return None if row is None else _kept(row)

    def mark(self, id: str, state: EventState, now: Moment) -> None:
        """Somebody has seen an event, or closed it. Raises UsageError when there is none of that id."""
        with self._database.writing() as connection:
            done = connection.execute(
                update(events).where(events.c.id == id).values(state=state.value, changed=now.wall)
            )
        if not done.rowcount:
            raise UsageError(f"There is no event {id}. `passerby events list` shows those that there are.")

    def _keep_bin(self, connection: Connection, one: Bin, since: Mapping[str, int]) -> Draft:
        place = counters.take(connection, one)
        key = f"{self._site}/{one.camera}/{one.start}/{place.piece}"
        body = _text(key, "counts", self._site, bin=one.model_dump(mode="json"))
        row = {
            "id": place.number,
            "camera": one.camera,
            "start": one.start,
            "piece": place.piece,
            "covered": one.covered,
            "trusted": one.trusted,
            "body": body,
        }
        connection.execute(insert(counts).values(**row, **since))
        return Draft(key, Priority.COUNTS, f"{one.camera}/counts", body.encode())

    def _keep_event(self, connection: Connection, event: Event, now: float, since: Mapping[str, int]) -> list[Draft]:
        key = f"{self._site}/{event.id}"
        body = _text(key, "event", self._site, event=event.model_dump(mode="json"))
        row = {
            "id": event.id,
            "camera": event.camera,
            "kind": event.kind.value,
            "at": event.at,
            "state": EventState.NEW.value,
            "changed": now,
            "body": body,
            **since,
        }
        connection.execute(insert_or(events).values(row).on_conflict_do_nothing())
        where = event.camera or "site"
        drafts = [Draft(key, Priority.EVENTS, f"{where}/event", body.encode())]
        if event.camera is not None and event.start is not None and event.end is not None:
            span = (event.camera, event.start, event.end)
            for priority, what in ((Priority.THUMBNAILS, "thumbnail"), (Priority.CLIPS, "clip")):
                told = _text(f"{key}/{what}", what, self._site, event=event.model_dump(mode="json"))
                drafts.append(Draft(f"{key}/{what}", priority, f"{where}/{what}", told.encode(), span))
        return drafts


def _kept(row: Row[Any]) -> Kept:
    return Kept(Event.model_validate(json.loads(row.body)["event"]), EventState(row.state), row.changed)


def _bin(body: str) -> Bin:
    return Bin.model_validate(json.loads(body)["bin"])


def _text(key: str, kind: str, site: str, **rest: object) -> str:
    return json.dumps({"id": key, "type": kind, "site": site, **rest}, separators=(",", ":"))
