"""Carrying boxes from one frame to the next, or back, by the motion inside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.core.motion import MotionField

#: Motion is read over at least this many cells each way, so that a small face is not at the mercy of one vector.
FEWEST_CELLS = 3
#: Motion is read at this many places each way: all cells of a small box, an even choice of those of a large one.
SAMPLES = 6
#: A cell agrees with the rest when its vector lies within this share of a cell, or twice the usual deviation.
AGREES = 0.15
#: No real thing grows or shrinks faster from one frame to the next; beyond it the fit has gone wrong.
FASTEST_ZOOM = 0.06

Numbers = npt.NDArray[np.float64]


def carry(boxes: Sequence[Box], field: MotionField, *, back: bool = False) -> list[tuple[Box, float]]:
    """Each box one frame on (or one frame back), and how far that may be off, in displayed pixels.

    The vectors in a box are fitted with a similarity (shift, zoom, turn) by least squares, after those that disagree
    with the median are left out: they belong to the background, or to somebody who crosses. An axis-parallel box stays
    one: the turn only keeps the shift right where part of the box is outside the picture. All boxes are carried at
    once, since a crowd has a hundred.
    """
    if not boxes:
        return []
    vectors = field.backward if back else field.forward
    corners = np.array(boxes, np.float64)
    low, high = corners[:, :2], corners[:, 2:]
    columns = _cells(low[:, 0] / field.cell, high[:, 0] / field.cell, vectors.shape[1])
    rows = _cells(low[:, 1] / field.cell, high[:, 1] / field.cell, vectors.shape[0])
    at = rows[:, :, None], columns[:, None, :]
    here = vectors[at].reshape(len(boxes), -1, 2).astype(np.float64)
    trust = field.trust[at].reshape(len(boxes), -1).mean(axis=1, dtype=np.float64)
    places = np.stack(np.broadcast_arrays(columns[:, None, :], rows[:, :, None]), axis=-1).reshape(len(boxes), -1, 2)
    places = (places + 0.5) * field.cell - ((low + high) / 2)[:, None, :]

    apart = np.abs(here - np.median(here, axis=1, keepdims=True)).max(axis=2)
    usual = np.maximum(AGREES * field.cell, 2 * np.median(apart, axis=1)) + _zoom_reach(places)
    agree = (apart <= usual[:, None]).astype(np.float64)
    agree /= agree.sum(axis=1, keepdims=True)

    mean_v, mean_p = _mean(here, agree), _mean(places, agree)
    dv, dp = here - mean_v[:, None], places - mean_p[:, None]
    weight = _mean((dp * dp).sum(axis=2), agree)
    weight[weight == 0] = np.inf
    zoom = np.clip(_mean((dv * dp).sum(axis=2), agree) / weight, -FASTEST_ZOOM, FASTEST_ZOOM)
    turn = _mean(dp[..., 0] * dv[..., 1] - dp[..., 1] * dv[..., 0], agree) / weight
    across = np.stack([-mean_p[:, 1], mean_p[:, 0]], axis=1)
    shift = mean_v - zoom[:, None] * mean_p - turn[:, None] * across

    fitted = zoom[:, None, None] * dp + turn[:, None, None] * np.stack([-dp[..., 1], dp[..., 0]], axis=2)
    left = np.sqrt(_mean(((dv - fitted) ** 2).mean(axis=2), agree))
    doubt = 0.1 * left + 0.02 * (1 - trust) * (high - low).min(axis=1)
    moved = zip(boxes, shift.tolist(), zoom.tolist(), doubt.tolist(), strict=True)
    return [(box.translate(dx, dy, 1 + growth), unsure) for box, (dx, dy), growth, unsure in moved]


def _mean(values: Numbers, weights: Numbers) -> Numbers:
    """Weighted mean over the samples of each box: (boxes, samples) or (boxes, samples, 2)."""
    return np.asarray(np.einsum("bs...,bs->b...", values, weights))


def _cells(low: Numbers, high: Numbers, count: int) -> npt.NDArray[np.int64]:
    """SAMPLES of the cells of one axis whose centres lie between `low` and `high` (in cells), for each box: of at least
    FEWEST_CELLS, always of the grid. Shape (boxes, SAMPLES)."""
    first, last = np.ceil(low - 0.5), np.floor(high - 0.5) + 1
    few = last - first < FEWEST_CELLS
    first = np.where(few, np.floor((low + high) / 2 - FEWEST_CELLS / 2 + 0.5), first)
    last = np.where(few, first + FEWEST_CELLS, last)
    fewest = min(FEWEST_CELLS, count)
    first = np.clip(first, 0, count - fewest)
    last = np.maximum(first + fewest, np.minimum(last, count))
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    return np.asarray(np.floor(first[:, None] + (last - first)[:, None] * share), np.int64)


def _zoom_reach(places: Numbers) -> Numbers:
    """How far a vector at the rim of each box may differ from the median by zoom and turn alone, in pixels."""
    return np.asarray(0.02 * np.abs(places).max(axis=(1, 2)))
