"""The quality of a lossy still image whose source does not state one: about the source's size, never much worse."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import numpy as np
from PIL import Image

#: Qualities tried, in this order; the first acceptable one is used.
QUALITIES = (50, 60, 70, 76, 82, 87, 91, 94, 97, 99)
#: Lowest acceptable luma PSNR against the painted image (dB), whatever the source's size was...
MIN_PSNR_DB = 37.5
#: ...and the PSNR that is always sufficient.
SUFFICIENT_PSNR_DB = 46.0
#: Share of the source's size from which the quality counts as equal to the source's.
MIN_SIZE_RATIO = 0.9
#: Encoding a large photo ten times would take minutes: a sample is tried, of this many tiles each way, of this side.
SAMPLE_GRID, SAMPLE_TILE = 4, 256


def choose_quality(image: Image.Image, size: int, encode: Callable[[Image.Image, io.BytesIO, int], None]) -> int:
    """The quality of QUALITIES for an image whose source took `size` bytes; `encode(image, file, quality)`."""
    sample = _sample(image)
    reference = np.asarray(sample.convert("L"), np.float32)
    source_share = size * (sample.width * sample.height) / (image.width * image.height)
    for quality in QUALITIES[:-1]:
        file = io.BytesIO()
        encode(sample, file, quality)
        encoded_size = file.tell()
        file.seek(0)
        with Image.open(file) as decoded:
            error = np.asarray(decoded.convert("L"), np.float32) - reference
        psnr = 10 * math.log10(255**2 / max(1e-3, float((error * error).mean())))
        if psnr >= SUFFICIENT_PSNR_DB or (psnr >= MIN_PSNR_DB and encoded_size >= MIN_SIZE_RATIO * source_share):
            return quality
    return QUALITIES[-1]


def _sample(image: Image.Image) -> Image.Image:
    """The image itself when it is small, else a mosaic of tiles from all over it."""
    side = SAMPLE_GRID * SAMPLE_TILE
    if image.width <= side or image.height <= side:
        return image
    sheet = Image.new(image.mode, (side, side))
    for row in range(SAMPLE_GRID):
        for column in range(SAMPLE_GRID):
            left = round(column * (image.width - SAMPLE_TILE) / (SAMPLE_GRID - 1))
            top = round(row * (image.height - SAMPLE_TILE) / (SAMPLE_GRID - 1))
            sheet.paste(
                image.crop((left, top, left + SAMPLE_TILE, top + SAMPLE_TILE)),
                (column * SAMPLE_TILE, row * SAMPLE_TILE),
            )
    return sheet
