"""What is still to be sent: written in the transaction that writes what it announces, and gone when it has arrived.

Nothing else takes it away: not age, not a full disk, not a destination that has been gone for weeks; only pictures for
a destination that the site no longer names go, with the next start. Each message has
an id of its own (`key`), the same however often it is sent, by which a receiver knows what it has already.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from passerby.config.uplink import SHARES, Budget, Priority
from passerby.store.counts.tables import outbox, sent
from passerby.store.database import Database
from passerby.store.recordings.tables import runs, segments

DAY = 86400
RANKS = tuple(Priority)
#: Seconds before a message that failed is sent again: doubled at each try, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 900.0
#: Seconds after which a message is sent again when the receiver has not said that it has it.
UNHEARD = 60.0


@dataclass(frozen=True, slots=True)
class Message:
    """One row of `outbox`; the units are there. `start` and `end` are of the recording that a picture needs."""

    id: int
    key: str
    priority: Priority
    topic: str
    body: bytes
    camera: str | None
    start: float | None
    end: float | None
    tries: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is to be put in, for every destination that takes its kind."""

    key: str
    priority: Priority
    topic: str
    body: bytes
    span: tuple[str, float, float] | None = None


def put(connection: Connection, drafts: Sequence[Draft], destinations: Mapping[str, Budget], now: float) -> None:
    """Into the transaction that is under way. A message that is there already stays as it is."""
    rows = [
        {
            "key": draft.key,
            "destination": name,
            "rank": RANKS.index(draft.priority),
            "topic": draft.topic,
            "body": draft.body,
            "camera": draft.span[0] if draft.span else None,
            "start": draft.span[1] if draft.span else None,
            "end": draft.span[2] if draft.span else None,
            "made": now,
            "tries": 0,
            # A picture is there when the recording of it has ended, and a little later.
            "not_before": draft.span[2] + 5.0 if draft.span else 0.0,
            "told": False,
        }
        for draft in drafts
        for name, budget in destinations.items()
        if draft.priority in budget.send
    ]
    if rows:
        connection.execute(insert(outbox).on_conflict_do_nothing(), rows)


def held() -> ColumnElement[bool]:
    """Is a segment (joined with its run) needed for a picture that is still to be sent? For a WHERE."""
    begins, ends = segments.c.start + runs.c.offset, segments.c.end + runs.c.offset
    return exists().where(
        outbox.c.camera == segments.c.camera, outbox.c.start * 1_000_000 < ends, outbox.c.end * 1_000_000 > begins
    )


