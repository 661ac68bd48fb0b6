"""The transactional outbox: a message is stored in the transaction of what it reports, and deleted once delivered.

Nothing else deletes it: not age, not a full disk, not a destination that has been unreachable for weeks; only event
media for a destination that was removed from the configuration are deleted, at the next start. Each message has a
`key`, the same however often it is sent, by which a receiver detects repeats.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from passerby.config.uplink_destination import BUDGET_SHARES, DestinationSettings, Priority
from passerby.core.backoff import delay_s
from passerby.store.counts.tables import outbox, traffic
from passerby.store.database import Database
from passerby.store.recordings.tables import boot_sessions, segments

DAY_S = 86400
PRIORITIES = tuple(Priority)
#: Seconds before a message that failed is sent again: doubled at each attempt, up to the longest.
MIN_BACKOFF_S, MAX_BACKOFF_S = 2.0, 900.0
#: Seconds after which a message is sent again when the receiver has not acknowledged it.
ACK_TIMEOUT_S = 60.0
#: Seconds from the end of a recording until its event media are read: the last segment is written by then.
MEDIA_DELAY_S = 5.0
#: Longest stored error message.
MAX_ERROR_CHARS = 300


@dataclass(frozen=True, slots=True)
class Message:
    """One row of `outbox`; the units are there. `start` and `end` are of the recording that event media need."""

    id: int
    key: str
    priority: Priority
    topic: str
    body: bytes
    camera: str | None
    start: float | None
    end: float | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be queued for every destination that takes its kind. `media_span`: camera, start and end."""

    key: str
    priority: Priority
    topic: str
    body: bytes
    media_span: tuple[str, float, float] | None = None


def enqueue(
    connection: Connection, drafts: Sequence[Draft], destinations: Mapping[str, DestinationSettings], now: float
) -> None:
    """Queue messages within the current transaction. A message that is queued already stays as it is."""
    rows = [
        {
            "key": draft.key,
            "destination": name,
            "priority": PRIORITIES.index(draft.priority),
            "topic": draft.topic,
            "body": draft.body,
            "camera": draft.media_span[0] if draft.media_span else None,
            "start": draft.media_span[1] if draft.media_span else None,
            "end": draft.media_span[2] if draft.media_span else None,
            "created": now,
            "attempts": 0,
            # Event media are complete a little after the end of their recording.
            "not_before": draft.media_span[2] + MEDIA_DELAY_S if draft.media_span else 0.0,
            "awaiting_ack": False,
        }
        for draft in drafts
        for name, budget in destinations.items()
        if draft.priority in budget.send
    ]
    if rows:
        connection.execute(insert(outbox).on_conflict_do_nothing(), rows)


def has_pending_media() -> ColumnElement[bool]:
    """Is a segment (joined with its boot session) needed by event media in the outbox? For a WHERE clause."""
    begins, ends = segments.c.start + boot_sessions.c.wall_offset, segments.c.end + boot_sessions.c.wall_offset
    return exists().where(
        outbox.c.camera == segments.c.camera, outbox.c.start * 1_000_000 < ends, outbox.c.end * 1_000_000 > begins
    )


