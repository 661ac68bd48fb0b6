"""Black areas of a released frame, found in the image itself, without a plan."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.preprocess import fit_size, to_luma

#: Longer side of the scaled image that is searched, px.
SIDE = 640
#: Luma of a solid fill, by whether the range of samples is full (ITU-R BT.709), and how far encoding may move it.
BLACK, TOLERANCE = {False: 16, True: 0}, 5
#: ...and how far in a dark scene, where that does not separate a fill from its surroundings.
DARK_SCENE_TOLERANCE = 1
#: An area with a shorter side than this (px of that image), or that fills less than this share of its box, is no mask;
#: nor is one whose mean is further from black than this: dark areas of a video are not as dark as a fill.
MIN_SIDE, MIN_FILL, MAX_MEAN_OFFSET = 6, 0.4, 1.5


@dataclass(frozen=True, slots=True)
class BlankRegions:
    """`black` is 1 where the scaled image is black and flat, `masks` where an area is so black and so large that it was
    painted; `areas` are the bounding boxes of `masks` in displayed pixels. A pixel of the scaled image is `scale`
    displayed pixels wide."""

    black: npt.NDArray[np.uint8]
    masks: npt.NDArray[np.uint8]
    scale: float
    areas: tuple[Box, ...]

    @property
    def share(self) -> float:
        """Share of the frame that is black, 0 to 1."""
        return float(self.black.mean())

    def black_share(self, box: Box) -> float:
        """Share of a box (displayed pixels) that is black, 0 to 1; 1 for a box outside the frame."""
        height, width = self.black.shape
        x1, y1 = max(0, int(box.x1 / self.scale)), max(0, int(box.y1 / self.scale))
        x2, y2 = min(width, int(np.ceil(box.x2 / self.scale))), min(height, int(np.ceil(box.y2 / self.scale)))
        return float(self.black[y1:y2, x1:x2].mean()) if x2 > x1 and y2 > y1 else 1.0


def find_blank_regions(frame: RawFrame, geometry: Geometry, full_range: bool) -> BlankRegions:
    """The areas of a frame that are black and flat, as a fill is; shadows in a video are neither."""
    size = fit_size(geometry, SIDE)
    luma = to_luma(frame, geometry, size)
    flat = _flat(luma, BLACK[full_range] + TOLERANCE)
    scale = geometry.display_size[0] / size[0]
    areas: list[Box] = []
    masks = np.zeros_like(flat)
    # At night a mask merges with its surroundings: there, only pixels as black as a fill separate them.
    for dark in (flat, _flat(luma, BLACK[full_range] + DARK_SCENE_TOLERANCE)):
        count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=4, ltype=cv2.CV_32S)
        for label, (x, y, w, h, area) in enumerate(stats[1:count].tolist(), 1):
            if min(w, h) < MIN_SIDE or area < MIN_FILL * w * h:
                continue
            part = labels[y : y + h, x : x + w] == label
            if masks[y : y + h, x : x + w][part].any():
                continue
            if abs(float(luma[y : y + h, x : x + w][part].mean()) - BLACK[full_range]) <= MAX_MEAN_OFFSET:
                masks[y : y + h, x : x + w][part] = 1
                areas.append(Box(x * scale, y * scale, (x + w) * scale, (y + h) * scale))
    return BlankRegions(flat, masks, scale, tuple(areas))


def _flat(luma: npt.NDArray[np.uint8], threshold: int) -> npt.NDArray[np.uint8]:
    """1 where the image is no lighter than `threshold`, and so are all neighbours."""
    return np.asarray(cv2.morphologyEx((luma <= threshold).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
