"""The known images: drawings made by this file, one for each kind, each in a known place.

No person is in them. Models that were trained on photographs detect them because they are shaded and slightly blurred.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.detect.preprocess import Image

#: The side of the images. px
SIDE = 256

#: Where the objects are, as models box them: a face from forehead to chin, a person as far as visible.
OBJECT_BOXES: dict[Kind, Box] = {
    Kind.FACE: Box(88, 68, 168, 164),
    Kind.PERSON: Box(38, 36, 218, 256),
    Kind.VEHICLE: Box(32, 60, 224, 214),
    Kind.PLATE: Box(91, 146, 165, 174),
    Kind.SCREEN: Box(66, 84, 166, 154),
    Kind.TEXT: Box(96, 86, 206, 116),
}

Colour = tuple[int, int, int]  # blue, green, red
Ellipse = tuple[float, float, float, float, Colour]  # centre x, y, half axes, in units of half a head's height
Shape = tuple[tuple[tuple[float, float], ...], Colour]  # corners, in units of the car's width

SKIN: Colour = (125, 160, 205)
LIGHT_SKIN: Colour = (130, 166, 212)
SHADE: Colour = (105, 135, 180)
HAIR: Colour = (30, 40, 55)
CAR_RED: Colour = (60, 40, 150)
BLACK: Colour = (22, 22, 22)
GREY: Colour = (95, 95, 95)

_BUST: tuple[Ellipse, ...] = (
    (0, 1.9, 1.5, 0.75, (90, 60, 50)),  # shoulders
    (0, 0.95, 0.3, 0.5, SHADE),  # neck
    (0, -0.15, 0.82, 1.0, HAIR),
    (0, 0.05, 0.68, 0.9, SKIN),
    (0, 0.25, 0.6, 0.68, LIGHT_SKIN),
    *((side * 0.72, 0.05, 0.12, 0.22, SHADE) for side in (-1, 1)),  # ears
    *((side * 0.28, -0.05, 0.19, 0.12, SHADE) for side in (-1, 1)),  # sockets
    *((side * 0.28, -0.04, 0.14, 0.065, (235, 235, 235)) for side in (-1, 1)),
    *((side * 0.28, -0.04, 0.062, 0.062, (40, 50, 60)) for side in (-1, 1)),
    *((side * 0.28, -0.24, 0.19, 0.035, (45, 55, 70)) for side in (-1, 1)),  # brows
    *((side * 0.36, 0.28, 0.16, 0.12, (125, 155, 215)) for side in (-1, 1)),  # cheeks
    (0, 0.14, 0.075, 0.24, (140, 178, 222)),  # nose
    (0, 0.3, 0.13, 0.06, (100, 128, 175)),
    *((side * 0.06, 0.32, 0.03, 0.02, (60, 75, 110)) for side in (-1, 1)),
    (0, 0.56, 0.23, 0.075, (90, 95, 175)),  # mouth
    (0, 0.55, 0.21, 0.015, (55, 55, 110)),
    (0, 0.72, 0.14, 0.04, (112, 145, 190)),
)


def _rectangle(x1: float, y1: float, x2: float, y2: float, colour: Colour) -> Shape:
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), colour


_CAR: tuple[Shape, ...] = (
    _rectangle(0.06, 0.62, 0.22, 0.80, BLACK),  # wheels
    _rectangle(0.78, 0.62, 0.94, 0.80, BLACK),
    (((0.18, 0.02), (0.82, 0.02), (0.96, 0.32), (0.04, 0.32)), CAR_RED),
    (((0.23, 0.06), (0.77, 0.06), (0.87, 0.29), (0.13, 0.29)), (70, 60, 50)),  # window
    (((0.26, 0.08), (0.50, 0.08), (0.40, 0.27), (0.19, 0.27)), (110, 100, 90)),
    (((0.02, 0.32), (0.98, 0.32), (1, 0.50), (0.98, 0.70), (0.02, 0.70), (0, 0.50)), CAR_RED),
    _rectangle(0.02, 0.58, 0.98, 0.72, (50, 32, 120)),  # bumper
    _rectangle(0.03, 0.36, 0.20, 0.48, (30, 30, 220)),  # lamps
    _rectangle(0.80, 0.36, 0.97, 0.48, (30, 30, 220)),
    _rectangle(0.05, 0.44, 0.14, 0.47, (200, 220, 250)),
    _rectangle(0.86, 0.44, 0.95, 0.47, (200, 220, 250)),
    _rectangle(0.31, 0.45, 0.69, 0.585, BLACK),  # plate
    _rectangle(0.32, 0.46, 0.68, 0.575, (240, 240, 235)),
)


@cache
def object_image(kind: Kind) -> Image:
    """An object of that kind, uint8 BGR, shape (256, 256, 3). The same read-only array each time."""
    image = empty_image().copy()
    match kind:
        case Kind.FACE | Kind.PERSON:
            _bust(image, 128, 110, 60)
            image = _softened(image, 4)
        case Kind.VEHICLE | Kind.PLATE:
            image[150:] = GREY
            image = _softened(image, 3)
            _car(image, 32, 60, 192)
        case Kind.SCREEN:
            _screen(image, 66, 84, 100)
        case Kind.TEXT:
            _text(image, "EXIT 24", (152, 100), 0.9, BLACK, 2)
    image = _softened(image, 1.5)
    image.setflags(write=False)
    return image


@cache
def empty_image() -> Image:
    """What is behind the scene, and nothing else: a soft gradient of the same shape."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / 256
    image = np.stack([150 - 40 * y, 140 - 30 * y + 6 * x, 130 - 20 * y], axis=-1).astype(np.uint8)
    image.setflags(write=False)
    return image


