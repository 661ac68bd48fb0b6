"""BlazeFace, full range (Bazarevsky et al., 2019; MediaPipe's model): one anchor a cell of a 48 by 48 grid.

Regressors (1, 2304, 16): centre x, y relative to the anchor, width, height, then six landmarks, all in input pixels.
Classifiers (1, 2304, 1): logits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from passerby.detect.families.family import DecodedBoxes, Family, logistic, logit
from passerby.detect.runtime import Array, ModelInput

SIDE = 192
STRIDE = 4


def decode(outputs: list[Array], threshold: float, classes: Sequence[int]) -> DecodedBoxes:
    """Regressors and classifiers as boxes; the landmarks are not read."""
    logits = outputs[1][0, :, 0]
    cells = np.nonzero(logits >= logit(threshold))[0]
    x, y, w, h = outputs[0][0, cells, :4].T
    rows, columns = np.divmod(cells, SIDE // STRIDE)
    x, y = x + (columns + 0.5) * STRIDE, y + (rows + 0.5) * STRIDE
    boxes = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1).astype(np.float32)
    return DecodedBoxes(boxes, logistic(logits[cells]), np.zeros(len(cells), np.int64))


FAMILY = Family(
    input=ModelInput(rgb=True, mean=(127.5,) * 3, scale=(127.5,) * 3, channels_last=True),
    outputs=(r"reshaped_regressor_face_\d+", r"reshaped_classifier_face_\d+"),
    decode=decode,
    nms_iou=0.3,
    square=SIDE,
)
