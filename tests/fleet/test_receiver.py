"""What a receiver takes, what it refuses, and what it says to whom."""

import json

import pytest
from sqlalchemy import func, select

from passerby.documents.fleet_messages import MAX_MESSAGE_BYTES, RefusalKind
from passerby.fleet import receiver as receiver_module
from passerby.fleet.receiver import Received, Receiver
from passerby.fleet.store import tables
from passerby.fleet.store.sites import FleetSites
from tests.fleet.messages import HOUR, NOW, body, counts, health

YEAR = 365 * 86400


@pytest.fixture
def receiver(fleet):
    return Receiver(fleet, lambda: NOW + 2.0)


def sent(message, kind=None, site=None):
    return Received(site or message.site, kind or type(message).kind, body(message))


def stored(database):
    with database.reading() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (tables.health, tables.counts_messages, tables.counts, tables.latest, tables.heads)
        )


def refused(database):
    with database.reading() as connection:
        return {(row.site, row.reason): row.messages for row in connection.execute(select(tables.refusals))}


def test_what_is_stored_is_acknowledged_to_its_site(receiver, fleet):
    found = receiver.take([sent(health()), sent(counts()), sent(health("south"))])
    assert {"north", "south"} == set(found)
    assert (health().id, counts().id) == found["north"].received
    assert (health("south").id,) == found["south"].received
    assert (3, 0, 2.0) == (receiver.stats.stored, receiver.stats.repeated, receiver.stats.lag_s)
    assert (health().id,) == receiver.take([sent(health())])["north"].received  # a repeat: it is there
    assert 1 == receiver.stats.repeated


def with_fields(message, **values):
    return json.dumps(json.loads(body(message)) | values).encode()


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (Received("north", "health", body(health("south"))), RefusalKind.OTHER_SITE),
        (Received("north", "counts", body(counts("south"))), RefusalKind.OTHER_SITE),
        (Received("north", "health", with_fields(health(), face="...")), RefusalKind.UNKNOWN_FIELD),
        (Received("north", "counts", b"\xff\xd8\xff" + bytes(5000)), RefusalKind.MEDIA),
        (Received("north", "health", b"x" * (MAX_MESSAGE_BYTES + 1)), RefusalKind.TOO_LARGE),
        (Received("north", "health", b"{}"), RefusalKind.INVALID),
        (Received("elsewhere", "health", body(health("elsewhere"))), RefusalKind.UNKNOWN_SITE),
        (sent(health(timezone="Mars/Olympus")), RefusalKind.TIMEZONE),
        (sent(health(sent=1000.0)), RefusalKind.CLOCK),
        (sent(health(sent=NOW + 73 * YEAR)), RefusalKind.CLOCK),
        (sent(counts(start=0)), RefusalKind.CLOCK),
        (sent(counts(start=HOUR + 73 * 8760 * 3600)), RefusalKind.CLOCK),
        (sent(counts(start=HOUR + 3600)), RefusalKind.CLOCK),
    ],
)
def test_what_is_refused_is_counted_and_told_and_nothing_is_stored(receiver, fleet, caplog, message, kind):
    found = receiver.take([message])
    assert 0 == stored(fleet)
    site = "" if kind is RefusalKind.UNKNOWN_SITE else "north"
    assert {(site, kind.value): 1} == refused(fleet)
    assert 1 == receiver.stats.refused[kind]
    assert f"refused a message of {message.site}: {kind.value}" in caplog.text
    assert () == sum((answer.received for answer in found.values()), ())
    if message.body[:1] == b"{" and message.body != b"{}" and site:
        assert [json.loads(message.body)["id"]] == [refusal.id for refusal in found[site].refused]


def test_one_that_is_refused_does_not_keep_the_others(receiver, fleet):
    found = receiver.take([sent(health()), Received("north", "counts", b"\xff\xd8\xff\xe0"), sent(counts())])
    assert (health().id, counts().id) == found["north"].received


def test_a_site_whose_clock_is_known_to_be_wrong_is_still_seen(receiver, fleet):
    message = health(sent=1000.0, clock_trusted=False)
    assert (message.id,) == receiver.take([sent(message)])["north"].received
    with fleet.reading() as connection:
        assert [False] == connection.execute(select(tables.latest.c.clock_trusted)).scalars().all()


def test_a_site_without_a_certificate_may_not_send(fleet, monkeypatch):
    monkeypatch.setattr(receiver_module, "SITES_AGE_S", 0.0)
    receiver = Receiver(fleet, lambda: NOW)
    assert receiver.accepts("north", "c" * 64)
    assert not receiver.accepts("north", "d" * 64)
    FleetSites(fleet).set_certificate("north", None)
    assert not receiver.accepts("north", "c" * 64)
    assert {} == receiver.take([sent(health())])
    assert {("", "unknown_site"): 1} == refused(fleet)


def test_nothing_is_acknowledged_that_is_not_committed(receiver, fleet, monkeypatch):
    def broken(*_):
        raise RuntimeError("power failure")

    monkeypatch.setattr(receiver._intake, "_store_counts", broken)
    with pytest.raises(RuntimeError):
        receiver.take([sent(health()), sent(counts())])
    assert 0 == stored(fleet)
