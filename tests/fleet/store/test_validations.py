"""How far lines are off, as sites state it: with SQLite, and with PostgreSQL."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passerby.config.fleet.settings import FleetRetention
from passerby.documents.count_validation import CountBias
from passerby.documents.fleet_messages import PublishedValidation
from passerby.fleet.receiver import Received, Receiver
from passerby.fleet.store.intake import Intake, site_ids_of
from passerby.fleet.store.retention import KeptFrom, delete_expired
from passerby.fleet.store.validations import line_biases
from tests.fleet.messages import HOUR, NOW, body, counts, signed_validation


@pytest.fixture
def store(fleet):
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    intake = Intake(fleet)
    return lambda *messages: intake.store(messages, ids, NOW)


def with_validation(key=None, site="north", hour=1, finished=NOW - 7200, **changes):
    signed = signed_validation(key, finished=finished, **changes)
    return counts(site, start=HOUR - 3600 * hour, validations=(PublishedValidation.of(signed),))


def test_the_newest_of_each_line_is_listed(fleet, store):
    key = Ed25519PrivateKey.generate()
    store(with_validation(key, hour=3), with_validation(key, hour=2), counts("west"))  # each hour repeats it
    store(with_validation(key, hour=1, finished=NOW - 60, both=None))
    store(with_validation(key, hour=0))  # an older one arrives last
    store(with_validation(site="south"))
    north, south = line_biases(fleet)
    assert ("north", "North", "gate", "door", "line", "person") == (
        north.site, north.display_name, north.camera, north.location, north.location_type, north.object_class,
    )  # fmt: skip
    assert (NOW - 60, 30, 29, None, None) == (north.finished, north.minutes, north.counted, north.both, north.backward)
    assert CountBias(bias=-0.05, low=-0.1, high=0.0) == north.forward
    assert ("south", NOW - 7200, CountBias(bias=-0.041, low=-0.07, high=-0.01)) == (
        south.site, south.finished, south.both,
    )  # fmt: skip


def test_they_are_chosen_as_the_sums_are(fleet, store):
    store(with_validation(), with_validation(site="south"))
    assert ["south"] == [one.site for one in line_biases(fleet, ["south", "west"])]
    assert 2 == len(line_biases(fleet, (), "gate", "door", "person"))
    assert [] == line_biases(fleet, (), "yard") == line_biases(fleet, (), None, "gate")
    assert [] == line_biases(fleet, (), None, None, "car")


def test_a_site_that_signs_with_another_key_is_told(fleet, store):
    store(with_validation(hour=2), with_validation(hour=1, finished=NOW - 60), with_validation(site="south"))
    assert [2, 1] == [one.keys for one in line_biases(fleet)]


def test_they_are_deleted_with_the_counts_of_their_time(fleet, store):
    store(with_validation())
    delete_expired(fleet, KeptFrom(health=None, counts=HOUR - 60_000))
    assert 1 == len(line_biases(fleet))
    delete_expired(fleet, KeptFrom(health=None, counts=HOUR - 59_999))
    assert [] == line_biases(fleet)


def test_one_that_was_deleted_does_not_come_back_with_the_next_message(fleet):
    """A site repeats its newest validations in each message, for as long as it keeps them."""
    retention = FleetRetention(counts_months=1)
    kept_from = KeptFrom.of(retention, NOW).counts
    receiver = Receiver(fleet, lambda: NOW, retention)
    old, young = with_validation(last=kept_from - 1), with_validation(site="south", last=kept_from)
    for message in (old, young):
        answer = receiver.take([Received(message.site, message.kind, body(message))])
        assert (message.id,) == answer[message.site].received
    assert 2 == receiver.stats.stored
    assert ["south"] == [one.site for one in line_biases(fleet)]
    assert young is KeptFrom(None, None).without_expired(young)
