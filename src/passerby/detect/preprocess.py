"""RawFrame -> the small arrays that models and optical flow take: upright, square pixels, 8 bit."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.core.scaling import reformat

#: Pixels, uint8: BGR with shape (height, width, 3), or luma with shape (height, width).
Image = npt.NDArray[np.uint8]

#: Degrees clockwise -> OpenCV's code.
_ROTATIONS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def to_upright(image: Image, geometry: Geometry) -> Image:
    """Stored orientation -> displayed orientation; shape (h, w) or (h, w, 3). The result is contiguous: FFmpeg pads the
    lines of a frame, and OpenCV's optical flow takes no padding."""
    if geometry.mirrored:
        image = np.asarray(cv2.flip(image, 1), np.uint8)
    if geometry.rotation:
        image = np.asarray(cv2.rotate(image, _ROTATIONS[geometry.rotation]), np.uint8)
    return np.ascontiguousarray(image)


def fit_size(geometry: Geometry, max_side: float) -> tuple[int, int]:
    """Displayed (width, height) scaled so that the longer side is at most `longest` pixels; never enlarged."""
    width, height = geometry.display_size
    scale = min(1.0, max_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def to_bgr(frame: RawFrame, geometry: Geometry, size: tuple[int, int]) -> Image:
    """The displayed frame as BGR, shape (height, width, 3), for `size` = (width, height)."""
    width, height = size if geometry.rotation % 180 == 0 else size[::-1]
    stored = reformat(frame.av_frame, width=width, height=height, format="bgr24", interpolation="AREA")
    return to_upright(np.asarray(stored.to_ndarray(), np.uint8), geometry)


def to_luma(frame: RawFrame, geometry: Geometry, size: tuple[int, int]) -> Image:
    """The luma of the displayed frame, shape (height, width), for `size` = (width, height).

    The first plane of planar YUV is taken without a conversion; anything else goes through the scaler.
    """
    width, height = size if geometry.rotation % 180 == 0 else size[::-1]
    form = frame.av_frame.format
    if form.is_rgb or not form.is_planar:
        stored = reformat(frame.av_frame, width=width, height=height, format="gray")
        return to_upright(np.asarray(stored.to_ndarray(), np.uint8), geometry)
    plane, bits = frame.av_frame.planes[0], form.components[0].bits
    if bits <= 8:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        small = cv2.resize(_halve(rows, width, height), (width, height), interpolation=cv2.INTER_AREA)
    else:
        wide = np.frombuffer(memoryview(plane), np.uint16).reshape(plane.height, plane.line_size // 2)[:, : plane.width]
        small = cv2.resize(wide, (width, height), interpolation=cv2.INTER_AREA) / np.float32(1 << (bits - 8))
    return to_upright(small.astype(np.uint8, copy=False), geometry)


def _halve(rows: Image, width: int, height: int) -> Image:
    """The image halved while it is at least twice as large as asked for: OpenCV halves twenty times as fast as it
    shrinks by more at a time, and the mean of means is the mean."""
    while rows.shape[0] % 2 == rows.shape[1] % 2 == 0 and rows.shape[0] >= 2 * height and rows.shape[1] >= 2 * width:
        half = rows.shape[1] // 2, rows.shape[0] // 2
        rows = np.asarray(cv2.resize(rows, half, interpolation=cv2.INTER_AREA), np.uint8)
    return rows
