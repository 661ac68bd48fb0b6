"""Notifications wait, are tried again within bounds, and it is told when they are given up."""

import pytest

from passerby.config.notifications.kinds import NotificationChannel
from passerby.config.roles import Role
from passerby.store.accounts.accounts import Accounts
from passerby.store.notifications.queue import (
    MAX_AGE_S,
    MAX_BACKOFF_S,
    MAX_WAITING,
    TEST,
    DeliveryResult,
    NotificationQueue,
    enqueue,
)

MAIL, PUSH = NotificationChannel.MAIL, NotificationChannel.PUSH


@pytest.fixture
def queue(recordings):
    for name in ("jo", "al"):
        Accounts(recordings.database).add(name, Role.ADMINISTRATOR, 1.0)
    return NotificationQueue(recordings.database)


def put(recordings, account=1, channel=MAIL, created=1000.0, not_before=1000.0, kind="event"):
    with recordings.database.write_transaction() as connection:
        enqueue(connection, account, channel, kind, {"camera": "gate"}, created, not_before)


def due(queue, now, channel=MAIL):
    return {account: len(found) for account, found in queue.due(channel, now).items()}


def test_what_is_due_by_account_and_channel(recordings, queue):
    put(recordings)
    put(recordings)
    put(recordings, account=2)
    put(recordings, channel=PUSH)
    put(recordings, not_before=1010.0)
    assert {1: 2, 2: 1} == due(queue, 1000.0)
    assert {1: 3, 2: 1} == due(queue, 1010.0)


def test_a_clock_that_was_set_back_delays_nothing(recordings, queue):
    put(recordings, not_before=1e9)
    assert {1: 1} == due(queue, 1000.0)


def test_what_was_sent_is_gone_and_told(recordings, queue):
    put(recordings)
    queue.sent(queue.due(MAIL, 1000.0)[1], 1001.0)
    assert {} == due(queue, 2000.0)
    assert {MAIL: DeliveryResult(sent_at=1001.0)} == queue.results(1)


def test_it_is_tried_again_later_and_later_for_a_day(recordings, queue):
    put(recordings)
    now, waits = 1000.0, []
    while found := queue.due(MAIL, now).get(1):
        if queue.failed(found, "unreachable no route", now):
            break
        before = now
        while not queue.due(MAIL, now):
            now += 1
        waits.append(now - before)
    assert waits[0] <= 15
    assert MAX_BACKOFF_S / 2 <= max(waits) <= MAX_BACKOFF_S
    assert 30 < len(waits) < 80  # a server that is away for a day is not asked without end
    assert MAX_AGE_S <= now - 1000.0 < MAX_AGE_S + MAX_BACKOFF_S
    (result,) = queue.results(1).values()
    assert ("unreachable no route", 1000.0, 1, 0) == (
        result.problem,
        result.problem_since,
        result.dropped,
        result.waiting,
    )


def test_success_ends_the_problem(recordings, queue):
    put(recordings)
    queue.failed(queue.due(MAIL, 1000.0)[1], "unreachable", 1000.0, permanent=True)
    put(recordings)
    queue.sent(queue.due(MAIL, 1000.0)[1], 1500.0)
    assert {MAIL: DeliveryResult(sent_at=1500.0)} == queue.results(1)


def test_a_test_that_fails_is_told_and_not_counted(queue):
    queue.put_test(1, MAIL, 1000.0)
    (test,) = queue.due(MAIL, 1000.0)[1]
    assert TEST == test.kind
    assert 0 == queue.failed([test], "login_refused 535", 1000.0, permanent=True)
    result = queue.results(1)[MAIL]
    assert ("login_refused 535", 0, 0) == (result.problem, result.dropped, result.waiting)


def test_only_so_many_wait(recordings, queue):
    with recordings.database.write_transaction() as connection:
        for number in range(MAX_WAITING + 3):
            enqueue(connection, 1, MAIL, "event", {"camera": str(number)}, 1000.0, 1000.0)
    queue.trim(1000.0)
    waiting = queue.due(MAIL, 1000.0)[1]
    assert (MAX_WAITING, "3") == (len(waiting), waiting[0].body["camera"])
    assert (3, MAX_WAITING) == (queue.results(1)[MAIL].dropped, queue.results(1)[MAIL].waiting)


def test_what_waits_goes_with_the_account(recordings, queue):
    put(recordings)
    queue.failed(queue.due(MAIL, 1000.0)[1], "unreachable", 1000.0)
    Accounts(recordings.database).remove("jo")
    assert {} == queue.all_results()


def test_where_nothing_is_to_be_written_no_writer_waits(recordings, queue, monkeypatch):
    put(recordings)
    monkeypatch.setattr(recordings.database, "write_transaction", lambda: pytest.fail("a transaction for nothing"))
    queue.trim(1000.0)
    queue.obsolete([])
