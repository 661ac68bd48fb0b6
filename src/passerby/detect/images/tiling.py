"""Parts of a large still as square images for models, and detections back in its pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.kinds import Detection
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.images.pyramid import BORDER
from passerby.detect.preprocess import Image, to_bgr

#: Images this much larger than a tile are split into tiles; for smaller ones enlarging the whole image does as well.
MIN_TILING_RATIO = 1.1
#: White: what shows through an image that is not opaque.
PAPER = 255


def bgr_images(frame: RawFrame) -> Iterator[Image]:
    """The frame as BGR; where there is alpha, also on white paper: its content may be in the alpha
    channel alone."""
    size = frame.av_frame.width, frame.av_frame.height
    opaque = to_bgr(frame, Geometry(*size), size)
    yield opaque
    if not frame.av_frame.format.name.endswith("ap"):
        return
    plane = frame.av_frame.planes[3]
    alpha = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)[:, : plane.width]
    if alpha.min() == 255:
        return
    on_paper = opaque.copy()
    for channel in range(3):
        share = cv2.multiply(opaque[..., channel], alpha, scale=1 / 255)
        on_paper[..., channel] = share + (PAPER - alpha)
    yield on_paper


def letterbox(part: Image, size: int) -> tuple[Image, float]:
    """The part with its longer side at `size`, padded to a square, and the factor back to the part's pixels."""
    height, width = part.shape[:2]
    scale = max(height, width) / size
    shape = max(1, round(width / scale)), max(1, round(height / scale))
    interpolation = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
    resized = part if scale == 1 else cv2.resize(part, shape, interpolation=interpolation)
    bottom, right = size - resized.shape[0], size - resized.shape[1]
    if bottom or right:
        border = (BORDER,) * 3
        resized = cv2.copyMakeBorder(resized, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=border)
    return np.ascontiguousarray(resized, np.uint8), scale


def tiles(image_box: Box, side: int, overlap: int) -> Iterator[Box]:
    """Tiles that cover the image; none where the whole image is hardly larger than one."""
    if max(image_box.width, image_box.height) <= side * MIN_TILING_RATIO:
        return
    for y in _tile_starts(image_box.height, side, side - overlap):
        for x in _tile_starts(image_box.width, side, side - overlap):
            yield Box(x, y, min(x + side, image_box.width), min(y + side, image_box.height))


def _tile_starts(length: float, side: int, stride: int) -> list[int]:
    """Where tiles start along one axis: evenly spread, at most `stride` apart, the last one ending with the image."""
    if length <= side:
        return [0]
    count = int(np.ceil((length - side) / stride)) + 1
    return [round(i * (length - side) / (count - 1)) for i in range(count)]


def unroll(detections: Sequence[Detection], width: int) -> list[Detection]:
    """Detections in a panorama that was rolled by half its width, where they belong; two for one on the seam."""
    boxes = [(d, d.box.translate(width // 2, 0)) for d in detections]
    moved = [(d, box if box.x1 < width else box.translate(-width, 0)) for d, box in boxes]
    across = [(d, box.translate(-width, 0)) for d, box in boxes if box.x1 < width < box.x2]
    return [Detection(d.kind, box, d.score, d.origin) for d, box in (*moved, *across)]
