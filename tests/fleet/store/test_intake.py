"""What is stored of a message: once, and in which of the two streams."""

import pytest
from sqlalchemy import select

from passerby.documents.fleet_messages import AttestedRetention, CameraReport, LogRow, RefusalKind
from passerby.fleet.store import tables
from passerby.fleet.store.intake import Intake, site_ids_of
from tests.fleet.messages import HOUR, NOW, counts, hash_of, health

DAY = 86400


@pytest.fixture
def store(fleet):
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    intake = Intake(fleet)
    return lambda *messages, now=NOW: intake.store(messages, ids, now)


def rows(database, table, *order):
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*order)).mappings()]


def of_sites(database):
    return [row for row in rows(database, tables.site_days) if row["site"] != tables.ALL_SITES]


def test_a_message_is_stored_once(fleet, store):
    assert (2, 0) == (lambda found: (found.new, found.repeated))(store(health(), counts()))
    assert (0, 2) == (lambda found: (found.new, found.repeated))(store(health(), counts()))
    assert (1, 1) == (lambda found: (found.new, found.repeated))(store(health(number=2, sent=NOW + 60), health()))
    assert 2 == len(rows(fleet, tables.health))
    assert 1 == len(rows(fleet, tables.counts_messages))
    assert [(12, 7, 1)] == [(day["forward"], day["backward"], day["hours"]) for day in of_sites(fleet)]


def test_one_that_comes_twice_in_a_batch_is_stored_once(fleet, store):
    found = store(counts(), counts(), health(), health())
    assert (2, 2) == (found.new, found.repeated)
    assert [12] == [day["forward"] for day in of_sites(fleet)]


def test_the_latest_is_that_with_the_greatest_number_whatever_comes_last(fleet, store):
    store(health(number=5, sent=NOW, disk_days=3.0, cameras=(CameraReport(camera="a", up=False),)))
    store(health(number=4, sent=NOW - 60, disk_days=9.0))
    assert [(5, 3.0, 1, 0)] == [
        (row["number"], row["disk_days"], row["cameras"], row["cameras_up"]) for row in rows(fleet, tables.latest)
    ]
    assert ["a"] == [row["camera"] for row in rows(fleet, tables.cameras)]
    # A site that lost its data folder counts from 1 again.
    store(health(number=1, sent=NOW + 600))
    assert [1] == [row["number"] for row in rows(fleet, tables.latest)]


def test_a_doubtful_clock_stays_marked_and_is_shown_when_it_was_received(fleet, store):
    store(health(sent=1000.0, clock_trusted=False), now=NOW)
    found = rows(fleet, tables.health)
    assert [(False, NOW, 1_000_000_000)] == [(row["clock_trusted"], row["at"], row["sent"]) for row in found]


def test_shares_are_means_of_the_cameras(fleet, store):
    seen = (CameraReport(camera="a", up=True, covered={"late": 0.2, "start": 0.1}), CameraReport(camera="b", up=True))
    store(health(cameras=seen))
    [row] = rows(fleet, tables.health)
    assert (0.1, 0.05, 0.0) == pytest.approx((row["covered_late"], row["covered_start"], row["covered_failed"]))
    assert 0.15 == pytest.approx(rows(fleet, tables.latest)[0]["covered"])


def test_heads_and_attestations_are_kept(fleet, store):
    kept = AttestedRetention(created=NOW, verdict="compliant", overdue=0, sha256=hash_of(1))
    store(health(number=1, log=LogRow(number=10, hash=hash_of(10)), retention=kept))
    store(
        health(
            number=2,
            log=LogRow(number=12, hash=hash_of(12)),
            earlier=LogRow(number=10, hash=hash_of(99)),
            retention=kept,
        )
    )
    found = [
        (row["number"], row["hash"]) for row in rows(fleet, tables.heads, tables.heads.c.number, tables.heads.c.hash)
    ]
    assert [(10, hash_of(10)), (10, hash_of(99)), (12, hash_of(12))] == found
    assert ["compliant"] == [row["verdict"] for row in rows(fleet, tables.attestations)]


def test_what_is_unknown_stays_unknown_and_what_is_known_adds_up(fleet, store):
    store(counts(start=HOUR - 7200, forward=None, backward=9))
    store(counts(start=HOUR - 3600, forward=None, backward=6), counts("south", forward=5, backward=None))
    found = {(row["forward"], row["backward"]): row for row in of_sites(fleet)}
    assert {(None, 15), (5, None)} == set(found)
    assert (2, 2, 7200.0) == tuple(found[None, 15][name] for name in ("hours", "suppressed", "observed_seconds"))


def test_days_are_those_of_the_site(fleet, store):
    """An hour of Tokyo that is the next day there, and of Kolkata, whose hours begin at half past."""
    evening = HOUR // DAY * DAY + 20 * 3600
    store(counts(start=evening, timezone="Asia/Tokyo"), counts("south", start=evening - 1800, timezone="Asia/Kolkata"))
    found = rows(fleet, tables.counts, tables.counts.c.start)
    day = evening // DAY
    assert [(day + 1, 1), (day + 1, 5)] == [(row["local_day"], row["local_hour"]) for row in found]


def test_refusals_are_counted(fleet):
    intake = Intake(fleet)
    intake.count_refusals({("north", RefusalKind.MEDIA): 2, ("", RefusalKind.INVALID): 1}, NOW)
    intake.count_refusals({("north", RefusalKind.MEDIA): 1}, NOW + 5)
    found = {(row["site"], row["reason"]): row["messages"] for row in rows(fleet, tables.refusals)}
    assert {("north", "media"): 3, ("", "invalid"): 1} == found
