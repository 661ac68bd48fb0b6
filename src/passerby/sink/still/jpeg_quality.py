"""How well a lossy still is encoded where its source does not say: with about as many bits, and never much worse."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import numpy as np
from PIL import Image

#: Tried in this order; the first that will do is taken.
STEPS = (50, 60, 70, 76, 82, 87, 91, 94, 97, 99)
#: At least this much of the picture that was painted must be kept (PSNR of luma, dB), whatever the source's size was...
LEAST = 37.5
#: ...and more than this need not be.
PLENTY = 46.0
#: Share of the source's bits from which the quality counts as its own.
ENOUGH = 0.9
#: Encoding a large photo ten times would take minutes: pieces of it are tried, this many each way, of this side.
PIECES, PIECE = 4, 256


def quality_for(image: Image.Image, size: int, encode: Callable[[Image.Image, io.BytesIO, int], None]) -> int:
    """The quality of STEPS that suits a picture which took `size` bytes before; `encode(picture, file, quality)`."""
    sample = _sample(image)
    wanted = np.asarray(sample.convert("L"), np.float32)
    share = size * (sample.width * sample.height) / (image.width * image.height)
    for quality in STEPS[:-1]:
        file = io.BytesIO()
        encode(sample, file, quality)
        taken = file.tell()
        file.seek(0)
        with Image.open(file) as again:
            error = np.asarray(again.convert("L"), np.float32) - wanted
        kept = 10 * math.log10(255**2 / max(1e-3, float((error * error).mean())))
        if kept >= PLENTY or (kept >= LEAST and taken >= ENOUGH * share):
            return quality
    return STEPS[-1]


def _sample(image: Image.Image) -> Image.Image:
    """The picture itself when it is small, else pieces from all over it, side by side."""
    side = PIECES * PIECE
    if image.width <= side or image.height <= side:
        return image
    sheet = Image.new(image.mode, (side, side))
    for row in range(PIECES):
        for column in range(PIECES):
            left = round(column * (image.width - PIECE) / (PIECES - 1))
            top = round(row * (image.height - PIECE) / (PIECES - 1))
            sheet.paste(image.crop((left, top, left + PIECE, top + PIECE)), (column * PIECE, row * PIECE))
    return sheet
