"""The light of the whole picture, and what is no light."""

import cv2
import numpy as np
import pytest

from passerby.detect.live.exposure import MAX_GAIN, in_this_light, light_change
from tests.watch.simulated import textured

PICTURE = cv2.GaussianBlur(textured(3, 480, 270), (0, 0), 2)


def lit(picture, gain):
    return np.clip(picture * gain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("gain", [0.55, 0.8, 1.3, 1.9])
def test_a_factor_that_all_agree_on_is_found(gain):
    assert gain == pytest.approx(light_change(lit(PICTURE, gain), PICTURE), rel=0.03)


def test_somebody_who_fills_a_third_of_the_picture_is_no_light():
    now = lit(PICTURE, 0.7)
    now[:, :160] = 200
    assert 0.7 == pytest.approx(light_change(now, PICTURE), rel=0.03)


@pytest.mark.parametrize("gain", [1.0, 1.02, 1.2 * MAX_GAIN, 0.8 / MAX_GAIN])
def test_no_change_and_too_much_of_one_are_none(gain):
    assert light_change(lit(PICTURE // 3 + 20, gain), PICTURE // 3 + 20) is None


def test_a_picture_that_agrees_on_nothing_has_no_factor():
    noise = np.random.default_rng(1).integers(30, 240, (2, 270, 480), np.uint8)
    assert light_change(noise[0], noise[1]) is None


def test_only_what_is_inside_is_compared():
    now, inside = lit(PICTURE, 0.7), np.ones(PICTURE.shape, bool)
    now[:, :350], inside[:, :350] = lit(PICTURE, 1.4)[:, :350], False
    assert 0.7 == pytest.approx(light_change(now, PICTURE, inside), rel=0.03)


def test_what_was_white_may_be_any_white():
    before = PICTURE.copy()
    before[:50] = 255
    low, high, middle = in_this_light(lit(before, 0.8), before, before, before)
    assert (204, 255, 204) == pytest.approx([int(image[0, 0]) for image in (low, high, middle)], abs=2)
    assert np.array_equal(low[60:], high[60:])


def test_in_the_same_light_images_stay_as_they_are():
    assert all(image is PICTURE for image in in_this_light(PICTURE.copy(), PICTURE, PICTURE, PICTURE))
