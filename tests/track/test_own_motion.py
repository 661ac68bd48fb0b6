import pytest

from passerby.core.box import Box
from passerby.track.own_motion import MAX_COASTING_FRAMES, OwnMotion

START = Box(100.0, 50.0, 120.0, 80.0)


def walked(steps, dx, background=0.0, first=0):
    """An object that moves by `dx` px a frame while what surrounds it moves by `background`."""
    motion = OwnMotion(first, START)
    direction = 1 if steps > 0 else -1
    for n in range(1, abs(steps) + 1):
        motion.surroundings_moved(direction * background, 0.0)
        motion.found(first + direction * n, START.translate(direction * n * dx, 0.0))
    return motion


@pytest.mark.parametrize("steps", [5, -5])
def test_velocity_is_the_same_in_both_directions(steps):
    assert (6.0, 0.0) == pytest.approx(walked(steps, 6.0).velocity)


@pytest.mark.parametrize("frame", [8, -8])
def test_it_is_expected_where_its_velocity_takes_it(frame):
    steps = 5 if frame > 0 else -5
    assert START.translate(6.0 * frame, 0.0) == pytest.approx(walked(steps, 6.0).expected(frame))


def test_after_long_nothing_is_expected():
    assert walked(3, 6.0).expected(3 + MAX_COASTING_FRAMES + 1) is None


def test_found_once_it_has_no_velocity():
    motion = OwnMotion(0, START)
    assert (None, None) == (motion.velocity, motion.expected(1))


def test_what_moves_with_its_surroundings_has_come_nowhere():
    """A poster, in the picture of a camera that pans."""
    assert 0.0 == pytest.approx(walked(10, 6.0, background=6.0).distance)


def test_what_walks_past_them_has_come_far():
    assert 60 / 25 == pytest.approx(walked(10, 6.0).distance)


def test_what_stands_still_while_the_camera_pans_has_not_moved_by_itself_backwards_either():
    assert 0.0 == pytest.approx(walked(-10, 6.0, background=6.0).distance)


def test_surroundings_that_moved_since_count_for_later_frames():
    """Found late in a frame in between: the background moved by 4 px a frame, and so did it."""
    motion = OwnMotion(0, START)
    for _ in range(4):
        motion.surroundings_moved(4, 0)
    for frame in (1, 2, 3, 4):
        motion.found(frame, START.translate(4 * frame, 0), newest=4)
        assert motion.distance == pytest.approx(0)
