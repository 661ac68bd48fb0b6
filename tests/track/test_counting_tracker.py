"""One body, one track: who counts, who is the same, and who only looks like somebody."""

import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind, ObjectClass
from passerby.core.motion import MotionField
from passerby.track.counting_tracker import Bodies

WIDTH, HEIGHT = 1280, 720


def found(x, y=600, tall=200, score=0.8, sort=ObjectClass.PERSON):
    kind = Kind.PERSON if sort is ObjectClass.PERSON else Kind.VEHICLE
    return Detection(kind, Box(x - tall / 6, y - tall, x + tall / 6, y), score, "test", sort)


def watch(who, seconds=10.0, every=0.5, bodies=None):
    """What is told at each look, of a picture in which `who(t)` is found."""
    bodies = bodies or Bodies(WIDTH, HEIGHT)
    return [bodies.step(step * every, None, who(step * every)) for step in range(round(seconds / every))]


def counted(told):
    return {one.track for look in told for one in look if one.confirmed}


def test_somebody_who_walks_is_one():
    told = watch(lambda t: [found(100 + 100 * t)])
    assert 1 == len(counted(told))
    assert [False, False, True] == [look[0].confirmed for look in told[:3]]
    box = told[3][0].box
    assert (pytest.approx(250 / WIDTH), pytest.approx(600 / HEIGHT)) == ((box.x1 + box.x2) / 2, box.y2)


def test_what_is_seen_twice_or_faintly_is_nobody():
    assert set() == counted(watch(lambda t: [found(500)] if t < 1 else []))
    assert set() == counted(watch(lambda t: [found(500, score=0.3)]))


def test_between_looks_nothing_is_told():
    assert Bodies(WIDTH, HEIGHT).step(0.0, None, None) is None


def test_what_has_no_sort_is_not_followed():
    face = Detection(Kind.FACE, Box(0, 0, 50, 50), 0.9, "test")
    assert [[]] * 4 == watch(lambda t: [face], seconds=2)


def test_somebody_hidden_for_two_seconds_is_the_same():
    told = watch(lambda t: [] if 4 <= t < 6 else [found(100 + 100 * t)])
    assert 1 == len(counted(told))
    assert {True, False} == {one.seen for look in told for one in look}


def test_who_comes_back_after_long_is_another():
    assert 2 == len(counted(watch(lambda t: [] if 3 <= t < 8 else [found(500)], seconds=14)))


def test_two_who_cross_stay_two():
    told = watch(lambda t: [found(200 + 80 * t, y=590), found(1000 - 80 * t, y=640, tall=220)])
    assert 2 == len(counted(told))
    assert all(2 == len(look) for look in told[2:])


def test_two_who_cross_and_hide_each_other_stay_two():
    def who(t):
        both = [found(200 + 80 * t, y=590), found(1000 - 80 * t, y=640, tall=220)]
        return both[1:] if abs(both[0].box.centre[0] - both[1].box.centre[0]) < 60 else both

    assert 2 == len(counted(watch(who)))


def test_who_runs_into_the_picture_is_one():
    """Less than half of them is seen at first, and each look shows another box."""
    heights = [40, 216, 327, 373, 365]

    def who(t):
        tall = heights[min(int(t / 0.5), 4)]
        return [
            Detection(
                Kind.PERSON, Box(250 + 60 * min(t, 2), 720 - tall, 400 + 60 * min(t, 2), 720), 0.7, "t", ObjectClass.PERSON
            )
        ]

    assert 1 == len(counted(watch(who)))


def test_a_car_far_away_is_not_the_one_at_the_rim():
    """Two that stand, each of them seen now and then: the small one does not jump into the large one's place, however
    near that begins; else it has crossed every line between the two."""

    def who(t):
        small = Detection(Kind.VEHICLE, Box(552, 270, 622, 301), 0.37, "test", ObjectClass.CAR)
        large = Detection(Kind.VEHICLE, Box(749, 342, 1279, 719), 0.36, "test", ObjectClass.CAR)
        return [small] if t % 10 < 4 else [large] if 5 <= t % 10 < 9 else []

    told = [one for look in watch(who, seconds=40, every=1.0) for one in look if one.seen and one.confirmed]
    sides = {(one.track, one.box.x1 > 0.5) for one in told}
    assert {False, True} == {right for _, right in sides}
    assert len({track for track, _ in sides}) == len(sides)


