"""RawFrame + shapes -> SafeFrame. The only module that constructs SafeFrame."""

from __future__ import annotations

from collections.abc import Sequence

import av
import cv2
import numpy as np

from passerby.config.settings import Style
from passerby.core.media import VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.core.safe_frame import SafeFrame
from passerby.mask.interlacing import convert_format
from passerby.mask.planes import LAYOUTS, Array, blank_frame, copy_frame, planes_of
from passerby.mask.shapes import Shape
from passerby.mask.weak_fills import Bounds, draw_cells, sample_cells

#: Fractional bits of polygon corners for cv2; an outline is drawn as well, so that polygons round outward.
_FRACTION = 4


class Painter:
    """Paints masks onto the frames of one video track, in its own pixel format where that is planar YUV.

    Weak fills are drawn first and solid ones last, so that the stronger one is visible where masks overlap. A fill uses
    constants or frozen colours, never the pixels under it, so painting again brings nothing back.
    """

    def __init__(self, video: VideoInfo, pixel_format: str) -> None:
        if pixel_format not in LAYOUTS:
            raise ValueError(f"cannot paint on {pixel_format}")
        self._format = pixel_format
        self._layout = LAYOUTS[pixel_format]
        full = video.colour.full_range if video.colour.full_range is not None else pixel_format.startswith("yuvj")
        self._black = self._layout.black(full)
        self._interlaced = video.interlaced
        #: Luma lines that one chroma line may affect. In interlaced frames it belongs to every other one.
        self._rows = self._layout.step_y * (2 if video.interlaced and self._layout.step_y > 1 else 1)
        self._frozen_cells: dict[int, list[Array]] = {}

    def paint(self, frame: RawFrame, shapes: Sequence[Shape]) -> SafeFrame:
        """A copy of the frame with every shape masked."""
        original = convert_format(frame.av_frame, self._format, self._interlaced)
        painted = copy_frame(original)
        planes = planes_of(painted)
        for shape in sorted(shapes, key=lambda shape: (shape.style is Style.SOLID, shape.track)):
            if shape.style is Style.SOLID or not self._fill_weak(planes, shape, original):
                self._fill_solid(planes, shape)
        return SafeFrame(painted, frame.index, frame.time)

    def cover(self, frame: RawFrame) -> SafeFrame:
        """The frame covered whole: its content could not be analysed (invariant 2). Only timing is kept."""
        painted = blank_frame(frame.av_frame, self._format)
        for plane, value in zip(planes_of(painted), self._black, strict=True):
            plane[:] = value
        return SafeFrame(painted, frame.index, frame.time, covered=True)

    def _fill_solid(self, planes: list[Array], shape: Shape) -> None:
        for plane, value, (across, down) in zip(planes, self._black, self._layout.steps, strict=True):
            if shape.is_box:
                # Whole chroma samples, and every luma pixel that they colour: no fringe of the original colour remains.
                x1, y1, x2, y2 = shape.bounds(self._layout.step_x, self._rows)
                sx, sy = self._layout.step_x // across, self._rows // down
                plane[max(0, y1 * sy) : max(0, y2 * sy), max(0, x1 * sx) : max(0, x2 * sx)] = value
            else:
                # A sample's centre is half a sample in; cv2 counts from centres.
                corners = shape.corners / (across, down) - 0.5
                points = np.round(corners * (1 << _FRACTION)).astype(np.int32)
                cv2.fillPoly(plane, [points], value, shift=_FRACTION)
                cv2.polylines(
                    plane, [points], True, value, thickness=2 * self._rows // self._layout.step_y, shift=_FRACTION
                )

    def _fill_weak(self, planes: list[Array], shape: Shape, original: av.VideoFrame) -> bool:
        """Mosaic or blur from the track's frozen colours; False when none can be sampled."""
        bounds: list[Bounds] = [shape.bounds(*steps) for steps in self._layout.steps]
        if shape.track not in self._frozen_cells:
            cells = sample_cells(planes_of(original), bounds)
            if cells is None:
                return False
            self._layout.make_opaque(cells)
            self._frozen_cells[shape.track] = cells
        draw_cells(planes, bounds, self._frozen_cells[shape.track], shape.style)
        return True
