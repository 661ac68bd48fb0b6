"""What is known of a source before a frame of it is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from passerby.core.box import Box


@dataclass(frozen=True, slots=True)
class Geometry:
    """How stored pixels become displayed ones.

    A player first mirrors the stored picture left to right (`mirrored`), then turns it clockwise by `rotation` degrees
    (0, 90, 180 or 270), and shows each stored pixel `pixel_aspect` times as wide as high (before turning).
    """

    width: int
    height: int
    rotation: int = 0
    mirrored: bool = False
    pixel_aspect: Fraction = Fraction(1)

    @property
    def upright(self) -> tuple[int, int]:
        """(width, height) in displayed, square pixels."""
        wide = round(self.width * self.pixel_aspect)
        return (self.height, wide) if self.rotation % 180 else (wide, self.height)

    def to_stored(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Displayed points, shape (n, 2), as stored pixel positions, shape (n, 2)."""
        w, h = self.width * float(self.pixel_aspect), float(self.height)
        x, y = points[:, 0], points[:, 1]
        if self.rotation == 90:
            x, y = y, h - x
        elif self.rotation == 180:
            x, y = w - x, h - y
        elif self.rotation == 270:
            x, y = w - y, x
        if self.mirrored:
            x = w - x
        return np.stack([x / float(self.pixel_aspect), y], axis=1)

    def box_to_stored(self, box: Box) -> Box:
        """A displayed box in stored pixels; turns by quarters keep it axis-parallel."""
        a, b = self.to_stored(np.array([[box.x1, box.y1], [box.x2, box.y2]], float)).tolist()
        return Box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))


@dataclass(frozen=True, slots=True)
class Colour:
    """Colour description by the code points of ISO/IEC 23091-2 (H.273), 2 where the source does not say.

    `full_range` is None where the source does not say. `chroma_location` is FFmpeg's AVChromaLocation, 0 unknown.
    """

    primaries: int = 2
    transfer: int = 2
    matrix: int = 2
    full_range: bool | None = None
    chroma_location: int = 0


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """One video track. Times are in `time_base` (seconds a tick); `bit_rate` in bits a second.

    `pixel_format` and `colour` are those of the frames that a source hands out: planar YUV. Where the file holds
    something else (RGB, grey, transparency), `notes` say so, one plain line each.
    `interlaced` frames hold two moments, on every other line; `top_first` says whether the upper line is the earlier.
    """

    stream: int
    codec: str
    time_base: Fraction
    geometry: Geometry
    colour: Colour
    pixel_format: str
    bit_depth: int
    frame_rate: Fraction | None
    frames_estimate: int | None
    bit_rate: int | None
    interlaced: bool = False
    top_first: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SoundInfo:
    """One track of sound. `language` is its code of three letters (ISO 639-2), None where the file does not say."""

    stream: int
    codec: str
    time_base: Fraction
    sample_rate: int
    channels: int
    language: str | None = None


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One file: its tracks, and what else lies in it that will not come out (`dropped`: one plain line each).

    `origin` is the moment (seconds) on the file's own clock that is time 0 of the presentation: all tracks are told
    from there. `created` is when the file says it was made, as text. `damage` says, one line each, what of the file is
    known to be missing before a frame of it is decoded.
    """

    path: Path
    container: str
    duration: float | None
    videos: tuple[VideoInfo, ...]
    sounds: tuple[SoundInfo, ...]
    dropped: tuple[str, ...]
    origin: Fraction = Fraction(0)
    created: str | None = None
    damage: tuple[str, ...] = ()
