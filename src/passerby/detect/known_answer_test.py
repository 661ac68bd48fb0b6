"""The known-answer test: each model is run on known images, and must give the known answer.

A model that was quantised badly, that detects nothing, returns the same for everything, or not-a-number, must not be
used on a file: its silence would be taken for "nobody there".
"""

from __future__ import annotations

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.errors import DetectorError
from passerby.detect.known_answer_images import OBJECT_BOXES, SIDE, empty_image, object_image
from passerby.detect.model import Detector
from passerby.detect.preprocess import Image

#: The least overlap (intersection over union) of what is detected with where it was drawn.
MIN_IOU = 0.3
#: The least side of an image in which models still detect the drawings, shrunk to it; the body model needs SIDE. px
MIN_SIDE = 192


def check(detector: Detector, size: tuple[int, int] = (SIDE, SIDE)) -> None:
    """Run `detector` on one drawing for each kind that it detects, and on one with nothing in it.

    `size` (width, height) is that of the images, MIN_SIDE or more a side (SIDE for bodies): give the size that is used
    anyway, so that no other is compiled for this, and what is tested is what runs. Raises DetectorError when a drawing
    is not detected in its place, when something is detected where nothing is, and when the model fails.
    """
    min_score = detector.entry.known_answer_score
    side = min(SIDE, *size)
    left, top = ((length - side) // 2 for length in size)
    for kind in detector.entry.finds:
        expected = Box(*(value * side / SIDE for value in OBJECT_BOXES[kind])).translate(left, top)
        found = detector.detect(_centred(object_image(kind), side, size), min_score, (kind,))
        if not any(detection.box.iou(expected) >= MIN_IOU for detection in found):
            raise _failure(detector, f"does not detect the {kind} in an image that is known to show one")
    found = detector.detect(_centred(empty_image(), side, size), min_score)
    if found:
        raise _failure(detector, f"detects a {found[0].kind} in an image that is known to show nothing")


def _failure(detector: Detector, problem: str) -> DetectorError:
    return DetectorError(
        f"The model {detector.id} {problem}, so its results cannot be trusted. "
        f"Try: passerby models fetch {detector.id}; then: passerby models check {detector.id}"
    )


def _centred(image: Image, side: int, size: tuple[int, int]) -> Image:
    """The drawing, `side` pixels a side, in the middle of an image of that size, its edges replicated."""
    if side != SIDE:
        image = np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    across, down = (length - side for length in size)
    padded = cv2.copyMakeBorder(
        image, down // 2, down - down // 2, across // 2, across - across // 2, cv2.BORDER_REPLICATE
    )
    return np.asarray(padded, np.uint8)
