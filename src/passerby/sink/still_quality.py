"""How well a lossy still is encoded where its source does not say: as badly as still looks the same."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

#: Tried in this order; the first that is good enough is taken.
STEPS = (60, 70, 80, 88, 94, 98)
#: What the encoded picture must keep of the one that was painted: PSNR of luma, in dB. Sources that were encoded
#: badly are smooth, and reach it at a low quality; so the size follows the source's.
FAITHFUL = 41.0
#: Side of the part from the middle that is tried, px: trying all of a large photo would take long.
TRIED = 1024


def quality_for(image: Image.Image, encode: Callable[[Image.Image, io.BytesIO, int], None]) -> int:
    """The lowest quality of STEPS at which `encode(picture, file, quality)` keeps the picture FAITHFUL."""
    left, top = max(0, image.width - TRIED) // 2, max(0, image.height - TRIED) // 2
    part = image.crop((left, top, min(image.width, left + TRIED), min(image.height, top + TRIED)))
    wanted = np.asarray(part.convert("L"), np.float32)
    for quality in STEPS[:-1]:
        file = io.BytesIO()
        encode(part, file, quality)
        file.seek(0)
        with Image.open(file) as again:
            error = np.asarray(again.convert("L"), np.float32) - wanted
        if float((error * error).mean()) <= 255**2 / 10 ** (FAITHFUL / 10):
            return quality
    return STEPS[-1]
