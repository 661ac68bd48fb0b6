import cv2
import numpy as np
import pytest

from passerby.bench.residual_detail import residual_detail
from tests.bench.footage import BOX, painted, texture

PICTURE = texture()[..., 0]


def corners(box):
    x1, y1, x2, y2 = box
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)


def left(after, box=BOX, before=PICTURE):
    return residual_detail(before, after, corners(box))


def test_all_of_a_picture_that_was_left_alone():
    detail = left(PICTURE)
    assert (1.0, 1.0) == (detail.whole, detail.band)
    assert detail.leaked


def test_nothing_of_what_was_painted_over():
    detail = left(painted(PICTURE, BOX))
    assert 0.0 == pytest.approx(detail.whole, abs=0.01)
    assert not detail.leaked


def test_half_of_what_is_mixed_with_grey():
    mixed = (PICTURE * 0.5 + 64).astype(np.uint8)
    assert 0.5 == pytest.approx(left(mixed).whole, abs=0.01)


def test_a_strip_that_shows_the_eyes_leaks():
    x1, y1, x2, y2 = BOX
    core = (y2 - y1) * 0.8
    top = y1 + (y2 - y1) * 0.1
    strip = round(top + core / 4), round(top + core / 2)
    after = painted(PICTURE, BOX)
    after[strip[0] : strip[1], x1:x2] = PICTURE[strip[0] : strip[1], x1:x2]
    detail = left(after)
    assert 0.25 == pytest.approx(detail.whole, abs=0.06)
    assert detail.band > 0.9
    assert detail.leaked


def test_other_detail_than_the_originals_counts_for_nothing():
    assert 0.0 == pytest.approx(left(texture(seed=9)[..., 0]).whole, abs=0.1)


def test_a_mask_that_misses_the_core_hides_nothing():
    _, y1, _, y2 = BOX
    rim = PICTURE.copy()
    rim[y1 : y1 + 4], rim[y2 - 4 : y2] = 0, 0
    assert left(rim).leaked


@pytest.mark.parametrize(
    "box",
    [(60, 36, 64, 84), (-30, -30, -2, -2)],
    ids=["its core is thinner than four pixels", "outside the picture"],
)
def test_no_result_for_an_invisible_box(box):
    assert left(PICTURE, box) is None


def test_no_result_for_a_flat_box():
    flat = np.full_like(PICTURE, 90)
    assert left(flat, before=flat) is None


def test_a_tilted_box_is_measured_where_it_is():
    """Painted is the tilted box itself, so the upright one around it would still show its four corners."""
    tilted = np.array([[80, 20], [120, 60], [80, 100], [40, 60]], np.float32)
    after = PICTURE.copy()
    cv2.fillConvexPoly(after, tilted.astype(np.int32), 0)
    assert not residual_detail(PICTURE, after, tilted).leaked
    assert left(after, (40, 20, 120, 100)).leaked


def test_a_box_over_the_edge_is_measured_by_what_is_in_the_picture():
    box = (-20, 30, 30, 90)
    assert left(PICTURE, box).leaked
    assert not left(painted(PICTURE, (0, 30, 30, 90)), box).leaked
