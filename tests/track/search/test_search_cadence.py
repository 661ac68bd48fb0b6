"""When a track is searched for in a crop again."""

import pytest

from passerby.core.box import Box
from passerby.track.own_motion import MAX_COASTING_FRAMES
from passerby.track.search.search_cadence import LOST_INTERVAL, MISSES_TO_SLOW_DOWN, SearchCadence, is_steady

BOX = Box(100, 100, 140, 150)


def test_the_interval_doubles_while_motion_is_right_and_starts_again_when_it_was_wrong():
    cadence, due = SearchCadence(0), []
    for frame in range(1, 14):
        if cadence.is_due(frame):
            due.append((frame, cadence.passed_over(frame)))
            cadence.found(frame, is_steady=frame != 11, longest=4)
    assert [(1, 0), (3, 1), (7, 3), (11, 3), (12, 0)] == due


@pytest.mark.parametrize(
    ("misses", "age", "is_confirmed", "interval"),
    [
        (1, 1, True, 1),
        (9, 9, True, 1),
        (MAX_COASTING_FRAMES, MAX_COASTING_FRAMES, True, LOST_INTERVAL),
        (MISSES_TO_SLOW_DOWN - 1, 5, False, 1),
        (MISSES_TO_SLOW_DOWN, 6, False, 2),
        (9 * MISSES_TO_SLOW_DOWN, 99, False, 2 * LOST_INTERVAL),
    ],
)
def test_what_is_missed_is_searched_for_less_often(misses, age, is_confirmed, interval):
    cadence = SearchCadence(0)
    cadence.missed(20, misses, age, is_confirmed)
    assert (20, interval) == (cadence.last, cadence.interval)


@pytest.mark.parametrize(
    ("found", "steady"),
    [
        (BOX, True),
        (BOX.translate(3, -3), True),
        (BOX.translate(6, 0), False),
        (BOX.translate(0, -6), False),
        (BOX.expand(0.05), True),
        (BOX.expand(0.3), False),
        (BOX.expand(-0.3), False),
    ],
)
def test_steady_is_where_motion_says_and_as_large(found, steady):
    assert steady == is_steady(BOX, found)
