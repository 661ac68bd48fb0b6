"""Where a released picture is painted black: read off the picture itself, with no plan at hand."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.preprocess import fitted, luma

#: Longer side of the picture that black is sought on, px.
SIDE = 640
#: Luma of a solid fill, by whether the range of samples is full (ITU-R BT.709), and how far encoding may move it.
BLACK, SPREAD = {False: 16, True: 0}, 5
#: ...and how far where that does not tell a fill from what is around it.
NIGHT = 1
#: An area with a shorter side than this (px of that picture), or less full than this share of its box, is no mask; nor
#: is one whose mean is further from black than this: dark places in a film are not as dark as a fill.
LEAST_SIDE, FULL, NEAR_BLACK = 6, 0.4, 1.5


@dataclass(frozen=True, slots=True)
class Blackness:
    """`map` is 1 where the small picture is black and flat, `masks` where it is so black, and so much of it, that it
    was painted; `areas` are the boxes of the parts of `masks` in displayed pixels, which are `scale` times smaller."""

    map: npt.NDArray[np.uint8]
    masks: npt.NDArray[np.uint8]
    scale: float
    areas: tuple[Box, ...]

    @property
    def share(self) -> float:
        """How much of the picture is black, 0 to 1."""
        return float(self.map.mean())

    def inside(self, box: Box) -> float:
        """How much of a box (displayed pixels) is black, 0 to 1; 1 for a box outside the picture."""
        height, width = self.map.shape
        x1, y1 = max(0, int(box.x1 / self.scale)), max(0, int(box.y1 / self.scale))
        x2, y2 = min(width, int(np.ceil(box.x2 / self.scale))), min(height, int(np.ceil(box.y2 / self.scale)))
        return float(self.map[y1:y2, x1:x2].mean()) if x2 > x1 and y2 > y1 else 1.0


def blackness(frame: RawFrame, geometry: Geometry, full_range: bool) -> Blackness:
    """What of a frame is black and flat, as a fill is; shadows in a film are neither."""
    size = fitted(geometry, SIDE)
    picture = luma(frame, geometry, size)
    flat = _flat(picture, BLACK[full_range] + SPREAD)
    scale = geometry.upright[0] / size[0]
    areas: list[Box] = []
    masks = np.zeros_like(flat)
    # At night a mask is one area with what is around it: there, only what is as black as a fill tells them apart.
    for dark in (flat, _flat(picture, BLACK[full_range] + NIGHT)):
        count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=4, ltype=cv2.CV_32S)
        for label, (x, y, w, h, area) in enumerate(stats[1:count].tolist(), 1):
            if min(w, h) < LEAST_SIDE or area < FULL * w * h:
                continue
            part = labels[y : y + h, x : x + w] == label
            if masks[y : y + h, x : x + w][part].any():
                continue
            if abs(float(picture[y : y + h, x : x + w][part].mean()) - BLACK[full_range]) <= NEAR_BLACK:
                masks[y : y + h, x : x + w][part] = 1
                areas.append(Box(x * scale, y * scale, (x + w) * scale, (y + h) * scale))
    return Blackness(flat, masks, scale, tuple(areas))


def _flat(picture: npt.NDArray[np.uint8], most: int) -> npt.NDArray[np.uint8]:
    """1 where the picture is no lighter than `most`, and so is all around it."""
    return np.asarray(cv2.morphologyEx((picture <= most).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
