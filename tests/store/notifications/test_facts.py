"""What has happened is kept until it was planned, once, and in the transaction of what it reports."""

import pytest

from passerby.config.counting_config import EventKind
from passerby.config.notifications.kinds import NotificationKind
from passerby.documents.count_records import Event
from passerby.store.accounts.approvals import ApprovalKind, Approvals, ApprovalStage
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.notifications.facts import Facts, planned

LOST = Event(id="gate/lost/1", camera="gate", rule="lost", kind=EventKind.LOST, time=100.0, trusted=True)


@pytest.fixture
def facts(recordings):
    return Facts(recordings.database)


def test_an_event_is_a_fact_once(recordings, facts, clock):
    store = CountStore(recordings.database, "hall", boot="first")
    store.add([], [LOST], clock.now())
    store.add([], [LOST], clock.now())
    (fact,) = facts.pending()
    assert (NotificationKind.CAMERA_LOST, "gate", 100.0) == (fact.kind, fact.body["camera"], fact.body["time"])
    with recordings.database.write_transaction() as connection:
        planned(connection, [fact])
    store.add([], [LOST], clock.now())
    assert [] == facts.pending()


def test_what_was_rolled_back_is_no_fact(recordings, facts, clock, monkeypatch):
    store = CountStore(recordings.database, "hall", boot="first")
    monkeypatch.setattr("passerby.store.outbox.enqueue", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.add([], [LOST], clock.now())
    assert [] == facts.pending()


def test_a_clip_that_waits_is_a_fact_and_one_that_does_not_is_none(recordings, facts):
    approvals = Approvals(recordings.database)
    request = {"camera": "gate", "start": 1.0, "end": 2.0, "row": 7, "bytes": 9}
    approvals.request(ApprovalKind.EXPORT, "account:jo", "x", request, 5.0, ApprovalStage.APPROVED)
    waits = approvals.request(ApprovalKind.EXPORT, "account:jo", "x", request, 5.0)
    (fact,) = facts.pending()
    assert {"approval": waits.id, "camera": "gate", "start": 1.0, "end": 2.0, "time": 5.0} == fact.body
    assert "jo" not in str(fact)  # who asks is nobody's business in a mail


def test_a_camera_comes_back_once(recordings, facts, clock):
    CountStore(recordings.database, "hall", boot="first").add([], [LOST], clock.now())
    facts.camera_back("gate", 1.0, 2.0)  # of which nobody was told that it was lost
    with recordings.database.write_transaction() as connection:
        planned(connection, facts.pending())
    assert ({"gate": 100.0}, []) == (facts.outages(), facts.pending())
    facts.camera_back("gate", 100.0, 160.0)
    facts.camera_back("gate", 100.0, 161.0)
    (fact,) = facts.pending()
    assert (NotificationKind.CAMERA_BACK, {"camera": "gate", "time": 160.0, "since": 100.0}) == (fact.kind, fact.body)
    assert {} == facts.outages()


def test_where_no_camera_was_removed_no_writer_waits(recordings, facts, monkeypatch):
    monkeypatch.setattr(recordings.database, "write_transaction", lambda: pytest.fail("a transaction for nothing"))
    facts.forget_outages([])
