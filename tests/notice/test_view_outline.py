"""An outline shows walls and doors, and never a person: where that is not certain, there is none."""

import numpy as np
import pytest

from passerby.notice.view_outline import LOOKBACK_S, MAX_FRAMES, MAX_POINTS, view_outline
from passerby.store.counts.events_and_counts import CountStore
from tests.notice.scenes import DOOR, HEIGHT, PERSON_BOX, WIDTH, count_bin, record, record_empty_day, store_counts


def draw(recordings, clock, camera="yard"):
    return view_outline(recordings, CountStore(recordings.database, "hall"), camera, clock.now().wall + 120)


def points(outline):
    return np.array([point for line in outline.lines for point in line])


def within(outline, box, margin=6):
    left, top, right, bottom = box
    x, y = points(outline).T
    return int(
        np.sum((x > left - margin) & (x < right + margin) & (y > top - margin) & (y < min(bottom, 240) + margin))
    )


def test_static_edges_are_drawn(recordings, clock):
    record_empty_day(recordings, clock)
    outline = draw(recordings, clock)
    assert (WIDTH, HEIGHT, 6) == (outline.width, outline.height, outline.frames)
    assert within(outline, DOOR) >= 4
    assert within(outline, PERSON_BOX) == 0
    assert len(points(outline)) <= MAX_POINTS


def test_a_person_in_one_picture_is_not_drawn(recordings, clock):
    record_empty_day(recordings, clock, 5)
    record_empty_day(recordings, clock, 1, person=True)
    outline = draw(recordings, clock)
    assert (6, 0) == (outline.frames, within(outline, PERSON_BOX))
    assert within(outline, DOOR) >= 4


def test_a_person_in_every_picture_would_be_detected_here(recordings, clock):
    record_empty_day(recordings, clock, person=True)
    assert within(draw(recordings, clock), PERSON_BOX) > 4


@pytest.mark.parametrize("when", [1, 0, -1], ids=["the minute before", "the minute", "the minute after"])
def test_minutes_with_people_are_not_used(recordings, clock, when):
    for _ in range(6):
        clock.go(660)
        record(recordings, clock, person=True)
        store_counts(recordings, clock, [count_bin(clock, people=int(back == when), back=back) for back in (1, 0, -1)])
    assert draw(recordings, clock) is None


def test_no_outline_without_counting_of_the_full_frame(recordings, clock):
    for zone in (None, "door"):
        for _ in range(6):
            clock.go(660)
            record(recordings, clock)
            if zone is not None:  # an empty zone says nothing about the rest of the frame
                store_counts(recordings, clock, [count_bin(clock, zone=zone, back=back) for back in (1, 0, -1)])
        assert draw(recordings, clock) is None


def test_no_outline_from_too_few_pictures(recordings, clock):
    record_empty_day(recordings, clock, 4)
    assert draw(recordings, clock) is None
    record_empty_day(recordings, clock, 1)
    assert draw(recordings, clock) is not None


def test_pictures_close_in_time_count_as_one(recordings, clock):
    for _ in range(6):
        clock.go(100)
        record(recordings, clock)
        store_counts(recordings, clock, [count_bin(clock, back=back) for back in (1, 0, -1)])
    assert draw(recordings, clock) is None


def test_covered_pictures_are_not_used(recordings, clock):
    record_empty_day(recordings, clock, covered=True)
    assert draw(recordings, clock) is None


def test_dark_pictures_are_not_used(recordings, clock):
    record_empty_day(recordings, clock, 5)
    record_empty_day(recordings, clock, 3, light=0.2)
    assert 5 == draw(recordings, clock).frames


def test_no_outline_from_untrusted_times(recordings, clock):
    clock.trusted = False
    record_empty_day(recordings, clock)
    assert draw(recordings, clock) is None


def test_only_recent_pictures_are_used_and_not_all_of_them(recordings, clock):
    record_empty_day(recordings, clock, 18)
    assert MAX_FRAMES == draw(recordings, clock).frames
    clock.go(LOOKBACK_S + 60)
    assert draw(recordings, clock) is None