class Outbox:
    """The messages of a site that are not delivered yet."""

    def __init__(self, database: Database, jitter: Callable[[], float] = random.random) -> None:
        self._database = database
        self._jitter = jitter

    def due(self, destination: str, budget: DestinationSettings, now: float, limit: int = 100) -> list[Message]:
        """The messages that may be sent now, the most urgent first, within the day's budget.

        A `not_before` that is too far ahead to be real (the clock was set back) does not delay a message.
        """
        names = ("id", "key", "priority", "topic", "body", "camera", "start", "end", "attempts")
        ready = (outbox.c.not_before <= now) | (outbox.c.not_before > now + 2 * MAX_BACKOFF_S)
        with self._database.read_transaction() as connection:
            rows = connection.execute(
                select(*(outbox.c[name] for name in names))
                .where(outbox.c.destination == destination, ready)
                .order_by(outbox.c.priority, outbox.c.id)
                .limit(limit)
            ).all()
            spent = self._spent(connection, destination, now)
        found = []
        for row in rows:
            message = Message(
                row.id,
                row.key,
                PRIORITIES[row.priority],
                row.topic,
                row.body,
                row.camera,
                row.start,
                row.end,
                row.attempts,
            )
            size = len(row.topic) + len(row.body)
            if not within_budget(budget, message.priority, spent, size):
                continue
            spent[message.priority] = spent.get(message.priority, 0) + size
            found.append(message)
        return found

    def fits_budget(
        self, destination: str, budget: DestinationSettings, priority: Priority, now: float, size: int
    ) -> bool:
        """May a message of `size` bytes still be sent today?"""
        with self._database.read_transaction() as connection:
            return within_budget(budget, priority, self._spent(connection, destination, now), size)

    def delivered(self, destination: str, messages: Mapping[int, int], now: float) -> None:
        """The messages of these ids were delivered, with the bytes that each took."""
        with self._database.write_transaction() as connection:
            _record_traffic(connection, destination, messages, now)
            connection.execute(delete(outbox).where(outbox.c.id.in_(list(messages))))

    def mark_sent(self, destination: str, messages: Mapping[int, int], now: float) -> None:
        """They are about to be sent, and the receiver has to acknowledge them. To be stored before they are sent, since
        the acknowledgement may be fast. Without one they are sent again, after waits that grow."""
        with self._database.write_transaction() as connection:
            _record_traffic(connection, destination, messages, now)
            rows = connection.execute(
                select(outbox.c.id, outbox.c.attempts).where(outbox.c.id.in_(list(messages)))
            ).all()
            for id, attempts in rows:
                wait_s = delay_s(attempts, ACK_TIMEOUT_S, max(ACK_TIMEOUT_S, MAX_BACKOFF_S), jitter=_no_jitter)
                values = {"awaiting_ack": True, "attempts": attempts + 1, "not_before": now + wait_s}
                connection.execute(update(outbox).where(outbox.c.id == id).values(**values))

    def acknowledged(self, destination: str, keys: Collection[str]) -> int:
        """The receiver has acknowledged these, by their keys. Returns how many of them were awaited."""
        with self._database.write_transaction() as connection:
            result = connection.execute(
                delete(outbox).where(
                    outbox.c.destination == destination, outbox.c.key.in_(list(keys)), outbox.c.awaiting_ack
                )
            )
            return int(result.rowcount)

    def failed(
        self, destination: str, message: Message, error: str, now: float, size: int, min_wait_s: float = 0.0
    ) -> None:
        """It was not delivered: it is sent again after a back-off of at least `min_wait_s`. It took
        `size` bytes all the same."""
        wait_s = max(delay_s(message.attempts, MIN_BACKOFF_S, MAX_BACKOFF_S, self._jitter), min_wait_s)
        with self._database.write_transaction() as connection:
            if size:
                _record_traffic(connection, destination, {message.id: size}, now)
            connection.execute(
                update(outbox)
                .where(outbox.c.id == message.id)
                .values(attempts=outbox.c.attempts + 1, not_before=now + wait_s, last_error=error[:MAX_ERROR_CHARS])
            )

    def drop_unroutable(self, destinations: Collection[str]) -> int:
        """Delete event media for destinations other than these: recordings would be kept for them for ever. Returns how
        many there were. Counts and events stay, in case their destination is configured again."""
        with self._database.write_transaction() as connection:
            unroutable = outbox.c.destination.not_in(list(destinations)) & outbox.c.camera.is_not(None)
            return int(connection.execute(delete(outbox).where(unroutable)).rowcount)

    def pending(self) -> dict[str, dict[Priority, int]]:
        """How many messages are not delivered yet, by destination and kind."""
        with self._database.read_transaction() as connection:
            rows = connection.execute(
                select(outbox.c.destination, outbox.c.priority, func.count()).group_by(
                    outbox.c.destination, outbox.c.priority
                )
            ).all()
        found: dict[str, dict[Priority, int]] = {}
        for destination, priority, count in rows:
            found.setdefault(destination, {})[PRIORITIES[priority]] = count
        return found

    def _spent(self, connection: Connection, destination: str, now: float) -> dict[Priority, int]:
        rows = connection.execute(
            select(traffic.c.priority, traffic.c.bytes).where(
                traffic.c.destination == destination, traffic.c.day == int(now // DAY_S)
            )
        ).all()
        return {PRIORITIES[priority]: count for priority, count in rows}


def _no_jitter() -> float:
    return 1.0


def within_budget(budget: DestinationSettings, priority: Priority, spent: Mapping[Priority, int], size: int) -> bool:
    """Does it fit into the rest of the day's budget? Each kind leaves room for more urgent ones.

    A message larger than a whole day's share could never be sent: it is sent on a day without another of its kind.
    """
    if budget.max_bytes_per_day is None:
        return True
    share = BUDGET_SHARES[priority] * budget.max_bytes_per_day
    if sum(spent.values()) + size <= share:
        return True
    return size > share and not spent.get(priority)


def _record_traffic(connection: Connection, destination: str, messages: Mapping[int, int], now: float) -> None:
    rows = connection.execute(select(outbox.c.id, outbox.c.priority).where(outbox.c.id.in_(list(messages)))).all()
    for id, priority in rows:
        row = {
            "destination": destination,
            "day": int(now // DAY_S),
            "priority": priority,
            "bytes": messages[id],
            "messages": 1,
        }
        statement = insert(traffic).values(row)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["destination", "day", "priority"],
                set_={"bytes": traffic.c.bytes + messages[id], "messages": traffic.c.messages + 1},
            )
        )
