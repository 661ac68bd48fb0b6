"""Metadata of stills: all that is needed besides the pixels to write one in the same form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from passerby.core.exif_dates import CREATION_DATE, Dates
from passerby.core.media import SourceInfo


class StillKind(StrEnum):
    """Still formats that are read and written."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    TIFF = "tiff"
    BMP = "bmp"
    GIF = "gif"
    HEIC = "heic"
    AVIF = "avif"


#: Suffixes of a format; the first one replaces a suffix that does not fit.
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
    """Quantisation of a JPEG: a table of 64 numbers, row by row, for each component in `tables` (the last one applies
    to all further ones). `subsampling` as in Pillow: 0 is 4:4:4, 1 is 4:2:2, 2 is 4:2:0."""

    tables: tuple[tuple[int, ...], ...]
    subsampling: int
    progressive: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One image of a still, upright: a page of a TIFF, a frame of an animation, or the only image.

    `mode` is Pillow's mode of the stored pixels (1, L, LA, P, RGB, RGBA, I;16), `pixel_format` FFmpeg's format of the
    planes that are painted. `duration` in milliseconds, 0 without animation. `compression` is Pillow's name, for TIFF
    only.
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
    """A still: `source` as for a video (one track, one frame per page, times are page numbers), and how to encode it.

    `size` is the size of its compressed images in bytes. `loop` is the number of repetitions of an animation, 0 for
    endless, None for once. `lossless`: the source was compressed losslessly. `colour_tags` are the colour chunks of a
    PNG, `nclx` the colour description of a HEIC (names as in H.273). `panorama`: the right edge continues at the left
    one. `created` is the creation date. What is not kept is listed in the `notes` of the track.
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

    def reported_source(self, keep_times: bool) -> SourceInfo:
        """The source as the report lists it: what is kept was not dropped."""
        if not keep_times:
            return self.source
        return replace(self.source, dropped=tuple(line for line in self.source.dropped if line != CREATION_DATE))
