import pytest

from passerby.core.box import Box
from passerby.track.box_propagation import DRAWN, PROPAGATED, merge_directions, propagate_box, to_keyframes
from passerby.track.keyframes import TrackPoint
from tests.track.motion_fields import SIZE, shift

BOX = Box(300, 100, 340, 150)


def steps(frames, motion, back=False):
    """Steps into `frames` frames after frame 100 (before it if `back`), ten ticks apart."""
    return [(100 + n * (-1 if back else 1), (100 + n * (-1 if back else 1)) * 10, motion) for n in range(1, frames + 1)]


@pytest.mark.parametrize("back", [False, True])
def test_a_box_moves_with_the_motion(back):
    points = list(propagate_box(BOX, steps(20, shift(2, 1), back), *SIZE, back=back))
    sign = -1 if back else 1
    assert 20 == len(points)
    assert (320 + sign * 40, 125 + sign * 20) == pytest.approx(points[-1].box.centre, abs=0.5)
    assert {PROPAGATED} == {point.origin for point in points}


def test_it_ends_when_the_box_has_left_the_frame():
    points = list(propagate_box(BOX, steps(200, shift(10, 0)), *SIZE))
    assert len(points) < 40
    assert all(point.box.x2 <= SIZE[0] for point in points)


def test_without_motion_it_stays():
    points = list(propagate_box(BOX, steps(5, None), *SIZE))
    assert [BOX] * 5 == [point.box for point in points]


def test_a_drawn_box_stays_a_keyframe():
    points = [TrackPoint(n, n * 10, BOX.translate(n, 0), 0.0, DRAWN if n == 7 else PROPAGATED) for n in range(20)]
    keys = to_keyframes(points)
    assert [70] == [key.time for key in keys if key.origin == DRAWN]
    assert (0, 190) == (keys[0].time, keys[-1].time)
    assert len(keys) < 8


def test_between_two_drawn_boxes_both_directions_are_covered():
    forward = [TrackPoint(n, n * 10, BOX.translate(n, 0), 0.0, PROPAGATED) for n in range(1, 9)]
    backward = [TrackPoint(n, n * 10, BOX.translate(0, n), 0.0, PROPAGATED) for n in range(4, 10)]
    both = {point.frame: point.box for point in merge_directions(forward, backward)}
    assert set(range(1, 10)) == set(both)
    assert BOX.translate(5, 0).hull(BOX.translate(0, 5)) == both[5]
    assert (BOX.translate(2, 0), BOX.translate(0, 9)) == (both[2], both[9])