def _softened(image: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def _fixed(*values: float) -> tuple[int, ...]:
    """Pixel positions as cv2 takes them with shift=4: sixteenths."""
    return tuple(round(value * 16) for value in values)


def _bust(image: Image, cx: float, cy: float, unit: float) -> None:
    for x, y, a, b, colour in _BUST:
        centre, axes = _fixed(cx + x * unit, cy + y * unit), _fixed(a * unit, b * unit)
        cv2.ellipse(image, centre, axes, 0, 0, 360, colour, cv2.FILLED, cv2.LINE_AA, 4)
    fringe = _fixed(cx, cy - 0.5 * unit), _fixed(0.66 * unit, 0.36 * unit)
    cv2.ellipse(image, *fringe, 0, 180, 360, HAIR, cv2.FILLED, cv2.LINE_AA, 4)
    # Light from the left: the right side of the face darker, nothing beyond the head.
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    x, y = (x - cx) / unit, (y - cy) / unit
    light = np.clip(1.08 - 0.22 * (0.7 * x + 0.3) ** 2 - 0.1 * y**2, 0.6, 1.1)
    head = np.exp(-((x / 0.8) ** 4) - (y / 1.05) ** 4)
    image[:] = np.clip(image * (1 + (light - 1) * head)[..., None], 0, 255).astype(np.uint8)


def _car(image: Image, left: int, top: int, width: int) -> None:
    under = (left + width // 2, top + round(0.78 * width)), (round(0.56 * width), round(0.06 * width))
    cv2.ellipse(image, *under, 0, 0, 360, (50, 50, 50), cv2.FILLED, cv2.LINE_AA)
    for corners, colour in _CAR:
        points = np.array([_fixed(left + x * width, top + y * width) for x, y in corners], np.int32)
        cv2.fillPoly(image, [points], colour, cv2.LINE_AA, 4)
    _text(image, "7KB-2046", (left + width / 2, top + 0.5175 * width), width * 0.0026, (30, 30, 30), width // 70)
    height = round(0.82 * width)
    y, x = np.mgrid[0:height, 0:width]
    light = 1.15 - 0.35 * y / height - 0.25 * np.abs(x / width - 0.5)
    body = image[top : top + height, left : left + width]
    body[:] = np.clip(body * light[..., None], 0, 255).astype(np.uint8)


def _screen(image: Image, left: int, top: int, width: int) -> None:
    height, rim = round(0.6 * width), max(2, width // 25)
    image[top : top + height, left : left + width] = BLACK
    shown = image[top + rim : top + height - rim, left + rim : left + width - rim]
    y, x = np.mgrid[0 : shown.shape[0], 0 : shown.shape[1]]
    shown[:] = np.stack([220 - 60 * y / len(y), 150 + 40 * x / x.shape[1], 60 + 0 * x], axis=-1).astype(np.uint8)
    middle, foot = left + width // 2, top + height + width // 12
    image[top + height : foot, middle - width // 16 : middle + width // 16] = BLACK
    image[foot : foot + width // 24, left + width // 4 : left + 3 * width // 4] = BLACK


def _text(image: Image, text: str, centre: tuple[float, float], size: float, colour: Colour, thick: int) -> None:
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
    corner = round(centre[0] - width / 2), round(centre[1] + height / 2)
    cv2.putText(image, text, corner, cv2.FONT_HERSHEY_SIMPLEX, size, colour, thick, cv2.LINE_AA)
