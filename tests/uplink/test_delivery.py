"""Messages that are due: event media one at a time, and within the day's budget."""

import asyncio
from dataclasses import replace

import pytest

from passerby.config.uplink_destination import DestinationSettings, Priority
from passerby.core.clock import Moment
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.uplink.delivery import Sender
from tests.uplink.program import BEGIN, minute
from tests.uplink.test_mqtt import event


class Large:
    """Recordings whose event media all have this size."""

    def __init__(self, size):
        self.size, self.reads = size, 0

    def read(self, kind, camera, start, end, at):
        self.reads += 1
        return b"x" * self.size


class Clock:
    seconds = BEGIN + 1000.0

    def now(self):
        return Moment(self.seconds - BEGIN, self.seconds, True)


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


def sender(database, size, **budget):
    destination = DestinationSettings(send=tuple(Priority), **budget)
    counts = CountStore(database, "school", {"mqtt": destination})
    counts.add([minute("gate", 0)], [event("gate", BEGIN + 7.0), event("gate", BEGIN + 8.0)], Moment(1.0, BEGIN, True))
    return Sender("mqtt", destination, Outbox(database), Large(size), Clock())


def sent(one):
    messages = asyncio.run(one.due())
    asyncio.run(one.delivered(*messages))
    return [message.message.priority for message in messages]


def test_event_media_come_last_and_one_at_a_time(database):
    one = sender(database, 1000)
    assert [Priority.EVENTS, Priority.EVENTS, Priority.COUNTS, Priority.THUMBNAILS] == sent(one)
    assert [[Priority.THUMBNAILS], [Priority.CLIPS], [Priority.CLIPS], []] == [sent(one) for _ in range(4)]


def test_media_beyond_the_budget_are_not_read_again_and_again(database):
    one = sender(database, 5000, max_bytes_per_day=12000)
    assert [Priority.EVENTS, Priority.EVENTS, Priority.COUNTS, Priority.THUMBNAILS] == sent(one)
    assert [[], []] == [sent(one) for _ in range(2)]
    reads = one.media.reads
    assert [] == sent(one)
    assert reads == one.media.reads
    one.clock.seconds += 86400
    assert [Priority.THUMBNAILS] == sent(one)


class Failing:
    """Recordings that cannot be read for thumbnails."""

    def read(self, kind, camera, start, end, at):
        if kind == "thumbnail":
            raise OSError(28, "No space left on device")
        return b"clip"


def test_media_that_cannot_be_made_hold_up_nothing_else(database):
    """An error here ended the connection to the broker, and the next one announced everything anew."""
    one = replace(sender(database, 1), media=Failing())
    assert [Priority.EVENTS, Priority.EVENTS, Priority.COUNTS, Priority.CLIPS] == sent(one)
    assert [[Priority.CLIPS], []] == [sent(one) for _ in range(2)]
    assert 2 == Outbox(database).pending()["mqtt"][Priority.THUMBNAILS]
