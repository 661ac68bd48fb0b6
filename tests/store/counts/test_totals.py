"""Totals and ids survive the deletion of the counts that they come from."""

import pytest

from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import CountBin, LineCount
from passerby.store.counts import totals
from passerby.store.counts.totals import BinSlot
from passerby.store.database import Database


@pytest.fixture
def connection(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database, database.write_transaction() as connection:
        yield connection


def count_bin(start=60, camera="gate", forward=2):
    line = LineCount(line="door", object_class=ObjectClass.PERSON, forward=forward, backward=1)
    return CountBin(camera=camera, start=start, observed_seconds=60.0, trusted=True, lines=(line,))


def test_ids_only_grow_whichever_camera_it_is(connection):
    slots = [totals.allocate(connection, count_bin(camera=camera)) for camera in ("gate", "hall", "gate")]
    assert [1, 2, 3] == [slot.id for slot in slots]


def test_crossings_add_up(connection):
    for forward in (2, 3):
        totals.allocate(connection, count_bin(forward=forward))
    assert {"gate": {"door": {"person": {"forward": 5, "backward": 2}}}} == totals.line_totals_by_camera(connection)


def test_after_a_deletion_the_id_is_the_piece(connection):
    totals.mark_deleted(connection, {"gate": 60})
    assert [BinSlot(1, 1), BinSlot(2, 0)] == [totals.allocate(connection, count_bin(start)) for start in (60, 120)]


def test_an_earlier_deletion_does_not_move_the_mark_back(connection):
    totals.mark_deleted(connection, {"gate": 120})
    totals.mark_deleted(connection, {"gate": 60})
    assert 1 == totals.allocate(connection, count_bin(120)).piece
