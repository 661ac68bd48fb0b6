import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Keyframe, Span, Track
from passerby.review.errors import Refused
from passerby.review.track_edits import (
    anchors,
    drawn,
    fitted,
    frame_at,
    is_hand_made,
    merged,
    since,
    split,
    until,
    with_box,
)
from passerby.review.visible_spans import hidden_again, kept_visible, stretches

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
    return {time: place.box for time in TIMES if (place := one.at(time)) is not None}


@pytest.mark.parametrize(("time", "expected"), [(-5, 0), (0, 0), (9, 0), (10, 1), (5000, 99)])
def test_the_frame_at_a_time(time, expected):
    assert expected == frame_at(TIMES, time)


def test_a_box_moved_in_one_frame_leaves_the_others():
    one = moving(1)
    other = with_box(one, 500, Box(0, 50, 10, 60), TIMES)
    assert Box(0, 50, 10, 60) == other.at(500).box
    assert {t: b for t, b in boxes(one).items() if t != 500} == {t: b for t, b in boxes(other).items() if t != 500}
    assert (None, None) == anchors(other, 500)
    assert (500, None) == anchors(other, 600)


def test_both_halves_of_a_split_are_the_whole():
    one = moving(1)
    first, second = split(one, 500, TIMES, 7)
    assert (1, 7) == (first.number, second.number)
    assert (490, 500) == (first.end, second.start)
    assert boxes(one) == boxes(first) | boxes(second)


@pytest.mark.parametrize("time", [0, 100, 950])
def test_a_track_is_not_split_where_it_is_not(time):
    with pytest.raises(Refused):
        split(moving(1), time, TIMES, 7)


def test_told_where_to_begin_and_to_end():
    one = moving(1)
    assert (300, 900) == (since(one, 300).start, since(one, 300).end)
    assert (100, 300) == (until(one, 300).start, until(one, 300).end)
    with pytest.raises(Refused):
        since(one, 10)


@given(st.integers(0, 80), st.integers(1, 19), st.integers(0, 80), st.integers(1, 19))
def test_what_is_merged_stays_covered_in_every_frame(start_a, long_a, start_b, long_b):
    a = moving(1, start_a * 10, (start_a + long_a) * 10)
    b = moving(2, start_b * 10, (start_b + long_b) * 10, y=30.0)
    whole = boxes(merged(a, b, TIMES))
    for part in (a, b):
        for time, box in boxes(part).items():
            assert box.containment(whole[time]) > 0.999
    assert set(range(min(a.start, b.start), max(a.end, b.end) + 1, 10)) == set(whole)


def test_made_by_hand():
    assert not is_hand_made(moving(1))
    drawn = tuple(Keyframe(time=t, box=BOX, score=0, origin=o) for t, o in ((0, "person"), (10, "person:carried")))
    assert is_hand_made(Track(number=1, kind=Kind.FACE, keyframes=drawn))


def crossing():
    """One that moves to the right, and one that stands in its way from 45 to 55 px."""
    return moving(1), track(2, (0, Box(45, 0, 55, 10)), (990, Box(45, 0, 55, 10)))


def test_a_visible_stretch_ends_where_tracks_cross():
    one, other = crossing()
    kept = kept_visible(one, [one, other], TIMES, 15, confirmed=False)
    assert 100 == kept.visible[0].start
    end = kept.visible[0].end
    assert one.place(end).box.overlap(Box(45, 0, 55, 10)) == 0
    assert one.place(end + 30).box.overlap(Box(45, 0, 55, 10)) > 0
    assert kept.at(end) is None
    assert kept.at(end + 10) is not None
    assert kept.at(900) is not None


def test_a_crossing_must_be_confirmed():
    one, other = crossing()
    with pytest.raises(Refused, match="crossing"):
        kept_visible(one, [one, other], TIMES, 45, confirmed=False)
    assert kept_visible(one, [one, other], TIMES, 45, confirmed=True).at(450) is None


def test_beyond_a_crossing_somebody_must_say_so_again():
    one, other = crossing()
    kept = kept_visible(one, [one, other], TIMES, 15, confirmed=False)
    beyond = kept_visible(kept, [one, other], TIMES, 80, confirmed=True)
    assert 2 == len(beyond.visible)
    assert beyond.at(450) is not None
    assert beyond.at(800) is None


def test_other_kinds_confuse_nobody():
    one = moving(1)
    fence = track(2, (0, Box(0, 0, 90, 90)), (990, Box(0, 0, 90, 90)), kind=Kind.REGION)
    assert [False] == [run.crossing for run in stretches(one, [one, fence], TIMES)]


def test_hidden_again():
    one = moving(1).model_copy(update={"visible": (Span(start=100, end=300), Span(start=500, end=600))})
    assert (Span(start=500, end=600),) == hidden_again(one, 200).visible
    with pytest.raises(Refused):
        hidden_again(one, 400)


def test_a_fixed_region_is_moved_for_all_of_its_time():
    corners = ((0.0, 0.0), (20.0, 0.0), (10.0, 10.0))
    keys = tuple(drawn(time, Box(0, 0, 20, 10), corners) for time in (0, 900))
    region = Track(number=3, kind=Kind.REGION, keyframes=keys)
    moved = fitted(region, 300, Box(100, 50, 140, 70))
    assert [(0, Box(100, 50, 140, 70)), (900, Box(100, 50, 140, 70))] == [(k.time, k.box) for k in moved.keyframes]
    assert {((100.0, 50.0), (140.0, 50.0), (120.0, 70.0))} == {key.polygon for key in moved.keyframes}
