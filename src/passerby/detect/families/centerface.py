"""CenterFace (Xu et al., 2019): a heat map of face centres, one box a cell.

Outputs at a quarter of the input's size: 537 heat (already 0 to 1), 538 log of (height, width) in cells, 539 offset of
the centre (y, x) in cells. 540, the landmarks of eyes, nose and mouth, is not read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from passerby.detect.families.family import DecodedBoxes, Family
from passerby.detect.runtime import Array, ModelInput

STRIDE = 4


def decode(outputs: list[Array], threshold: float, classes: Sequence[int]) -> DecodedBoxes:
    """Heat (1, 1, h, w), size (1, 2, h, w) and offset (1, 2, h, w) as boxes."""
    heat, size, offset = outputs[0][0, 0], outputs[1][0], outputs[2][0]
    rows, columns = np.nonzero(heat >= threshold)
    half = np.exp(size[:, rows, columns]) * STRIDE / 2
    y = (rows + offset[0, rows, columns] + 0.5) * STRIDE
    x = (columns + offset[1, rows, columns] + 0.5) * STRIDE
    boxes = np.stack([x - half[1], y - half[0], x + half[1], y + half[0]], axis=1).astype(np.float32)
    return DecodedBoxes(boxes, heat[rows, columns], np.zeros(len(rows), np.int64))


FAMILY = Family(input=ModelInput(rgb=True), outputs=("537", "538", "539"), decode=decode, nms_iou=0.3)
