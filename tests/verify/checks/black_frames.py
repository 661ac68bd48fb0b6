"""Textured frames with black boxes, as their black areas are read."""

import av
import numpy as np

from passerby.core.box import Box
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.verify.checks.blank_regions import find_blank_regions
from tests.verify.factories import textured

SIZE = (320, 240)
MASK = Box(100, 80, 160, 150)


def black(*boxes, full=False, dark=None, around=None):
    """The black areas of a textured frame with black boxes."""
    luma = textured(SIZE)
    if dark is not None:
        luma[20:80, 20:80] = dark
    if around is not None:
        box, values = around
        luma[box.y1 : box.y2, box.x1 : box.x2] = values
    for box in boxes:
        luma[round(box.y1) : round(box.y2), round(box.x1) : round(box.x2)] = 0 if full else 16
    frame = av.VideoFrame(*SIZE, "yuv420p")
    for plane, value in zip(frame.planes, (luma, None, None), strict=True):
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        rows[:, : plane.width] = 128 if value is None else value
    return find_blank_regions(RawFrame(frame, 0, 0), Geometry(*SIZE), full)
