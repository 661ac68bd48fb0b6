from __future__ import annotations

import cv2
import numpy as np
import pytest

from passerby.detect.families.dbnet import FAMILY, UNCLIP_RATIO


def heat(*regions: tuple[int, int, int, int, float]) -> list[np.ndarray]:
    """A 64x96 map with these (x1, y1, x2, y2, probability) in it."""
    chart = np.zeros((1, 1, 64, 96), np.float32)
    for x1, y1, x2, y2, probability in regions:
        chart[0, 0, y1:y2, x1:x2] = probability
    return [chart]


def test_a_region_becomes_a_box_expanded_to_the_size_of_the_text():
    found = FAMILY.decode(heat((20, 30, 60, 40, 0.9)), 0.5, [0])
    margin = 40 * 10 * UNCLIP_RATIO / (2 * (40 + 10))
    np.testing.assert_allclose([[20 - margin, 30 - margin, 60 + margin, 40 + margin]], found.boxes, rtol=1e-6)
    np.testing.assert_allclose([0.9], found.scores, rtol=1e-6)


def test_the_score_is_the_mean_over_the_region():
    (chart,) = heat((20, 30, 60, 40, 0.9))
    chart[0, 0, 30:40, 20:40] = 0.5
    np.testing.assert_allclose([0.7], FAMILY.decode([chart], 0.5, [0]).scores, rtol=1e-6)
    assert 0 == len(FAMILY.decode([chart], 0.71, [0]).boxes)


def test_two_regions_are_two_boxes_and_noise_is_none():
    found = FAMILY.decode(heat((4, 4, 20, 10, 0.8), (40, 40, 80, 52, 0.6), (90, 60, 92, 64, 1.0)), 0.5, [0])
    assert [0.8, 0.6] == pytest.approx(found.scores.tolist())


def test_a_low_threshold_keeps_weak_regions():
    faint = heat((20, 30, 60, 40, 0.2))
    assert 0 == len(FAMILY.decode(faint, 0.3, [0]).boxes)
    assert 1 == len(FAMILY.decode(faint, 0.1, [0]).boxes)


def test_an_empty_map_gives_nothing():
    assert [(0, 4), (0,), (0,)] == [array.shape for array in FAMILY.decode(heat(), 0.1, [0])]


def test_a_line_of_text_is_kept_however_it_is_turned():
    (chart,) = heat()
    cv2.line(chart[0, 0], (10, 8), (80, 54), 0.9, thickness=12)
    assert 1 == len(FAMILY.decode([chart], 0.5, [0]).boxes)


def test_what_has_bays_and_arms_is_no_line_of_text():
    fold = heat((10, 5, 80, 15, 0.9), (10, 5, 20, 60, 0.9), (40, 5, 50, 60, 0.9))
    assert 0 == len(FAMILY.decode(fold, 0.5, [0]).boxes)
