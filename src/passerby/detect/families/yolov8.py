"""YOLOv8 and its relatives with the same head (detection and segmentation exports by Ultralytics).

The exported graph ends in anchors for one input size. It is cut before them, at the last convolutions of the two
branches, so that any input works and only cells that score are decoded. At strides 8, 16 and 32 the box branch gives
64 channels (the distances left, up, right, down from the cell's centre, each a distribution over 16 bins of one
stride: Li et al., Generalized Focal Loss, 2020), the class branch one logit a class. A mask branch is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from passerby.detect.families.family import DecodedBoxes, Family, logistic, logit
from passerby.detect.runtime import Array, ModelInput

STRIDES = (8, 16, 32)
BINS = 16
BRANCHES = tuple(rf"/model\.\d+/cv{b}\.{i}/cv{b}\.{i}\.2/Conv(_output_0)?" for b in (2, 3) for i in range(3))


def decode(outputs: list[Array], threshold: float, classes: Sequence[int]) -> DecodedBoxes:
    """Three box branches (1, 64, h, w), then three class branches (1, n, h, w), as boxes: a cell gives one."""
    class_numbers = np.asarray(classes, np.int64)
    found = [
        _level(box[0], logits[0], stride, logit(threshold), class_numbers)
        for box, logits, stride in zip(outputs[:3], outputs[3:], STRIDES, strict=True)
    ]
    boxes, scores, numbers = zip(*found, strict=True)
    return DecodedBoxes(np.concatenate(boxes), np.concatenate(scores), np.concatenate(numbers))


def _level(
    box: Array, logits: Array, stride: int, min_logit: float, class_numbers: npt.NDArray[np.int64]
) -> DecodedBoxes:
    logits = logits[class_numbers]
    best = logits.max(axis=0)
    rows, columns = np.nonzero(best >= min_logit)
    bins = box[:, rows, columns].reshape(4, BINS, -1)
    weight = np.exp(bins - bins.max(axis=1, keepdims=True))
    sides = np.einsum("sbn,b->sn", weight, np.arange(BINS, dtype=np.float32)) / weight.sum(axis=1)
    x, y = columns + np.float32(0.5), rows + np.float32(0.5)
    boxes = np.stack([x - sides[0], y - sides[1], x + sides[2], y + sides[3]], axis=1) * stride
    numbers = class_numbers[logits[:, rows, columns].argmax(axis=0)]
    return DecodedBoxes(boxes.astype(np.float32), logistic(best[rows, columns]), numbers)


FAMILY = Family(
    input=ModelInput(rgb=True, scale=(255.0,) * 3, border=114), outputs=BRANCHES, decode=decode, nms_iou=0.6
)
