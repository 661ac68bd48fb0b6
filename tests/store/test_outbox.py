"""The outbox: priorities, budgets, back-off, acknowledgements, and storage together with what it reports."""

from bisect import bisect_left

import pytest

from passerby.config.counting_config import EventKind
from passerby.config.uplink import MqttSettings, UplinkSettings, WebhookSettings
from passerby.config.uplink_destination import DestinationSettings, Priority
from passerby.core.clock import Moment
from passerby.core.errors import UsageError
from passerby.documents.count_records import CountBin, Event, EventState
from passerby.store import outbox as module
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.counts.tables import counts as counts_table
from passerby.store.database import Database
from passerby.store.outbox import Draft, Outbox, enqueue
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention import RetentionPolicy
from tests.store.footage import BOOTED, WALL, encoded

NOW = 1_800_000_000.0
ALL = tuple(Priority)


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


def fill(database, drafts, destinations, now=NOW):
    with database.write_transaction() as connection:
        enqueue(connection, drafts, destinations, now)


def draft(key, priority=Priority.COUNTS, size=100, span=None):
    return Draft(key, priority, "t", b"x" * (size - 1), span)


def due(database, budget, now=NOW, destination="mqtt"):
    return [message.key for message in Outbox(database).due(destination, budget, now)]


def wait_until_due(database, budget, now):
    """Whole seconds until something is due again."""
    return bisect_left(range(2000), True, key=lambda seconds: bool(due(database, budget, now + seconds)))


def minute(start=1_800_000_000, observed=60.0):
    return CountBin(camera="gate", start=start, observed_seconds=observed, trusted=True)


def event(at=NOW, camera="gate"):
    return Event(
        id=f"gate/full/{at}",
        camera=camera,
        rule="full",
        kind=EventKind.CROWD,
        time=at,
        trusted=True,
        start=at - 5,
        end=at + 9,
    )


def test_the_most_urgent_are_sent_first(database):
    budget = DestinationSettings(send=ALL)
    drafts = [
        draft("c1"),
        draft("clip", Priority.CLIPS),
        draft("e1", Priority.EVENTS),
        draft("c2"),
        draft("e2", Priority.EVENTS),
    ]
    fill(database, drafts, {"mqtt": budget})
    assert ["e1", "e2", "c1", "c2", "clip"] == due(database, budget)


def test_each_destination_gets_what_it_takes(database):
    mqtt, hook = DestinationSettings(), DestinationSettings(send=(Priority.EVENTS,))
    fill(database, [draft("c"), draft("e", Priority.EVENTS)], {"mqtt": mqtt, "webhook:a": hook})
    assert (["e", "c"], ["e"]) == (due(database, mqtt), due(database, hook, destination="webhook:a"))


def test_the_same_message_is_there_once(database):
    budget = DestinationSettings()
    for _ in range(3):
        fill(database, [draft("c")], {"mqtt": budget})
    assert ["c"] == due(database, budget)


def test_a_message_is_deleted_only_after_delivery(database):
    budget, outbox = DestinationSettings(), Outbox(database)
    fill(database, [draft("a"), draft("b")], {"mqtt": budget})
    (a, b) = outbox.due("mqtt", budget, NOW)
    outbox.failed("mqtt", a, "no route", NOW, 0)
    outbox.mark_sent("mqtt", {b.id: 50}, NOW)
    assert [] == due(database, budget)
    assert ["a", "b"] == due(database, budget, NOW + 400 * 86400)
    outbox.delivered("mqtt", {a.id: 100}, NOW)
    assert {"mqtt": {Priority.COUNTS: 1}} == outbox.pending()


def test_the_receiver_acknowledges_what_it_has(database):
    budget, outbox = DestinationSettings(), Outbox(database)
    fill(database, [draft("a"), draft("b"), draft("c")], {"mqtt": budget})
    messages = outbox.due("mqtt", budget, NOW)
    outbox.mark_sent("mqtt", {message.id: 1 for message in messages[:2]}, NOW)
    assert 1 == outbox.acknowledged(
        "mqtt", ["a", "c", "nonsense", "'; drop table outbox"]
    )  # c was not sent: somebody lies
    assert ["c"] == due(database, budget)
    assert ["b", "c"] == due(database, budget, NOW + module.ACK_TIMEOUT_S)


