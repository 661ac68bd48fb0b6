"""One person, one track: who counts, who is the same, and what is no person."""

import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind, ObjectClass
from passerby.core.motion import MotionField
from passerby.track.counting_tracker import CountingTracker

WIDTH, HEIGHT = 1280, 720


def detection(x, y=600, tall=200, score=0.8, object_class=ObjectClass.PERSON):
    kind = Kind.PERSON if object_class is ObjectClass.PERSON else Kind.VEHICLE
    return Detection(kind, Box(x - tall / 6, y - tall, x + tall / 6, y), score, "test", object_class)


def watch(who, seconds=10.0, every=0.5, tracker=None):
    """The result of each update, for a scene in which `who(t)` is detected."""
    tracker = tracker or CountingTracker(WIDTH, HEIGHT)
    return [tracker.update(step * every, None, who(step * every)) for step in range(round(seconds / every))]


def counted(results):
    return {one.track for result in results for one in result if one.confirmed}


def test_somebody_who_walks_is_one():
    results = watch(lambda t: [detection(100 + 100 * t)])
    assert 1 == len(counted(results))
    assert [False, False, True] == [result[0].confirmed for result in results[:3]]
    box = results[3][0].box
    assert (pytest.approx(250 / WIDTH), pytest.approx(600 / HEIGHT)) == ((box.x1 + box.x2) / 2, box.y2)


def test_two_detections_or_weak_ones_do_not_count():
    assert set() == counted(watch(lambda t: [detection(500)] if t < 1 else []))
    assert set() == counted(watch(lambda t: [detection(500, score=0.3)]))


def test_between_detector_runs_nothing_is_returned():
    assert CountingTracker(WIDTH, HEIGHT).update(0.0, None, None) is None


def test_detections_without_a_class_are_not_tracked():
    face = Detection(Kind.FACE, Box(0, 0, 50, 50), 0.9, "test")
    assert [[]] * 4 == watch(lambda t: [face], seconds=2)


def test_somebody_occluded_for_two_seconds_is_the_same():
    results = watch(lambda t: [] if 4 <= t < 6 else [detection(100 + 100 * t)])
    assert 1 == len(counted(results))
    assert {True, False} == {one.detected for result in results for one in result}


def test_somebody_who_comes_back_after_long_is_another():
    assert 2 == len(counted(watch(lambda t: [] if 3 <= t < 8 else [detection(500)], seconds=14)))


def test_two_who_cross_stay_two():
    results = watch(lambda t: [detection(200 + 80 * t, y=590), detection(1000 - 80 * t, y=640, tall=220)])
    assert 2 == len(counted(results))
    assert all(2 == len(result) for result in results[2:])


def test_two_who_cross_and_occlude_each_other_stay_two():
    def who(t):
        both = [detection(200 + 80 * t, y=590), detection(1000 - 80 * t, y=640, tall=220)]
        return both[1:] if abs(both[0].box.centre[0] - both[1].box.centre[0]) < 60 else both

    assert 2 == len(counted(watch(who)))


def test_somebody_who_runs_into_the_frame_is_one():
    """Less than half of them is visible at first, and each detection has another box."""
    heights = [40, 216, 327, 373, 365]

    def who(t):
        tall = heights[min(int(t / 0.5), 4)]
        return [
            Detection(
                Kind.PERSON,
                Box(250 + 60 * min(t, 2), 720 - tall, 400 + 60 * min(t, 2), 720),
                0.7,
                "t",
                ObjectClass.PERSON,
            )
        ]

    assert 1 == len(counted(watch(who)))


def test_a_car_far_away_is_not_the_one_at_the_edge():
    """Two parked cars, each detected now and then: the track of the small one does not jump to the large one, however
    near that begins; else it would have crossed every line between the two."""

    def who(t):
        small = Detection(Kind.VEHICLE, Box(552, 270, 622, 301), 0.37, "test", ObjectClass.CAR)
        large = Detection(Kind.VEHICLE, Box(749, 342, 1279, 719), 0.36, "test", ObjectClass.CAR)
        return [small] if t % 10 < 4 else [large] if 5 <= t % 10 < 9 else []

    results = [one for result in watch(who, seconds=40, every=1.0) for one in result if one.detected and one.confirmed]
    sides = {(one.track, one.box.x1 > 0.5) for one in results}
    assert {False, True} == {right for _, right in sides}
    assert len({track for track, _ in sides}) == len(sides)


