"""What a box of one frame looks like, small and grey, and where the same is found in another frame.

Normalised cross-correlation (Lewis 1995, "Fast normalized cross-correlation"): lighter or darker makes no difference.
A pattern is of a track that goes on, is kept in memory for as long as it does, and compared with frames of the same
scene alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.detect.images.pyramid import ImagePyramid

#: The longer side of a pattern, px, blurred by a box of so many, so that strokes that fall between two of them in one
#: frame and on one in the next make no difference; and the share of the box's size around it that belongs to it, so
#: that the edge of a plate is part of it.
PATTERN_SIZE, BLUR, PATTERN_MARGIN = 48, (3, 3), 0.15
#: How far from where it should be it is looked for, in shares of the box's longer side.
REACH = 0.35
#: A pattern with less contrast (standard deviation of luma), with fewer pixels across, or of which less than this share
#: is in the frame, could be found anywhere. Chosen by hand.
MIN_CONTRAST, MIN_ACROSS, MIN_INSIDE = 4.0, 4, 0.5


@dataclass(frozen=True, slots=True)
class LumaImage:
    """The luma (h, w) of a frame, not larger than models are given it, and how many displayed pixels one of it is."""

    luma: npt.NDArray[np.uint8]
    scale: float

    @classmethod
    def of(cls, images: ImagePyramid) -> LumaImage:
        """That of a frame, at the largest size at which it is kept."""
        image, scale = images.level(max(images.display_size))
        return cls(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8), scale)

    @property
    def size(self) -> tuple[float, float]:
        """(width, height) in displayed pixels."""
        return self.luma.shape[1] * self.scale, self.luma.shape[0] * self.scale

    def part(self, box: Box, scale: float) -> npt.NDArray[np.uint8]:
        """What is in `box` (displayed pixels, all of it in the frame), blurred, with `scale` pixels for a displayed
        one."""
        height, width = self.luma.shape
        x1, y1, x2, y2 = (round(v / self.scale) for v in box)
        x1, y1 = min(x1, width - 1), min(y1, height - 1)
        cut = self.luma[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]
        shape = max(1, math.ceil(box.width * scale)), max(1, math.ceil(box.height * scale))
        interpolation = cv2.INTER_AREA if shape[0] < cut.shape[1] else cv2.INTER_LINEAR
        return np.asarray(cv2.blur(cv2.resize(cut, shape, interpolation=interpolation), BLUR), np.uint8)


@dataclass(frozen=True, slots=True)
class Pattern:
    """The `luma` (h, w) of what of a box was in the frame. Its left and top edge lie so many times the width and height
    of the box to the right of and below those of the box."""

    luma: npt.NDArray[np.uint8]
    left: float
    top: float


def take_pattern(image: LumaImage, box: Box) -> Pattern | None:
    """What `box` (displayed pixels) looks like; None where that could be found anywhere."""
    outer = box.expand(PATTERN_MARGIN)
    inside = outer.clip(*image.size)
    if inside.area < MIN_INSIDE * outer.area or box.area <= 0:
        return None
    luma = image.part(inside, _scale(outer))
    if min(luma.shape) < MIN_ACROSS or luma.std() < MIN_CONTRAST:
        return None
    return Pattern(luma, (inside.x1 - box.x1) / box.width, (inside.y1 - box.y1) / box.height)


def find_pattern(image: LumaImage, pattern: Pattern, box: Box) -> tuple[Box, float] | None:
    """`box`, moved to where the pattern is found best around it, and how well (correlation, -1 to 1); None where too
    little of that is in the frame."""
    outer = box.expand(PATTERN_MARGIN)
    scale = _scale(outer)
    area = outer.expand(0.0, REACH * max(box.width, box.height)).clip(*image.size)
    height, width = pattern.luma.shape
    if area.width * scale < width or area.height * scale < height:
        return None
    found = cv2.matchTemplate(image.part(area, scale), pattern.luma, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(found)
    left = area.x1 + x / scale - pattern.left * box.width
    top = area.y1 + y / scale - pattern.top * box.height
    return box.translate(left - box.x1, top - box.y1), float(best)


def _scale(outer: Box) -> float:
    """Pixels of a pattern for one displayed pixel."""
    return PATTERN_SIZE / max(outer.width, outer.height, 1.0)
