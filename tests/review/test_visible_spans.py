"""Keeping a person visible, up to where tracks cross."""

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Keyframe, Track
from passerby.documents.plan_parts.spans import VisibleSpan
from passerby.review.errors import ReviewError
from passerby.review.visible_spans import (
    crossing_spans,
    hide_again,
    hide_all,
    keep_visible,
    show_certain,
    show_span,
    with_visible_reason,
)

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
    one = moving(1).model_copy(update={"visible": (VisibleSpan(start=100, end=300), VisibleSpan(start=500, end=600))})
    assert (VisibleSpan(start=500, end=600),) == hide_again(one, 200).visible
    with pytest.raises(ReviewError):
        hide_again(one, 400)


def spans(track):
    return [(span.start, span.end, span.reason, span.by) for span in track.visible]


def test_a_visible_span_says_why_and_who_decided_it():
    one = moving(1)
    kept = keep_visible(one, [one], TIMES, 15, confirmed=False, reason="she agreed", by="J. Doe")
    assert [(100, 900, "she agreed", "J. Doe")] == spans(kept)
    other = with_visible_reason(kept, 200, "b(6)", "A. Clerk")
    assert [(100, 900, "b(6)", "A. Clerk")] == spans(other)
    assert kept == with_visible_reason(kept, 950, "b(6)", "A. Clerk")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        pytest.param((150, 250, "a"), [(100, 250, "a")], id="the same reason: one span"),
        pytest.param((150, 250, "b"), [(100, 149, "a"), (150, 250, "b")], id="another: each its own"),
        pytest.param((120, 150, "b"), [(100, 119, "a"), (120, 150, "b"), (151, 200, "a")], id="inside"),
        pytest.param((50, 300, "b"), [(50, 300, "b")], id="all of it"),
        pytest.param((300, 400, "a"), [(100, 200, "a"), (300, 400, "a")], id="apart"),
    ],
)
def test_spans_that_differ_in_reason_stay_apart(new, expected):
    one = moving(1).model_copy(update={"visible": (VisibleSpan(start=100, end=200, reason="a"),)})
    start, end, reason = new
    shown = show_span(one, VisibleSpan(start=start, end=end, reason=reason))
    assert expected == [span[:3] for span in spans(shown)]


def test_hiding_all_takes_every_visible_span_away():
    assert () == hide_all(show_span(moving(1), VisibleSpan(start=300, end=500))).visible


def test_a_track_that_begins_before_the_file_is_shown_too():
    """Regions, and tracks made by hand, may."""
    long = track(1, (-(10**9), Box(0, 0, 9, 9)), (10**9, Box(0, 0, 9, 9)))
    assert (VisibleSpan(start=TIMES[0], end=TIMES[-1]),) == show_certain(long, [], TIMES).visible