def test_unacknowledged_messages_are_sent_less_and_less_often(database):
    budget, outbox = DestinationSettings(), Outbox(database)
    fill(database, [draft("a")], {"mqtt": budget})
    now, pauses = NOW, []
    for _ in range(7):
        (message,) = outbox.due("mqtt", budget, now)
        outbox.mark_sent("mqtt", {message.id: 1}, now)
        pauses.append(wait_until_due(database, budget, now))
        now += pauses[-1]
    assert [60, 120, 240, 480, 900, 900, 900] == pauses


def test_pauses_grow_and_end(database):
    budget, outbox = DestinationSettings(), Outbox(database, jitter=lambda: 1.0)
    fill(database, [draft("a")], {"mqtt": budget})
    now, pauses = NOW, []
    for _ in range(14):
        (message,) = outbox.due("mqtt", budget, now)
        outbox.failed("mqtt", message, "no", now, 0)
        pause = wait_until_due(database, budget, now)
        pauses.append(pause)
        now += pause
    assert [2, 4, 8, 16] == pauses[:4]
    assert [900, 900] == pauses[-2:]


def test_a_clock_that_was_set_back_holds_nothing_up(database):
    budget, outbox = DestinationSettings(), Outbox(database)
    fill(database, [draft("a")], {"mqtt": budget})
    outbox.failed("mqtt", outbox.due("mqtt", budget, NOW)[0], "no", NOW, 0)
    assert ["a"] == due(database, budget, NOW - 86400)


def test_a_day_has_so_many_bytes(database):
    budget, outbox = DestinationSettings(max_bytes_per_day=1000, send=ALL), Outbox(database)
    fill(database, [draft(f"c{n:02}") for n in range(30)], {"mqtt": budget})
    messages = outbox.due("mqtt", budget, NOW)
    assert 9 == len(messages)  # a tenth is kept for events
    outbox.delivered("mqtt", {message.id: 100 for message in messages}, NOW)
    assert [] == due(database, budget)
    fill(database, [draft("e", Priority.EVENTS)], {"mqtt": budget})
    assert ["e"] == due(database, budget)
    assert ["e", *(f"c{n:02}" for n in range(9, 17))] == due(database, budget, NOW + 86400)


def test_clips_leave_budget_for_more_urgent_messages(database):
    budget = DestinationSettings(max_bytes_per_day=1000, send=ALL)
    fill(database, [draft(f"clip{n}", Priority.CLIPS) for n in range(9)], {"mqtt": budget})
    assert 6 == len(due(database, budget))
    fill(database, [draft(f"c{n}") for n in range(9)], {"mqtt": budget})
    assert [f"c{n}" for n in range(9)] == due(database, budget)


def test_a_message_larger_than_the_daily_budget_is_sent_alone(database):
    budget, outbox = DestinationSettings(max_bytes_per_day=1000, send=ALL), Outbox(database)
    fill(database, [draft("huge", Priority.CLIPS, 5000), draft("huge2", Priority.CLIPS, 5000)], {"mqtt": budget})
    (message,) = outbox.due("mqtt", budget, NOW)
    outbox.delivered("mqtt", {message.id: 5000}, NOW)
    assert [] == due(database, budget)
    assert ["huge2"] == due(database, budget, NOW + 86400)


def test_what_was_sent_and_lost_was_paid_for_all_the_same(database):
    budget, outbox = DestinationSettings(max_bytes_per_day=1000), Outbox(database)
    fill(database, [draft("a", size=500)], {"mqtt": budget})
    outbox.failed("mqtt", outbox.due("mqtt", budget, NOW)[0], "no", NOW, 500)
    assert not outbox.fits_budget("mqtt", budget, Priority.COUNTS, NOW, 500)
    assert outbox.fits_budget("mqtt", budget, Priority.COUNTS, NOW, 400)


def test_event_media_wait_for_the_recording(database):
    budget = DestinationSettings(send=ALL)
    fill(database, [draft("clip", Priority.CLIPS, span=("gate", NOW - 5, NOW + 10))], {"mqtt": budget})
    assert [] == due(database, budget)
    assert ["clip"] == due(database, budget, NOW + 15)


