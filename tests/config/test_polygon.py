import pytest

from passerby.config.polygon import covered_share, fault_of, fits, hull_of, hull_share, is_box, lerp_polygon
from passerby.core.box import Box

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
TRIANGLE = ((0.0, 0.0), (10.0, 0.0), (0.0, 10.0))


def test_the_hull_of_a_polygon_and_how_much_of_it_is_filled():
    assert Box(0, 0, 10, 10) == hull_of(TRIANGLE)
    assert (1.0, 0.5) == (hull_share(SQUARE), hull_share(TRIANGLE))
    assert (True, False) == (is_box(SQUARE), is_box(TRIANGLE))
    assert 0.5 == covered_share(Box(0, 0, 10, 10), TRIANGLE)
    assert 0.0 == covered_share(Box(0, 0, 0, 10), TRIANGLE)


@pytest.mark.parametrize(
    ("polygon", "fault"),
    [
        (SQUARE, None),
        (SQUARE * 2, "cross"),
        (((0, 0), (10, 10), (10, 0), (0, 8)), "cross"),
        (((0, 0), (10, 0), (5, 0)), "no area"),
        (((0, 0), (10, float("inf")), (5, 0)), "at most a million"),
        (((0, 0), (10, 1e308), (5, 0)), "at most a million"),
    ],
)
def test_what_cannot_be_painted_as_it_looks(polygon, fault):
    found = fault_of(polygon)
    assert found is fault if fault is None else fault in found


def test_a_box_is_the_hull_of_its_polygon_to_a_pixel():
    assert fits(SQUARE, Box(0.9, 0, 10, 10.9))
    assert not fits(SQUARE, Box(0, 0, 12, 10))


def test_between_two_polygons():
    moved = tuple((x + 10, y) for x, y in SQUARE)
    assert ((5, 0), (15, 0), (15, 10), (5, 10)) == lerp_polygon(SQUARE, moved, 0.5, Box(5, 0, 15, 10))
    box = Box(0, 0, 10, 10)
    for other in (None, TRIANGLE, SQUARE[::-1], SQUARE[2:] + SQUARE[:2]):
        assert lerp_polygon(SQUARE, other, 0.5, box) is None
