"""YuNet (Wu et al., 2023): one box a cell at strides 8, 16 and 32.

The exported graph ends in lists of cells, which do not say how long a row is. It is cut before them, so that any input
works. At each stride: logits of class and object (1, h, w, 1), and boxes (1, h, w, 4): the centre as offsets x, y from
the cell's corner, in cells, and the logarithms of width and height in cells. A face scores the geometric mean of both
probabilities. The landmarks of eyes, nose and mouth are not read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from passerby.detect.families.family import DecodedBoxes, Family, logistic
from passerby.detect.runtime import Array, ModelInput

STRIDES = (8, 16, 32)
#: Tensors of the graph: classes at each stride, objects, boxes.
OUTPUTS = ("281", "293", "305", "317", "329", "341", "353", "364", "375")


def decode(outputs: list[Array], threshold: float, classes: Sequence[int]) -> DecodedBoxes:
    """The three branches of each stride as boxes: a cell gives one."""
    found = [_level(*level, threshold) for level in zip(outputs[:3], outputs[3:6], outputs[6:], STRIDES, strict=True)]
    boxes, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return DecodedBoxes(boxes, scores, np.zeros(len(scores), np.int64))


def _level(class_logits: Array, object_logits: Array, box: Array, stride: int, threshold: float) -> tuple[Array, Array]:
    scores = np.sqrt(logistic(class_logits[0, :, :, 0]) * logistic(object_logits[0, :, :, 0]))
    rows, columns = np.nonzero(scores >= threshold)
    dx, dy, width, height = box[0, rows, columns].T
    x, y = columns + dx, rows + dy
    half_width, half_height = np.exp(width) / 2, np.exp(height) / 2
    corners = np.stack([x - half_width, y - half_height, x + half_width, y + half_height], axis=1) * stride
    return corners.astype(np.float32), scores[rows, columns]


FAMILY = Family(input=ModelInput(rgb=False), outputs=OUTPUTS, decode=decode, nms_iou=0.3)
