"""RawFrame + shapes -> SafeFrame. The only maker of SafeFrame."""

from __future__ import annotations

from collections.abc import Sequence

import av
import cv2
import numpy as np

from passerby.config.settings import Style
from passerby.core.media import VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.core.safe_frame import SafeFrame
from passerby.mask.interlacing import converted
from passerby.mask.planes import LAYOUTS, Array, blank_like, fresh_copy, planes_of
from passerby.mask.shapes import Shape
from passerby.mask.weak_fills import Bounds, draw, take

#: Polygons are filled with this many fractional bits, and a line of this thickness makes them round outward.
_FRACTION = 4


class Painter:
    """Paints the frames of one video track, in its own pixel format where that is planar YUV.

    Weak fills come first and solid ones last, so that where masks overlap the stronger one is what is seen. A fill is
    made of constants or of frozen colours, never of the pixels under it: painting twice cannot bring anything back.
    """

    def __init__(self, video: VideoInfo, pixel_format: str) -> None:
        if pixel_format not in LAYOUTS:
            raise ValueError(f"cannot paint in {pixel_format}")
        self._format = pixel_format
        self._layout = LAYOUTS[pixel_format]
        full = video.colour.full_range if video.colour.full_range is not None else pixel_format.startswith("yuvj")
        self._black = self._layout.black(full)
        self._interlaced = video.interlaced
        #: Luma lines that one line of colour may reach. In interlaced pictures it belongs to every other one.
        self._rows = self._layout.step_y * (2 if video.interlaced and self._layout.step_y > 1 else 1)
        self._frozen: dict[int, list[Array]] = {}

    def paint(self, frame: RawFrame, shapes: Sequence[Shape]) -> SafeFrame:
        """A copy of the frame with every shape painted over."""
        original = converted(frame.picture, self._format, self._interlaced)
        picture = fresh_copy(original)
        planes = planes_of(picture)
        for shape in sorted(shapes, key=lambda shape: (shape.style is Style.SOLID, shape.track)):
            if shape.style is Style.SOLID or not self._weak(planes, shape, original):
                self._solid(planes, shape)
        return SafeFrame(picture, frame.index, frame.time)

    def cover(self, frame: RawFrame) -> SafeFrame:
        """The whole picture painted over: what is in it could not be told (invariant 2). Only timing is kept."""
        picture = blank_like(frame.picture, self._format)
        for plane, value in zip(planes_of(picture), self._black, strict=True):
            plane[:] = value
        return SafeFrame(picture, frame.index, frame.time, covered=True)

    def _solid(self, planes: list[Array], shape: Shape) -> None:
        for plane, value, (across, down) in zip(planes, self._black, self._layout.steps, strict=True):
            if shape.is_box:
                # Whole chroma samples, and every luma pixel they colour: no fringe of the old colour remains.
                x1, y1, x2, y2 = shape.bounds(self._layout.step_x, self._rows)
                sx, sy = self._layout.step_x // across, self._rows // down
                plane[max(0, y1 * sy) : max(0, y2 * sy), max(0, x1 * sx) : max(0, x2 * sx)] = value
            else:
                # A sample's centre lies half a sample in; cv2 counts from centres.
                corners = shape.corners / (across, down) - 0.5
                points = np.round(corners * (1 << _FRACTION)).astype(np.int32)
                cv2.fillPoly(plane, [points], value, shift=_FRACTION)
                cv2.polylines(
                    plane, [points], True, value, thickness=2 * self._rows // self._layout.step_y, shift=_FRACTION
                )

    def _weak(self, planes: list[Array], shape: Shape, original: av.VideoFrame) -> bool:
        """Mosaic or blur from the track's frozen colours; False when there are none to be had."""
        bounds: list[Bounds] = [shape.bounds(*steps) for steps in self._layout.steps]
        if shape.track not in self._frozen:
            cells = take(planes_of(original), bounds)
            if cells is None:
                return False
            self._layout.make_opaque(cells)
            self._frozen[shape.track] = cells
        draw(planes, bounds, self._frozen[shape.track], shape.style)
        return True
