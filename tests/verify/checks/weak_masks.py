"""Masks made weak on purpose, frame by frame, and good ones of every style."""

import cv2
import numpy as np

from passerby.config.settings import MOSAIC_CELLS
from passerby.core.box import Box
from tests.verify.factories import textured

FACE = Box(60, 40, 200, 200)
SMALL = Box(100, 100, 128, 132)
ROWS, COLUMNS = slice(40, 200), slice(60, 200)


def moved(number):
    """The same content, a little further each time, as a face that moves: the mask moves along."""
    whole = textured((400, 300), seed=5)
    return np.ascontiguousarray(whole[10 : 10 + 240, number * 2 : number * 2 + 320]), number * 2


def spread(picture, cells, how):
    part = cv2.resize(picture, (cells, cells), interpolation=cv2.INTER_AREA)
    return cv2.resize(part, picture.shape[::-1], interpolation=how)


def solid(part, number):
    return np.full_like(part, 16)


def half_transparent(part, number):
    return (part * 0.5 + 8).astype(np.uint8)


def feathered_inward(part, number):
    height, width = part.shape
    y, x = np.mgrid[0:height, 0:width]
    near = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
    share = np.clip(near / (0.25 * min(part.shape)), 0, 1)
    return (part * (1 - share) + 16 * share).astype(np.uint8)


def small_blur(part, number):
    return cv2.GaussianBlur(part, (0, 0), 5)


def fixed_cells_of_20_px(part, number):
    height, width = part.shape
    return cv2.resize(cv2.resize(part, (width // 20, height // 20), interpolation=cv2.INTER_AREA), (width, height),
                      interpolation=cv2.INTER_NEAREST)  # fmt: skip


def a_strip_left_out(part, number):
    filled = solid(part, number)
    filled[50:70] = part[50:70]
    return filled


WEAK = [half_transparent, feathered_inward, small_blur, fixed_cells_of_20_px, a_strip_left_out]


def frames(fill, box=FACE, count=8):
    """(original, released) luma, frame by frame; the mask stays where the content moves."""
    rng = np.random.default_rng(2)
    for number in range(count):
        original, _ = moved(number)
        released = np.clip(original + rng.normal(0, 1.5, original.shape), 0, 255).astype(np.uint8)
        rows, columns = slice(round(box.y1), round(box.y2)), slice(round(box.x1), round(box.x2))
        part = np.ascontiguousarray(original[rows, columns])
        noise = rng.normal(0, 0.4, part.shape)
        released[rows, columns] = np.clip(fill(part, number) + noise, 0, 255).astype(np.uint8)
        yield original, released


def constant_cells(interpolation):
    kept = []

    def fill(part, number):
        if not kept:
            kept.append(cv2.resize(part, (MOSAIC_CELLS, MOSAIC_CELLS), interpolation=cv2.INTER_AREA))
        return cv2.resize(kept[0], part.shape[::-1], interpolation=interpolation)

    return fill
