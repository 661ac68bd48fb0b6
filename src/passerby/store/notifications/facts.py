"""What has happened that accounts may be notified of: stored in the transaction of what it reports, so that nothing is
lost in a crash, and deleted once it was planned who is notified."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from passerby.config.notifications.kinds import NotificationKind
from passerby.store.database import Database
from passerby.store.notifications.tables import camera_outages, notification_facts

#: Facts that are planned in one transaction.
BATCH_ROWS = 100


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of `notification_facts`. `body` depends on the kind: `camera`, `time` (Unix seconds), `event`,
    `location`, `count` of an event; `approval`, `camera`, `start`, `end` of a clip; `since` of a camera that is back;
    `version` of an update."""

    id: int
    kind: NotificationKind
    created: float
    body: Mapping[str, Any]


def report(connection: Connection, key: str, kind: NotificationKind, body: Mapping[str, JsonValue], now: float) -> None:
    """Store a fact within the current transaction; one of the same key that is there stays as it is."""
    row = {"key": key, "kind": kind.value, "created": now, "body": json.dumps(dict(body), separators=(",", ":"))}
    connection.execute(insert(notification_facts).values(row).on_conflict_do_nothing())


class Facts:
    """The facts of a site that are not planned yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, key: str, kind: NotificationKind, body: Mapping[str, JsonValue], now: float) -> None:
        """In a transaction of its own."""
        with self._database.write_transaction() as connection:
            report(connection, key, kind, body, now)

    def pending(self) -> list[Fact]:
        """The oldest first."""
        query = select(notification_facts).order_by(notification_facts.c.id).limit(BATCH_ROWS)
        with self._database.read_transaction() as connection:
            rows = connection.execute(query).all()
        return [Fact(row.id, NotificationKind(row.kind), row.created, json.loads(row.body)) for row in rows]

    def outages(self) -> dict[str, float]:
        """Cameras that were reported lost and not back, with the time (Unix seconds) since when."""
        with self._database.read_transaction() as connection:
            return {row.camera: row.since for row in connection.execute(select(camera_outages))}

    def camera_back(self, camera: str, since: float, now: float) -> None:
        """A camera that was reported lost is back: report that, once."""
        with self._database.write_transaction() as connection:
            found = connection.execute(delete(camera_outages).where(camera_outages.c.camera == camera))
            if found.rowcount:
                body: dict[str, JsonValue] = {"camera": camera, "time": now, "since": since}
                report(connection, f"back/{camera}/{now:.3f}", NotificationKind.CAMERA_BACK, body, now)

    def forget_outages(self, cameras: Sequence[str]) -> None:
        """Cameras that were removed from the site never come back."""
        if not cameras:  # nothing to write: this is called every few seconds
            return
        with self._database.write_transaction() as connection:
            connection.execute(delete(camera_outages).where(camera_outages.c.camera.in_(list(cameras))))


def planned(connection: Connection, facts: Sequence[Fact]) -> None:
    """They were planned, within the current transaction. An outage is remembered until the camera is back."""
    for fact in facts:
        if fact.kind is NotificationKind.CAMERA_LOST and fact.body.get("camera"):
            row = {"camera": fact.body["camera"], "since": fact.body.get("time", fact.created)}
            connection.execute(insert(camera_outages).values(row).on_conflict_do_nothing())
    ids = [fact.id for fact in facts]
    connection.execute(delete(notification_facts).where(notification_facts.c.id.in_(ids)))
