"""Tracks of two segments, stitched together."""

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Keyframe, Track
from passerby.track.confirmation import TrackCandidate, TrackEvidence
from passerby.track.stitching import stitch_tracks


def track(*places, kind=Kind.FACE):
    keys = tuple(Keyframe(time=time, box=box, score=0.5, origin="test") for time, box in places)
    return Track(number=1, kind=kind, keyframes=keys)


def confirmed(*tracks):
    return [TrackCandidate(one, TrackEvidence(0.9, 0.9, hits=1)) for one in tracks]


def weak(one, total=1.0, hits=5, runs=5):
    return TrackCandidate(one, TrackEvidence(0.2, total, hits, misses=runs - hits))


def at(x, y=0.0, side=20.0):
    return Box(x, y, x + side, y + side)


def covers(whole, part):
    return all(
        (outer := whole.masked_at(time)) is not None and inner.box.containment(outer.box) > 0.999
        for time in range(part.start, part.end + 1)
        if (inner := part.masked_at(time)) is not None
    )


def test_the_same_object_is_one_track_that_covers_both():
    before = track((0, at(0)), (100, at(50)), (113, at(57)), (130, at(58)))
    after = track((105, at(54)), (120, at(58)), (300, at(200)))
    (whole,) = stitch_tracks({0: confirmed(before), 1: confirmed(after)})
    assert (0, 300) == (whole.start, whole.end)
    assert covers(whole, before)
    assert covers(whole, after)


def test_objects_that_lie_apart_or_are_of_another_kind_stay_apart():
    face = track((0, at(0)), (130, at(0)))
    elsewhere, plate = track((100, at(60)), (200, at(60))), track((100, at(0)), (200, at(0)), kind=Kind.PLATE)
    assert [face, elsewhere, plate] == stitch_tracks({0: confirmed(face), 1: confirmed(elsewhere, plate)})


def test_a_track_that_ends_before_the_boundary_has_no_partner():
    early, late = track((0, at(0)), (90, at(0))), track((100, at(0)), (200, at(0)))
    assert [early, late] == stitch_tracks({0: confirmed(early), 1: confirmed(late)})


def test_an_object_crosses_any_number_of_segments():
    parts = [track((n * 100, at(n)), (n * 100 + 110, at(n + 1))) for n in range(4)]
    (whole,) = stitch_tracks({n: confirmed(part) for n, part in enumerate(parts)})
    assert (0, 410) == (whole.start, whole.end)
    assert all(covers(whole, part) for part in parts)


def test_of_two_that_overlap_one_the_closer_is_its_partner():
    one = track((0, at(0)), (120, at(0)))
    near, nearer = track((100, at(8)), (200, at(8))), track((100, at(1)), (250, at(1)))
    joined = stitch_tracks({0: confirmed(one), 1: confirmed(near, nearer)})
    assert {(0, 250), (100, 200)} == {(track.start, track.end) for track in joined}


def test_empty_segments_are_no_obstacle():
    assert [] == stitch_tracks({0: [], 1: []})
    alone = track((0, at(0)))
    assert [alone] == stitch_tracks({0: [], 2: confirmed(alone), 3: []})


def test_a_track_confirmed_in_one_segment_is_stitched_to_a_weak_one_in_the_next():
    before, after = track((0, at(0)), (110, at(0))), track((100, at(0)), (300, at(0)))
    for parts in (
        {0: confirmed(before), 1: [weak(after, 0.2, 1, 50)]},
        {0: [weak(before, 0.2, 1, 50)], 1: confirmed(after)},
    ):
        (whole,) = stitch_tracks(parts)
        assert (0, 300) == (whole.start, whole.end)


def test_a_track_confirmed_by_neither_segment_is_kept_when_both_together_confirm_it():
    before, after = track((0, at(0)), (110, at(0))), track((100, at(0)), (300, at(0)))
    assert [] == stitch_tracks({0: [weak(before)], 1: [weak(after, 0.4, 2, 2)]})
    assert 1 == len(stitch_tracks({0: [weak(before)], 1: [weak(after)]}))
    assert [] == stitch_tracks({0: [weak(before)], 1: [weak(after, hits=1, runs=50)]})


def test_tracks_confirmed_on_both_sides_are_paired_first():
    one, other = track((0, at(0)), (120, at(0))), track((100, at(4)), (250, at(4)))
    doubted = weak(track((100, at(0)), (200, at(0))), 0.2, 1, 9)
    assert [(0, 250)] == [
        (part.start, part.end) for part in stitch_tracks({0: confirmed(one), 1: [doubted, *confirmed(other)]})
    ]
