from __future__ import annotations

import numpy as np

from passerby.detect.families.centerface import FAMILY


def test_a_cell_that_glows_becomes_a_box():
    heat, size, offset = np.zeros((1, 1, 6, 8)), np.zeros((1, 2, 6, 8)), np.zeros((1, 2, 6, 8))
    heat[0, 0, 2, 5] = 0.75
    size[0, :, 2, 5] = np.log([5, 3])  # height 20, width 12 pixels
    offset[0, :, 2, 5] = 0.25, -0.25
    found = FAMILY.decode([array.astype(np.float32) for array in (heat, size, offset)], 0.5, [0])
    # Centre: x (5 + 0.5 - 0.25) * 4 = 21, y (2 + 0.5 + 0.25) * 4 = 11.
    np.testing.assert_allclose([[15, 1, 27, 21]], found.boxes, rtol=1e-6)
    np.testing.assert_array_equal([0.75], found.scores)
    np.testing.assert_array_equal([0], found.classes)


def test_the_threshold_itself_is_enough():
    heat = np.array([0.25, 0.5, 0.75], np.float32).reshape(1, 1, 1, 3)
    rest = np.zeros((1, 2, 1, 3), np.float32)
    assert [0.5, 0.75] == FAMILY.decode([heat, rest, rest], 0.5, [0]).scores.tolist()


def test_cold_heat_gives_nothing():
    nothing = [np.zeros((1, n, 4, 4), np.float32) for n in (1, 2, 2)]
    found = FAMILY.decode(nothing, 0.01, [0])
    assert [(0, 4), (0,), (0,)] == [array.shape for array in found]
