"""The masks of the plan: is each one present, opaque, uniform, and no finer than its style allows?

A mask is measured at full resolution, as a whole and in sixteen parts: one that is half transparent, that fades towards
its edge, or of which a strip is missing, fails in a part where it passes as a whole. Weak fills must be made of no more
than MOSAIC_CELLS by MOSAIC_CELLS colours, and must not change along a track: a mosaic whose grid moves, or is computed
anew for every frame, reveals its content over time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from passerby.config.settings import ALWAYS_SOLID, MOSAIC_CELLS, Style
from passerby.core.box import Box
from passerby.detect.preprocess import Image
from passerby.documents.plan import Keyframe
from passerby.documents.verification_report import Check
from passerby.track.mask_schedule import ScheduledMask
from passerby.verify.checks.blank_regions import BLACK
from passerby.verify.checks.findings import FindingCollector

#: Luma steps of 255 by which a whole mask, and one of its parts, may differ from its fill after encoding.
MAX_MEAN_DIFFERENCE, MAX_PART_DIFFERENCE = 8.0, 14.0
#: Luma steps by which the colours of a weak fill may change along a track.
MAX_COLOUR_CHANGE = 8.0
#: Pixels at the edge that encoding may blend with the surroundings; a mask whose inside is less than MIN_SIDE wide is
#: not measured.
EDGE, MIN_SIDE = 3, 6
#: Side at which weak fills are compared, px.
SIDE = 64

Float = npt.NDArray[np.float32]


@dataclass(slots=True)
class MaskCheck:
    """All masks of one video track. `findings` collects what is wrong."""

    video: int
    style: Style
    full_range: bool
    findings: FindingCollector
    measured: int = 0
    _cells: dict[int, Float] = field(default_factory=dict)

    def step(self, luma: Image, masks: Sequence[ScheduledMask], frame: int, seconds: float) -> None:
        """`luma` is the luma of one frame at its displayed size, `masks` those of the plan in it."""
        for track, key in masks:
            solid = self.style is Style.SOLID or track.kind in ALWAYS_SOLID
            others = [] if solid else [other for masked_track, other in masks if masked_track is not track]
            window = _window(key.box, luma)
            if window is None:
                continue
            inside = _inside(key, others, window)
            if inside.sum() < MIN_SIDE**2:
                continue
            self.measured += 1
            x1, y1, x2, y2 = window
            part = luma[y1:y2, x1:x2].astype(np.float32)
            fault = self._solid(part, inside) if solid else self._weak(track.number, part, inside, key.box, luma)
            if fault is not None:
                check, description = fault
                name = f"the mask of track {track.number} ({track.kind.value}) {description}"
                self.findings.add_in_frame(
                    check, name, self.video, frame, seconds, track.kind, key.box, track=track.number
                )

    def _solid(self, part: Float, inside: npt.NDArray[np.bool_]) -> tuple[Check, str] | None:
        difference = np.abs(part - BLACK[self.full_range])
        if float(difference[inside].mean()) > MAX_MEAN_DIFFERENCE:
            return Check.COVERAGE, "is missing, or shows what is under it"
        if _worst_part_mean(difference, inside) > MAX_PART_DIFFERENCE:
            return Check.MASKS, "is not uniform: a part of it shows what is under it"
        return None

    def _weak(
        self, number: int, part: Float, inside: npt.NDArray[np.bool_], box: Box, luma: Image
    ) -> tuple[Check, str] | None:
        frame_box = Box(0, 0, luma.shape[1], luma.shape[0])
        if box.containment(frame_box) < 0.98 or inside.mean() < 0.5:
            self.measured -= 1  # what extends beyond the frame, or lies under others, cannot be fitted
            return None
        patch = cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        visible = cv2.resize(inside.astype(np.uint8), (SIDE, SIDE), interpolation=cv2.INTER_NEAREST) > 0
        colours, residual = fitted_cells(np.asarray(patch, np.float32), visible, self.style)
        if (
            float(np.abs(residual[visible]).mean()) > MAX_MEAN_DIFFERENCE
            or _worst_part_mean(np.abs(residual), visible) > MAX_PART_DIFFERENCE
        ):
            return Check.MASKS, f"shows more than {MOSAIC_CELLS} by {MOSAIC_CELLS} colours can"
        first = self._cells.setdefault(number, colours)
        if visible.mean() > 0.7 and float(np.abs(first - colours).mean()) > MAX_COLOUR_CHANGE:
            return Check.MASKS, "changes its colours from frame to frame"
        return None


def fitted_cells(patch: Float, visible: npt.NDArray[np.bool_], style: Style) -> tuple[Float, Float]:
    """The CELLS x CELLS colours that fit `patch` best (SIDE x SIDE), and the residual."""
    basis = _basis(style)
    chosen = visible.ravel()
    colours = np.linalg.lstsq(basis[chosen], patch.ravel()[chosen])[0]
    return colours.astype(np.float32), np.asarray(patch - (basis @ colours).reshape(SIDE, SIDE), np.float32)


@cache
def _basis(style: Style) -> Float:
    """Each cell alone, spread over the patch as a fill of that style does: shape (SIDE * SIDE, CELLS * CELLS)."""
    interpolation = cv2.INTER_LINEAR if style is Style.BLUR else cv2.INTER_NEAREST
    cells = np.eye(MOSAIC_CELLS * MOSAIC_CELLS, dtype=np.float32).reshape(-1, MOSAIC_CELLS, MOSAIC_CELLS)
    return np.stack([cv2.resize(cell, (SIDE, SIDE), interpolation=interpolation).ravel() for cell in cells], axis=1)


def _window(box: Box, luma: Image) -> tuple[int, int, int, int] | None:
    height, width = luma.shape
    x1, y1 = max(0, int(np.floor(box.x1))), max(0, int(np.floor(box.y1)))
    x2, y2 = min(width, int(np.ceil(box.x2))), min(height, int(np.ceil(box.y2)))
    return (x1, y1, x2, y2) if x2 - x1 >= MIN_SIDE + 2 * EDGE and y2 - y1 >= MIN_SIDE + 2 * EDGE else None


def _inside(key: Keyframe, others: Sequence[Keyframe], window: tuple[int, int, int, int]) -> npt.NDArray[np.bool_]:
    """Pixels of the window that lie well within the mask, and under no other one."""
    inside = _rasterise(key, window)
    for other in others:
        inside[_rasterise(other.model_copy(update={"box": other.box.expand(0, EDGE)}), window) > 0] = 0
    kernel = np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8)
    return cv2.erode(inside, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0


def _rasterise(key: Keyframe, window: tuple[int, int, int, int]) -> npt.NDArray[np.uint8]:
    x1, y1, x2, y2 = window
    raster = np.zeros((y2 - y1, x2 - x1), np.uint8)
    if key.polygon is None:
        bx1, by1, bx2, by2 = (round(v) for v in key.box)
        raster[max(0, by1 - y1) : max(0, by2 - y1), max(0, bx1 - x1) : max(0, bx2 - x1)] = 1
    else:
        cv2.fillPoly(raster, [np.round(np.array(key.polygon) - (x1, y1)).astype(np.int32)], (1,))
    return raster


def _worst_part_mean(difference: Float, inside: npt.NDArray[np.bool_]) -> float:
    """The highest mean of sixteen parts."""
    rows, columns = np.nonzero(inside)
    if not len(rows):
        return 0.0
    y, x = (
        np.linspace(rows[0], rows[-1] + 1, 5).astype(int),
        np.linspace(columns.min(), columns.max() + 1, 5).astype(int),
    )
    worst = 0.0
    for top, bottom in pairwise(y):
        for left, right in pairwise(x):
            part = inside[top:bottom, left:right]
            if part.sum() >= 9:
                worst = max(worst, float(difference[top:bottom, left:right][part].mean()))
    return worst
