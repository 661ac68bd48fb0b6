"""Carrying a box from one frame to the next, or back, by the motion inside it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from passerby.base.box import Box
from passerby.base.motion import MotionField

#: Motion is read over at least this many cells each way, so that a small face is not at the mercy of one vector.
FEWEST_CELLS = 3
#: A cell agrees with the rest when its vector lies within this share of a cell, or twice the usual deviation.
AGREES = 0.15
#: No real thing grows or shrinks faster from one frame to the next; beyond it the fit has gone wrong.
FASTEST_ZOOM = 0.06

Vectors = npt.NDArray[np.float32]


def carry(box: Box, field: MotionField, *, back: bool = False) -> tuple[Box, float]:
    """The box one frame on (or one frame back), and how far that may be off, in displayed pixels.

    The vectors of the cells in the box are fitted with a similarity (shift, zoom, turn) by least squares, after those
    that disagree with the median are left out: they belong to the background, or to somebody who crosses. An
    axis-parallel box stays one: the turn only keeps the shift right where part of the box is outside the picture.
    """
    vectors = field.backward if back else field.forward
    rows, columns = _cells(box, vectors.shape[0], vectors.shape[1], field.cell)
    here = vectors[rows, columns].reshape(-1, 2).astype(np.float64)
    trust = float(field.trust[rows, columns].mean())
    cx, cy = box.centre
    xs = (np.arange(columns.start, columns.stop) + 0.5) * field.cell - cx
    ys = (np.arange(rows.start, rows.stop) + 0.5) * field.cell - cy
    places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)

    middle = np.median(here, axis=0)
    apart = np.abs(here - middle).max(axis=1)
    reach = _zoom_reach(places)
    agree = apart <= np.maximum(AGREES * field.cell, 2 * np.median(apart)) + reach
    here, places = here[agree], places[agree]

    mean_v, mean_p = here.mean(axis=0), places.mean(axis=0)
    dv, dp = here - mean_v, places - mean_p
    weight = float((dp * dp).sum())
    zoom = float((dv * dp).sum()) / weight if weight else 0.0
    turn = float((dp[:, 0] * dv[:, 1] - dp[:, 1] * dv[:, 0]).sum()) / weight if weight else 0.0
    zoom = min(max(zoom, -FASTEST_ZOOM), FASTEST_ZOOM)
    shift_x = mean_v[0] - zoom * mean_p[0] + turn * mean_p[1]
    shift_y = mean_v[1] - zoom * mean_p[1] - turn * mean_p[0]

    left = dv - zoom * dp - turn * np.stack([-dp[:, 1], dp[:, 0]], axis=1)
    doubt = 0.1 * float(np.sqrt((left * left).mean())) + 0.02 * (1 - trust) * box.side
    return box.moved(float(shift_x), float(shift_y), 1 + zoom), doubt


def _cells(box: Box, rows: int, columns: int, cell: float) -> tuple[slice, slice]:
    """The grid cells whose centres lie in the box; at least FEWEST_CELLS each way, always some of the grid."""
    return _range(box.y1 / cell, box.y2 / cell, rows), _range(box.x1 / cell, box.x2 / cell, columns)


def _range(low: float, high: float, count: int) -> slice:
    first, last = int(np.ceil(low - 0.5)), int(np.floor(high - 0.5)) + 1
    if last - first < FEWEST_CELLS:
        first = int(np.floor((low + high) / 2 - FEWEST_CELLS / 2 + 0.5))
        last = first + FEWEST_CELLS
    fewest = min(FEWEST_CELLS, count)
    first = min(max(first, 0), count - fewest)
    return slice(first, max(first + fewest, min(last, count)))


def _zoom_reach(places: npt.NDArray[np.float64]) -> float:
    """How far a vector at the rim may differ from the median by zoom and turn alone, in pixels."""
    return 0.02 * float(np.abs(places).max())
