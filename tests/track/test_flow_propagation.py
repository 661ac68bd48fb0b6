import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.core.box import Box
from passerby.core.motion import MotionField
from passerby.track.flow_propagation import propagate, surrounding_motion
from tests.track.motion_fields import SIZE, field, shift, zoom_and_rotate


def propagate_one(box, field, *, backward=False):
    (moved,) = propagate([box], field, backward=backward)
    return moved


boxes = st.tuples(st.floats(0, 560), st.floats(0, 300), st.floats(6, 200), st.floats(6, 150)).map(
    lambda s: Box(s[0], s[1], s[0] + s[2], s[1] + s[3])
)
steps = st.floats(-15, 15)


@given(boxes, steps, steps)
def test_a_box_moves_with_its_content_and_back_again(box, dx, dy):
    field = shift(dx, dy)
    there, uncertainty = propagate_one(box, field)
    assert box.translate(dx, dy) == pytest.approx(there, abs=0.01)
    assert box == pytest.approx(propagate_one(there, field, backward=True)[0], abs=0.01)
    assert 0 == pytest.approx(uncertainty, abs=0.01)


@pytest.mark.parametrize("scale", [0.96, 1.03])
def test_a_box_grows_and_shrinks_with_its_content(scale):
    box = Box(200, 100, 300, 220)
    there, _ = propagate_one(box, zoom_and_rotate(100, 50, scale))
    corners = [100 + (box.x1 - 100) * scale, 50 + (box.y1 - 50) * scale]
    corners += [100 + (box.x2 - 100) * scale, 50 + (box.y2 - 50) * scale]
    assert corners == pytest.approx(there, abs=0.3)


def test_a_box_follows_a_rotation_of_the_camera():
    box = Box(400, 100, 460, 160)
    there, _ = propagate_one(box, zoom_and_rotate(320, 180, degrees=2))
    spin = np.exp(1j * np.radians(2))
    middle = complex(320, 180) + (complex(*box.centre) - complex(320, 180)) * spin
    assert (middle.real, middle.imag) == pytest.approx(there.centre, abs=0.3)


def test_background_in_the_corners_of_a_box_is_an_outlier():
    """A face moves by 12 px in front of a wall; a fifth of the box is wall."""
    field = shift(0, 0)
    field.forward[10:20, 20:30] = (12, 0)
    there, _ = propagate_one(Box(152, 76, 244, 164), field)
    assert (12, 0) == pytest.approx((there.x1 - 152, there.y1 - 76), abs=0.5)


def test_a_single_wild_vector_is_an_outlier():
    field = shift(3, 1)
    field.forward[12, 22] = (300, -200)
    there, _ = propagate_one(Box(160, 80, 224, 144), field)
    assert Box(163, 81, 227, 145) == pytest.approx(there, abs=1)


def test_no_box_explodes_or_vanishes_in_one_frame():
    random = np.random.default_rng(1)
    vectors = random.normal(0, 60, (45, 80, 2)).astype(np.float32)
    box = Box(100, 100, 300, 300)
    there, _ = propagate_one(box, MotionField(vectors, vectors, np.ones((45, 80), np.float32), 8))
    assert 0.8 * box.width < there.width < 1.25 * box.width


def test_vectors_that_disagree_raise_uncertainty():
    calm = shift(2, 0)
    noisy = shift(2, 0)
    noisy.forward[:] += np.random.default_rng(1).normal(0, 3, noisy.forward.shape).astype(np.float32)
    box = Box(100, 100, 200, 200)
    assert propagate_one(box, noisy)[1] > propagate_one(box, calm)[1] + 0.1


def test_a_failed_forward_backward_check_raises_uncertainty():
    sure = shift(2, 0)
    unsure = MotionField(sure.forward, sure.backward, np.zeros_like(sure.confidence), sure.cell)
    box = Box(100, 100, 200, 200)
    assert propagate_one(box, unsure)[1] > propagate_one(box, sure)[1]


@pytest.mark.parametrize(
    "box", [Box(-90, -90, -60, -60), Box(-20, 40, 4, 60), Box(636, 350, 700, 420), Box(50, 50, 51, 51)]
)
def test_a_box_at_the_edge_outside_or_smaller_than_a_cell_is_propagated_too(box):
    there, _ = propagate_one(box, shift(4, -3))
    assert box.translate(4, -3) == pytest.approx(there, abs=0.01)


def test_many_boxes_are_propagated_as_each_of_them_alone():
    random = np.random.default_rng(2)
    field = zoom_and_rotate(100, 50, 1.02)
    corners = random.uniform((0, 0), (500, 250), (20, 2))
    crowd = [Box(x, y, x + w, y + h) for (x, y), (w, h) in zip(corners, random.uniform(8, 90, (20, 2)), strict=True)]
    for backward in (False, True):
        alone = [propagate_one(box, field, backward=backward) for box in crowd]
        for (box, uncertainty), (other, same) in zip(alone, propagate(crowd, field, backward=backward), strict=True):
            assert (*box, uncertainty) == pytest.approx((*other, same))
    assert [] == propagate([], field)


def test_the_surroundings_of_a_box_move_otherwise_than_what_is_in_it():
    """A head that moves by 6 px before a background that moves by -2."""
    box = Box(200.0, 100.0, 260.0, 170.0)

    def flow(x, y):
        inside = (x > box.x1) & (x < box.x2) & (y > box.y1) & (y < box.y2)
        return np.where(inside, 6.0, -2.0), 0 * x

    assert (-2.0, 0.0) == pytest.approx(surrounding_motion(box, field(flow, flow)))


def test_a_box_that_fills_the_frame_has_no_surroundings():
    assert (0.0, 0.0) == surrounding_motion(Box(0.0, 0.0, *map(float, SIZE)), shift(5, 5))
