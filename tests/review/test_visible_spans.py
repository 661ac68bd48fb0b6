"""Keeping a person visible, up to where tracks cross."""

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Keyframe, TickSpan, Track
from passerby.review.errors import ReviewError
from passerby.review.visible_spans import crossing_spans, hide_again, hide_all, keep_visible, show_certain, show_span

TIMES = list(range(0, 1000, 10))


def track(number, *keys, kind=Kind.FACE):
    frames = tuple(Keyframe(time=time, box=box, score=0.9, origin="model") for time, box in keys)
    return Track(number=number, kind=kind, keyframes=frames)


def moving(number, start=100, end=900, y=0.0):
    """To the right, a pixel a frame."""
    first = Box(start / 10, y, start / 10 + 10, y + 10)
    return track(number, (start, first), (end, first.translate((end - start) / 10, 0)))


def crossing():
    """One that moves to the right, and one that stands in its way from 45 to 55 px."""
    return moving(1), track(2, (0, Box(45, 0, 55, 10)), (990, Box(45, 0, 55, 10)))


def test_a_visible_span_ends_where_tracks_cross():
    one, other = crossing()
    kept = keep_visible(one, [one, other], TIMES, 15, confirmed=False)
    assert 100 == kept.visible[0].start
    end = kept.visible[0].end
    assert one.interpolate(end).box.intersection(Box(45, 0, 55, 10)) == 0
    assert one.interpolate(end + 30).box.intersection(Box(45, 0, 55, 10)) > 0
    assert kept.masked_at(end) is None
    assert kept.masked_at(end + 10) is not None
    assert kept.masked_at(900) is not None


def test_a_crossing_must_be_confirmed():
    one, other = crossing()
    with pytest.raises(ReviewError, match="crossing"):
        keep_visible(one, [one, other], TIMES, 45, confirmed=False)
    assert keep_visible(one, [one, other], TIMES, 45, confirmed=True).masked_at(450) is None


def test_beyond_a_crossing_a_person_must_confirm_again():
    one, other = crossing()
    kept = keep_visible(one, [one, other], TIMES, 15, confirmed=False)
    beyond = keep_visible(kept, [one, other], TIMES, 80, confirmed=True)
    assert 2 == len(beyond.visible)
    assert beyond.masked_at(450) is not None
    assert beyond.masked_at(800) is None


def test_crossing_another_kind_does_not_count():
    one = moving(1)
    fence = track(2, (0, Box(0, 0, 90, 90)), (990, Box(0, 0, 90, 90)), kind=Kind.REGION)
    assert [False] == [run.crossing for run in crossing_spans(one, [one, fence], TIMES)]


def test_hidden_again():
    one = moving(1).model_copy(update={"visible": (TickSpan(start=100, end=300), TickSpan(start=500, end=600))})
    assert (TickSpan(start=500, end=600),) == hide_again(one, 200).visible
    with pytest.raises(ReviewError):
        hide_again(one, 400)


def test_hiding_all_takes_every_visible_span_away():
    assert () == hide_all(show_span(moving(1), 300, 500)).visible


def test_a_track_that_begins_before_the_file_is_shown_too():
    """Regions, and tracks made by hand, may."""
    long = track(1, (-(10**9), Box(0, 0, 9, 9)), (10**9, Box(0, 0, 9, 9)))
    assert (TickSpan(start=TIMES[0], end=TIMES[-1]),) == show_certain(long, [], TIMES).visible