class Outbox:
    """Everything that is to be sent, of a site."""

    def __init__(self, database: Database, chance: Callable[[], float] = random.random) -> None:
        self._database = database
        self._chance = chance

    def due(self, destination: str, budget: Budget, now: float, most: int = 100) -> list[Message]:
        """What may be sent now, the most urgent first, as far as the day's budget goes.

        Times beyond `now` that the clock could not have meant (it was set back) do not hold a message up.
        """
        columns = [outbox.c[name] for name in ("id", "key", "rank", "topic", "body", "camera", "start", "end", "tries")]
        ready = (outbox.c.not_before <= now) | (outbox.c.not_before > now + 2 * LONGEST_PAUSE)
        with self._database.reading() as connection:
            rows = connection.execute(
                select(*columns)
                .where(outbox.c.destination == destination, ready)
                .order_by(outbox.c.rank, outbox.c.id)
                .limit(most)
            ).all()
            spent = self._spent(connection, destination, now)
        found = []
        for row in rows:
            message = Message(
                row.id, row.key, RANKS[row.rank], row.topic, row.body, row.camera, row.start, row.end, row.tries
            )
            size = len(row.topic) + len(row.body)
            if not fits(budget, message.priority, spent, size):
                continue
            spent[message.priority] = spent.get(message.priority, 0) + size
            found.append(message)
        return found

    def room(self, destination: str, budget: Budget, priority: Priority, now: float, size: int) -> bool:
        """May a message of `size` bytes be sent today?"""
        with self._database.reading() as connection:
            return fits(budget, priority, self._spent(connection, destination, now), size)

    def delivered(self, destination: str, messages: Mapping[int, int], now: float) -> None:
        """The messages of these ids, with the bytes that each took, have arrived."""
        with self._database.writing() as connection:
            _account(connection, destination, messages, now)
            connection.execute(delete(outbox).where(outbox.c.id.in_(list(messages))))

    def told(self, destination: str, messages: Mapping[int, int], now: float) -> None:
        """They are being sent, and the receiver has yet to say that it has them: to be written down before they are,
        since it may be quick. Those that it does not have are sent again after a pause that grows."""
        with self._database.writing() as connection:
            _account(connection, destination, messages, now)
            rows = connection.execute(select(outbox.c.id, outbox.c.tries).where(outbox.c.id.in_(list(messages)))).all()
            for id, tries in rows:
                pause = min(max(UNHEARD, LONGEST_PAUSE), UNHEARD * 2 ** min(tries, 20))
                values = {"told": True, "tries": tries + 1, "not_before": now + pause}
                connection.execute(update(outbox).where(outbox.c.id == id).values(**values))

    def heard(self, destination: str, keys: Collection[str]) -> int:
        """The receiver says that it has these, by their own ids. How many of them were waited for."""
        with self._database.writing() as connection:
            done = connection.execute(
                delete(outbox).where(outbox.c.destination == destination, outbox.c.key.in_(list(keys)), outbox.c.told)
            )
            return int(done.rowcount)

    def failed(
        self, destination: str, message: Message, problem: str, now: float, size: int, wait: float = 0.0
    ) -> None:
        """It did not arrive: again after a pause, at least `wait` seconds. It took `size` bytes all the same."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(message.tries, 20)) * (0.5 + 0.5 * self._chance())
        with self._database.writing() as connection:
            if size:
                _account(connection, destination, {message.id: size}, now)
            connection.execute(
                update(outbox)
                .where(outbox.c.id == message.id)
                .values(tries=outbox.c.tries + 1, not_before=now + max(pause, wait), problem=problem[:300])
            )

    def let_go(self, destinations: Collection[str]) -> int:
        """Pictures for destinations that are none of these any more: recordings would be kept for them for ever. How
        many there were. What was counted and told waits on, should its destination be named again."""
        with self._database.writing() as connection:
            gone = outbox.c.destination.not_in(list(destinations)) & outbox.c.camera.is_not(None)
            return int(connection.execute(delete(outbox).where(gone)).rowcount)

    def waiting(self) -> dict[str, dict[Priority, int]]:
        """How many messages wait, by destination and kind."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(outbox.c.destination, outbox.c.rank, func.count()).group_by(outbox.c.destination, outbox.c.rank)
            ).all()
        found: dict[str, dict[Priority, int]] = {}
        for destination, rank, count in rows:
            found.setdefault(destination, {})[RANKS[rank]] = count
        return found

    def _spent(self, connection: Connection, destination: str, now: float) -> dict[Priority, int]:
        rows = connection.execute(
            select(sent.c.rank, sent.c.bytes).where(sent.c.destination == destination, sent.c.day == int(now // DAY))
        ).all()
        return {RANKS[rank]: count for rank, count in rows}


def fits(budget: Budget, priority: Priority, spent: Mapping[Priority, int], size: int) -> bool:
    """Does it fit in what is left of the day? Each kind leaves room for those that are more urgent.

    What is larger than a whole day's share could never be sent: it goes on a day on which nothing else of its kind was.
    """
    if budget.bytes_a_day is None:
        return True
    share = SHARES[priority] * budget.bytes_a_day
    if sum(spent.values()) + size <= share:
        return True
    return size > share and not spent.get(priority)


def _account(connection: Connection, destination: str, messages: Mapping[int, int], now: float) -> None:
    rows = connection.execute(select(outbox.c.id, outbox.c.rank).where(outbox.c.id.in_(list(messages)))).all()
    for id, rank in rows:
        row = {"destination": destination, "day": int(now // DAY), "rank": rank, "bytes": messages[id], "messages": 1}
        statement = insert(sent).values(row)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["destination", "day", "rank"],
                set_={"bytes": sent.c.bytes + messages[id], "messages": sent.c.messages + 1},
            )
        )
