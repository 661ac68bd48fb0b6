"""A still image, decoded page by page: a photo, the pages of a TIFF, the frames of an animation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image, ImageFile

from passerby.core.errors import DamagedSource
from passerby.core.raw_frame import RawFrame
from passerby.core.still_info import Page, StillInfo, StillKind
from passerby.source.still.info import probe_still
from passerby.source.still.open import open_image, orientation_of, translated_errors
from passerby.source.still.pixels import FORMATS, YCBCR, to_frame, to_paint_mode
from passerby.source.still.sniff import read_still


class StillFile:
    """One still image, open for decoding. `info` describes it; its bytes stay in memory while it is open."""

    def __init__(self, path: Path, info: StillInfo, content: bytes, page_numbers: tuple[int, ...]) -> None:
        self.path = path
        self.info = info
        self._content = content
        self._page_numbers = page_numbers

    @classmethod
    def open(cls, path: Path) -> StillFile:
        """Probe a file. Raises SourceError or a subclass that says what to do.

        Frames of animations are decoded here once, because only decoding yields their durations.
        """
        kind, content = read_still(path)
        image = open_image(content, kind, path)
        with translated_errors(path, kind):
            info, page_numbers = probe_still(path, kind, content, image)
        return cls(path, info, content, page_numbers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Only memory is held, so there is nothing to close."""

    def frames(self) -> Iterator[RawFrame]:
        """Each page or frame once, upright, in order; `time` is its number. Raises DamagedSource at a damaged one."""
        kind = self.info.kind
        image = open_image(self._content, kind, self.path)
        for number, (page, page_number) in enumerate(zip(self.info.pages, self._page_numbers, strict=True)):
            with translated_errors(self.path, kind):
                planes = to_frame(_decode_page(image, page_number, page, kind))
            if (planes.width, planes.height) != (page.width, page.height):
                raise DamagedSource(f"{self.path} is damaged: page {number + 1} changes its size while it is read.")
            yield RawFrame(planes, number, number)


def _decode_page(image: ImageFile.ImageFile, page_number: int, page: Page, kind: StillKind) -> Image.Image:
    """One page, upright, in the mode in which it is painted."""
    if image.tell() != page_number:
        image.seek(page_number)
    if page.pixel_format == YCBCR:
        image.draft("YCbCr", None)
    image.load()
    mode = next(mode for mode, form in FORMATS.items() if form == page.pixel_format and mode != "1")
    transpose = orientation_of(image, kind)
    upright = to_paint_mode(image, mode)
    return upright.transpose(transpose) if transpose is not None else upright
