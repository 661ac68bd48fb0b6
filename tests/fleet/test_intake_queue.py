"""Messages on their way to the store: nothing is acknowledged before it is committed."""

import threading
import time

import pytest

from passerby.core.errors import StoreError
from passerby.documents.fleet_messages import Acknowledgement
from passerby.fleet import intake_queue
from passerby.fleet.intake_queue import IntakeQueue
from passerby.fleet.receiver import Received
from tests.uplink.broker import until


class Store:
    """In place of a Receiver: fails as often as it is told to."""

    def __init__(self, failures=0, error=StoreError):
        self.batches, self.failures, self.error, self.gate = [], failures, error, threading.Event()
        self.gate.set()

    def take(self, messages):
        self.gate.wait(10)
        if self.failures:
            self.failures -= 1
            raise self.error("The database is away.")
        self.batches.append([message.body for message in messages])
        return {
            site: Acknowledgement(received=tuple(m.body.decode() for m in messages if m.site == site))
            for site in {message.site for message in messages}
        }


@pytest.fixture
def queue_of(monkeypatch):
    monkeypatch.setattr(intake_queue, "FIRST_RETRY_S", 0.01)
    opened = []

    def queue_of(store):
        opened.append(IntakeQueue(store))
        return opened[-1]

    yield queue_of
    for one in opened:
        one.close()


def message(text, site="north"):
    return Received(site, "health", text.encode())


def test_each_site_is_answered_once_for_a_batch(queue_of):
    store, answers = Store(), []
    queue = queue_of(store)
    store.gate.clear()
    queue.put(message("first"), lambda site, answer: answers.append((site, answer.received)))

    def answer(site, found):
        answers.append((site, found.received))

    until(lambda: queue._waiting.empty(), 5)
    for text in ("a", "b"):
        queue.put(message(text), answer)
    queue.put(message("c", "south"), answer)
    store.gate.set()
    until(lambda: len(answers) == 3, 10)
    assert {("north", ("first",)), ("north", ("a", "b")), ("south", ("c",))} == set(answers)


def test_it_is_tried_again_until_the_store_is_back_and_acknowledged_then(queue_of):
    store, answers = Store(failures=3), []
    queue = queue_of(store)
    queue.put(message("a"), lambda site, answer: answers.append(answer.received))
    until(lambda: answers, 10)
    assert [("a",)] == answers
    assert [[b"a"]] == store.batches
    assert queue.problem is None


def test_a_fault_drops_a_batch_without_acknowledging_it(queue_of):
    store, answers = Store(failures=1, error=RuntimeError), []
    queue = queue_of(store)
    queue.put(message("a"), lambda site, answer: answers.append(answer.received))
    until(lambda: not store.failures, 10)
    assert ("b",) == queue.take([message("b")], 10).received
    assert [] == answers


def test_what_takes_too_long_is_not_acknowledged(queue_of):
    store = Store()
    queue = queue_of(store)
    store.gate.clear()
    began = time.monotonic()
    assert queue.take([message("a")], 0.1) is None
    assert time.monotonic() - began < 5
    store.gate.set()


def test_too_many_are_dropped(queue_of, monkeypatch):
    size = len(message("0").body) + intake_queue.MESSAGE_BYTES
    monkeypatch.setattr(intake_queue, "MAX_WAITING_BYTES", 2 * size)
    store = Store()
    queue = queue_of(store)
    store.gate.clear()
    taken = [queue.put(message(str(n)), lambda *_: None) for n in range(4)]
    assert [True, True, False, False] == taken
    assert queue.take([message("x")], 1) is None
    store.gate.set()
    until(lambda: queue.waiting == 0, 10)
    assert queue.put(message("y"), lambda *_: None)


def test_one_that_comes_again_while_it_waits_is_stored_once(queue_of):
    """A thousand sites that come back at once wait for longer than a minute, and send again."""
    store, answers = Store(), []
    queue = queue_of(store)
    store.gate.clear()

    def answer(site, found):
        answers.append((site, found.received))

    queue.put(message("first"), answer)
    until(lambda: queue._waiting.empty(), 5)  # it is being stored
    for text in ("first", "again", "again", "again"):
        assert queue.put(message(text), answer)
    assert queue.put(message("again", "south"), answer)
    assert 3 == queue.waiting
    store.gate.set()
    until(lambda: queue.waiting == 0, 5)
    assert [[b"first"], [b"again", b"again"]] == store.batches
    assert [("north", ("first",)), ("north", ("again",)), ("south", ("again",))] == [answers[0], *sorted(answers[1:])]
    queue.put(message("again"), answer)  # its answer was lost: it is answered anew
    until(lambda: len(answers) == 4, 5)
