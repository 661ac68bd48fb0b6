"""A still, decoded picture by picture: a photo, the pages of a TIFF, the frames of an animation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image, ImageFile

from passerby.core.errors import DamagedSource
from passerby.core.raw_frame import RawFrame
from passerby.core.still_info import Page, StillInfo, StillKind
from passerby.source.still.info import describe
from passerby.source.still.open import broken_means, open_image, turn_of
from passerby.source.still.pixels import FORMATS, YCBCR, picture, simplified
from passerby.source.still.sniff import read_still


class StillFile:
    """One still, open for decoding. `info` says what it holds; the bytes are held in memory while it is open."""

    def __init__(self, path: Path, info: StillInfo, content: bytes, places: tuple[int, ...]) -> None:
        self.path = path
        self.info = info
        self._content = content
        self._places = places

    @classmethod
    def open(cls, path: Path) -> StillFile:
        """Look into a file. Raises SourceError or one of its kinds, with what to do about it.

        Frames of animations are decoded here once: their durations are not known before.
        """
        kind, content = read_still(path)
        image = open_image(content, kind, path)
        with broken_means(path, kind):
            info, places = describe(path, kind, content, image)
        return cls(path, info, content, places)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing but memory is held."""

    def frames(self) -> Iterator[RawFrame]:
        """Each page or frame once, upright, in order; `time` is its number. Raises DamagedSource at a broken one."""
        kind = self.info.kind
        image = open_image(self._content, kind, self.path)
        for number, (page, place) in enumerate(zip(self.info.pages, self._places, strict=True)):
            with broken_means(self.path, kind):
                planes = picture(_decoded(image, place, page, kind))
            if (planes.width, planes.height) != (page.width, page.height):
                raise DamagedSource(f"{self.path} is damaged: its page {number + 1} changes its size while it is read.")
            yield RawFrame(planes, number, number)


def _decoded(image: ImageFile.ImageFile, place: int, page: Page, kind: StillKind) -> Image.Image:
    """One page, upright, in the mode that is painted."""
    if image.tell() != place:
        image.seek(place)
    if page.pixel_format == YCBCR:
        image.draft("YCbCr", None)
    image.load()
    mode = next(mode for mode, form in FORMATS.items() if form == page.pixel_format and mode != "1")
    turn = turn_of(image, kind)
    upright = simplified(image, mode)
    return upright.transpose(turn) if turn is not None else upright
