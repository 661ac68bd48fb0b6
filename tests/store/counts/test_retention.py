"""Counts and events go when they have been there for long enough, whatever clocks say; what they add up to stays."""

import json

import pytest
from sqlalchemy import text

from passerby.config.counting_config import EventKind
from passerby.config.uplink import Budget
from passerby.core.errors import StoreError
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import Bin, Event, LineCount
from passerby.store.audit.log import check, read
from passerby.store.counts.events_and_counts import Counts
from passerby.store.counts.retention import CountsKeeper
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.uplink.camera_state import States
from tests.store.footage import DAY, WALL, Clock

YEAR = 365 * DAY


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", make=True) as database:
        yield database


def counts_of(database, boot="first"):
    return Counts(database, "school", {"mqtt": Budget()}, boot=boot)


def minute(now, camera="gate", trusted=True):
    start = int(now.wall // 60) * 60
    line = LineCount(line="door", sort=ObjectClass.PERSON, forward=2, back=1)
    return Bin(camera=camera, start=start, covered=60.0, trusted=trusted, lines=(line,))


def event(now, camera="gate"):
    id = f"{camera or 'site'}/full/{now.wall}"
    return Event(id=id, camera=camera, rule="full", kind=EventKind.CROWD, at=now.wall, trusted=True)


def counted(database, clock, days, a_day=2, boot="first"):
    """So many minutes and events of each day, evenly."""
    counts = counts_of(database, boot)
    for _ in range(days * a_day):
        now = clock.now()
        counts.add([minute(now)], [event(now)], now)
        clock.go(DAY / a_day)
    return counts


def left(database):
    counts = counts_of(database)
    return len(counts.between(0, 1e11)), len(counts.events())


def entries(database):
    with database.reading() as connection:
        assert [] == check(connection).flaws
        return [entry for _, entry in read(connection)]


def test_both_go_when_they_have_been_there_for_long_enough(database):
    clock = Clock()
    keeper = CountsKeeper(database, 30, 5, "first")
    counted(database, clock, days=4)
    assert 0 == keeper.expire(clock.now())
    clock.go(DAY)  # the first event is five days old: a tenth of that goes with it
    assert 2 == keeper.expire(clock.now())
    assert (8, 6) == left(database)
    clock.go(25 * DAY - 1)
    assert 6 == keeper.expire(clock.now())
    assert (8, 0) == left(database)
    clock.go(1)  # now the first minute: a day goes with it, and not the one after
    assert 3 == keeper.expire(clock.now())
    assert 0 == keeper.expire(clock.now())
    assert (5, 0) == left(database)


def test_nothing_is_kept_for_longer_than_was_said(database):
    clock, counts = Clock(), counts_of(database)
    keeper, oldest = CountsKeeper(database, 10, 10, "first"), []
    for _ in range(36):
        counts.add([minute(clock.now())], [event(clock.now())], clock.now())
        clock.go(DAY / 2)
        keeper.expire(clock.now())
        oldest.append((clock.wall - counts.between(0, 1e11)[0].start) / DAY)
    assert max(oldest) <= 10
    assert min(oldest[20:]) >= 8.5  # of those that are half a day apart, the next one


def test_no_limit_is_none(database):
    clock = Clock()
    counted(database, clock, days=2)
    clock.go(50 * YEAR)
    assert 0 == CountsKeeper(database, None, None, "first").expire(clock.now())
    assert (4, 4) == left(database)


@pytest.mark.parametrize("years", [-30, 30])
def test_a_clock_that_jumps_takes_nothing(database, years):
    clock = Clock()
    keeper = CountsKeeper(database, 30, 30, "first")
    counted(database, clock, days=4)
    clock.wall += years * YEAR
    assert 0 == keeper.expire(clock.now())
    counted(database, clock, days=2)
    clock.wall -= years * YEAR
    assert 0 == keeper.expire(clock.now())
    assert (12, 12) == left(database)
    clock.go(25 * DAY)  # four days of the first have been there for 30 by now, two more have not
    keeper.expire(clock.now())
    assert 4 <= left(database)[0] < 12


def test_what_was_counted_in_1970_is_not_old(database):
    """A machine that wakes up without a clock: the minutes say 1970, and have been there for an hour."""
    clock = Clock(wall=0.0, trusted=False)
    counted(database, clock, days=1)
    clock.wall, clock.trusted = WALL, True
    assert 0 == CountsKeeper(database, 30, 30, "first").expire(clock.now())
    assert (2, 2) == left(database)


def test_what_is_queued_is_never_cleaned_away(database):
    clock = Clock()
    counted(database, clock, days=2)
    before = Outbox(database).due("mqtt", Budget(), clock.wall)
    clock.go(YEAR)
    assert 8 == CountsKeeper(database, 30, 30, "first").expire(clock.now())
    assert (0, 0) == left(database)
    assert before == Outbox(database).due("mqtt", Budget(), clock.wall)
    assert 8 == len(before)
    assert {"counts", "event"} == {json.loads(message.body)["type"] for message in before}


def test_totals_go_on_where_they_were(database):
    clock = Clock()
    counts = counted(database, clock, days=3)
    states = States(counts)
    before = json.loads(json.dumps(states.shown()["gate"]["lines"]))
    assert {"door": {"person": {"forward": 12, "back": 6}}} == before
    clock.go(YEAR)
    assert 12 == CountsKeeper(database, 30, 30, "first").expire(clock.now())
    assert before == States(counts_of(database)).shown()["gate"]["lines"]
    counts.add([minute(clock.now())], [], clock.now())
    expected = {"door": {"person": {"forward": 14, "back": 7}}}
    assert expected == states.shown()["gate"]["lines"] == States(counts_of(database)).shown()["gate"]["lines"]


def test_no_id_comes_twice_though_the_clock_is_set_back(database):
    """The receiver would take the second minute for the first, which it has already, and lose it."""
    clock, keys = Clock(), []
    for boot in ("first", "second", "third"):
        clock.wall = WALL
        counts = counts_of(database, boot)
        for _ in range(3):
            counts.add([minute(clock.now())], [], clock.now())
        clock.go(40 * DAY)
        CountsKeeper(database, 30, 30, boot).expire(clock.now())
        keys = [message.key for message in Outbox(database).due("mqtt", Budget(), clock.wall)]
    assert 9 == len(set(keys)) == len(keys)
    assert f"school/gate/{WALL:.0f}/0" == keys[0]


def test_a_receipt_is_left(database):
    clock = Clock()
    counts = counted(database, clock, days=2)
    counts.add([minute(clock.now(), "hall", trusted=False)], [event(clock.now(), None)], clock.now())
    clock.go(YEAR)
    CountsKeeper(database, 30, 30, "first").expire(clock.now())
    told = [(entry.what, entry.on["what"], entry.on["camera"], entry.on["rows"]) for entry in entries(database)]
    assert [
        ("forgotten", "counts", "gate", 4),
        ("forgotten", "counts", "hall", 1),
        ("forgotten", "events", None, 1),
        ("forgotten", "events", "gate", 4),
    ] == told
    first, second = (entry.on for entry in entries(database)[:2])
    assert (WALL * 1e6, (WALL + 1.5 * DAY + 60) * 1e6) == (first["begins"], first["ends"])
    assert (True, False, "age") == (first["trusted"], second["trusted"], first["why"])


def test_all_of_it_goes_or_nothing(database):
    clock = Clock()
    counted(database, clock, days=1)
    clock.go(YEAR)
    with database.writing() as connection:
        connection.execute(text("CREATE TRIGGER t BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"))
    with pytest.raises(StoreError):
        CountsKeeper(database, 30, 30, "first").expire(clock.now())
    assert (2, 2) == left(database)


def test_those_of_before_begin_to_age_when_they_are_found(database):
    """Tables of an older program said nothing of when a row was added."""
    clock = Clock()
    counted(database, clock, days=1)
    with database.writing() as connection:
        connection.execute(text("UPDATE counts SET run = NULL, added = NULL"))
    clock.go(YEAR)
    keeper = CountsKeeper(database, 30, None, "first")
    assert 0 == keeper.expire(clock.now())
    clock.go(30 * DAY)
    assert 2 == keeper.expire(clock.now())


def test_tables_of_an_older_program_are_taken_over(database):
    clock = Clock()
    counts = counted(database, clock, days=1)
    expected = counts.standing()
    with database.writing() as connection:
        for statement in (
            *(f"DROP TABLE {table}" for table in ("exporting", "ceiling", "consents", "sessions", "accounts")),
            "DROP TABLE counters",
            "DROP TABLE tallies",
            *(f"DROP INDEX ix_{table}_run_added" for table in ("counts", "events")),
            *(f"ALTER TABLE {t} DROP COLUMN {c}" for t in ("counts", "events") for c in ("run", "added")),
            "UPDATE alembic_version SET version_num = '0003'",
        ):
            connection.execute(text(statement))
    with Database.open(database.folder.path) as again:
        assert expected == counts_of(again).standing()
        assert 2 == expected.number
        clock.go(YEAR)
        assert 4 == CountsKeeper(again, 30, 30, "first").expire(clock.now())
