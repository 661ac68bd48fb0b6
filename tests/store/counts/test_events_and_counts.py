"""Counts and events come back as they were stored."""

import pytest

from passerby.config.uplink_destination import DestinationSettings
from passerby.core.clock import Moment
from passerby.documents.count_records import EventState
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from tests.uplink.program import BEGIN, event, minute

NOW = Moment(1.0, float(BEGIN), True)


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


@pytest.fixture
def store(database):
    return CountStore(database, "school", {"mqtt": DestinationSettings()}, boot="first")


def test_bins_are_read_by_time_and_camera(store):
    store.add([minute("hall", 0), minute("gate", 0), minute("gate", 1)], [], NOW)
    assert [minute("gate", 0), minute("hall", 0)] == store.between(BEGIN, BEGIN + 60)
    assert [minute("gate", 1)] == store.between(BEGIN + 60, BEGIN + 120, "gate")
    assert (BEGIN, BEGIN + 120) == store.extent()


def test_nothing_to_add_stores_nothing(store, database):
    store.add([], [], NOW)
    assert (None, {}) == (store.extent(), Outbox(database).pending())


def test_a_snapshot_continues_without_a_gap(store):
    store.add([minute("gate", 0), minute("hall", 0)], [], NOW)
    snapshot = store.snapshot()
    assert {"gate", "hall"} == {bin.camera for bin in snapshot.newest}
    store.add([minute("gate", 1)], [], NOW)
    assert [(3, minute("gate", 1))] == list(store.bins_after(snapshot.last_id))


def test_one_event_by_its_id(store):
    store.add([], [event(0)], NOW)
    stored = store.event(event(0).id)
    assert (event(0), EventState.NEW, NOW.wall) == (stored.event, stored.state, stored.changed)
    assert store.event("gate/none/1") is None
