from fractions import Fraction

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import AnalysedRange, Keyframe, Track, VideoPlan
from passerby.review.queue import QueueEntry, confidence, priority, queue_entries

TIMES = list(range(0, 1000, 10))
BASE = Fraction(1, 100)
MIDDLE, EDGE = Box(300, 200, 340, 240), Box(0, 200, 40, 240)


def track(number, *scores, box=MIDDLE, start=0, step=100, kind=Kind.FACE, origin="model"):
    keys = tuple(Keyframe(time=start + n * step, box=box, score=score, origin=origin) for n, score in enumerate(scores))
    return Track(number=number, kind=kind, keyframes=keys)


def video(*tracks, analysed=((0, 99),)):
    ranges = tuple(
        AnalysedRange(first_frame=a, last_frame=b, first_time=TIMES[a], last_time=TIMES[b]) for a, b in analysed
    )
    return VideoPlan(stream=0, time_base=BASE, width=640, height=480, frames=100, analysed=ranges, tracks=tracks)


def entries(*tracks, known=None, **how):
    plan = video(*tracks, **how)
    return queue_entries(0, plan, plan.tracks, TIMES, BASE, known=known)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (track(1, 0.9, 0.8, 0.7, 0.1), 0.8),  # the best three
        (track(1, 0.9, 0.0), 0.9),  # propagated by motion only: no detection
        (track(1, 0.0), 0.0),
        (track(1, 0.0, origin="person"), 1.0),
        (track(1, 0.2, kind=Kind.REGION), 1.0),
    ],
)
def test_confidence_is_that_of_the_best_detections(one, expected):
    assert expected == pytest.approx(confidence(one))


@pytest.mark.parametrize(
    ("one", "reasons"),
    [
        (track(1, 0.9, 0.9), None),
        (track(1, 0.3, 0.3), ("uncertain",)),
        (track(1, 0.9, 0.9, step=20), ("short",)),
        (track(1, 0.6, 0.6, box=EDGE), ("edge",)),
        (track(1, 0.9, 0.9, box=EDGE), None),  # a person walks out of the picture
        (track(1, 0.3, step=20, box=EDGE), ("uncertain", "short", "edge")),
        (track(1, 0.0, 0.0, origin="person"), None),
    ],
)
def test_what_needs_a_check_and_why(one, reasons):
    assert ([] if reasons is None else [reasons]) == [entry.reasons for entry in entries(one)]


def test_an_entry_points_to_the_best_detection():
    (entry,) = entries(track(7, 0.1, 0.4, 0.2))
    assert (7, 10, 1.0) == (entry.track, entry.frame, entry.seconds)


def test_frames_that_were_not_analysed():
    found = entries(analysed=((10, 19), (30, 89)))
    assert [(0, "10"), (20, "10"), (90, "10")] == [(entry.frame, entry.detail) for entry in found]
    assert {("not_analysed",)} == {entry.reasons for entry in found}


def test_the_most_urgent_comes_first():
    def entry(seconds, *reasons):
        return QueueEntry(id="x", video=0, frame=0, seconds=seconds, reasons=reasons)

    ordered = [entry(9, "finding"), entry(9, "not_analysed"), entry(1, "uncertain"), entry(2, "uncertain")]
    shuffled = [ordered[2], ordered[0], ordered[3], ordered[1]]
    assert ordered == sorted(shuffled, key=priority)


def test_nothing_is_brief_in_a_photo():
    plan = video(track(1, 0.9))
    assert ["short"] == [
        reason for entry in queue_entries(0, plan, plan.tracks, TIMES, BASE) for reason in entry.reasons
    ]
    assert [] == queue_entries(0, plan, plan.tracks, TIMES, BASE, still=True)


def test_a_track_that_did_not_change_is_not_looked_at_again(monkeypatch):
    looked = []
    monkeypatch.setattr("passerby.review.queue._at_edge", lambda box, video: bool(looked.append(box)))
    first, second = track(1, 0.9, 0.9), track(2, 0.9, 0.9)
    known = {}
    entries(first, second, known=known)
    assert 4 == len(looked)
    changed = second.model_copy(update={"reason": "b(6)"})
    entries(first, changed, known=known)
    assert 6 == len(looked)
