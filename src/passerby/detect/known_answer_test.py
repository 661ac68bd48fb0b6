"""Is the detector alive? Each model is shown known pictures, and must give the known answer.

A model that was quantised badly, that answers nothing, the same to everything, or not-a-number, passes no film: its
silence would be taken for "nobody there".
"""

from __future__ import annotations

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.errors import DetectorError
from passerby.detect.known_answer_images import PLACES, SIDE, ground, scene
from passerby.detect.model import Detector
from passerby.detect.runtime import Picture

#: The least overlap (intersection over union) of what is found with where it was drawn.
OVERLAP = 0.3
#: The least side of a picture on which models still find the drawings, shrunk to it; the one of bodies needs SIDE. px
SMALLEST = 192


def check(detector: Detector, size: tuple[int, int] = (SIDE, SIDE)) -> None:
    """Shows `detector` one drawing for each kind that it finds, and one with nothing in it.

    `size` (width, height) is that of the pictures, SMALLEST or more a side (SIDE for bodies): give the size that is
    used anyway, so that no other is compiled for this, and what is checked is what runs. Raises DetectorError when a
    drawing is not found in its place, when something is found where nothing is, and when the model fails.
    """
    least = detector.entry.alive_score
    side = min(SIDE, *size)
    left, top = ((whole - side) // 2 for whole in size)
    for kind in detector.entry.finds:
        place = Box(*(value * side / SIDE for value in PLACES[kind])).translate(left, top)
        found = detector.find(_placed(scene(kind), side, size), least, (kind,))
        if not any(detection.box.iou(place) >= OVERLAP for detection in found):
            raise _dead(detector, f"does not find the {kind} in a picture that is known to show one")
    found = detector.find(_placed(ground(), side, size), least)
    if found:
        raise _dead(detector, f"finds a {found[0].kind} in a picture that is known to show nothing")


def _dead(detector: Detector, what: str) -> DetectorError:
    return DetectorError(
        f"The model {detector.id} {what}, so its answers cannot be trusted. "
        f"Try: passerby models fetch {detector.id}; then: passerby models check {detector.id}"
    )


def _placed(picture: Picture, side: int, size: tuple[int, int]) -> Picture:
    """The drawing, `side` pixels a side, in the middle of a picture of that size, its edges drawn out."""
    if side != SIDE:
        picture = np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    across, down = (whole - side for whole in size)
    drawn_out = cv2.copyMakeBorder(
        picture, down // 2, down - down // 2, across // 2, across - across // 2, cv2.BORDER_REPLICATE
    )
    return np.asarray(drawn_out, np.uint8)
