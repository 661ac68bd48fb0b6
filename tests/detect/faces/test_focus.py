from __future__ import annotations

import cv2
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.demo.portrait import portrait
from passerby.detect.faces.focus import FOCUS_SIZE, drop_smears

HEIGHT = 288
#: Where the portrait is put, and its share of the displayed frame of 1024 px: two displayed pixels are one.
PLACE, SCALE = Box(100, 40, 280, 260), 2.0


def picture(blur=0.0, light=1.0):
    """A portrait before a plain wall, out of focus by so many pixels, with so much of its light."""
    face = cv2.imread(str(portrait()))
    assert face is not None
    width, height = int(PLACE.width), int(PLACE.height)
    face = cv2.resize(face, (width, height), interpolation=cv2.INTER_AREA)
    image = np.full((HEIGHT, FOCUS_SIZE, 3), 90, np.uint8)
    image[int(PLACE.y1) : int(PLACE.y2), int(PLACE.x1) : int(PLACE.x2)] = face
    if blur:
        image = cv2.GaussianBlur(image, (0, 0), blur)
    return (image * light).astype(np.uint8)


def kept(image, box=PLACE):
    face = Detection(Kind.FACE, Box(*(SCALE * v for v in box)), 0.6, "face")
    return bool(drop_smears(image, SCALE, [face]))


@pytest.mark.parametrize(
    ("blur", "light", "expected"),
    [(0, 1, True), (4, 1, True), (0, 0.12, True), (4, 0.12, True), (40, 1, False), (40, 0.3, False)],
    ids=["sharp", "soft", "dark", "soft and dark", "smear", "dark smear"],
)
def test_only_what_nobody_can_be_recognised_in_is_dropped(blur, light, expected):
    assert expected is kept(picture(blur, light))


def test_a_small_face_is_not_judged():
    assert kept(picture(blur=40), Box(150, 100, 190, 150))


def test_a_face_that_hardly_reaches_into_the_frame_is_not_judged():
    assert kept(picture(blur=40), Box(FOCUS_SIZE - 20, 40, FOCUS_SIZE + 160, 260))
