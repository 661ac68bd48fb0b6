import threading
import time

import pytest

from passerby.core.background import background


def working():
    return [thread for thread in threading.enumerate() if thread.name == "passerby-background"]


def test_the_same_items_in_the_same_order():
    assert [*range(100)] == list(background(range(100)))
    assert [] == working()


def test_they_are_made_in_another_thread():
    (name,) = background(threading.current_thread().name for _ in range(1))
    assert name != threading.current_thread().name


def test_no_further_ahead_than_it_may():
    made = []

    def items():
        for number in range(20):
            made.append(number)
            yield number

    running = background(items(), depth=2)
    next(running)
    time.sleep(0.2)
    assert len(made) <= 4  # one taken, two waiting, one in hand
    running.close()


def test_an_error_comes_out_where_the_items_are_taken():
    def items():
        yield 1
        raise ValueError("spoilt")

    running = background(items())
    assert 1 == next(running)
    with pytest.raises(ValueError, match="spoilt"):
        next(running)
    assert [] == working()


def test_whoever_stops_early_leaves_no_thread_behind_and_closes_the_source():
    closed = threading.Event()

    def items():
        try:
            while True:
                yield 1
        finally:
            closed.set()

    running = background(items())
    next(running)
    running.close()
    assert closed.is_set()
    assert [] == working()
