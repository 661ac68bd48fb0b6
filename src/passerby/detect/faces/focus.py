"""Large faces that are out of focus: smears behind the picture of an upright film, portraits behind frosted glass.

Face models take a smear for a face that is as smooth as one. Where not even a picture of it 32 pixels wide has an
edge, nobody can be recognised in it, and a mask would be over a third of the frame.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.kinds import Detection
from passerby.detect.preprocess import Image

#: Only faces that are at least so wide and tall, as a share of the frame's shorter side, are judged: the mask of a
#: small one costs little.
MIN_SHARE = 0.15
#: The inner part of a face, without this share of its width and height at each side, is looked at with its shorter side
#: at this many pixels: beside a smear there may be what is in focus.
RIM, SIDE = 0.15, 32
#: What is in focus has luma gradients (98th percentile, luma steps a pixel) of more than the first there, or more than
#: the second times its contrast (standard deviation of luma, and 4 for noise): dark faces have small gradients and no
#: contrast. Of 298 large annotated faces in stills and moving clips one has a smaller gradient (7.9), and that is 0.60
#: of its contrast; smears have 2.8 to 9.8, and 0.20 to 0.32.
MIN_GRADIENT, MIN_RELATIVE_GRADIENT = 10.0, 0.45
#: The longer side of the image that faces are judged in, px.
FOCUS_SIZE = 512


def drop_smears(image: Image, scale: float, faces: Iterable[Detection]) -> list[Detection]:
    """Those of `faces` that are small or in focus. Their boxes are in displayed pixels, `scale` of which are one pixel
    of `image`."""
    height, width = image.shape[:2]
    least = MIN_SHARE * min(height, width)
    scaled = [(face, Box(*(v / scale for v in face.box))) for face in faces]
    return [face for face, box in scaled if box.shorter_side < least or _in_focus(image, box.clip(width, height))]


def _in_focus(image: Image, box: Box) -> bool:
    x, y = RIM * box.width, RIM * box.height
    x1, y1, x2, y2 = (round(v) for v in (box.x1 + x, box.y1 + y, box.x2 - x, box.y2 - y))
    if min(x2 - x1, y2 - y1) < SIDE:
        return True  # hardly in the frame: nothing can be said
    part = cv2.cvtColor(image[y1:y2, x1:x2], cv2.COLOR_BGR2GRAY)
    shrink = SIDE / min(part.shape)
    small = cv2.resize(part, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA).astype(np.float32)
    gradient = np.hypot(
        cv2.Sobel(small, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(small, cv2.CV_32F, 0, 1, scale=1 / 8)
    )
    steepest = float(np.percentile(gradient, 98))
    return steepest >= min(MIN_GRADIENT, MIN_RELATIVE_GRADIENT * (float(small.std()) + 4.0))
