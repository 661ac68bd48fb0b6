"""Counts and events are deleted after their retention, whatever clocks say; their totals stay."""

import json

import pytest
from sqlalchemy import text

from passerby.config.counting_config import EventKind
from passerby.config.uplink_destination import DestinationSettings
from passerby.core.errors import StoreError
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import CountBin, Event, LineCount
from passerby.store.audit.log import check, read
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.counts.retention import CountsRetentionEnforcer
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.uplink.camera_state import CameraTotalsReader
from tests.store.footage import DAY, WALL, Clock

YEAR = 365 * DAY


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


def counts_of(database, boot="first"):
    return CountStore(database, "school", {"mqtt": DestinationSettings()}, boot=boot)


def minute(now, camera="gate", trusted=True):
    start = int(now.wall // 60) * 60
    line = LineCount(line="door", object_class=ObjectClass.PERSON, forward=2, backward=1)
    return CountBin(camera=camera, start=start, observed_seconds=60.0, trusted=trusted, lines=(line,))


def event(now, camera="gate"):
    id = f"{camera or 'site'}/full/{now.wall}"
    return Event(id=id, camera=camera, rule="full", kind=EventKind.CROWD, time=now.wall, trusted=True)


def counted(database, clock, days, per_day=2, boot="first"):
    """So many minutes and events of each day, evenly."""
    counts = counts_of(database, boot)
    for _ in range(days * per_day):
        now = clock.now()
        counts.add([minute(now)], [event(now)], now)
        clock.go(DAY / per_day)
    return counts


def remaining(database):
    counts = counts_of(database)
    return len(counts.between(0, 1e11)), len(counts.events())


def entries(database):
    with database.read_transaction() as connection:
        assert [] == check(connection).flaws
        return [entry for _, entry in read(connection)]


def test_both_are_deleted_after_their_retention(database):
    clock = Clock()
    enforcer = CountsRetentionEnforcer(database, 30, 5, "first")
    counted(database, clock, days=4)
    assert 0 == enforcer.expire(clock.now())
    clock.go(DAY)  # the first event is five days old: a tenth of that goes with it
    assert 2 == enforcer.expire(clock.now())
    assert (8, 6) == remaining(database)
    clock.go(25 * DAY - 1)
    assert 6 == enforcer.expire(clock.now())
    assert (8, 0) == remaining(database)
    clock.go(1)  # now the first minute: a day goes with it, and not the one after
    assert 3 == enforcer.expire(clock.now())
    assert 0 == enforcer.expire(clock.now())
    assert (5, 0) == remaining(database)


def test_nothing_is_kept_beyond_its_retention(database):
    clock, counts = Clock(), counts_of(database)
    enforcer, oldest = CountsRetentionEnforcer(database, 10, 10, "first"), []
    for _ in range(36):
        counts.add([minute(clock.now())], [event(clock.now())], clock.now())
        clock.go(DAY / 2)
        enforcer.expire(clock.now())
        oldest.append((clock.wall - counts.between(0, 1e11)[0].start) / DAY)
    assert max(oldest) <= 10
    assert min(oldest[20:]) >= 8.5  # of those that are half a day apart, the next one


def test_no_limit_is_none(database):
    clock = Clock()
    counted(database, clock, days=2)
    clock.go(50 * YEAR)
    assert 0 == CountsRetentionEnforcer(database, None, None, "first").expire(clock.now())
    assert (4, 4) == remaining(database)


@pytest.mark.parametrize("years", [-30, 30])
def test_a_clock_that_jumps_takes_nothing(database, years):
    clock = Clock()
    enforcer = CountsRetentionEnforcer(database, 30, 30, "first")
    counted(database, clock, days=4)
    clock.wall += years * YEAR
    assert 0 == enforcer.expire(clock.now())
    counted(database, clock, days=2)
    clock.wall -= years * YEAR
    assert 0 == enforcer.expire(clock.now())
    assert (12, 12) == remaining(database)
    clock.go(25 * DAY)  # four days of the first have been there for 30 by now, two more have not
    enforcer.expire(clock.now())
    assert 4 <= remaining(database)[0] < 12


def test_what_was_counted_in_1970_is_not_old(database):
    """A machine that wakes up without a clock: the minutes say 1970, and have been there for an hour."""
    clock = Clock(wall=0.0, trusted=False)
    counted(database, clock, days=1)
    clock.wall, clock.trusted = WALL, True
    assert 0 == CountsRetentionEnforcer(database, 30, 30, "first").expire(clock.now())
    assert (2, 2) == remaining(database)


def test_undelivered_messages_are_kept(database):
    clock = Clock()
    counted(database, clock, days=2)
    before = Outbox(database).due("mqtt", DestinationSettings(), clock.wall)
    clock.go(YEAR)
    assert 8 == CountsRetentionEnforcer(database, 30, 30, "first").expire(clock.now())
    assert (0, 0) == remaining(database)
    assert before == Outbox(database).due("mqtt", DestinationSettings(), clock.wall)
    assert 8 == len(before)
    assert {"counts", "event"} == {json.loads(message.body)["type"] for message in before}


def test_totals_continue(database):
    clock = Clock()
    counts = counted(database, clock, days=3)
    states = CameraTotalsReader(counts)
    before = json.loads(json.dumps(states.as_json()["gate"]["lines"]))
    assert {"door": {"person": {"forward": 12, "backward": 6}}} == before
    clock.go(YEAR)
    assert 12 == CountsRetentionEnforcer(database, 30, 30, "first").expire(clock.now())
    assert before == CameraTotalsReader(counts_of(database)).as_json()["gate"]["lines"]
    counts.add([minute(clock.now())], [], clock.now())
    expected = {"door": {"person": {"forward": 14, "backward": 7}}}
    assert (
        expected
        == states.as_json()["gate"]["lines"]
        == CameraTotalsReader(counts_of(database)).as_json()["gate"]["lines"]
    )


def test_no_key_is_used_twice_when_the_clock_is_set_back(database):
    """The receiver would take the second minute for the first, which it has already, and lose it."""
    clock, keys = Clock(), []
    for boot in ("first", "second", "third"):
        clock.wall = WALL
        counts = counts_of(database, boot)
        for _ in range(3):
            counts.add([minute(clock.now())], [], clock.now())
        clock.go(40 * DAY)
        CountsRetentionEnforcer(database, 30, 30, boot).expire(clock.now())
        keys = [message.key for message in Outbox(database).due("mqtt", DestinationSettings(), clock.wall)]
    assert 9 == len(set(keys)) == len(keys)
    assert f"school/gate/{WALL:.0f}/0" == keys[0]


def test_a_receipt_is_remaining(database):
    clock = Clock()
    counts = counted(database, clock, days=2)
    counts.add([minute(clock.now(), "hall", trusted=False)], [event(clock.now(), None)], clock.now())
    clock.go(YEAR)
    CountsRetentionEnforcer(database, 30, 30, "first").expire(clock.now())
    deleted = [
        (entry.action, entry.details["table"], entry.details["camera"], entry.details["rows"])
        for entry in entries(database)
    ]
    assert [
        ("counts_deleted", "counts", "gate", 4),
        ("counts_deleted", "counts", "hall", 1),
        ("counts_deleted", "events", None, 1),
        ("counts_deleted", "events", "gate", 4),
    ] == deleted
    first, second = (entry.details for entry in entries(database)[:2])
    assert (WALL * 1e6, (WALL + 1.5 * DAY + 60) * 1e6) == (first["start"], first["end"])
    assert (True, False, "age") == (first["trusted"], second["trusted"], first["reason"])


def test_deletion_is_atomic(database):
    clock = Clock()
    counted(database, clock, days=1)
    clock.go(YEAR)
    with database.write_transaction() as connection:
        connection.execute(text("CREATE TRIGGER t BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"))
    with pytest.raises(StoreError):
        CountsRetentionEnforcer(database, 30, 30, "first").expire(clock.now())
    assert (2, 2) == remaining(database)


def test_rows_of_unknown_age_begin_to_age_when_they_are_found(database):
    """Tables of an older program said nothing of when a row was added."""
    clock = Clock()
    counted(database, clock, days=1)
    with database.write_transaction() as connection:
        connection.execute(text("UPDATE counts SET boot_session = NULL, added_monotonic = NULL"))
    clock.go(YEAR)
    enforcer = CountsRetentionEnforcer(database, 30, None, "first")
    assert 0 == enforcer.expire(clock.now())
    clock.go(30 * DAY)
    assert 2 == enforcer.expire(clock.now())
