"""Parts wait for a slow receiver, two seconds of them and no more, and the newest are what is left."""

import threading
import time
from dataclasses import replace

import pytest

from passerby.sink.part_queue import MAX_QUEUED_S, PartQueue
from tests.store.footage import encoded


@pytest.fixture(scope="module")
def parts():
    return encoded("yard", 30)


def test_parts_are_taken_in_order(parts):
    queue = PartQueue()
    for part in parts[:2]:
        queue.put(part)
    assert parts[:2] == [queue.take(), queue.take()]
    assert (0, 0) == (len(queue), queue.dropped)


@pytest.mark.parametrize("seconds", [0.2, 0.5, 1.0])
def test_the_oldest_are_dropped_beyond_two_seconds_however_long_a_part_is(parts, seconds):
    queue, fitting = PartQueue(), round(MAX_QUEUED_S / seconds)
    numbered = [replace(parts[0], duration=round(seconds * 1e6), start=number) for number in range(fitting + 3)]
    for part in numbered:
        queue.put(part)
    assert 3 == queue.dropped
    assert numbered[3:] == [queue.take() for _ in range(fitting)]


def test_a_part_longer_than_two_seconds_still_comes(parts):
    queue, long = PartQueue(), replace(parts[0], duration=round(2 * MAX_QUEUED_S * 1e6))
    queue.put(long)
    assert long == queue.take()


def test_whoever_takes_waits_for_a_part_and_until_it_is_closed(parts):
    queue, taken = PartQueue(), []

    def take():
        while (part := queue.take()) is not None:
            taken.append(part)

    thread = threading.Thread(target=take)
    thread.start()
    queue.put(parts[0])
    until = time.monotonic() + 10
    while not taken and time.monotonic() < until:
        time.sleep(0.01)
    queue.close(discard=False)
    thread.join(10)
    assert [parts[0]] == taken
    queue.put(parts[1])
    assert queue.take() is None


def test_a_queue_that_is_closed_passes_on_what_waits_unless_that_is_discarded(parts):
    kept, discarded = PartQueue(), PartQueue()
    for queue in (kept, discarded):
        queue.put(parts[0])
    kept.close(discard=False)
    discarded.close(discard=True)
    assert (parts[0], None) == (kept.take(), kept.take())
    assert discarded.take() is None
