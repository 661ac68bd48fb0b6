import threading

import pytest

from passerby.core.prefetch import prefetch

BEFORE = set()


@pytest.fixture(autouse=True)
def threads_of_before():
    """Those of other tests in this process that have not ended yet."""
    BEFORE.clear()
    BEFORE.update(threading.enumerate())


def working():
    threads = set(threading.enumerate()) - BEFORE
    return [thread for thread in threads if thread.name == "passerby-prefetch"]


def test_the_same_items_in_the_same_order():
    assert [*range(100)] == list(prefetch(range(100)))
    assert [] == working()


def test_items_are_produced_in_another_thread():
    (name,) = prefetch(threading.current_thread().name for _ in range(1))
    assert name != threading.current_thread().name


def test_no_more_items_are_produced_ahead_than_the_depth_allows():
    produced = []

    full = threading.Event()

    def items():
        for number in range(20):
            produced.append(number)
            if len(produced) == 4:
                full.set()
            yield number

    running = prefetch(items(), depth=2)
    next(running)
    assert full.wait(10)
    running.close()  # joins the thread: it produces no more
    assert 4 == len(produced)  # one consumed, two in the buffer, one that waits for room


def test_an_error_is_raised_where_the_items_are_consumed():
    def items():
        yield 1
        raise ValueError("spoilt")

    running = prefetch(items())
    assert 1 == next(running)
    with pytest.raises(ValueError, match="spoilt"):
        next(running)
    assert [] == working()


def test_a_consumer_that_stops_early_ends_the_thread_and_closes_the_source():
    closed = threading.Event()

    def items():
        try:
            while True:
                yield 1
        finally:
            closed.set()

    running = prefetch(items())
    next(running)
    running.close()
    assert closed.is_set()
    assert [] == working()
