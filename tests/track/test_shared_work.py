"""Every item once, in two threads, and errors of either."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from passerby.track.shared_work import for_each


@pytest.fixture
def helper():
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.mark.parametrize("count", [0, 1, 2, 300])
def test_work_is_done_once_on_every_item(helper, count):
    done = []
    for_each(range(count), done.append, helper)
    assert list(range(count)) == sorted(done)


def test_without_a_helper_it_is_done_in_order():
    done = []
    for_each(range(9), done.append, None)
    assert list(range(9)) == done


def test_two_items_are_worked_on_at_the_same_time(helper):
    together = threading.Barrier(2, timeout=30)
    for_each(range(2), lambda _: together.wait(), helper)  # raises BrokenBarrierError if one came after the other


@pytest.mark.parametrize("failing", ["here", "beside"])
def test_an_error_in_either_thread_is_raised_once_both_have_stopped(helper, failing):
    here, started, done = threading.get_ident(), threading.Barrier(2, timeout=30), []

    def work(item):
        if item < 2:
            started.wait()
            if (threading.get_ident() == here) == (failing == "here"):
                raise ValueError(item)
        done.append(item)

    with pytest.raises(ValueError, match="[01]"):
        for_each(range(100_000), work, helper)
    count = len(done)
    assert count < 100_000
    helper.submit(lambda: None).result()  # its thread is free again
    assert count == len(done)
