import pytest

from passerby.core.errors import DetectorError
from passerby.watch.search_budget import BUSY_SHARE, IDLE_SHARE, MAX_SAVED_S, SearchBudget


class Clock:
    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


def spent(seconds, clock=None):
    """A budget of which so much has been spent."""
    clock = clock or Clock()
    budget = SearchBudget(clock)
    with budget.spend():
        clock.at += seconds
    return budget


def test_a_search_may_start_until_what_was_saved_is_spent():
    assert spent(MAX_SAVED_S - 0.01).is_left
    assert not spent(MAX_SAVED_S + 0.01).is_left


def test_a_search_that_fails_is_charged_as_well():
    clock = Clock()
    budget = SearchBudget(clock)

    def fail():
        with budget.spend():
            clock.at += 1.0
            raise DetectorError("broken")

    with pytest.raises(DetectorError, match="broken"):
        fail()
    assert not budget.is_left


@pytest.mark.parametrize(("busy", "share"), [(False, IDLE_SHARE), (True, BUSY_SHARE)])
def test_frames_earn_their_share_of_the_time(busy, share):
    budget = spent(MAX_SAVED_S + 1.0)
    budget.earn(10.0, busy=busy)
    budget.earn(10.0 + 0.99 / share, busy=busy)
    assert not budget.is_left
    budget.earn(10.0 + 1.01 / share, busy=busy)
    assert budget.is_left


def test_no_more_is_saved_than_a_frame_may_be_late():
    clock = Clock()
    budget = spent(0.0, clock)
    budget.earn(0.0, busy=False)
    budget.earn(1000.0, busy=False)
    with budget.spend():
        clock.at += MAX_SAVED_S + 0.01
    assert not budget.is_left
