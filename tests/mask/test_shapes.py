import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from passerby.config.settings import Style
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.core.media import Geometry
from passerby.documents.plan import Keyframe, Track
from passerby.mask.shapes import Shape, to_shape


def showing(box, polygon=None, kind=Kind.FACE):
    key = Keyframe(time=0, box=box, score=1, origin="", polygon=polygon)
    return Track(number=4, kind=kind, keyframes=(key,)), key


def test_a_box_is_painted_where_its_pixels_are_stored():
    drawn = to_shape(showing(Box(10, 20, 30, 60)), Geometry(100, 80, 90), Style.SOLID)
    assert (4, Style.SOLID, True) == (drawn.track, drawn.style, drawn.is_box)
    assert (20, 50, 60, 70) == drawn.bounds()


def test_a_polygon_is_painted_in_place_of_its_box():
    corners = ((10.0, 20.0), (30.0, 20.0), (30.0, 60.0))
    drawn = to_shape(showing(Box(10, 20, 30, 60), corners), Geometry(100, 80), Style.SOLID)
    assert not drawn.is_box
    assert corners == tuple(map(tuple, drawn.corners))


def test_four_corners_that_lean_are_no_box():
    leaning = Shape(1, Style.SOLID, np.array([[0, 0], [10, 1], [10, 11], [0, 10]], float))
    assert not leaning.is_box


@given(
    st.tuples(*[st.integers(-800, 800).map(lambda sixteenths: sixteenths / 16)] * 4),
    st.sampled_from([1, 2]),
    st.sampled_from([1, 2]),
)
def test_bounds_are_rounded_outward(values, step_x, step_y):
    a, b, c, d = values
    box = Box(min(a, b), min(c, d), max(a, b), max(c, d))
    x1, y1, x2, y2 = to_shape(showing(box), Geometry(100, 80), Style.SOLID).bounds(step_x, step_y)
    assert x1 * step_x <= box.x1 <= box.x2 <= x2 * step_x
    assert y1 * step_y <= box.y1 <= box.y2 <= y2 * step_y
    assert (x2 - x1) * step_x < box.width + 2 * step_x
    assert (y2 - y1) * step_y < box.height + 2 * step_y
