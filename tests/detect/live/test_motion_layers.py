import numpy as np
import pytest

from passerby.core.motion import MotionField
from passerby.detect.live.motion_layers import FlowStep, follow, layers

ROWS, COLUMNS, CELL = 45, 80, 6.0
EVERYWHERE = np.ones((270, 480), np.bool_)


def step(dx, dy, confidence=1.0):
    backward = np.zeros((ROWS, COLUMNS, 2), np.float32)
    backward[...] = dx, dy
    return FlowStep(backward, np.full((ROWS, COLUMNS), confidence, np.float32), CELL)


def grid():
    x, y = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))
    return ((np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) * CELL).astype(np.float32)


def moved(points, *, at, by, turn=0.0):
    """`points`, of which those in a box have come from elsewhere; and where those are."""
    x1, y1, x2, y2 = at
    inside = (points[:, 0] >= x1) & (points[:, 0] < x2) & (points[:, 1] >= y1) & (points[:, 1] < y2)
    before = points.copy()
    centre, c, s = np.array([(x1 + x2) / 2, (y1 + y2) / 2]), np.cos(turn), np.sin(turn)
    before[inside] = (points[inside] - centre) @ np.array([[c, s], [-s, c]]) + centre - by
    return before, inside


def test_flow_is_followed_over_several_frames():
    trails = follow([step(-3, 1), step(-2, 0), step(-1, 0.5)])
    assert trails is not None
    assert np.abs(trails.earlier - trails.later - (-6, 1.5)).max() < 1e-4


def test_what_came_in_at_the_rim_is_not_followed_beyond_it():
    trails = follow([step(-30, 0)] * 3)
    assert trails is not None
    assert trails.later[:, 0].min() > 55
    assert follow([step(-200, 0)] * 4) is None


def test_what_flow_is_not_sure_of_is_not_followed():
    assert follow([step(1, 0), step(1, 0, confidence=0.1)]) is None


def test_a_field_is_scaled_to_the_small_image():
    field = MotionField(
        np.zeros((2, 2, 2), np.float32), np.full((2, 2, 2), 8, np.float32), np.ones((2, 2), np.float32), 16.0
    )
    scaled = FlowStep.of(field, 0.375)
    assert (3.0, 6.0) == (scaled.backward[0, 0, 0], scaled.cell)


def test_what_is_near_and_what_is_far_are_two_layers():
    now = grid()
    before, inside = moved(now, at=(120, 60, 360, 210), by=(40, -12), turn=0.15)
    far, near = layers(now, before, CELL, EVERYWHERE)
    assert np.abs(far.transform - np.eye(3)).max() < 0.05
    assert near.support[80:190, 140:340].all()
    assert not near.support[:, :60].any()
    assert far.support[:30].all()
    assert inside.mean() > 0.2


def test_only_what_is_unexplained_is_a_layer():
    now = grid()
    before, _ = moved(now, at=(120, 60, 360, 210), by=(40, -12))
    unexplained = np.zeros_like(EVERYWHERE)
    unexplained[60:210, 120:360] = True
    (near,) = layers(now, before, CELL, unexplained)
    assert (40, -12) == pytest.approx(tuple(near.transform[:2, 2]), abs=0.5)


def test_a_head_is_no_layer():
    now = grid()
    before, inside = moved(now, at=(200, 100, 272, 196), by=(30, 0))
    assert 0.03 < inside.mean() < 0.08
    assert 1 == len(layers(now, before, CELL, EVERYWHERE))


def test_what_moves_in_all_directions_is_no_layer():
    now = grid()
    before = now + np.random.default_rng(2).uniform(-60, 60, now.shape).astype(np.float32)
    assert [] == layers(now, before, CELL, EVERYWHERE)
