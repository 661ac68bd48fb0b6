import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.core.box import Box

whole = st.integers(-200, 200)
side = st.integers(1, 200)
boxes = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), whole, whole, side, side)


def pixels(box):
    """The pixels of a box with whole corners, one by one."""
    return {(x, y) for x in range(int(box.x1), int(box.x2)) for y in range(int(box.y1), int(box.y2))}


@given(boxes, boxes)
def test_intersection_is_the_number_of_pixels_in_both(a, b):
    common = len(pixels(a) & pixels(b))
    assert common == a.intersection(b) == b.intersection(a)
    assert a.iou(b) == pytest.approx(common / len(pixels(a) | pixels(b)))
    assert a.containment(b) == pytest.approx(common / len(pixels(a)))


@given(boxes, boxes)
def test_the_hull_contains_both_and_no_more(a, b):
    hull = a.hull(b)
    assert 1 == a.containment(hull) == b.containment(hull)
    assert {min(a.x1, b.x1), max(a.x2, b.x2)} == {hull.x1, hull.x2}
    assert {min(a.y1, b.y1), max(a.y2, b.y2)} == {hull.y1, hull.y2}


@given(boxes)
def test_clip_keeps_what_lies_in_the_frame(box):
    picture = Box(0, 0, 100, 60)
    clipped = box.clip(100, 60)
    assert pixels(box) & pixels(picture) == pixels(clipped)
    assert clipped.area == len(pixels(clipped))


@given(boxes, boxes, st.floats(0, 1))
def test_an_interpolated_box_stays_within_the_hull(a, b, share):
    assert a == a.lerp(b, 0)
    assert b == a.lerp(b, 1)
    assert 1 == pytest.approx(a.lerp(b, share).containment(a.hull(b)))


def test_expand_adds_on_every_side():
    assert Box(-13, -23, 23, 43) == Box(0, 0, 10, 20).expand(1, 3)


def test_translate_keeps_the_centre_when_scaling():
    assert Box(5, 5, 25, 45) == Box(0, 0, 10, 20).translate(10, 15, 2)


def test_a_box_without_area_intersects_nothing():
    nothing = Box(5, 5, 5, 9)
    assert (0, 0, 0, 0) == (
        nothing.area,
        nothing.containment(Box(0, 0, 9, 9)),
        nothing.iou(nothing),
        nothing.shorter_side,
    )
