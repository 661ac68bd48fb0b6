"""People close to the camera whom one input size detects weakly: turned away, blurred by motion, cut off by the frame.

The body model was trained on whole people, and misses a shoulder and the back of a head that fill the frame as the face
model misses the back of a head. In an image half as large they have a size that it knows. What two sizes detect with
scores too low to count is more likely there than what one does (as in detect/fusion.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.kinds import HEADLESS, Detection
from passerby.detect.fusion import SAME_IOU
from passerby.detect.preprocess import Image

#: A person is close to the camera when the box is at least this share of the frame's height (docs/design/tracking.md).
MIN_HEIGHT_SHARE = 0.4
#: Scores from which one size may agree with another.
MIN_AGREEING_SCORE = 0.1
#: The upper half of a real person has edges: (percentile, least luma gradient at it), in luma steps a pixel of an image
#: whose longer side is FOCUS_SIZE. What is far out of focus has none, and no model tells a blurred curtain from a
#: blurred coat (annotated clips: all people are above, half of the false positives are not).
MIN_GRADIENT_PERCENTILES = ((90, 4.4), (98, 11.0))
FOCUS_SIZE = 512
#: A person is cut off by the top of the frame when the box comes this near to it, as a share of the frame's height.
CUT_OFF_SHARE = 0.02
#: Somebody's head is in the picture when the face model gives a face, however blurred or turned, at least this score in
#: a crop of the upper part of the person (this share of the height). Development clips: legs and torsos get up to 0.11,
#: what has a head gets 0.38 and more; a head that is turned away gets it from the second face model, in a larger crop.
UPPER_PART, MIN_HEAD_SCORE, HEAD_CROP_SIZE, SECOND_HEAD_CROP_SIZE = 0.6, 0.2, 128, 256


def confirm_by_second_size(weak: Iterable[Detection], others: Sequence[Detection], min_score: float) -> list[Detection]:
    """Those of `weak` whose scores, with those of `others` at a smaller input size, add up to `min_score`; with the
    hull of both boxes."""
    confirmed = []
    for d in weak:
        same = next((other for other in others if other.box.iou(d.box) > SAME_IOU), None)
        if same is not None and d.score + same.score >= min_score:
            box = d.box.hull(same.box)
            confirmed.append(Detection(d.kind, box, min(1.0, d.score + same.score), d.origin, d.object_class))
    return confirmed


def upper_part(person: Box, frame_height: float) -> Box | None:
    """Where the head of a person would be who is cut off by the top of the frame: a square; None for anybody else."""
    if person.y1 > CUT_OFF_SHARE * frame_height:
        return None
    (x, _), side = person.centre, max(person.width, UPPER_PART * person.height)
    return Box(x - side / 2, person.y1, x + side / 2, person.y1 + side)


def mark_headless(person: Detection) -> Detection:
    """The same person, without a head in the picture."""
    return Detection(person.kind, person.box, person.score, HEADLESS + person.origin, person.object_class)


def in_focus(image: Image, box: Box) -> bool:
    """Does the upper half of `box` have any edge? The longer side of `image` is FOCUS_SIZE, `box` is in its pixels."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = (round(v) for v in Box(box.x1, box.y1, box.x2, box.y1 + box.height / 2).clip(width, height))
    if x2 <= x1 or y2 <= y1:
        return False
    part = cv2.cvtColor(image[y1:y2, x1:x2], cv2.COLOR_BGR2GRAY).astype(np.float32)
    gradient = np.hypot(cv2.Sobel(part, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(part, cv2.CV_32F, 0, 1, scale=1 / 8))
    return all(np.percentile(gradient, percentile) >= minimum for percentile, minimum in MIN_GRADIENT_PERCENTILES)
