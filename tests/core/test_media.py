from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.core.box import Box
from passerby.core.media import Geometry
from tests.geometry import box_to_stored

TURNS = [(rotation, mirrored) for rotation in (0, 90, 180, 270) for mirrored in (False, True)]


def shown(picture, geometry):
    """What a player makes of a stored picture, done with pixels: mirror, then turn clockwise."""
    picture = picture[:, ::-1] if geometry.mirrored else picture
    return np.rot90(picture, -geometry.rotation // 90)


@pytest.mark.parametrize(("rotation", "mirrored"), TURNS)
def test_a_displayed_box_lands_on_its_pixels(rotation, mirrored):
    geometry = Geometry(12, 8, rotation, mirrored)
    stored = np.arange(96).reshape(8, 12)
    upright = shown(stored, geometry)
    assert geometry.display_size == upright.shape[::-1]
    box = Box(1, 2, 4, 7)
    inside = upright[2:7, 1:4]
    x1, y1, x2, y2 = (round(value) for value in box_to_stored(geometry, box))
    assert set(inside.ravel()) == set(stored[y1:y2, x1:x2].ravel())


@given(
    st.sampled_from(TURNS),
    st.fractions("1/2", "2"),
    st.lists(st.tuples(st.floats(0, 90), st.floats(0, 50)), min_size=1),
)
def test_no_turn_changes_how_far_points_are_apart(turn, aspect, points):
    geometry = Geometry(100, 60, *turn, aspect)
    there = geometry.to_stored(np.array(points)) * (float(aspect), 1)
    before, after = (np.hypot(*(array - array[0]).T) for array in (np.array(points), there))
    assert after == pytest.approx(before, abs=1e-6)


def test_wide_pixels_are_shown_wide():
    geometry = Geometry(720, 576, pixel_aspect=Fraction(16, 11))
    assert (1047, 576) == geometry.display_size
    assert Box(110, 0, 220, 576) == Box(*np.round(box_to_stored(geometry, Box(160, 0, 320, 576)), 6))
    assert (576, 1047) == Geometry(720, 576, 90, pixel_aspect=Fraction(16, 11)).display_size
