"""What following needs to know of the pixels, as numbers: motion between frames, and cuts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class MotionField:
    """Motion between the frame before and this one, on a grid over the displayed picture.

    `forward[r, c]` is where the content of cell (r, c) of the frame before went, `backward[r, c]` where that of cell
    (r, c) of this frame came from: (dx, dy) in displayed pixels, float32, shape (rows, columns, 2). `trust` (rows,
    columns), 0 to 1, of the backward motion: low where there and back again do not meet.
    `cell` is the side of a cell in displayed pixels; cell (r, c) has its centre at (c + 0.5, r + 0.5) times that.
    """

    forward: npt.NDArray[np.float32]
    backward: npt.NDArray[np.float32]
    trust: npt.NDArray[np.float32]
    cell: float


@dataclass(frozen=True, slots=True)
class SceneStats:
    """One frame at a glance: `cut` begins a new scene; `brightness` is the mean luma, 0 to 1; `change` is how much of
    the picture the motion fails to explain, mean luma difference, 0 to 1; `doubt` is how much of the motion could not
    be proven, mean over the cells, 0 to 1."""

    cut: bool
    brightness: float
    change: float
    doubt: float = 0.0
