import numpy as np
import pytest

from passerby.config.settings import MOSAIC_CELLS, Style
from passerby.mask.weak_fills import draw_cells, sample_cells


def plane(seed=1, shape=(60, 80)):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def test_a_cell_is_the_mean_of_its_pixels():
    source = plane()
    (cells,) = sample_cells([source], [(8, 4, 48, 44)])
    expected = source[4:44, 8:48].reshape(MOSAIC_CELLS, 10, MOSAIC_CELLS, 10).mean(axis=(1, 3))
    assert (MOSAIC_CELLS, MOSAIC_CELLS) == cells.shape
    assert np.abs(cells - expected).max() <= 1


def test_only_the_visible_part_is_sampled():
    source = plane()
    (cells,) = sample_cells([source], [(-20, -20, 20, 20)])
    (same,) = sample_cells([source], [(0, 0, 20, 20)])
    assert np.array_equal(cells, same)


@pytest.mark.parametrize("bounds", [(-30, 0, -10, 20), (80, 0, 99, 20), (0, 60, 20, 80)])
def test_nothing_is_sampled_outside_the_frame(bounds):
    assert sample_cells([plane()], [bounds]) is None


@pytest.mark.parametrize("style", [Style.MOSAIC, Style.BLUR])
@pytest.mark.parametrize("bounds", [(10, 10, 50, 40), (-15, -9, 25, 31), (60, 40, 99, 99), (3, 3, 4, 4)])
def test_the_whole_box_and_nothing_else_is_drawn_over(style, bounds):
    cells, target = [np.full((MOSAIC_CELLS, MOSAIC_CELLS), 200, np.uint8)], np.zeros((60, 80), np.uint8)
    draw_cells([target], [bounds], cells, style)
    x1, y1, x2, y2 = bounds
    expected = np.zeros_like(target)
    expected[max(0, y1) : y2, max(0, x1) : x2] = 200
    assert np.array_equal(expected, target)
