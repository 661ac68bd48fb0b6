import numpy as np
import pytest

from passerby.bench.collateral import compare_outside_boxes
from tests.bench.footage import BOX, painted

WHITE = np.full((120, 160, 3), 255, np.uint8)
#: Far from BOX and its surroundings.
AWAY = (130, 4, 150, 24)


def test_a_picture_that_is_the_same():
    found = compare_outside_boxes(WHITE, WHITE, [BOX])
    assert (0, 120 * 160) == (found.changed_pixels, found.total_pixels)
    assert found.fidelity > 70


def test_what_is_hidden_without_need_is_counted_by_the_pixel():
    """20 x 20 black on white, and two pixels more around it, where the blur of 5 x 5 lets the change be seen: two of 25
    black pixels are 20 steps, and one, in each of the four corners, is 10."""
    assert 24 * 24 - 4 == compare_outside_boxes(WHITE, painted(WHITE, AWAY), [BOX]).changed_pixels


def test_what_is_hidden_on_a_box_and_near_it_is_no_collateral():
    x1, y1, x2, y2 = BOX
    near = (x1 - 20, y1 - 24, x2 + 20, y2 + 24)
    assert 0 == compare_outside_boxes(WHITE, painted(WHITE, near), [BOX]).changed_pixels


def test_a_mask_is_no_loss_of_fidelity():
    assert compare_outside_boxes(WHITE, painted(WHITE, AWAY), [BOX]).fidelity > 70


def test_an_even_error_gives_the_fidelity_that_follows_from_it():
    off_by_two = WHITE - 2
    assert 10 * np.log10(255**2 / 4) == pytest.approx(compare_outside_boxes(WHITE, off_by_two, [BOX]).fidelity)


def test_sums_over_frames():
    total = compare_outside_boxes(WHITE, painted(WHITE, AWAY), [BOX])
    total.add(compare_outside_boxes(WHITE, WHITE, [BOX]))
    assert (24 * 24 - 4) / (2 * 120 * 160) == total.ratio
