"""Stills that a program holds as arrays: what is to be hidden in them, and the picture with that hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from passerby.config.regions import Region
from passerby.config.settings import ALWAYS_SOLID, Settings, Style
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.detect.still_detector import StillDetector
from passerby.mask.painter import Painter
from passerby.mask.shapes import Shape
from passerby.source.memory import Picture, check_array_format, memory_info, to_picture, to_raw_frame
from passerby.track.still_selection import select_tracks

_FRAME_RATE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is to be hidden: its kind, the box that is painted over (pixels, margins included), and the score
    of the detector, 0 to 1. It says nothing of who or what it is."""

    kind: Kind
    box: Box
    score: float


#: What can be masked: what was found, a box (x1, y1, x2, y2) in pixels, or a region.
Maskable = Found | Box | Region | tuple[float, float, float, float]


def find(image: Picture, detector: StillDetector, settings: Settings, array_format: str) -> list[Found]:
    """What `redact` would hide in a still. Raises PasserbyError, in one of its kinds."""
    check_array_format(array_format)
    video = memory_info(image, _FRAME_RATE)
    frame = to_raw_frame(image, 0, video, array_format)
    tracks, _ = select_tracks(detector.detect(frame), settings, video.geometry.display_size, 0)
    return [Found(track.kind, track.keyframes[0].box, track.keyframes[0].score) for track in tracks]


def paint(image: Picture, regions: Iterable[Maskable], style: Style, array_format: str) -> Picture:
    """A copy of the picture in which these are masked: boxes and regions solid, what was found in `style` where its
    kind allows it."""
    check_array_format(array_format)
    video = memory_info(image, _FRAME_RATE)
    shapes = [_shape(number, region, style) for number, region in enumerate(regions, 1)]
    safe = Painter(video, video.pixel_format).paint(to_raw_frame(image, 0, video, array_format), shapes)
    return to_picture(safe.av_frame, image, array_format)


def _shape(number: int, region: Maskable, style: Style) -> Shape:
    if isinstance(region, Region):
        return Shape(number, Style.SOLID, np.array(region.polygon, np.float64))
    box = region.box if isinstance(region, Found) else Box(*region)
    solid = not isinstance(region, Found) or region.kind in ALWAYS_SOLID
    corners = np.array([[box.x1, box.y1], [box.x2, box.y1], [box.x2, box.y2], [box.x1, box.y2]], np.float64)
    return Shape(number, Style.SOLID if solid else style, corners)
