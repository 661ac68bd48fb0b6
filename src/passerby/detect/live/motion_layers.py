"""What moves as one between two frames of a camera: what is near passes otherwise than what is far.

The optical flow is followed from frame to frame, cell by cell. Where many cells agree on a plane projective map, they
are a layer. Numbers only: whether a layer looks as it did is decided by the images (view_change.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.motion import MotionField

Flags = npt.NDArray[np.bool_]
Grid = npt.NDArray[np.float32]
#: A plane projective map, 3 by 3: where a pixel of one small image is in another.
Transform = npt.NDArray[np.float64]

#: Cells with less confidence than this on any step of their way are not followed further.
MIN_CONFIDENCE = 0.3
#: A layer has at least this share of all cells, and there are at most so many. Chosen by hand.
MIN_LAYER_SHARE, MAX_LAYERS = 0.08, 3
#: How far a cell may be off, in pixels of the small image: the errors of every step add up, and the fit is estimated
#: anew between the images themselves.
INLIER_PX = 2.5
#: Cells that a map is fitted to.
MAX_POINTS = 600
#: Holes in a layer of up to so many cells belong to it, and so does what is this near: there flow has found little to
#: hold on to.
CLOSE_CELLS, MARGIN_CELLS = 9, 4


class FlowStep(NamedTuple):
    """The optical flow from a frame back to the one before it, in pixels of the small image: (rows, columns, 2), and
    its confidence, 0 to 1; `cell` is the side of a cell."""

    backward: Grid
    confidence: Grid
    cell: float

    @classmethod
    def of(cls, motion: MotionField, scale: float) -> FlowStep:
        """`scale` is the size of the small image as a share of that of the displayed frame."""
        return cls(motion.backward * np.float32(scale), motion.confidence, motion.cell * scale)


class Trails(NamedTuple):
    """Where points of a later frame were in an earlier one, (n, 2) each, (x, y) in pixels of the small image."""

    later: Grid
    earlier: Grid
    cell: float


class Layer(NamedTuple):
    """A part of a frame that moved as one. `transform` leads there from the reference, `support` is where it is."""

    transform: Transform
    support: Flags


def follow(steps: Sequence[FlowStep]) -> Trails | None:
    """Follow the flow back, from the frame of the first of `steps` to the one before that of the last; None where
    nothing can be followed that far."""
    first = steps[0]
    rows, columns = first.confidence.shape
    x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    start = (np.stack([x, y], axis=-1) + np.float32(0.5)) * np.float32(first.cell)
    at, trusted = start.copy(), np.ones((rows, columns), np.bool_)
    for step in steps:
        where = at / np.float32(step.cell) - np.float32(0.5)
        inside = ((where > -0.5) & (where < (columns - 0.5, rows - 0.5))).all(axis=2)
        maps = np.ascontiguousarray(where[..., 0]), np.ascontiguousarray(where[..., 1])
        confidence = cv2.remap(step.confidence, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        trusted &= inside & (confidence >= MIN_CONFIDENCE)
        at += cv2.remap(step.backward, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if not trusted.any():
        return None
    return Trails(start[trusted], at[trusted], first.cell)


def layers(now: Grid, reference: Grid, cell: float, unexplained: Flags) -> list[Layer]:
    """The layers of a frame among its points that are `unexplained`, the largest first; `now` and `reference` say where
    the same points are in it and in the reference."""
    rows, columns = unexplained.shape
    x, y = (np.clip(now[:, i].astype(np.intp), 0, (columns, rows)[i] - 1) for i in (0, 1))
    least = MIN_LAYER_SHARE * (rows / cell) * (columns / cell)
    left = unexplained[y, x]
    found: list[Layer] = []
    while len(found) < MAX_LAYERS and left.sum() >= least:
        chosen = np.flatnonzero(left)
        transform = _fit(reference[chosen], now[chosen])
        if transform is None:
            break
        mapped = cv2.perspectiveTransform(reference[chosen][None].astype(np.float64), transform)[0]
        agreeing = chosen[np.abs(mapped - now[chosen]).max(axis=1) <= INLIER_PX]
        if len(agreeing) < least:
            break
        found.append(Layer(transform, _support(now[agreeing], cell, (rows, columns))))
        left[agreeing] = False
    return found


def _fit(before: Grid, after: Grid) -> Transform | None:
    step = max(1, len(before) // MAX_POINTS)
    found, _ = cv2.findHomography(before[::step], after[::step], cv2.USAC_FAST, INLIER_PX, maxIters=500)
    return None if found is None else np.asarray(found, np.float64)


def _support(points: Grid, cell: float, shape: tuple[int, int]) -> Flags:
    """The surroundings of points, as flags of pixels."""
    rows, columns = round(shape[0] / cell), round(shape[1] / cell)
    cells = np.zeros((rows, columns), np.uint8)
    x, y = (np.clip((points[:, i] / cell).astype(np.intp), 0, (columns, rows)[i] - 1) for i in (0, 1))
    cells[y, x] = 1
    cells = np.pad(cells, CLOSE_CELLS, mode="edge")
    cells = np.asarray(
        cv2.morphologyEx(cells, cv2.MORPH_CLOSE, np.ones((CLOSE_CELLS, CLOSE_CELLS), np.uint8)), np.uint8
    )
    cells = np.asarray(cv2.dilate(cells, np.ones((2 * MARGIN_CELLS + 1,) * 2, np.uint8)), np.uint8)
    cells = cells[CLOSE_CELLS:-CLOSE_CELLS, CLOSE_CELLS:-CLOSE_CELLS]
    return np.asarray(cv2.resize(cells, shape[::-1], interpolation=cv2.INTER_NEAREST), np.bool_)
