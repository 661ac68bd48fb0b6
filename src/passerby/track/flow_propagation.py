"""Propagating boxes from one frame to the next, or back, by the optical flow inside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.core.motion import MotionField

#: The flow is sampled over at least this many cells each way, so that a small face does not depend on one vector.
#: Chosen by hand, other values were not measured.
MIN_CELLS = 3
#: Samples each way: every cell of a small box, an even choice of those of a large one. Bounds the work for a box at 36
#: vectors, whatever its size; chosen by hand, other values were not measured.
SAMPLES = 6
#: A vector is an inlier when it deviates from the median by at most this share of a cell, or by twice the median
#: deviation, whichever is more. 0.9 px of the picture that flow is estimated on (detect/optical_flow.py); chosen by
#: hand, other values were not measured.
INLIER_TOLERANCE = 0.15
#: No real object grows or shrinks faster than by this share from one frame to the next; beyond it the fit has gone
#: wrong. At 25 frames a second it is fourfold in a second, faster than a person who walks up to the camera.
MAX_ZOOM = 0.06
#: How far a vector at the edge of a box may differ from the median by zoom and rotation alone, as a share of its
#: distance from the centre: a third of MAX_ZOOM. Chosen by hand, other values were not measured.
ZOOM_TOLERANCE = 0.02
#: Uncertainty that one step adds: this share of the residual of the fit (px), and this share of the box's shorter side
#: where the forward-backward check fails everywhere. At 25 frames a second the latter alone reaches MAX_UNCERTAINTY
#: (track/padding.py) after 18 frames; chosen by hand, other values were not measured.
RESIDUAL_WEIGHT, UNCONFIRMED_WEIGHT = 0.1, 0.02

FloatArray = npt.NDArray[np.float64]


def propagate(boxes: Sequence[Box], field: MotionField, *, backward: bool = False) -> list[tuple[Box, float]]:
    """Each box one frame on (or one frame back), and how far that may be off on every side, in displayed pixels.

    A similarity (translation, zoom, rotation) is fitted to the vectors in a box by least squares, after outliers from
    the median were left out: they belong to the background, or to somebody who crosses. The box stays axis-aligned: the
    rotation only keeps the translation right where part of the box is outside the frame. All boxes are propagated at
    once, since a crowd has a hundred.
    """
    if not boxes:
        return []
    vectors = field.backward if backward else field.forward
    corners = np.array(boxes, np.float64)
    low, high = corners[:, :2], corners[:, 2:]
    columns = _sample_cells(low[:, 0] / field.cell, high[:, 0] / field.cell, vectors.shape[1])
    rows = _sample_cells(low[:, 1] / field.cell, high[:, 1] / field.cell, vectors.shape[0])
    cells = rows[:, :, None], columns[:, None, :]
    flow = vectors[cells].reshape(len(boxes), -1, 2).astype(np.float64)
    confidence = field.confidence[cells].reshape(len(boxes), -1).mean(axis=1, dtype=np.float64)
    offsets = np.stack(np.broadcast_arrays(columns[:, None, :], rows[:, :, None]), axis=-1).reshape(len(boxes), -1, 2)
    offsets = (offsets + 0.5) * field.cell - ((low + high) / 2)[:, None, :]

    deviation = np.abs(flow - np.median(flow, axis=1, keepdims=True)).max(axis=2)
    limit = np.maximum(INLIER_TOLERANCE * field.cell, 2 * np.median(deviation, axis=1)) + _zoom_tolerance(offsets)
    inliers = (deviation <= limit[:, None]).astype(np.float64)
    inliers /= inliers.sum(axis=1, keepdims=True)

    mean_v, mean_p = _mean(flow, inliers), _mean(offsets, inliers)
    dv, dp = flow - mean_v[:, None], offsets - mean_p[:, None]
    weight = _mean((dp * dp).sum(axis=2), inliers)
    weight[weight == 0] = np.inf
    zoom = np.clip(_mean((dv * dp).sum(axis=2), inliers) / weight, -MAX_ZOOM, MAX_ZOOM)
    rotation = _mean(dp[..., 0] * dv[..., 1] - dp[..., 1] * dv[..., 0], inliers) / weight
    perpendicular = np.stack([-mean_p[:, 1], mean_p[:, 0]], axis=1)
    shift = mean_v - zoom[:, None] * mean_p - rotation[:, None] * perpendicular

    fitted = zoom[:, None, None] * dp + rotation[:, None, None] * np.stack([-dp[..., 1], dp[..., 0]], axis=2)
    residual = np.sqrt(_mean(((dv - fitted) ** 2).mean(axis=2), inliers))
    uncertainty = RESIDUAL_WEIGHT * residual + UNCONFIRMED_WEIGHT * (1 - confidence) * (high - low).min(axis=1)
    moved = zip(boxes, shift.tolist(), zoom.tolist(), uncertainty.tolist(), strict=True)
    return [(box.translate(dx, dy, 1 + growth), unsure) for box, (dx, dy), growth, unsure in moved]


def surrounding_motion(box: Box, field: MotionField) -> tuple[float, float]:
    """How far what lies around a box moved, in displayed pixels: the median of the cells within its own size of it."""
    rows, columns = field.forward.shape[:2]
    outer = box.expand(1.0)
    x1, x2 = _cell_range(outer.x1, outer.x2, field.cell, columns)
    y1, y2 = _cell_range(outer.y1, outer.y2, field.cell, rows)
    around = np.ones((y2 - y1, x2 - x1), bool)
    inner_x1, inner_x2 = _cell_range(box.x1, box.x2, field.cell, columns)
    inner_y1, inner_y2 = _cell_range(box.y1, box.y2, field.cell, rows)
    around[inner_y1 - y1 : inner_y2 - y1, inner_x1 - x1 : inner_x2 - x1] = False
    vectors = field.forward[y1:y2, x1:x2][around]
    if not len(vectors):
        return 0.0, 0.0
    dx, dy = np.median(vectors, axis=0)
    return float(dx), float(dy)


def _cell_range(low: float, high: float, cell: float, count: int) -> tuple[int, int]:
    """First and last (excluded) cell of one axis between two coordinates; at least one cell of the grid."""
    first = min(max(0, int(low / cell)), count - 1)
    return first, max(first + 1, min(count, int(high / cell) + 1))


def _mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted mean over the samples of each box: (boxes, samples) or (boxes, samples, 2)."""
    return np.asarray(np.einsum("bs...,bs->b...", values, weights))


def _sample_cells(low: FloatArray, high: FloatArray, count: int) -> npt.NDArray[np.int64]:
    """SAMPLES of the cells of one axis whose centres lie between `low` and `high` (in cells), for each box: of at least
    MIN_CELLS, always of the grid. Shape (boxes, SAMPLES)."""
    first, last = np.ceil(low - 0.5), np.floor(high - 0.5) + 1
    few = last - first < MIN_CELLS
    first = np.where(few, np.floor((low + high) / 2 - MIN_CELLS / 2 + 0.5), first)
    last = np.where(few, first + MIN_CELLS, last)
    fewest = min(MIN_CELLS, count)
    first = np.clip(first, 0, count - fewest)
    last = np.maximum(first + fewest, np.minimum(last, count))
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    return np.asarray(np.floor(first[:, None] + (last - first)[:, None] * share), np.int64)


def _zoom_tolerance(offsets: FloatArray) -> FloatArray:
    """How far a vector at the edge of each box may differ from the median by zoom and rotation alone, in pixels."""
    return np.asarray(ZOOM_TOLERANCE * np.abs(offsets).max(axis=(1, 2)))
