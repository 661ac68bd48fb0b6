"""Tracks that were followed in two stretches, put together."""

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Keyframe, Track
from passerby.track.segments import Followed
from passerby.track.stitching import sewn


def track(*places, kind=Kind.FACE):
    keys = tuple(Keyframe(time=time, box=box, score=0.5, origin="test") for time, box in places)
    return Track(number=1, kind=kind, keyframes=keys)


def sure(*tracks):
    return [Followed(one, best=0.9, total=0.9, sightings=1, looks=1) for one in tracks]


def weak(one, total=1.0, sightings=5, looks=5):
    return Followed(one, best=0.2, total=total, sightings=sightings, looks=looks)


def at(x, y=0.0, side=20.0):
    return Box(x, y, x + side, y + side)


def covers(whole, part):
    return all(
        (here := whole.at(time)) is not None and there.box.inside(here.box) > 0.999
        for time in range(part.start, part.end + 1)
        if (there := part.at(time)) is not None
    )


def test_the_same_thing_is_one_track_that_covers_what_either_says():
    before = track((0, at(0)), (100, at(50)), (113, at(57)), (130, at(58)))
    after = track((105, at(54)), (120, at(58)), (300, at(200)))
    (whole,) = sewn({0: sure(before), 1: sure(after)})
    assert (0, 300) == (whole.start, whole.end)
    assert covers(whole, before)
    assert covers(whole, after)


def test_things_that_lie_apart_or_are_of_another_kind_stay_apart():
    face = track((0, at(0)), (130, at(0)))
    elsewhere, plate = track((100, at(60)), (200, at(60))), track((100, at(0)), (200, at(0)), kind=Kind.PLATE)
    assert [face, elsewhere, plate] == sewn({0: sure(face), 1: sure(elsewhere, plate)})


def test_what_ends_before_the_seam_has_no_partner():
    early, late = track((0, at(0)), (90, at(0))), track((100, at(0)), (200, at(0)))
    assert [early, late] == sewn({0: sure(early), 1: sure(late)})


def test_a_thing_goes_through_any_number_of_stretches():
    parts = [track((n * 100, at(n)), (n * 100 + 110, at(n + 1))) for n in range(4)]
    (whole,) = sewn({n: sure(part) for n, part in enumerate(parts)})
    assert (0, 410) == (whole.start, whole.end)
    assert all(covers(whole, part) for part in parts)


def test_of_two_that_lie_over_one_the_surer_is_its_partner():
    one = track((0, at(0)), (120, at(0)))
    near, nearer = track((100, at(8)), (200, at(8))), track((100, at(1)), (250, at(1)))
    joined = sewn({0: sure(one), 1: sure(near, nearer)})
    assert {(0, 250), (100, 200)} == {(track.start, track.end) for track in joined}


def test_stretches_without_anything_are_no_obstacle():
    assert [] == sewn({0: [], 1: []})
    alone = track((0, at(0)))
    assert [alone] == sewn({0: [], 2: sure(alone), 3: []})


def test_what_one_stretch_is_sure_of_is_the_same_thing_in_the_next_however_weak_it_is_there():
    before, after = track((0, at(0)), (110, at(0))), track((100, at(0)), (300, at(0)))
    for parts in ({0: sure(before), 1: [weak(after, 0.2, 1, 50)]}, {0: [weak(before, 0.2, 1, 50)], 1: sure(after)}):
        (whole,) = sewn(parts)
        assert (0, 300) == (whole.start, whole.end)


def test_what_neither_is_sure_of_counts_when_both_together_are():
    before, after = track((0, at(0)), (110, at(0))), track((100, at(0)), (300, at(0)))
    assert [] == sewn({0: [weak(before)], 1: [weak(after, 0.4, 2, 2)]})
    assert 1 == len(sewn({0: [weak(before)], 1: [weak(after)]}))
    assert [] == sewn({0: [weak(before)], 1: [weak(after, sightings=1, looks=50)]})


def test_what_is_sure_on_both_sides_is_paired_before_what_is_not():
    one, other = track((0, at(0)), (120, at(0))), track((100, at(4)), (250, at(4)))
    doubted = weak(track((100, at(0)), (200, at(0))), 0.2, 1, 9)
    assert [(0, 250)] == [(part.start, part.end) for part in sewn({0: sure(one), 1: [doubted, *sure(other)]})]
