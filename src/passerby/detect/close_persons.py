"""People close up, of whom one look is not sure: turned away, smeared by motion, cut off by the frame.

The body model was taught on whole people, and is as blind to a shoulder and the back of a head that fill the picture as
the face model is to the back of a head. In a picture half as large they are of a size that it knows. What two sizes see
weakly, each too weakly to count, is more likely there than what one sees weakly (as in detect/fusion.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.kinds import Detection
from passerby.detect.fusion import SAME
from passerby.detect.preprocess import Picture

#: A person is close up when the box is at least this share of the picture's height.
CLOSE = 0.4
#: Scores from which a size may agree with another one.
FAINT = 0.1
#: The upper half of somebody who is there shows edges: a tenth of it is at least as steep as the first figure, and a
#: fiftieth as the second, in luma steps a pixel of a picture whose longer side is FOCUS. What is far out of focus is
#: not, and no model tells a blurred curtain from a blurred coat (annotated clips: all people are steeper, half of what
#: is none is not).
STEEP = ((90, 4.4), (98, 11.0))
FOCUS = 512


def agreed(weak: Iterable[Detection], others: Sequence[Detection], least: float) -> list[Detection]:
    """Those of `weak` that `others`, seen in a smaller picture, lift to a score of `least`, in the hull of both."""
    lifted = []
    for seen in weak:
        same = next((other for other in others if other.box.iou(seen.box) > SAME), None)
        if same is not None and seen.score + same.score >= least:
            box = seen.box.hull(same.box)
            lifted.append(Detection(seen.kind, box, min(1.0, seen.score + same.score), seen.origin, seen.sort))
    return lifted


def in_focus(picture: Picture, box: Box) -> bool:
    """Does the upper half of `box` show any edge? `picture` has its longer side at FOCUS, `box` is in its pixels."""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = (round(v) for v in Box(box.x1, box.y1, box.x2, box.y1 + box.height / 2).clipped(width, height))
    if x2 <= x1 or y2 <= y1:
        return False
    part = cv2.cvtColor(picture[y1:y2, x1:x2], cv2.COLOR_BGR2GRAY).astype(np.float32)
    steep = np.hypot(cv2.Sobel(part, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(part, cv2.CV_32F, 0, 1, scale=1 / 8))
    return all(np.percentile(steep, share) >= enough for share, enough in STEEP)