def test_recordings_that_event_media_need_are_kept(tmp_path):
    day = 86400
    with Recordings(Database.open(tmp_path / "data", create=True), RetentionPolicy(days=1), boot="first") as recordings:
        for camera in ("gate", "hall"):
            writer = recordings.writer(camera)
            for part in encoded(camera, 30):
                writer.append(part)
            writer.close()
        clip = draft("clip", Priority.CLIPS, span=("gate", WALL + 1, WALL + 2))
        fill(recordings.database, [clip], {"mqtt": DestinationSettings(send=ALL)})
        later = Moment(BOOTED + 3 * day, WALL + 3 * day, True)
        recordings.expire(later)
        assert ["gate"] == [camera.camera for camera in recordings.cameras()]
        outbox = Outbox(recordings.database)
        (message,) = outbox.due("mqtt", DestinationSettings(send=ALL), WALL + 3 * day)
        outbox.delivered("mqtt", {message.id: 1}, WALL + 3 * day)
        recordings.expire(later)
        assert [] == recordings.cameras()


def test_only_event_media_for_a_removed_destination_are_dropped(database):
    span = ("gate", NOW - 5, NOW + 10)
    drafts = [draft("clip", Priority.CLIPS, span=span), draft("event", Priority.EVENTS)]
    fill(database, drafts, {"mqtt": DestinationSettings(send=ALL), "webhook:old": DestinationSettings(send=ALL)})
    outbox = Outbox(database)
    assert 0 == outbox.drop_unroutable({"mqtt", "webhook:old"})
    assert 1 == outbox.drop_unroutable({"mqtt"})
    assert {"mqtt": {Priority.EVENTS: 1, Priority.CLIPS: 1}, "webhook:old": {Priority.EVENTS: 1}} == outbox.pending()


def test_messages_are_stored_with_what_they_report_or_neither_is(database, monkeypatch):
    settings = UplinkSettings(
        mqtt=MqttSettings(host="h"), webhooks=(WebhookSettings(name="a", url="http://h/", secret="s" * 16),)
    )
    counts = CountStore(database, "school", settings.destinations())
    counts.add([minute()], [event()], Moment(1.0, NOW, True))
    assert {
        "mqtt": {Priority.EVENTS: 1, Priority.COUNTS: 1},
        "webhook:a": {Priority.EVENTS: 1, Priority.COUNTS: 1},
    } == Outbox(database).pending()

    def fails(*_):
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(module, "enqueue", fails)
    with pytest.raises(RuntimeError):
        counts.add([minute(1_800_000_060)], [event(NOW + 60)], Moment(1.0, NOW, True))
    assert ([minute()], [event()]) == (counts.between(0, 2e9), [kept.event for kept in counts.events()])


def test_a_minute_may_come_in_pieces(database):
    counts = CountStore(database, "school", {"mqtt": DestinationSettings()})
    for observed in (20.0, 30.0):
        counts.add([minute(observed=observed)], [], Moment(1.0, NOW, True))
    assert [20.0, 30.0] == [one.observed_seconds for one in counts.between(0, 2e9)]
    assert ["school/gate/1800000000/0", "school/gate/1800000000/1"] == due(database, DestinationSettings())
    assert [2] == [number for number, _ in counts.bins_after(1)]


def test_events_are_acknowledged_and_resolved(database):
    counts = CountStore(database, "school")
    counts.add([], [event(NOW), event(NOW + 1)], Moment(1.0, NOW, True))
    counts.set_event_state(event(NOW).id, EventState.RESOLVED, Moment(2.0, NOW + 5, True))
    assert [EventState.NEW, EventState.RESOLVED] == [kept.state for kept in counts.events()]
    assert [event(NOW)] == [kept.event for kept in counts.events(state=EventState.RESOLVED)]
    assert [event(NOW + 1)] == [kept.event for kept in counts.events(start=NOW + 0.5)]
    with pytest.raises(UsageError, match="passerby events list"):
        counts.set_event_state("gate/none/1", EventState.ACKNOWLEDGED, Moment(2.0, NOW, True))


def test_the_same_event_is_kept_once(database):
    counts = CountStore(database, "school", {"mqtt": DestinationSettings()})
    for _ in range(2):
        counts.add([], [event()], Moment(1.0, NOW, True))
    assert (1, 1) == (len(counts.events()), len(due(database, DestinationSettings())))


def test_no_column_identifies_anybody():
    # `boot_session` is of the machine, and `added_monotonic` is when the whole minute was stored.
    expected = {
        "id",
        "camera",
        "start",
        "piece",
        "observed_seconds",
        "trusted",
        "body",
        "boot_session",
        "added_monotonic",
    }
    assert expected == set(counts_table.columns.keys())
