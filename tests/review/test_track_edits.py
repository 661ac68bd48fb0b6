"""Edits of tracks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Keyframe, Track
from passerby.review.errors import ReviewError
from passerby.review.track_edits import (
    drawn_keyframe,
    ending_at,
    fit_region,
    frame_at,
    is_manual,
    merge,
    nearest_anchors,
    split_at,
    starting_at,
    with_box,
)

TIMES = list(range(0, 1000, 10))


BOX = Box(0, 0, 10, 10)


def track(number, *keys, kind=Kind.FACE):
    frames = tuple(Keyframe(time=time, box=box, score=0.9, origin="model") for time, box in keys)
    return Track(number=number, kind=kind, keyframes=frames)


def moving(number, start=100, end=900, y=0.0):
    """To the right, a pixel a frame."""
    first = Box(start / 10, y, start / 10 + 10, y + 10)
    return track(number, (start, first), (end, first.translate((end - start) / 10, 0)))


def boxes(one):
    return {time: place.box for time in TIMES if (place := one.masked_at(time)) is not None}


@pytest.mark.parametrize(("time", "expected"), [(-5, 0), (0, 0), (9, 0), (10, 1), (5000, 99)])
def test_the_frame_at_a_time(time, expected):
    assert expected == frame_at(TIMES, time)


def test_a_box_moved_in_one_frame_leaves_the_others():
    one = moving(1)
    other = with_box(one, 500, Box(0, 50, 10, 60), TIMES)
    assert Box(0, 50, 10, 60) == other.masked_at(500).box
    assert {t: b for t, b in boxes(one).items() if t != 500} == {t: b for t, b in boxes(other).items() if t != 500}
    assert (None, None) == nearest_anchors(other, 500)
    assert (500, None) == nearest_anchors(other, 600)


def test_both_halves_of_a_split_are_the_whole():
    one = moving(1)
    first, second = split_at(one, 500, TIMES, 7)
    assert (1, 7) == (first.number, second.number)
    assert (490, 500) == (first.end, second.start)
    assert boxes(one) == boxes(first) | boxes(second)


@pytest.mark.parametrize("time", [0, 100, 950])
def test_a_track_cannot_be_split_at_its_ends(time):
    with pytest.raises(ReviewError):
        split_at(moving(1), time, TIMES, 7)


def test_the_first_and_the_last_frame_are_set():
    one = moving(1)
    assert (300, 900) == (starting_at(one, 300).start, starting_at(one, 300).end)
    assert (100, 300) == (ending_at(one, 300).start, ending_at(one, 300).end)
    with pytest.raises(ReviewError):
        starting_at(one, 10)


@given(st.integers(0, 80), st.integers(1, 19), st.integers(0, 80), st.integers(1, 19))
def test_merged_tracks_stay_covered_in_every_frame(start_a, long_a, start_b, long_b):
    a = moving(1, start_a * 10, (start_a + long_a) * 10)
    b = moving(2, start_b * 10, (start_b + long_b) * 10, y=30.0)
    whole = boxes(merge(a, b, TIMES))
    for part in (a, b):
        for time, box in boxes(part).items():
            assert box.containment(whole[time]) > 0.999
    assert set(range(min(a.start, b.start), max(a.end, b.end) + 1, 10)) == set(whole)


def test_tracks_created_by_a_person():
    assert not is_manual(moving(1))
    drawn = tuple(Keyframe(time=t, box=BOX, score=0, origin=o) for t, o in ((0, "person"), (10, "person:propagated")))
    assert is_manual(Track(number=1, kind=Kind.FACE, keyframes=drawn))


def test_a_fixed_region_is_moved_in_all_its_keyframes():
    corners = ((0.0, 0.0), (20.0, 0.0), (10.0, 10.0))
    keys = tuple(drawn_keyframe(time, Box(0, 0, 20, 10), corners) for time in (0, 900))
    region = Track(number=3, kind=Kind.REGION, keyframes=keys)
    moved = fit_region(region, 300, Box(100, 50, 140, 70))
    assert [(0, Box(100, 50, 140, 70)), (900, Box(100, 50, 140, 70))] == [(k.time, k.box) for k in moved.keyframes]
    assert {((100.0, 50.0), (140.0, 50.0), (120.0, 70.0))} == {key.polygon for key in moved.keyframes}
