"""RawFrame -> the small arrays that models and motion look at: upright, square pixels, 8 bit."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.core.scaling import reformatted

Picture = npt.NDArray[np.uint8]

#: Turns clockwise, as cv2 names them.
_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def upright(picture: Picture, geometry: Geometry) -> Picture:
    """Stored orientation -> displayed orientation; shape (h, w) or (h, w, 3)."""
    if geometry.mirrored:
        picture = np.asarray(cv2.flip(picture, 1), np.uint8)
    if geometry.rotation:
        picture = np.asarray(cv2.rotate(picture, _TURNS[geometry.rotation]), np.uint8)
    return picture


def fitted(geometry: Geometry, longest: float) -> tuple[int, int]:
    """Displayed (width, height) scaled so that the longer side is at most `longest` pixels; never enlarged."""
    width, height = geometry.upright
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def colour(frame: RawFrame, geometry: Geometry, size: tuple[int, int]) -> Picture:
    """The displayed picture as BGR, shape (height, width, 3), for `size` = (width, height)."""
    width, height = size if geometry.rotation % 180 == 0 else size[::-1]
    stored = reformatted(frame.picture, width=width, height=height, format="bgr24", interpolation="AREA")
    return upright(np.asarray(stored.to_ndarray(), np.uint8), geometry)


def luma(frame: RawFrame, geometry: Geometry, size: tuple[int, int]) -> Picture:
    """The displayed picture's brightness, shape (height, width), for `size` = (width, height).

    Planar YUV gives its first plane away without a conversion; anything else goes through the scaler.
    """
    width, height = size if geometry.rotation % 180 == 0 else size[::-1]
    form = frame.picture.format
    if form.is_rgb or not form.is_planar:
        stored = reformatted(frame.picture, width=width, height=height, format="gray")
        return upright(np.asarray(stored.to_ndarray(), np.uint8), geometry)
    plane, bits = frame.picture.planes[0], form.components[0].bits
    if bits <= 8:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        small = cv2.resize(_halved(rows, width, height), (width, height), interpolation=cv2.INTER_AREA)
    else:
        wide = np.frombuffer(memoryview(plane), np.uint16).reshape(plane.height, plane.line_size // 2)[:, : plane.width]
        small = cv2.resize(wide, (width, height), interpolation=cv2.INTER_AREA) / np.float32(1 << (bits - 8))
    return upright(small.astype(np.uint8, copy=False), geometry)


def _halved(rows: Picture, width: int, height: int) -> Picture:
    """The picture halved while it is at least twice as large as wanted: OpenCV does that twenty times as fast as more
    at a time, and the mean of means is the mean."""
    while rows.shape[0] % 2 == rows.shape[1] % 2 == 0 and rows.shape[0] >= 2 * height and rows.shape[1] >= 2 * width:
        half = rows.shape[1] // 2, rows.shape[0] // 2
        rows = np.asarray(cv2.resize(rows, half, interpolation=cv2.INTER_AREA), np.uint8)
    return rows
