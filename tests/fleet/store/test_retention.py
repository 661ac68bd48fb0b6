"""Whole months are deleted, and nothing that is younger, whatever the clocks of sites say."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from passerby.config.fleet.settings import FleetRetention
from passerby.documents.fleet_messages import LogRow
from passerby.fleet.receiver import Received, Receiver
from passerby.fleet.store import tables
from passerby.fleet.store.intake import Intake, site_ids_of
from passerby.fleet.store.retention import KeptFrom, delete_expired
from tests.fleet.messages import NOW, body, counts, hash_of, health

#: A month, of which the current one (January 2027) is not counted: what was before December goes.
ONE = FleetRetention(health_months=1, counts_months=1)
FIRST_KEPT = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())


def rows(database, table):
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def starts(database, table):
    with database.reading() as connection:
        return sorted(connection.execute(select(table.c.start)).scalars())


@pytest.fixture
def store(fleet):
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    return lambda *messages, now=NOW: Intake(fleet).store(messages, ids, now)


def test_what_is_kept_begins_with_a_month():
    assert KeptFrom(FIRST_KEPT, FIRST_KEPT) == KeptFrom.of(ONE, NOW)
    assert KeptFrom(None, None) == KeptFrom.of(FleetRetention(health_months=None, counts_months=None), NOW)


def test_older_months_go_and_heads_stay(fleet, store):
    times = [FIRST_KEPT - 40 * 86400, FIRST_KEPT - 3600, FIRST_KEPT, NOW - 7200]
    for number, time in enumerate(times, 1):
        store(health(number=number, sent=time, log=LogRow(number=number, hash=hash_of(number))), now=time)
        store(counts(start=time // 3600 * 3600, timezone="UTC"), now=time)
    # Its clock says 2020, and is known to be wrong: it arrived today.
    store(health("south", sent=1_577_900_000, clock_trusted=False))
    # Its clock said October, and was known to be wrong: it arrived in October.
    store(health("west", sent=5, clock_trusted=False), now=times[0])
    delete_expired(fleet, KeptFrom.of(ONE, NOW))
    assert 3 == rows(fleet, tables.health)
    assert 3 == rows(fleet, tables.health_hours)
    kept = [time // 3600 * 3600 for time in times[2:]]
    for table in (tables.counts, tables.counts_messages):
        assert kept == starts(fleet, table)
    assert sorted(kept * 2) == starts(fleet, tables.site_hours)
    assert (4, 2) == (rows(fleet, tables.site_days), rows(fleet, tables.series_days))
    assert 4 == rows(fleet, tables.heads) - 2  # those of south and west too: for good
    delete_expired(fleet, KeptFrom.of(ONE, NOW))
    # A month that was dropped can come again: a site that was away for long.
    store(counts("west", start=kept[0] - 86400))


def test_without_a_limit_nothing_goes(fleet, store):
    store(health(sent=FIRST_KEPT - 9 * 86400), counts(start=FIRST_KEPT - 86400))
    delete_expired(fleet, KeptFrom(None, None))
    assert (1, 1) == (rows(fleet, tables.health), rows(fleet, tables.counts))


def test_postgresql_drops_the_partition_and_sqlite_the_rows(fleet, store):
    store(counts(start=FIRST_KEPT - 86400), counts(start=FIRST_KEPT), health(sent=FIRST_KEPT - 60))

    def partitions():
        if not fleet.is_postgresql:
            return set()
        with fleet.reading() as connection:
            return set(connection.execute(text("SELECT relname FROM pg_class WHERE relispartition")).scalars())

    old = {f"{name}_2026_11" for name in tables.PARTITIONED}
    assert (2, 1) == (rows(fleet, tables.counts), rows(fleet, tables.health))
    assert old <= partitions() or not fleet.is_postgresql
    delete_expired(fleet, KeptFrom.of(ONE, NOW))
    assert (1, 0) == (rows(fleet, tables.counts), rows(fleet, tables.health))
    assert not old & partitions()
    assert "counts_2026_12" in partitions() or not fleet.is_postgresql


def test_a_message_that_was_deleted_is_not_stored_again(fleet, store):
    """It is acknowledged: the site lets go of it."""
    old = [health(sent=FIRST_KEPT - 60), counts(start=FIRST_KEPT - 3600)]
    young = [health(number=2, sent=FIRST_KEPT + 60), counts(start=FIRST_KEPT)]
    receiver = Receiver(fleet, lambda: NOW, ONE)
    answer = receiver.take([Received("north", message.kind, body(message)) for message in (*old, *young)])["north"]
    assert {message.id for message in (*old, *young)} == set(answer.received)
    assert (2, 2) == (receiver.stats.expired, receiver.stats.stored)
    assert (1, 1) == (rows(fleet, tables.health), rows(fleet, tables.counts))
