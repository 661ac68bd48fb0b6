"""Tracks that were followed in two stretches, put together."""

from passerby.base.box import Box
from passerby.base.kinds import Kind
from passerby.base.plan import Keyframe, Track
from passerby.track.seams import sewn


def track(*places, kind=Kind.FACE):
    keys = tuple(Keyframe(time=time, box=box, score=0.5, origin="test") for time, box in places)
    return Track(number=1, kind=kind, keyframes=keys)


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
    (whole,) = sewn({0: [before], 1: [after]})
    assert (0, 300) == (whole.start, whole.end)
    assert covers(whole, before)
    assert covers(whole, after)


def test_things_that_lie_apart_or_are_of_another_kind_stay_apart():
    face = track((0, at(0)), (130, at(0)))
    elsewhere, plate = track((100, at(60)), (200, at(60))), track((100, at(0)), (200, at(0)), kind=Kind.PLATE)
    assert [face, elsewhere, plate] == sewn({0: [face], 1: [elsewhere, plate]})


def test_what_ends_before_the_seam_has_no_partner():
    early, late = track((0, at(0)), (90, at(0))), track((100, at(0)), (200, at(0)))
    assert [early, late] == sewn({0: [early], 1: [late]})


def test_a_thing_goes_through_any_number_of_stretches():
    parts = {n: [track((n * 100, at(n)), (n * 100 + 110, at(n + 1)))] for n in range(4)}
    (whole,) = sewn(parts)
    assert (0, 410) == (whole.start, whole.end)
    assert all(covers(whole, part) for (part,) in parts.values())


def test_of_two_that_lie_over_one_the_surer_is_its_partner():
    one = track((0, at(0)), (120, at(0)))
    near, nearer = track((100, at(8)), (200, at(8))), track((100, at(1)), (250, at(1)))
    joined = sewn({0: [one], 1: [near, nearer]})
    assert {(0, 250), (100, 200)} == {(track.start, track.end) for track in joined}


def test_stretches_without_anything_are_no_obstacle():
    assert [] == sewn({0: [], 1: []})
    alone = track((0, at(0)))
    assert [alone] == sewn({0: [], 2: [alone], 3: []})