def test_half_of_somebody_is_not_one_more():
    def who(t):
        whole = found(500)
        half = Detection(Kind.PERSON, Box(whole.box.x1, 400, whole.box.x2, 520), 0.6, "t", ObjectClass.PERSON)
        return [whole, half]

    assert 1 == len(counted(watch(who)))


def test_somebody_who_steps_out_from_behind_another_counts_then():
    told = watch(lambda t: [found(500, tall=300), found(500 + 40 * max(0, t - 4), y=560, tall=180)])
    assert 1 == len({one.track for one in told[7] if one.confirmed})
    assert 2 == len({one.track for one in told[-1] if one.confirmed})


def test_a_lorry_that_is_sometimes_a_bus_is_one_lorry():
    told = watch(lambda t: [found(300 + 50 * t, sort=ObjectClass.BUS if int(t * 2) % 3 == 0 else ObjectClass.TRUCK)])
    assert 1 == len(counted(told))
    assert ObjectClass.TRUCK is told[-1][0].sort


def test_a_cyclist_is_a_person_and_a_bicycle():
    told = watch(lambda t: [found(300 + 50 * t), found(300 + 50 * t, tall=150, sort=ObjectClass.BICYCLE)])
    assert {ObjectClass.PERSON, ObjectClass.BICYCLE} == {one.sort for one in told[-1] if one.confirmed}


def test_between_looks_the_motion_of_the_picture_carries_them():
    """Fast, so that two looks do not overlap, and past somebody who stands where they would be without it."""
    rows, columns = 60, 107
    forward = np.zeros((rows, columns, 2), np.float32)
    forward[..., 0] = 40
    field = MotionField(forward, -forward, np.ones((rows, columns), np.float32), 12.0)
    bodies, told = Bodies(WIDTH, HEIGHT), []
    for step in range(26):
        looked = step % 5 == 0
        seen = bodies.step(step * 0.1, field, [found(100 + 40 * step)] if looked else None)
        told += [seen] if looked else []
    assert 1 == len({one.track for look in told for one in look})


def test_who_has_left_the_picture_is_gone():
    told = watch(lambda t: [found(1000 + 100 * t)] if t < 2.5 else [], seconds=8)
    assert [] == told[-1]


def walkers(*lefts, wide=70):
    """Boxes whose left edges are at these places of a picture 960 px wide, one list for each look; None: not seen."""
    return [
        [
            Detection(Kind.PERSON, Box(max(0, left), 210, min(960, left + wide), 380), 0.8, "t", ObjectClass.PERSON)
            for left in look
            if left is not None
        ]
        for look in lefts
    ]


def looked(looks, every=0.4, driven=lambda found: False):
    """What is told at each look. After one whose findings are `driven`, the picture's motion is 54 px to the left."""
    bodies, told = Bodies(960, 540), []
    forward = np.zeros((45, 80, 2), np.float32)
    forward[..., 0] = -54
    left = MotionField(forward, -forward, np.ones((45, 80), np.float32), 12.0)
    for number, found in enumerate(looks):
        told.append(bodies.step(number * every, None, found))
        if driven(found):
            bodies.step((number + 0.5) * every, left, None)
    return told


def test_who_goes_out_and_who_comes_in_there_a_moment_later_are_two():
    out = [(left,) for left in range(501, 14, -54)]
    back = [(left,) for left in range(9, 400, 54)]
    told = looked(walkers(*out, (None,), *back))
    first, second = ({one.track for one in told[n] if one.seen} for n in (len(out) - 1, len(out) + 1))
    assert set() == first & second
    assert 2 == len(counted(told))


def test_two_who_pass_are_seen_as_one_for_a_look_and_go_on_as_they_went():
    """In the middle there is one box for both of them, and the motion there is that of one. Each then is where it was
    going, not where the other is."""
    right, left = [100 + 54 * n for n in range(14)], [820 - 54 * n for n in range(14)]
    looks = [(a, b) if abs(a - b) > 40 else ((a + b) / 2,) for a, b in zip(right, left, strict=True)]
    assert any(len(look) == 1 for look in looks)
    told = looked(walkers(*looks), driven=lambda found: len(found) == 1)
    assert 2 == len(counted(told))
    first, last = (sorted((one.track, one.box.x1 * 960) for one in told[n]) for n in (3, -1))
    assert [right[3], left[3]] == [pytest.approx(x) for _, x in first]
    assert [right[-1], left[-1]] == [pytest.approx(x) for _, x in last]
