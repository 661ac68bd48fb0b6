"""Sums beside what arrived are those of what arrived, whatever the order, the batches and the repeats."""

import random

import pytest
from sqlalchemy import func, select

from passerby.fleet.store import tables
from passerby.fleet.store.intake import Intake, site_ids_of
from tests.fleet.messages import HOUR, NOW, counts, health


@pytest.fixture
def store(fleet):
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    intake = Intake(fleet)
    return lambda *messages, now=NOW: intake.store(messages, ids, now)


def sum_of(database, column, *where):
    with database.reading() as connection:
        return connection.execute(select(func.sum(column)).where(*where)).scalar_one()


@pytest.mark.parametrize("table", [tables.site_days, tables.site_hours, tables.series_days], ids=lambda one: one.name)
def test_every_table_has_every_hour_once(fleet, store, table):
    rng = random.Random(3)
    messages = [
        counts(site, camera, HOUR - 3600 * hour, forward=5 + hour, backward=None if hour % 3 else 6)
        for site in ("north", "south")
        for camera in ("gate", "yard")
        for hour in range(1, 40)
    ]
    sent = messages * 3
    rng.shuffle(sent)
    for start in range(0, len(sent), 37):
        store(*sent[start : start + 37])
    forward = sum(message.cells[0].forward for message in messages)
    left_out = sum(message.cells[0].suppressed for message in messages)
    for where in [table.c.site == tables.ALL_SITES, table.c.site != tables.ALL_SITES] if "site" in table.c else [True]:
        found = [sum_of(fleet, table.c[name], where) for name in ("forward", "hours", "suppressed", "doubtful")]
        assert [forward, len(messages), left_out, 0] == found


def test_an_hour_of_health_has_each_message_once(fleet, store):
    messages = [health(number=n, sent=HOUR - 100 * n, backlog=n % 7, disk_days=None) for n in range(1, 99)]
    for _ in range(2):
        store(*messages[:50], messages[3])
        store(*messages[30:])
    assert len(messages) == sum_of(fleet, tables.health_hours.c.messages)
    with fleet.reading() as connection:
        worst = connection.execute(select(func.max(tables.health_hours.c.backlog))).scalar_one()
        days = connection.execute(select(tables.health_hours.c.disk_days).distinct()).scalars().all()
    assert (6, [None]) == (worst, days)
