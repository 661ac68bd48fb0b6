import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.watch.cover_boxes import Rect, cover_boxes, hulls

SHAPE = 270, 480
EVERYTHING = SHAPE[0] * SHAPE[1]


def flags(*rects):
    result = np.zeros(SHAPE, np.bool_)
    for left, top, right, bottom in rects:
        result[top:bottom, left:right] = True
    return result


def painted(boxes):
    return flags(*boxes)


def test_where_nothing_changed_nothing_is_covered():
    assert [] == cover_boxes(flags(), 8) == hulls(flags(), 8)


def test_what_belongs_together_is_one_box_without_holes():
    """Of somebody in front of a wall of his colour only parts change."""
    parts = flags((100, 50, 104, 54), (110, 70, 120, 74), (100, 88, 104, 90), (104, 54, 110, 80))
    assert [Rect(100, 50, 120, 90)] == cover_boxes(parts, 8)


def test_what_is_far_apart_is_not_joined():
    assert [Rect(0, 0, 10, 10), Rect(100, 0, 110, 10)] == sorted(
        cover_boxes(flags((0, 0, 10, 10), (100, 0, 110, 10)), 8)
    )


def test_a_small_ring_has_no_hole():
    ring = flags((100, 100, 150, 160))
    ring[105:155, 105:145] = False
    assert painted(cover_boxes(ring, 8))[100:160, 100:150].all()


@pytest.mark.parametrize("open_sides", [0, 2])
def test_the_rim_of_a_picture_that_has_turned_does_not_cover_the_picture(open_sides):
    rim = np.ones(SHAPE, np.bool_)
    rim[30 : 270 if open_sides else 240, 30 : 480 if open_sides else 450] = False
    covered = painted(cover_boxes(rim, 8))
    assert covered[rim].all()
    assert covered.sum() < 1.3 * rim.sum()


def test_a_long_slanting_path_does_not_cover_what_is_beside_it():
    path = flags(*((4 * n, 2 * n, 4 * n + 20, 2 * n + 20) for n in range(100)))
    covered = painted(cover_boxes(path, 8))
    assert covered[path].all()
    assert covered.sum() < 0.4 * 420 * 220


rects = st.tuples(st.integers(0, 470), st.integers(0, 260), st.integers(1, 200), st.integers(1, 150))


@settings(max_examples=60, deadline=None)
@given(st.lists(rects, max_size=8))
def test_all_that_changed_is_covered_and_never_more_than_by_one_box_each(parts):
    changed = flags(*((x, y, x + width, y + height) for x, y, width, height in parts))
    covered = painted(cover_boxes(changed, 8))
    assert covered[changed].all()
    assert not (covered & ~painted(hulls(changed, 8))).any()
