"""DBNet (Liao et al., 2020): a map of how likely each pixel is to be text. Where text is, never what it says."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from passerby.detect.families.family import DecodedBoxes, Family
from passerby.detect.runtime import Array, ModelInput

#: The network is trained on shrunken regions; a region is expanded again by area * UNCLIP_RATIO / perimeter on each
#: side.
UNCLIP_RATIO = 1.6
#: A pixel of the map belongs to a region from this probability on, or from the threshold where that is lower. As in
#: PaddleOCR's default.
PIXEL_THRESHOLD = 0.3
#: Regions with a shorter side below this, in map pixels, are noise.
MIN_SIDE = 3
#: A line of text is a filled bar, however it is turned: its region fills most of its convex hull. Folds of clothes,
#: leaves and shadows become regions with bays and arms. The least share, by the shorter side of the region's box from
#: which it holds (map pixels: the finer, the better it can be measured). Annotated plates: all of 63 regions fill 0.83.
MIN_SOLIDITY = ((16, 0.8), (8, 0.75))


def decode(outputs: list[Array], threshold: float, classes: Sequence[int]) -> DecodedBoxes:
    """One probability map (1, 1, h, w), as large as the input, as upright boxes scored by their mean probability."""
    heat = outputs[0][0, 0]
    mask = (heat >= min(PIXEL_THRESHOLD, threshold)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S)
    text = np.flatnonzero(mask)  # a small part of the image: the rest need not be summed
    sums = np.bincount(labels.ravel()[text], weights=heat.ravel()[text], minlength=count)[1:]
    x, y, w, h, area = stats[1:].T.astype(np.float32)
    scores = (sums / np.maximum(area, 1)).astype(np.float32)
    grow = w * h * UNCLIP_RATIO / np.maximum(2 * (w + h), 1)
    boxes = np.stack([x - grow, y - grow, x + w + grow, y + h + grow], axis=1)
    keep = (np.minimum(w, h) >= MIN_SIDE) & (scores >= threshold)
    for i in np.flatnonzero(keep & (np.minimum(w, h) >= MIN_SOLIDITY[-1][0])):
        left, top, width, height, _ = stats[1 + i]
        least = next(share for side, share in MIN_SOLIDITY if min(width, height) >= side)
        keep[i] = _solidity(labels[top : top + height, left : left + width] == 1 + i) >= least
    return DecodedBoxes(boxes[keep].astype(np.float32), scores[keep], np.zeros(int(keep.sum()), np.int64))


def _solidity(region: npt.NDArray[np.bool_]) -> float:
    """The share of its convex hull that a region fills, 0 to 1."""
    contours, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = np.concatenate(contours).reshape(-1, 2)
    # The outer corners of the pixels: between their centres, a thin region would have no area.
    corners = np.concatenate([outline + offset for offset in ((0, 0), (1, 0), (0, 1), (1, 1))])
    return float(region.sum() / cv2.contourArea(cv2.convexHull(corners)))


FAMILY = Family(
    input=ModelInput(rgb=False, mean=(127.5,) * 3, scale=(127.5,) * 3),
    outputs=(),
    decode=decode,
    nms_iou=None,
)
