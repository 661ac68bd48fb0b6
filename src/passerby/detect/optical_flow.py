"""Frames -> optical flow and scene cuts, as numbers.

Dense inverse search (Kroeger et al., ECCV 2016; OpenCV's DISOpticalFlow) on a small luma image, forwards and backwards,
sampled on a coarse grid. It costs about as much as decoding the frame; the forward-backward check gives `confidence`.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.media import Geometry
from passerby.core.motion import MotionField, SceneStats
from passerby.core.raw_frame import RawFrame
from passerby.detect.preprocess import Image, fit_size, to_luma

#: Longer side of the image that flow is estimated on. At 640 it costs twice as much and tracks no better.
FLOW_SIZE_PX = 480
CELL_PX = 6  # of that image
#: Least width that OpenCV's flow takes, and the side of the patches it searches for.
MIN_WIDTH_PX, PATCH_PX = 12, 8
#: Stride between the patches that are searched. At 4 it costs more than twice as much and tracks no better.
PATCH_STRIDE_PX = 6

#: Confidence falls to 0 where the forward-backward check misses by this much, in px of the small image. Chosen by
#: hand, other values were not measured.
MAX_ROUND_TRIP_PX = 1.5
#: A scene cut: flow explains neither the image (mean luma difference, 0 to 1) nor itself (mean uncertainty, 0 to 1).
#: Chosen by hand, other values were not measured.
CUT_CHANGE, CUT_UNCERTAINTY = 0.07, 0.55

Grid = npt.NDArray[np.float32]


class MotionEstimator:
    """Optical flow between each frame and the one before it. Give it every frame, in order."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        self._size = fit_size(geometry, FLOW_SIZE_PX)
        self._scale = geometry.display_size[0] / self._size[0]
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._flow.setPatchStride(PATCH_STRIDE_PX)
        self._before: Image | None = None
        self._coarse: Image = np.zeros((1, 1), np.uint8)  # one pixel a cell

    def estimate(self, frame: RawFrame) -> tuple[MotionField | None, SceneStats]:
        """The flow that led to `frame` (None for the first one), and statistics of the frame."""
        now = _padded(to_luma(frame, self._geometry, self._size))
        before, self._before = self._before, now
        coarse, self._coarse = self._coarse, _cells(now)
        brightness = float(cv2.mean(now)[0]) / 255
        if before is None:
            return None, SceneStats(cut=True, brightness=brightness, change=0.0, cells=self._coarse)
        half = CELL_PX // 2
        forward: Grid = np.ascontiguousarray(self._dense_flow(before, now)[half::CELL_PX, half::CELL_PX])
        backward: Grid = np.ascontiguousarray(self._dense_flow(now, before)[half::CELL_PX, half::CELL_PX])
        sources = _source_positions(backward)
        confidence = _confidence(forward, backward, sources)
        change = _unexplained_change(coarse, self._coarse, sources)
        uncertainty = 1 - float(confidence.mean())
        cut = change > CUT_CHANGE and uncertainty > CUT_UNCERTAINTY
        scale = np.float32(self._scale)
        field = MotionField(forward * scale, backward * scale, confidence, CELL_PX * self._scale)
        return field, SceneStats(cut, brightness, change, uncertainty, self._coarse)

    def _dense_flow(self, first: Image, second: Image) -> Grid:
        """Dense flow from one small image to another, shape (h, w, 2), in its pixels."""
        # Given an array, it would start from the flow in it; cv2's stubs do not know that None starts from none.
        flow = self._flow.calc(first, second, None)  # type: ignore[call-overload]
        return np.asarray(flow, np.float32)


def frame_cells(frame: RawFrame, geometry: Geometry) -> Image:
    """The mean luma of each cell, as in SceneStats, of a frame whose motion is not needed."""
    return _cells(_padded(to_luma(frame, geometry, fit_size(geometry, FLOW_SIZE_PX))))


def _cells(image: Image) -> Image:
    cells = len(range(CELL_PX // 2, image.shape[1], CELL_PX)), len(range(CELL_PX // 2, image.shape[0], CELL_PX))
    return np.asarray(cv2.resize(image, cells, interpolation=cv2.INTER_AREA), np.uint8)


def _padded(image: Image) -> Image:
    """The image, with its last column and line repeated where it is too small for OpenCV's flow.

    That halves the image as often as its width allows (`log2(2 width / 5 patches)`) without a look at its height, and
    reads past the end of the memory where less than a patch is left of it: a picture of 480x100 may crash it.
    """
    height, width = image.shape
    wide = max(width, MIN_WIDTH_PX)
    halvings = max(0, math.floor(math.log2(2 * wide / (5 * PATCH_PX))))
    right, below = wide - width, max(0, (PATCH_PX << halvings) - height)
    if not right and not below:
        return image
    return np.asarray(cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE), np.uint8)


def _source_positions(backward: Grid) -> tuple[Grid, Grid]:
    """Where the content of each cell was in the previous frame: columns and rows, in cells."""
    rows, columns = backward.shape[:2]
    x = backward[..., 0] / CELL_PX + np.arange(columns, dtype=np.float32)[None, :]
    y = backward[..., 1] / CELL_PX + np.arange(rows, dtype=np.float32)[:, None]
    return x.astype(np.float32, copy=False), y.astype(np.float32, copy=False)


def _confidence(forward: Grid, backward: Grid, sources: tuple[Grid, Grid]) -> Grid:
    """The forward-backward check: 1 where the flow back and forth ends where it started, 0 where it misses by
    MAX_ROUND_TRIP_PX or more."""
    forth = cv2.remap(forward, *sources, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    miss = np.hypot(*np.moveaxis(forth + backward, -1, 0))
    return np.asarray(np.clip(1 - miss / MAX_ROUND_TRIP_PX, 0, 1), np.float32)


def _unexplained_change(before: Image, now: Image, sources: tuple[Grid, Grid]) -> float:
    """Mean luma difference, 0 to 1, between this frame and the previous one warped onto it, one pixel a cell."""
    warped = cv2.remap(before, *sources, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return float(cv2.absdiff(warped, now).mean()) / 255
