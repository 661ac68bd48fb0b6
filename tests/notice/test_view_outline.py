"""An outline shows walls and doors, and never anybody: where that is not sure, there is none."""

import numpy as np
import pytest

from passerby.notice.outline_svg import drawing
from passerby.notice.view_outline import BACK, MOST, POINTS, outline
from passerby.store.counts.events_and_counts import Counts
from tests.notice.scenes import DOOR, HEIGHT, STANDS, WIDTH, counted, minute, quiet_day, recorded


def drawn(recordings, clock, camera="yard"):
    return outline(recordings, Counts(recordings.database, "hall"), camera, clock.now().wall + 120)


def points(made):
    return np.array([point for line in made.lines for point in line])


def within(made, box, margin=6):
    left, top, right, bottom = box
    x, y = points(made).T
    return int(
        np.sum((x > left - margin) & (x < right + margin) & (y > top - margin) & (y < min(bottom, 240) + margin))
    )


def test_what_stands_still_is_drawn(recordings, clock):
    quiet_day(recordings, clock)
    made = drawn(recordings, clock)
    assert (WIDTH, HEIGHT, 6) == (made.width, made.height, made.pictures)
    assert within(made, DOOR) >= 4
    assert within(made, STANDS) == 0
    assert len(points(made)) <= POINTS
    assert "<path d=" in drawing(made, ())


def test_whoever_was_missed_once_is_not_drawn(recordings, clock):
    quiet_day(recordings, clock, 5)
    quiet_day(recordings, clock, 1, somebody=True)
    made = drawn(recordings, clock)
    assert (6, 0) == (made.pictures, within(made, STANDS))
    assert within(made, DOOR) >= 4


def test_the_test_would_see_somebody(recordings, clock):
    quiet_day(recordings, clock, somebody=True)
    assert within(drawn(recordings, clock), STANDS) > 4


@pytest.mark.parametrize("when", [1, 0, -1], ids=["the minute before", "the minute", "the minute after"])
def test_minutes_with_somebody_are_not_looked_at(recordings, clock, when):
    for _ in range(6):
        clock.go(660)
        recorded(recordings, clock, somebody=True)
        counted(recordings, clock, [minute(clock, people=int(back == when), back=back) for back in (1, 0, -1)])
    assert drawn(recordings, clock) is None


def test_without_counting_there_is_none(recordings, clock):
    for zone in (None, "door"):
        for _ in range(6):
            clock.go(660)
            recorded(recordings, clock)
            if zone is not None:  # nobody was in one zone: that says nothing of the rest
                counted(recordings, clock, [minute(clock, zone=zone, back=back) for back in (1, 0, -1)])
        assert drawn(recordings, clock) is None


def test_too_few_pictures_make_none(recordings, clock):
    quiet_day(recordings, clock, 4)
    assert drawn(recordings, clock) is None
    quiet_day(recordings, clock, 1)
    assert drawn(recordings, clock) is not None


def test_pictures_that_are_close_together_count_as_one(recordings, clock):
    for _ in range(6):
        clock.go(100)
        recorded(recordings, clock)
        counted(recordings, clock, [minute(clock, back=back) for back in (1, 0, -1)])
    assert drawn(recordings, clock) is None


def test_covered_pictures_are_not_looked_at(recordings, clock):
    quiet_day(recordings, clock, covered=True)
    assert drawn(recordings, clock) is None


def test_the_night_is_left_out(recordings, clock):
    quiet_day(recordings, clock, 5)
    quiet_day(recordings, clock, 3, light=0.2)
    assert 5 == drawn(recordings, clock).pictures


def test_times_that_may_be_wrong_make_none(recordings, clock):
    clock.trusted = False
    quiet_day(recordings, clock)
    assert drawn(recordings, clock) is None


def test_only_what_is_recent_is_looked_at_and_not_all_of_it(recordings, clock):
    quiet_day(recordings, clock, 18)
    assert MOST == drawn(recordings, clock).pictures
    clock.go(BACK + 60)
    assert drawn(recordings, clock) is None


def test_what_is_always_covered_is_hatched(recordings, clock):
    quiet_day(recordings, clock)
    made = drawn(recordings, clock)
    text = drawing(made, [((0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (0.5, 0.5))])
    assert 'points="240,0 480,0 480,136 240,136"' in text
    assert 2 == text.count("<path")
