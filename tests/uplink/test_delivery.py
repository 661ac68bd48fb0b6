"""What is due, as it is sent: pictures one at a time, and within the day's bytes."""

import asyncio

import pytest

from passerby.config.uplink import Budget, Priority
from passerby.core.clock import Moment
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.uplink.delivery import Sender
from tests.uplink.program import BEGIN, minute
from tests.uplink.test_mqtt import event


class Large:
    """Recordings of which every picture takes so many bytes."""

    def __init__(self, size):
        self.size, self.reads = size, 0

    def read(self, what, camera, start, end, at):
        self.reads += 1
        return b"x" * self.size


class Clock:
    seconds = BEGIN + 1000.0

    def now(self):
        return Moment(self.seconds - BEGIN, self.seconds, True)


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", make=True) as database:
        yield database


def sender(database, size, **budget):
    told = Budget(send=tuple(Priority), **budget)
    counts = Counts(database, "school", {"mqtt": told})
    counts.add([minute("gate", 0)], [event("gate", BEGIN + 7.0), event("gate", BEGIN + 8.0)], Moment(1.0, BEGIN, True))
    return Sender("mqtt", told, Outbox(database), Large(size), Clock())


def sent(one):
    parcels = asyncio.run(one.due())
    asyncio.run(one.delivered(*parcels))
    return [parcel.message.priority for parcel in parcels]


def test_pictures_come_last_and_one_at_a_time(database):
    one = sender(database, 1000)
    assert [Priority.EVENTS, Priority.EVENTS, Priority.COUNTS, Priority.THUMBNAILS] == sent(one)
    assert [[Priority.THUMBNAILS], [Priority.CLIPS], [Priority.CLIPS], []] == [sent(one) for _ in range(4)]


def test_what_does_not_fit_today_is_not_read_again_and_again(database):
    one = sender(database, 5000, bytes_a_day=12000)
    assert [Priority.EVENTS, Priority.EVENTS, Priority.COUNTS, Priority.THUMBNAILS] == sent(one)
    assert [[], []] == [sent(one) for _ in range(2)]
    reads = one.pictures.reads
    assert [] == sent(one)
    assert reads == one.pictures.reads
    one.clock.seconds += 86400
    assert [Priority.THUMBNAILS] == sent(one)
