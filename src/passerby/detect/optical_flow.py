"""Frames -> motion and scene changes, as numbers.

Dense inverse search (Kroeger et al., ECCV 2016; OpenCV's DISOpticalFlow) on a small luma picture, forwards and
backwards, read off at the cells of a coarse grid. It costs about as much as decoding the frame; the two directions
check each other, which gives `trust`.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.media import Geometry
from passerby.core.motion import MotionField, SceneStats
from passerby.core.raw_frame import RawFrame
from passerby.detect.preprocess import Picture, fitted, luma

#: Longer side of the picture that motion is measured on, px. At 640 it costs twice as much and follows no better.
LONGEST = 480
CELL = 6  # px of that picture
#: Step from one searched patch to the next, px. At 4 it costs more than twice as much and follows no better.
STRIDE = 6

#: There and back again may miss by this much (px of the small picture) before motion counts as unproven.
CLOSED = 1.5
#: A new scene: motion explains neither the picture (mean luma error, 0 to 1) nor itself (mean doubt).
CUT_CHANGE, CUT_DOUBT = 0.07, 0.55

Grid = npt.NDArray[np.float32]


class MotionEstimator:
    """Motion between each frame and the one before it. Feed it every frame, in order."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        self._size = fitted(geometry, LONGEST)
        self._scale = geometry.upright[0] / self._size[0]
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._flow.setPatchStride(STRIDE)
        self._before: Picture | None = None
        self._coarse: Picture = np.zeros((1, 1), np.uint8)  # one pixel a cell

    def step(self, frame: RawFrame) -> tuple[MotionField | None, SceneStats]:
        """The motion that led to `frame` (None for the first one), and the frame at a glance."""
        now = luma(frame, self._geometry, self._size)
        before, self._before = self._before, now
        cells = len(range(CELL // 2, now.shape[1], CELL)), len(range(CELL // 2, now.shape[0], CELL))
        coarse, self._coarse = self._coarse, np.asarray(cv2.resize(now, cells, interpolation=cv2.INTER_AREA), np.uint8)
        brightness = float(cv2.mean(now)[0]) / 255
        if before is None:
            return None, SceneStats(cut=True, brightness=brightness, change=0.0)
        forward = self._between(before, now)
        backward = self._between(now, before)
        half = CELL // 2
        there: Grid = np.ascontiguousarray(forward[half::CELL, half::CELL])
        back: Grid = np.ascontiguousarray(backward[half::CELL, half::CELL])
        came_from = _came_from(back)
        trust = _trust(there, back, came_from)
        change = _unexplained(coarse, self._coarse, came_from)
        doubt = 1 - float(trust.mean())
        cut = change > CUT_CHANGE and doubt > CUT_DOUBT
        scale = np.float32(self._scale)
        field = MotionField(there * scale, back * scale, trust, CELL * self._scale)
        return field, SceneStats(cut=cut, brightness=brightness, change=change, doubt=doubt)

    def _between(self, first: Picture, second: Picture) -> Grid:
        """Dense motion from one small picture to another, shape (h, w, 2), in its pixels."""
        # Given an array, it would start from the motion in it; cv2's stubs do not know that None gives a fresh start.
        flow = self._flow.calc(first, second, None)  # type: ignore[call-overload]
        return np.asarray(flow, np.float32)


def _came_from(back: Grid) -> tuple[Grid, Grid]:
    """Where each cell's content was in the frame before: columns and rows, in cells."""
    rows, columns = back.shape[:2]
    x = back[..., 0] / CELL + np.arange(columns, dtype=np.float32)[None, :]
    y = back[..., 1] / CELL + np.arange(rows, dtype=np.float32)[:, None]
    return x.astype(np.float32, copy=False), y.astype(np.float32, copy=False)


def _trust(there: Grid, back: Grid, came_from: tuple[Grid, Grid]) -> Grid:
    """1 where going back and there again ends at the start, 0 where it misses by CLOSED or more."""
    again = cv2.remap(there, *came_from, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    miss = np.hypot(*np.moveaxis(again + back, -1, 0))
    return np.asarray(np.clip(1 - miss / CLOSED, 0, 1), np.float32)


def _unexplained(before: Picture, now: Picture, came_from: tuple[Grid, Grid]) -> float:
    """Mean difference, 0 to 1, between this frame and the last one moved into its place, one pixel a cell."""
    moved = cv2.remap(before, *came_from, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return float(cv2.absdiff(moved, now).mean()) / 255
