"""What tracking needs to know about the pixels, as numbers: motion between frames, and scene cuts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class MotionField:
    """Optical flow between the previous frame and this one, on a grid over the displayed frame.

    `forward[r, c]` is the motion of cell (r, c) of the previous frame, `backward[r, c]` that of cell (r, c) of this
    frame back to the previous one: (dx, dy) in displayed pixels, float32, shape (rows, columns, 2). `confidence` (rows,
    columns), 0 to 1, of the backward flow: low where the forward-backward check fails.
    `cell` is the side of a cell in displayed pixels; cell (r, c) has its centre at (c + 0.5, r + 0.5) times that.
    """

    forward: npt.NDArray[np.float32]
    backward: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]
    cell: float


@dataclass(frozen=True, slots=True)
class SceneStats:
    """Statistics of one frame: `cut` marks the first frame of a scene; `brightness` is the mean luma, 0 to 1; `change`
    is the mean luma difference that the flow does not explain, 0 to 1; `uncertainty` is the mean over the cells of what
    the forward-backward check could not confirm, 0 to 1. `cells` is the mean luma of each cell (uint8, shape (rows,
    columns)), None where it is not known."""

    cut: bool
    brightness: float
    change: float
    uncertainty: float = 0.0
    cells: npt.NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)
