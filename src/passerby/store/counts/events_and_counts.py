"""Storage of counts and events: minutes without any ids, and events; stored together with their messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from passerby.config.notifications.kinds import KIND_OF_EVENT
from passerby.config.uplink_destination import DestinationSettings, Priority
from passerby.core.clock import Moment, boot_id
from passerby.core.errors import UsageError
from passerby.documents.count_records import CountBin, Event, EventState
from passerby.store import outbox
from passerby.store.counts import totals
from passerby.store.counts.tables import counts, events
from passerby.store.counts.totals import LineTotals
from passerby.store.database import Database
from passerby.store.notifications.facts import report
from passerby.store.outbox import Draft
from passerby.store.recordings.boot_sessions import record_clock
from passerby.store.recordings.part import to_us

#: Rows read at once: after a year there is a year of them.
BATCH_ROWS = 2000


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event, and its handling: it is in `state` since `changed` (Unix seconds)."""

    event: Event
    state: EventState
    changed: float


@dataclass(frozen=True, slots=True)
class CountsSnapshot:
    """A consistent view: the id of the newest bin, the totals up to it, and each camera's newest bin."""

    last_id: int
    totals: LineTotals
    newest: list[CountBin]


class CountStore:
    """Counts and events of one site.

    `site` is its name in topics; new counts and events are queued for `destinations`; `boot` is the id of this boot
    session, by default the operating system's.
    """

    def __init__(
        self,
        database: Database,
        site: str,
        destinations: Mapping[str, DestinationSettings] | None = None,
        *,
        boot: str | None = None,
    ) -> None:
        self._database = database
        self._site = site
        self._destinations = dict(destinations or {})
        self._boot = boot

    def add(self, bins: Sequence[CountBin], events: Sequence[Event], now: Moment) -> None:
        """Store them with their messages, all or nothing. Raises StoreError or DiskFull; it may be repeated then."""
        if not bins and not events:
            return
        if self._boot is None:
            self._boot = boot_id()
        with self._database.write_transaction() as connection:
            added = {
                "boot_session": record_clock(connection, self._boot, now),
                "added_monotonic": to_us(now.monotonic),
            }
            drafts = [self._add_bin(connection, bin, added) for bin in bins]
            for event in events:
                drafts += self._add_event(connection, event, now.wall, added)
            outbox.enqueue(connection, drafts, self._destinations, now.wall)

    def between(self, start: float, end: float, camera: str | None = None) -> list[CountBin]:
        """Bins of minutes that begin from `start` to before `end`, in order of time."""
        conditions = [counts.c.start >= start, counts.c.start < end]
        if camera is not None:
            conditions.append(counts.c.camera == camera)
        with self._database.read_transaction() as connection:
            rows = connection.execute(
                select(counts.c.body).where(*conditions).order_by(counts.c.start, counts.c.camera, counts.c.piece)
            ).all()
        return [stored_bin(row.body) for row in rows]

    def bins_after(self, id: int) -> Iterator[tuple[int, CountBin]]:
        """Bins that were added after that id, with their ids, in the order in which they were added."""
        while True:
            with self._database.read_transaction() as connection:
                rows = connection.execute(
                    select(counts.c.id, counts.c.body).where(counts.c.id > id).order_by(counts.c.id).limit(BATCH_ROWS)
                ).all()
            for row in rows:
                id = row.id
                yield id, stored_bin(row.body)
            if len(rows) < BATCH_ROWS:
                return

    def snapshot(self) -> CountsSnapshot:
        """The current state, from which `bins_after` continues."""
        with self._database.read_transaction() as connection:
            line_totals, ids = totals.line_totals_by_camera(connection), totals.newest_ids(connection)
            newest = connection.execute(
                select(counts.c.id, counts.c.body).where(counts.c.id.in_(ids)).order_by(counts.c.id)
            ).all()
            last = connection.execute(select(func.max(counts.c.id))).scalar()
        return CountsSnapshot(last or 0, line_totals, [stored_bin(row.body) for row in newest])

    def extent(self) -> tuple[int, int] | None:
        """Start of the first minute and end of the last one, Unix seconds; None while there is none."""
        with self._database.read_transaction() as connection:
            first, last = connection.execute(select(func.min(counts.c.start), func.max(counts.c.start))).one()
        return None if first is None else (first, last + 60)

    def events(
        self, start: float = 0.0, end: float = float("inf"), state: EventState | None = None
    ) -> list[StoredEvent]:
        """Events from `start` to before `end`, the newest first."""
        conditions = [events.c.time >= start, events.c.time < min(end, 1e15)]
        if state is not None:
            conditions.append(events.c.state == state.value)
        with self._database.read_transaction() as connection:
            rows = connection.execute(
                select(events).where(*conditions).order_by(events.c.time.desc(), events.c.id)
            ).all()
        return [_stored_event(row) for row in rows]

    def count_events(self, state: EventState) -> int:
        """How many events are in this state."""
        with self._database.read_transaction() as connection:
            query = select(func.count()).select_from(events).where(events.c.state == state.value)
            return int(connection.execute(query).scalar_one())

    def event(self, id: str) -> StoredEvent | None:
        """The event of that id, if there is one."""
        with self._database.read_transaction() as connection:
            row = connection.execute(select(events).where(events.c.id == id)).first()
        return None if row is None else _stored_event(row)

    def set_event_state(self, id: str, state: EventState, now: Moment) -> None:
        """Acknowledge or resolve an event. Raises UsageError when there is none of that id."""
        with self._database.write_transaction() as connection:
            result = connection.execute(
                update(events).where(events.c.id == id).values(state=state.value, state_changed=now.wall)
            )
        if not result.rowcount:
            raise UsageError(f"There is no event {id}. `passerby events list` lists all events.")

    def _add_bin(self, connection: Connection, bin: CountBin, added: Mapping[str, int]) -> Draft:
        slot = totals.allocate(connection, bin)
        key = f"{self._site}/{bin.camera}/{bin.start}/{slot.piece}"
        body = _message_json(key, "counts", self._site, bin=bin.model_dump(mode="json", by_alias=True))
        row = {
            "id": slot.id,
            "camera": bin.camera,
            "start": bin.start,
            "piece": slot.piece,
            "observed_seconds": bin.observed_seconds,
            "trusted": bin.trusted,
            "body": body,
        }
        connection.execute(insert(counts).values(**row, **added))
        return Draft(key, Priority.COUNTS, f"{bin.camera}/counts", body.encode())

    def _add_event(self, connection: Connection, event: Event, now: float, added: Mapping[str, int]) -> list[Draft]:
        key = f"{self._site}/{event.id}"
        body = _message_json(key, "event", self._site, event=event.model_dump(mode="json", by_alias=True))
        row = {
            "id": event.id,
            "camera": event.camera,
            "kind": event.kind.value,
            "time": event.time,
            "state": EventState.NEW.value,
            "state_changed": now,
            "body": body,
            **added,
        }
        if connection.execute(sqlite_insert(events).values(row).on_conflict_do_nothing()).rowcount:
            fact = {"event": event.id, "event_kind": event.kind.value, "camera": event.camera, "time": event.time}
            told = {"location": event.location, "count": event.count, "detail": event.detail, "end": event.end}
            report(connection, f"event/{event.id}", KIND_OF_EVENT[event.kind], {**fact, **told}, now)
        source = event.camera or "site"
        drafts = [Draft(key, Priority.EVENTS, f"{source}/event", body.encode())]
        if event.camera is not None and event.start is not None and event.end is not None:
            span = (event.camera, event.start, event.end)
            for priority, kind in ((Priority.THUMBNAILS, "thumbnail"), (Priority.CLIPS, "clip")):
                metadata = _message_json(
                    f"{key}/{kind}", kind, self._site, event=event.model_dump(mode="json", by_alias=True)
                )
                drafts.append(Draft(f"{key}/{kind}", priority, f"{source}/{kind}", metadata.encode(), span))
        return drafts


def _stored_event(row: Row[Any]) -> StoredEvent:
    return StoredEvent(Event.model_validate(json.loads(row.body)["event"]), EventState(row.state), row.state_changed)


def stored_bin(body: str) -> CountBin:
    return CountBin.model_validate(json.loads(body)["bin"])


def _message_json(key: str, kind: str, site: str, **rest: object) -> str:
    return json.dumps({"id": key, "type": kind, "site": site, **rest}, separators=(",", ":"))
