"""The weaker fills: mosaic and blur, drawn from a few colours that are sampled once per track and then frozen.

A mosaic that is recomputed in each frame leaks its content: about 56 frames were enough to reconstruct what lay under a
moving one. Here the grid is locked to the object and its colours never change, so a video reveals no more than a single
frame does, and a frame reveals CELLS x CELLS colours, however large the object is.
"""

from __future__ import annotations

import cv2
import numpy as np

from passerby.config.settings import MOSAIC_CELLS, Style
from passerby.mask.planes import Array

Bounds = tuple[int, int, int, int]


def sample_cells(planes: list[Array], bounds: list[Bounds]) -> list[Array] | None:
    """The mean colours of CELLS x CELLS cells in each plane; None where the object is entirely outside the frame."""
    cells = []
    for plane, (x1, y1, x2, y2) in zip(planes, bounds, strict=True):
        inside = plane[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)]
        if not inside.size:
            return None
        cells.append(cv2.resize(inside, (MOSAIC_CELLS, MOSAIC_CELLS), interpolation=cv2.INTER_AREA))
    return cells  # type: ignore[return-value]  # cv2's stubs lose the sample type


def draw_cells(planes: list[Array], bounds: list[Bounds], cells: list[Array], style: Style) -> None:
    """Draw the frozen cells over the object's box, in place."""
    interpolation = cv2.INTER_NEAREST if style is Style.MOSAIC else cv2.INTER_LINEAR
    for plane, (x1, y1, x2, y2), colours in zip(planes, bounds, cells, strict=True):
        fill = cv2.resize(colours, (max(1, x2 - x1), max(1, y2 - y1)), interpolation=interpolation)
        top, left = max(0, y1), max(0, x1)
        bottom, right = min(plane.shape[0], y2), min(plane.shape[1], x2)
        if bottom > top and right > left:
            plane[top:bottom, left:right] = np.asarray(fill)[top - y1 : bottom - y1, left - x1 : right - x1]
