"""What leaves for a fleet: each hour once, with noise, small numbers suppressed, within a budget kept at the site."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from passerby.config.fleet.uplink import PublishedCountsSettings
from passerby.config.uplink_destination import DestinationSettings
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import CountBin, LineCount
from passerby.documents.count_validation import DirectionCounts
from passerby.documents.fleet_messages import PublishedValidation, parse_message
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.counts.publication import SETTLING_S, Publisher, record_export
from passerby.store.counts.tables import outbox, published_hours
from passerby.store.counts.validation_draw import CountSubject
from passerby.store.counts.validations import Validations
from passerby.store.database import Database
from passerby.verify.report.signing import SigningKey, sign_validation

#: 2027-01-15 08:00 UTC, a full hour in Berlin and half past one in Kolkata.
HOUR = 1_800_000_000
PLAIN = DestinationSettings()


class CountedNoise:
    """Adds 100 to every number, and counts how often it was asked."""

    def __init__(self):
        self.calls = 0

    def __call__(self, numbers):
        self.calls += 1
        return [number + 100 for number in numbers]


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


def minute(start, people=1, camera="gate", trusted=True, seconds=60.0):
    line = LineCount(line="door", object_class=ObjectClass.PERSON, forward=people, backward=0)
    return CountBin(camera=camera, start=start, observed_seconds=seconds, trusted=trusted, lines=(line,))


def add(database, *bins):
    CountStore(database, "site", {}, boot="a").add(bins, [], moment())


def moment(after=3600 + SETTLING_S + 1, trusted=True):
    return Moment(1000.0, HOUR + after, trusted)


def publisher(database, noise=None, timezone="Europe/Berlin", **settings):
    return Publisher(
        database, "north", timezone, PublishedCountsSettings(**settings), PLAIN, noise or (lambda numbers: numbers)
    )


def queued(database):
    with database.read_transaction() as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.id)).all()
    assert {"fleet"} >= {row.destination for row in rows}
    return [parse_message("counts", row.body) for row in rows]


def test_an_hour_leaves_once_with_noise(database):
    noise = CountedNoise()
    add(database, *(minute(HOUR + 60 * n) for n in range(30)), minute(HOUR, 2, "yard"))
    site = publisher(database, noise)
    assert 1 == site.publish_due(moment())
    assert 0 == site.publish_due(moment())
    messages = queued(database)
    assert ["north/counts/gate/1800000000", "north/counts/yard/1800000000"] == [message.id for message in messages]
    assert [(130, 1800.0), (102, 60.0)] == [(m.cells[0].forward, m.cells[0].observed_seconds) for m in messages]
    assert [1.0, 5, "Europe/Berlin"] == [messages[0].epsilon, messages[0].min_count, messages[0].timezone]


def test_the_newest_validation_of_a_line_leaves_with_its_counts(database):
    """Signed, without its minutes; in the message of its own camera, and as long as something is published there."""
    minutes = {HOUR - 60 * n: DirectionCounts(forward=1 + n % 3, backward=1) for n in range(1, 61)}
    key, store = SigningKey(Ed25519PrivateKey.generate()), Validations(database)
    for finished in (HOUR + 10.0, HOUR + 20.0):
        id = store.begin(CountSubject("gate", "door", "line", ObjectClass.PERSON), minutes, 20, HOUR + 5.0)
        while (due := store.next(id)) is not None:
            store.save(id, due.number, DirectionCounts(forward=2, backward=1))
        signed = store.finish(id, "Hall", finished, lambda report: sign_validation(report, key))
    add(database, *(minute(HOUR + 60 * n) for n in range(30)), minute(HOUR, 7, "yard"))
    assert 1 == publisher(database).publish_due(moment())
    gate, yard = queued(database)
    assert PublishedValidation.of(signed) == gate.validations[0]
    assert (1, HOUR + 20, 20, ()) == (
        len(gate.validations), gate.validations[0].finished, gate.validations[0].counted, yard.validations,
    )  # fmt: skip
    with database.read_transaction() as connection:
        bodies = list(connection.execute(select(outbox.c.body).order_by(outbox.c.id)).scalars())
    assert [True, False] == [b"validations" in body for body in bodies]  # a fleet of an earlier version knows none


def test_small_numbers_never_leave(database):
    add(database, minute(HOUR, 4), minute(HOUR, 5, "yard"))
    publisher(database).publish_due(moment())
    gate, yard = (message.cells[0] for message in queued(database))
    assert (None, True) == (gate.forward, gate.suppressed)
    assert (5, None, True) == (yard.forward, yard.backward, yard.suppressed)


def test_what_comes_late_is_never_noised_anew(database):
    noise = CountedNoise()
    add(database, minute(HOUR, 9))
    publisher(database, noise).publish_due(moment())
    add(database, minute(HOUR + 60, 9), minute(HOUR, 9))
    assert 0 == publisher(database, noise).publish_due(moment(4 * 3600))
    assert (1, 1) == (noise.calls, len(queued(database)))


def test_an_hour_that_is_not_over_is_not_published(database):
    add(database, minute(HOUR, 9))
    assert 0 == publisher(database).publish_due(moment(3600 + SETTLING_S - 1))
    assert 1 == publisher(database).publish_due(moment(3600 + SETTLING_S + 1))


def test_without_a_trusted_clock_nothing_is_published(database):
    add(database, minute(HOUR, 9))
    assert 0 == publisher(database).publish_due(moment(trusted=False))


def test_minutes_of_a_doubtful_clock_stay_marked(database):
    add(database, minute(HOUR, 9), minute(HOUR + 60, 9, trusted=False))
    publisher(database).publish_due(moment())
    assert [False] == [message.trusted for message in queued(database)]


@pytest.mark.parametrize("start", [0, 1000 * 60, HOUR + 73 * 365 * 86400])
def test_times_that_cannot_be_true_stay_at_the_site(database, start):
    add(database, minute(start // 60 * 60, 9))
    assert 0 == publisher(database).publish_due(moment())


def test_hours_are_those_of_the_sites_zone(database):
    add(database, minute(HOUR + 1740, 9), minute(HOUR + 1800, 10))
    assert 2 == publisher(database, timezone="Asia/Kolkata").publish_due(moment(9000))
    assert [(HOUR - 1800, 9), (HOUR + 1800, 10)] == [(m.start, m.cells[0].forward) for m in queued(database)]


def test_the_budget_of_an_hour_is_kept_at_the_site(database):
    add(database, minute(HOUR, 9), minute(HOUR + 3600, 9))
    assert 0.0 == record_export(database, HOUR - 60, HOUR + 60, 1.5)
    site = publisher(database, epsilon=1.0, epsilon_limit=2.0)
    assert 2 == site.publish_due(moment(9000))
    assert ["north/counts/gate/1800003600"] == [message.id for message in queued(database)]
    with database.read_transaction() as connection:
        rows = connection.execute(select(published_hours).order_by(published_hours.c.start)).all()
    assert [(True, 0.0), (False, 1.0)] == [(row.withheld, row.epsilon) for row in rows]
    # What was withheld stays withheld, and an export is told what was spent.
    assert 0 == site.publish_due(moment(9000))
    assert 2.5 == record_export(database, HOUR, HOUR + 7200, 1.0)


def test_a_crash_neither_repeats_nor_loses_an_hour(database, monkeypatch):
    add(database, minute(HOUR, 9))

    def broken(_):
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        publisher(database, broken).publish_due(moment())
    assert [] == queued(database)
    assert 1 == publisher(database).publish_due(moment())
    assert 1 == len(queued(database))


def test_noise_is_opendps(database):
    pytest.importorskip("opendp")
    from passerby.store.counts.dp_release import discrete_laplace

    add(database, *(minute(HOUR + 60 * n, 50, f"cam{n}") for n in range(40)))
    publisher(database, discrete_laplace(1.0)).publish_due(moment())
    found = [message.cells[0].forward for message in queued(database)]
    assert 40 == len(found)
    assert 1 < len(set(found))
    assert 45 < sum(found) / 40 < 55


def test_messages_have_no_exact_numbers_beside_the_noise(database):
    add(database, minute(HOUR, 9))
    publisher(database, CountedNoise()).publish_due(moment())
    with database.read_transaction() as connection:
        body = json.loads(connection.execute(select(outbox.c.body)).scalar_one())
    assert 109 == body["cells"][0]["forward"]
    assert "9" not in {str(value) for value in body["cells"][0].values()}
