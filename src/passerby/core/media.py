"""Metadata of a source, known before a frame is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Geometry:
    """How stored pixels are mapped to displayed ones.

    A player first mirrors the stored frame left to right (`mirrored`), then rotates it clockwise by `rotation` degrees
    (0, 90, 180 or 270), and shows each stored pixel `pixel_aspect` times as wide as high (before rotation).
    """

    width: int
    height: int
    rotation: int = 0
    mirrored: bool = False
    pixel_aspect: Fraction = Fraction(1)

    @property
    def display_size(self) -> tuple[int, int]:
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


@dataclass(frozen=True, slots=True)
class Crop:
    """Pixels of the stored picture at each side that the container excludes: no player shows them."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def __bool__(self) -> bool:
        return any((self.left, self.top, self.right, self.bottom))


@dataclass(frozen=True, slots=True)
class Colour:
    """Colour description by the code points of ISO/IEC 23091-2 (H.273), 2 for unspecified.

    `full_range` is None where the source does not specify it. `chroma_location` is FFmpeg's AVChromaLocation, 0 where
    unknown.
    """

    primaries: int = 2
    transfer: int = 2
    matrix: int = 2
    full_range: bool | None = None
    chroma_location: int = 0


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """One video track. Times are in `time_base` (seconds per tick); `bit_rate` in bits per second.

    `pixel_format` and `colour` are those of the decoded frames: planar YUV. Where the file holds something else (RGB,
    grey, transparency), `notes` say so, one line each. `interlaced` frames consist of two fields; `top_first` is the
    field order. `crop` is what the container excludes of the stored picture; `geometry` is that of the rest.
    `end` is the time in seconds of the presentation at which the container says that the track ends, None where it does
    not say. `field_pictures`: the stream codes each field as a picture of its own, and decoded frames are two of them.
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
    crop: Crop = Crop()
    end: Fraction | None = None
    field_pictures: bool = False

    @property
    def coded_size(self) -> tuple[int, int]:
        """(width, height) of what the decoder outputs."""
        width, height = self.stored_size
        return (width, (height + 1) // 2) if self.field_pictures else (width, height)

    @property
    def stored_size(self) -> tuple[int, int]:
        """(width, height) of the pictures in the stream, before `crop`."""
        width, height, crop = self.geometry.width, self.geometry.height, self.crop
        return width + crop.left + crop.right, height + crop.top + crop.bottom


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """One audio track. `language` is an ISO 639-2 code, None where the file has none."""

    stream: int
    codec: str
    time_base: Fraction
    sample_rate: int
    channels: int
    language: str | None = None


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One file: its tracks, and what else it holds that will not be in the output (`dropped`: one line each).

    `origin` is the time (seconds) in the file that is time 0 of the presentation: times of all tracks are relative to
    it. `created` is the creation date that the file states, as text. `damage` lists, one line each, what is known to be
    missing before a frame is decoded.
    """

    path: Path
    container: str
    duration: float | None
    videos: tuple[VideoInfo, ...]
    audio_tracks: tuple[AudioInfo, ...]
    dropped: tuple[str, ...]
    origin: Fraction = Fraction(0)
    created: str | None = None
    damage: tuple[str, ...] = ()