def test_half_a_person_is_not_a_second_one():
    def who(t):
        whole = detection(500)
        half = Detection(Kind.PERSON, Box(whole.box.x1, 400, whole.box.x2, 520), 0.6, "t", ObjectClass.PERSON)
        return [whole, half]

    assert 1 == len(counted(watch(who)))


def test_somebody_who_steps_out_from_behind_another_counts_then():
    results = watch(lambda t: [detection(500, tall=300), detection(500 + 40 * max(0, t - 4), y=560, tall=180)])
    assert 1 == len({one.track for one in results[7] if one.confirmed})
    assert 2 == len({one.track for one in results[-1] if one.confirmed})


def test_a_lorry_that_is_sometimes_a_bus_is_one_lorry():
    results = watch(
        lambda t: [detection(300 + 50 * t, object_class=ObjectClass.BUS if int(t * 2) % 3 == 0 else ObjectClass.TRUCK)]
    )
    assert 1 == len(counted(results))
    assert ObjectClass.TRUCK is results[-1][0].object_class


def test_a_cyclist_is_a_person_and_a_bicycle():
    results = watch(
        lambda t: [detection(300 + 50 * t), detection(300 + 50 * t, tall=150, object_class=ObjectClass.BICYCLE)]
    )
    assert {ObjectClass.PERSON, ObjectClass.BICYCLE} == {one.object_class for one in results[-1] if one.confirmed}


def test_between_detector_runs_tracks_move_with_the_flow():
    """Fast, so that the boxes of two runs do not overlap."""
    rows, columns = 60, 107
    forward = np.zeros((rows, columns, 2), np.float32)
    forward[..., 0] = 40
    field = MotionField(forward, -forward, np.ones((rows, columns), np.float32), 12.0)
    tracker, results = CountingTracker(WIDTH, HEIGHT), []
    for step in range(26):
        detected = step % 5 == 0
        seen = tracker.update(step * 0.1, field, [detection(100 + 40 * step)] if detected else None)
        results += [seen] if detected else []
    assert 1 == len({one.track for result in results for one in result})


def test_an_object_that_left_the_frame_is_dropped():
    results = watch(lambda t: [detection(1000 + 100 * t)] if t < 2.5 else [], seconds=8)
    assert [] == results[-1]


def walkers(*lefts, wide=70):
    """Boxes whose left edges are at these positions of a frame 960 px wide, one list a run; None: not detected."""
    return [
        [
            Detection(Kind.PERSON, Box(max(0, left), 210, min(960, left + wide), 380), 0.8, "t", ObjectClass.PERSON)
            for left in result
            if left is not None
        ]
        for result in lefts
    ]


def update_all(runs, every=0.4, driven=lambda detections: False):
    """The result of each update. After one whose detections are `driven`, the motion is 54 px to the left."""
    tracker, results = CountingTracker(960, 540), []
    forward = np.zeros((45, 80, 2), np.float32)
    forward[..., 0] = -54
    left = MotionField(forward, -forward, np.ones((45, 80), np.float32), 12.0)
    for number, detections in enumerate(runs):
        results.append(tracker.update(number * every, None, detections))
        if driven(detections):
            tracker.update((number + 0.5) * every, left, None)
    return results


def test_who_leaves_and_who_enters_there_a_moment_later_are_two():
    out = [(left,) for left in range(501, 14, -54)]
    back = [(left,) for left in range(9, 400, 54)]
    results = update_all(walkers(*out, (None,), *back))
    first, second = ({one.track for one in results[n] if one.detected} for n in (len(out) - 1, len(out) + 1))
    assert set() == first & second
    assert 2 == len(counted(results))


def test_two_who_are_detected_as_one_while_they_pass_keep_their_heading():
    """In the middle there is one box for both of them, and the motion there is that of one. Each then goes on with its
    own heading."""
    right, left = [100 + 54 * n for n in range(14)], [820 - 54 * n for n in range(14)]
    runs = [(a, b) if abs(a - b) > 40 else ((a + b) / 2,) for a, b in zip(right, left, strict=True)]
    assert any(len(result) == 1 for result in runs)
    results = update_all(walkers(*runs), driven=lambda detections: len(detections) == 1)
    assert 2 == len(counted(results))
    first, last = (sorted((one.track, one.box.x1 * 960) for one in results[n]) for n in (3, -1))
    assert [right[3], left[3]] == [pytest.approx(x) for _, x in first]
    assert [right[-1], left[-1]] == [pytest.approx(x) for _, x in last]
