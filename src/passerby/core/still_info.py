"""Stills: what they are, and all that must be known besides the pixels to write one as it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from passerby.core.exif_dates import DATE, Dates
from passerby.core.media import SourceInfo


class StillKind(StrEnum):
    """The kinds of stills that are read and written."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    TIFF = "tiff"
    BMP = "bmp"
    GIF = "gif"
    HEIC = "heic"
    AVIF = "avif"


#: Endings that fit a kind; the first is given where a file has one that does not fit.
SUFFIXES: dict[StillKind, tuple[str, ...]] = {
    StillKind.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    StillKind.PNG: (".png", ".apng"),
    StillKind.WEBP: (".webp",),
    StillKind.TIFF: (".tif", ".tiff"),
    StillKind.BMP: (".bmp", ".dib"),
    StillKind.GIF: (".gif",),
    StillKind.HEIC: (".heic", ".heif", ".hif"),
    StillKind.AVIF: (".avif",),
}


@dataclass(frozen=True, slots=True)
class JpegTables:
    """How a JPEG was quantised: a table of 64 numbers, row by row, for each component in `tables` (the last one serves
    those that follow). `subsampling` as Pillow counts: 0 is 4:4:4, 1 is 4:2:2, 2 is 4:2:0."""

    tables: tuple[tuple[int, ...], ...]
    subsampling: int
    progressive: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One picture of a still, upright: a page of a TIFF, a frame of an animation, or the only one there is.

    `mode` is Pillow's name for what the pixels are in the file (1, L, LA, P, RGB, RGBA, I;16), `pixel_format` FFmpeg's
    for the planes that they are painted in. `duration` in milliseconds, 0 where nothing moves. `compression` is
    Pillow's name, for TIFF alone.
    """

    width: int
    height: int
    mode: str
    pixel_format: str
    icc: bytes | None = None
    duration: int = 0
    compression: str | None = None


@dataclass(frozen=True, slots=True)
class StillInfo:
    """A still: `source` as for a video (one track, a frame a page, times are page numbers), and how to write it again.

    `size` is the bytes that its coded pictures take. `loop` is how often an animation plays, 0 for ever, None once.
    `lossless` says that the source lost nothing to compression. `colour_tags` are a PNG's colour chunks, `nclx` the
    colour description of a HEIC (names as in H.273). `panorama` says that the right edge goes on at the left one.
    `created` is when it was made. What is not kept stands in the track's `notes`.
    """

    source: SourceInfo
    kind: StillKind
    pages: tuple[Page, ...]
    size: int
    animated: bool = False
    loop: int | None = None
    lossless: bool = True
    jpeg: JpegTables | None = None
    colour_tags: tuple[tuple[bytes, bytes], ...] = ()
    nclx: tuple[tuple[str, int], ...] = ()
    panorama: bool = False
    created: Dates = ()

    def told(self, keep_times: bool) -> SourceInfo:
        """The source as the report tells of it: what is kept was not dropped."""
        if not keep_times:
            return self.source
        return replace(self.source, dropped=tuple(line for line in self.source.dropped if line != DATE))
