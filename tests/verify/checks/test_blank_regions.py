"""Black areas are read from the image itself."""

import numpy as np
import pytest

from passerby.core.box import Box
from tests.verify.checks.black_frames import MASK, black


@pytest.mark.parametrize("full", [False, True])
def test_masks_are_found(full):
    (area,) = black(MASK, full=full).areas
    assert area.iou(MASK) > 0.9


def test_shadows_are_no_masks():
    rng = np.random.default_rng(1)
    assert () == black(dark=np.clip(rng.normal(19, 2, (60, 60)), 16, 40).astype(np.uint8)).areas
    assert () == black(dark=21).areas


def test_a_mask_at_night_is_found_in_dark_surroundings():
    night = Box(20, 20, 300, 220)
    luma = np.random.default_rng(3).normal(19.5, 0.8, (200, 280)).clip(18, 21)
    (area,) = black(MASK, around=(night, luma)).areas
    assert area.iou(MASK) > 0.9
    assert () == black(around=(night, luma)).areas


def test_the_black_share_of_a_box():
    blank = black(MASK)
    assert blank.black_share(MASK) > 0.9
    assert blank.black_share(MASK.translate(100, 0)) == 0
    assert 0.4 < blank.black_share(MASK.translate(30, 0)) < 0.6
    assert 1.0 == blank.black_share(Box(-50, -50, -10, -10))
