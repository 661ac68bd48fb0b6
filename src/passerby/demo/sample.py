"""A synthetic sample clip: a portrait on a poster, and a car with a number plate that drives past it.

The portrait is NASA's of astronaut Eileen Collins, in the public domain. Everything else is drawn. The camera
moves as if held by hand; nothing is random, so every machine renders the same frames.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]

WIDTH, HEIGHT, RATE, SECONDS = 1280, 720, 25, 6
FRAMES = RATE * SECONDS

#: Size of the drawn scene, in pixels, and where its ground begins.
SCENE_SIZE = (1920, 1080)
GROUND_Y = 760


def make_sample(path: Path, portrait: Path) -> None:
    """Write the clip, H.264 in MP4, 1280x720, 6 seconds, overwriting `path`.

    `portrait` is the photograph, a picture file of 512x512. Raises OSError when `path` cannot be written.
    """
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for image in render_frames(read_image(portrait)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))


def render_frames(portrait: Image) -> Iterator[Image]:
    """The clip's frames, BGR, (720, 1280, 3)."""
    background, car = draw_background(portrait), draw_car()
    for number in range(FRAMES):
        scene = background.copy()
        overlay(scene, *car, *_car_position(number / FRAMES))
        yield _camera_view(scene, number / FRAMES)


def read_image(path: Path) -> Image:
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise OSError(f"{path} is not a readable image")
    return image.astype(np.uint8, copy=False)


def draw_background(portrait: Image) -> Image:
    """Wall, pavement and road, and the portrait on a poster."""
    width, height = SCENE_SIZE
    rows = np.linspace(0, 1, GROUND_Y)[:, None, None]
    wall = np.array([150, 168, 178]) * (1 - rows) + np.array([118, 134, 146]) * rows
    scene = np.full((height, width, 3), (88, 86, 84), np.uint8)
    scene[:GROUND_Y] = np.broadcast_to(wall, (GROUND_Y, width, 3)).astype(np.uint8)
    for row in range(0, GROUND_Y, 38):  # courses of brick, every other one offset
        cv2.line(scene, (0, row), (width, row), (108, 124, 136), 2)
        for column in range(38 * (row // 38 % 2), width, 76):
            cv2.line(scene, (column, row), (column, row + 38), (108, 124, 136), 2)
    cv2.rectangle(scene, (0, GROUND_Y), (width, GROUND_Y + 60), (140, 142, 144), cv2.FILLED)
    cv2.rectangle(scene, (0, GROUND_Y + 60), (width, GROUND_Y + 74), (110, 112, 114), cv2.FILLED)
    for column in range(40, width, 260):
        cv2.rectangle(scene, (column, 1000), (column + 130, 1014), (200, 204, 204), cv2.FILLED)
    left, top, side = 520, 170, portrait.shape[0]
    cv2.rectangle(scene, (left - 16, top - 16), (left + side + 15, top + side + 15), (60, 52, 48), cv2.FILLED)
    scene[top : top + side, left : left + side] = portrait
    return scene


def draw_car() -> tuple[Image, Image]:
    """The rear of a car, BGR (400, 520, 3), and where it is opaque, 0 or 255 (400, 520)."""
    image, mask = np.zeros((400, 520, 3), np.uint8), np.zeros((400, 520), np.uint8)

    def fill(points: list[tuple[int, int]], colour: tuple[int, int, int]) -> None:
        corners = [np.array(points, np.int32)]
        cv2.fillPoly(image, corners, colour, cv2.LINE_AA)
        cv2.fillPoly(mask, corners, (255,))

    def bar(x1: int, y1: int, x2: int, y2: int, colour: tuple[int, int, int]) -> None:
        fill([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], colour)

    for left in (48, 392):
        bar(left, 300, left + 80, 392, (28, 28, 28))  # tyres
    fill([(120, 20), (400, 20), (462, 150), (58, 150)], (120, 62, 28))  # roof
    fill([(140, 36), (380, 36), (430, 140), (90, 140)], (70, 62, 56))  # window
    fill([(160, 44), (230, 44), (170, 132), (110, 132)], (96, 88, 82))  # reflection of the sky
    fill([(40, 150), (480, 150), (496, 200), (496, 320), (24, 320), (24, 200)], (140, 74, 34))  # body
    bar(24, 268, 496, 336, (64, 60, 58))  # bumper
    for left in (36, 404):
        bar(left, 172, left + 80, 222, (40, 30, 190))  # lamps
        bar(left + 8, 200, left + 72, 216, (60, 140, 240))
    _draw_plate(image, 170, 196)
    return image, mask


def _draw_plate(image: Image, left: int, top: int) -> None:
    """A European plate, 180 by 40 pixels, with a number that is not issued."""
    cv2.rectangle(image, (left - 3, top - 3), (left + 183, top + 43), (20, 20, 20), cv2.FILLED)
    cv2.rectangle(image, (left, top), (left + 180, top + 40), (244, 246, 246), cv2.FILLED)
    cv2.rectangle(image, (left, top), (left + 18, top + 40), (160, 60, 10), cv2.FILLED)
    cv2.putText(image, "PB 0000", (left + 28, top + 31), cv2.FONT_HERSHEY_DUPLEX, 1.05, (18, 18, 18), 2, cv2.LINE_AA)


def _car_position(t: float) -> tuple[float, float, float]:
    """The centre of the car in the scene, and its scale, at `t` from 0 to 1 through the clip."""
    return 2150 - 2400 * t, 800 + 5 * math.sin(t * 40), 0.7


def overlay(scene: Image, image: Image, mask: Image, x: float, y: float, scale: float) -> None:
    """Draw `picture` into `scene` with its centre at (x, y), clipped at the edges."""
    height, width = mask.shape
    x, y = x - scale * width / 2, y - scale * height / 2
    left, top = max(0, math.floor(x)), max(0, math.floor(y))
    right = min(SCENE_SIZE[0], math.ceil(x + scale * width) + 1)
    bottom = min(SCENE_SIZE[1], math.ceil(y + scale * height) + 1)
    if left >= right or top >= bottom:
        return
    transform, size = np.array([[scale, 0, x - left], [0, scale, y - top]]), (right - left, bottom - top)
    warped = cv2.warpAffine(image, transform, size, flags=cv2.INTER_LINEAR)
    opaque = cv2.warpAffine(mask, transform, size, flags=cv2.INTER_LINEAR)[..., None] / np.float32(255)
    behind = scene[top:bottom, left:right]
    behind[:] = (warped * opaque + behind * (1 - opaque)).round()


def _camera_view(scene: Image, t: float) -> Image:
    """The camera's view of the scene at `t` from 0 to 1 through the clip."""
    seconds = t * SECONDS
    zoom = 0.86 + 0.2 * math.sin(math.pi * t) ** 2
    tilt = 1.6 * math.sin(1.3 * seconds) + 0.3 * math.sin(9.1 * seconds)
    x = 900 + 130 * math.sin(2 * math.pi * t) + 4 * math.sin(11.3 * seconds) + 3 * math.sin(17.9 * seconds)
    y = 545 + 25 * math.cos(2 * math.pi * t) + 4 * math.sin(13.7 * seconds) + 2 * math.sin(21.1 * seconds)
    view = cv2.getRotationMatrix2D((x, y), tilt, zoom)
    view[:, 2] += np.array([WIDTH / 2 - x, HEIGHT / 2 - y])
    frame = cv2.warpAffine(scene, view, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return frame.astype(np.uint8, copy=False)
