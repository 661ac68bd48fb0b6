"""Notifications that wait to be sent, and how the last one of each account and channel went."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from passerby.config.notifications.kinds import NotificationChannel
from passerby.core.backoff import delay_s
from passerby.store.database import Database
from passerby.store.notifications.tables import notification_queue, notification_results

#: Seconds before a notification that could not be sent is tried again: doubled at each attempt, up to the longest.
MIN_BACKOFF_S, MAX_BACKOFF_S = 15.0, 3600.0
#: Seconds after which one that could not be sent is given up: who reads of it a day later is not helped any more.
MAX_AGE_S = 86400.0
#: Notifications that wait for one account and channel; the oldest of more are given up.
MAX_WAITING = 500
MAX_PROBLEM_CHARS = 300
#: The kind of a notification that somebody sends to themselves to see whether it arrives.
TEST = "test"


@dataclass(frozen=True, slots=True)
class QueuedNotification:
    """One row of `notification_queue`."""

    id: int
    account: int
    channel: NotificationChannel
    kind: str
    created: float
    attempts: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """How it goes with one account and channel. `waiting`: so many are to be sent; `dropped`: so many were given up
    since `problem_since` (Unix seconds)."""

    sent_at: float | None = None
    problem: str | None = None
    problem_since: float | None = None
    dropped: int = 0
    waiting: int = 0


def enqueue(
    connection: Connection,
    account: int,
    channel: NotificationChannel,
    kind: str,
    body: Mapping[str, Any],
    created: float,
    not_before: float,
) -> None:
    """Queue one within the current transaction."""
    row = {
        "account": account,
        "channel": channel.value,
        "kind": kind,
        "created": created,
        "not_before": not_before,
        "attempts": 0,
        "body": json.dumps(dict(body), separators=(",", ":")),
    }
    connection.execute(insert(notification_queue).values(row))


class NotificationQueue:
    """The queue of a site."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_test(self, account: int, channel: NotificationChannel, now: float) -> None:
        """One that is sent at once, quiet hours or not."""
        with self._database.write_transaction() as connection:
            enqueue(connection, account, channel, TEST, {}, now, 0.0)

    def due(self, channel: NotificationChannel, now: float) -> dict[int, list[QueuedNotification]]:
        """What may be sent by a channel now, by account, the oldest first. A `not_before` that is too far ahead to be
        real (the clock was set back) does not delay anything."""
        table = notification_queue
        ready = (table.c.not_before <= now) | (table.c.not_before > now + 2 * MAX_AGE_S)
        query = select(table).where(table.c.channel == channel.value, ready).order_by(table.c.id)
        with self._database.read_transaction() as connection:
            rows = connection.execute(query.limit(2000)).all()
        found: dict[int, list[QueuedNotification]] = {}
        for row in rows:
            queued = QueuedNotification(
                row.id, row.account, channel, row.kind, row.created, row.attempts, json.loads(row.body)
            )
            found.setdefault(row.account, []).append(queued)
        return found

    def sent(self, notifications: Sequence[QueuedNotification], now: float) -> None:
        """They were sent, together."""
        first = notifications[0]
        values = {"sent_at": now, "problem": None, "problem_since": None, "dropped": 0}
        with self._database.write_transaction() as connection:
            _delete(connection, [one.id for one in notifications])
            _set_result(connection, first.account, first.channel, values)

    def obsolete(self, ids: Collection[int]) -> None:
        """They need not be sent any more."""
        if not ids:
            return
        with self._database.write_transaction() as connection:
            _delete(connection, ids)

    def failed(
        self, notifications: Sequence[QueuedNotification], problem: str, now: float, *, permanent: bool = False
    ) -> int:
        """They could not be sent: they are tried again later, or given up when they are too old, or the problem is
        `permanent`. Returns how many were given up."""
        first = notifications[0]
        given_up = [one.id for one in notifications if permanent or not 0 <= now - one.created < MAX_AGE_S]
        with self._database.write_transaction() as connection:
            for one in notifications:
                if one.id not in given_up:
                    values = {
                        "attempts": one.attempts + 1,
                        "not_before": now + delay_s(one.attempts, MIN_BACKOFF_S, MAX_BACKOFF_S),
                    }
                    table = notification_queue
                    connection.execute(update(table).where(table.c.id == one.id).values(**values))
            _delete(connection, given_up)
            lost = sum(one.id in given_up and one.kind != TEST for one in notifications)
            _note_problem(connection, first.account, first.channel, problem, now, lost)
        return lost

    def trim(self, now: float) -> None:
        """Give up the oldest of those that wait, where there are too many for one account and channel."""
        table = notification_queue
        counts = select(table.c.account, table.c.channel, func.count()).group_by(table.c.account, table.c.channel)
        too_many = counts.having(func.count() > MAX_WAITING)
        with self._database.read_transaction() as connection:
            if not connection.execute(too_many).all():  # as usual; this is called every few seconds
                return
        with self._database.write_transaction() as connection:
            for account, channel, count in connection.execute(too_many).all():
                own = (table.c.account == account) & (table.c.channel == channel)
                oldest = select(table.c.id).where(own).order_by(table.c.id).limit(count - MAX_WAITING)
                connection.execute(delete(table).where(table.c.id.in_(oldest)))
                problem = f"more than {MAX_WAITING} notifications were waiting"
                _note_problem(connection, account, NotificationChannel(channel), problem, now, count - MAX_WAITING)

    def results(self, account: int) -> dict[NotificationChannel, DeliveryResult]:
        """How it goes with each channel of an account."""
        return {channel: result for (owner, channel), result in self.all_results().items() if owner == account}

    def all_results(self) -> dict[tuple[int, NotificationChannel], DeliveryResult]:
        """How it goes with each account and channel of which anything was ever sent, or waits."""
        queued, results = notification_queue, notification_results
        with self._database.read_transaction() as connection:
            count = select(queued.c.account, queued.c.channel, func.count()).group_by(
                queued.c.account, queued.c.channel
            )
            waiting = {(account, channel): number for account, channel, number in connection.execute(count)}
            rows = {(row.account, row.channel): row for row in connection.execute(select(results))}
        found = {}
        for key in waiting.keys() | rows.keys():
            row, number = rows.get(key), waiting.get(key, 0)
            found[(key[0], NotificationChannel(key[1]))] = (
                DeliveryResult(waiting=number)
                if row is None
                else DeliveryResult(row.sent_at, row.problem, row.problem_since, row.dropped, number)
            )
        return found


def _delete(connection: Connection, ids: Collection[int]) -> None:
    if ids:
        connection.execute(delete(notification_queue).where(notification_queue.c.id.in_(list(ids))))


def _note_problem(
    connection: Connection, account: int, channel: NotificationChannel, problem: str, now: float, dropped: int
) -> None:
    table = notification_results
    own = (table.c.account == account) & (table.c.channel == channel.value)
    before = connection.execute(select(table).where(own)).first()
    known = before is not None and before.problem_since is not None
    values = {
        "problem": problem[:MAX_PROBLEM_CHARS],
        "problem_since": before.problem_since if known and before is not None else now,
        "dropped": (before.dropped if before is not None else 0) + dropped,
    }
    _set_result(connection, account, channel, values)


def _set_result(
    connection: Connection, account: int, channel: NotificationChannel, values: Mapping[str, object]
) -> None:
    row = {"account": account, "channel": channel.value, "dropped": 0, **values}
    statement = sqlite_insert(notification_results).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["account", "channel"], set_=dict(values)))
