"""Probing a still image: its pages, how to encode it again, and everything in it that is stripped."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from PIL import ExifTags, Image, ImageFile, JpegImagePlugin, TiffImagePlugin, WebPImagePlugin

from passerby.core.errors import DamagedSource, UnsupportedSource
from passerby.core.exif_dates import CREATION_DATE, ORIGINAL, Dates, date_exif, dates_of
from passerby.core.media import Geometry, SourceInfo, VideoInfo
from passerby.core.still_info import JpegTables, Page, StillInfo, StillKind
from passerby.source.still.heif_boxes import read_boxes
from passerby.source.still.open import check_page_count, check_size, orientation_of
from passerby.source.still.pixels import (
    DEEP_GREY,
    FORMATS,
    JPEG_COLOUR,
    RGB_COLOUR,
    YCBCR,
    keeps_ycbcr,
    paint_mode,
)
from passerby.source.still.stripped_items import BROKEN_STRUCTURE, PNG_COLOUR, coded_size, png_chunks, stripped_items

#: Twice as wide as high, and at least this wide in pixels: treated as a 360-degree panorama. Detecting across the seam
#: of an image that is none costs a little time and masks nothing more.
MIN_PANORAMA_WIDTH = 2048

#: TIFF 6.0, DateTime.
_DATE_TIME = 306

_ANIMATED_KINDS = {StillKind.GIF, StillKind.WEBP, StillKind.PNG, StillKind.AVIF}


def probe_still(
    path: Path, kind: StillKind, content: bytes, image: ImageFile.ImageFile
) -> tuple[StillInfo, tuple[int, ...]]:
    """The description of `image`, opened from `content`, and Pillow's numbers of the images in it that are pages.

    Raises UnsupportedSource for unsupported pixel formats, SourceError for too many pixels or pages, and whatever
    Pillow raises at a broken file.
    """
    _refuse_raw(image, content, path)
    probe = _StillProbe(path, kind, content, image)
    return probe.still_info(), probe.page_numbers


def _refuse_raw(image: ImageFile.ImageFile, content: bytes, path: Path) -> None:
    """Refuse raw photos: TIFFs whose first page is only a small preview."""
    if isinstance(image, TiffImagePlugin.TiffImageFile) and (
        50706 in image.tag_v2 or content[8:10] == b"CR" or image.tag_v2.get(254, 0) & 1
    ):
        raise UnsupportedSource(
            f"{path} is a raw photo, and only its small preview could be read. Develop it to JPEG or TIFF first."
        )


def _written_mode(source: str, painted: str) -> str:
    """The mode to encode in, for pixels that are `source` in the file and `painted` while masking."""
    if source in ("P", "PA"):
        return "P"
    if source in ("1", "L", "LA", "La"):
        return "LA" if painted == "RGBA" else source
    return painted


class _StillProbe:
    """One pass over a file: its pages, and what is needed to encode it again."""

    def __init__(self, path: Path, kind: StillKind, content: bytes, image: ImageFile.ImageFile) -> None:
        self.path, self.kind, self.content, self.image = path, kind, content, image
        self.notes: list[str] = []
        self.boxes = read_boxes(content) if kind in (StillKind.HEIC, StillKind.AVIF) else None
        self.dropped = list(stripped_items(content, kind))
        if (
            kind is StillKind.GIF and BROKEN_STRUCTURE in self.dropped
        ):  # Pillow treats the frames before the break as all
            raise DamagedSource(f"{path} is damaged: truncated or overwritten. Copy it again from the original.")
        self.created = self._read_created()
        date_only = self._date_only_item()
        if date_only in self.dropped:
            self.dropped[self.dropped.index(date_only)] = CREATION_DATE
        self.page_numbers = self._find_pages()
        self.animated = kind in _ANIMATED_KINDS and len(self.page_numbers) > 1
        check_page_count(len(self.page_numbers), image.size, self.animated, path)

    def _read_created(self) -> Dates:
        """Read the creation date from EXIF, or from TIFF's own DateTime tag."""
        try:
            dates = dates_of(self.image.getexif().get_ifd(ExifTags.IFD.Exif))
            if not dates and isinstance(self.image, TiffImagePlugin.TiffImageFile):
                dates = dates_of({ORIGINAL: self.image.tag_v2.get(_DATE_TIME)})
        except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError):
            return ()  # unreadable EXIF states no date
        return dates

    def _date_only_item(self) -> str | None:
        """The report line of `stripped_items` for an item that holds the date and nothing else."""
        if isinstance(self.image, TiffImagePlugin.TiffImageFile):
            return "the tag DateTime" if dates_of({ORIGINAL: self.image.tag_v2.get(_DATE_TIME)}) else None
        exif = bytes(self.image.info.get("exif") or b"").removeprefix(b"Exif\0\0")
        return "EXIF" if self.created and exif == date_exif(self.created) else None

    def _find_pages(self) -> tuple[int, ...]:
        """Pillow's numbers of the images that are redacted."""
        image, count = self.image, getattr(self.image, "n_frames", 1)
        if self.kind is StillKind.HEIC:
            if count > 1:
                self.dropped.append(f"further images: {count - 1} (only the primary one is redacted)")
            return (image.tell(),)
        if self.kind is StillKind.TIFF:
            check_page_count(count, image.size, False, self.path)
            page_numbers = tuple(n for n in range(count) if not self._is_reduced_copy(n))
            if count > len(page_numbers):
                self.dropped.append(f"reduced copies and masks of pages: {count - len(page_numbers)}")
            return page_numbers
        if image.info.get("default_image"):
            self.dropped.append("a default image for programs without animation support")
            return tuple(range(1, count))
        return tuple(range(count)) if self.kind in _ANIMATED_KINDS else (0,)

    def _is_reduced_copy(self, number: int) -> bool:
        assert isinstance(self.image, TiffImagePlugin.TiffImageFile)
        self.image.seek(number)
        return bool(self.image.tag_v2.get(254, 0) & 5)

    def still_info(self) -> StillInfo:
        pages = tuple(self._page(number) for number in self.page_numbers)
        image, first = self.image, pages[0]
        width, height = max(page.width for page in pages), max(page.height for page in pages)
        loop = image.info.get("loop")
        track = VideoInfo(
            stream=0,
            codec=self.kind.value,
            time_base=Fraction(1),
            geometry=Geometry(width, height),
            colour=JPEG_COLOUR if first.pixel_format == YCBCR else RGB_COLOUR,
            pixel_format=first.pixel_format,
            bit_depth=16 if first.pixel_format == DEEP_GREY else 8,
            frame_rate=None,
            frames_estimate=len(pages),
            bit_rate=None,
            notes=tuple(dict.fromkeys(self.notes)),
        )
        duration = sum(page.duration for page in pages) / 1000 if self.animated else None
        return StillInfo(
            source=SourceInfo(self.path, self.kind.value, duration, (track,), (), tuple(self.dropped)),
            kind=self.kind,
            pages=pages,
            size=coded_size(self.content, self.kind),
            animated=self.animated,
            loop=int(loop) if self.animated and isinstance(loop, int) else None,
            lossless=self._is_lossless(),
            jpeg=self._jpeg_tables(first),
            colour_tags=self._colour_tags(),
            nclx=self._nclx(),
            panorama=self._is_panorama(first),
            created=self.created,
        )

    def _page(self, page_number: int) -> Page:
        image = self.image
        if image.tell() != page_number:
            image.seek(page_number)
        check_size(image.size, self.path)
        if self.animated:
            image.load()  # only decoding yields its duration
        mode = paint_mode(image)
        if mode is None:
            raise UnsupportedSource(
                f"{self.path} has an unsupported pixel format ({image.mode}). Save it as grey or RGB with 8 or 16 bits "
                "per sample first."
            )
        self._note_losses(image, mode)
        if self.animated or self.kind is StillKind.GIF:
            form = FORMATS["RGBA"]
        else:
            form = FORMATS["YCbCr"] if keeps_ycbcr(image, self.kind) else FORMATS[mode]
        transpose = orientation_of(image, self.kind)
        swaps_sides = (
            transpose is not None
            and transpose.value >= Image.Transpose.ROTATE_90
            and transpose is not Image.Transpose.ROTATE_180
        )
        width, height = image.size[::-1] if swaps_sides else image.size
        return Page(
            width=width,
            height=height,
            mode="P" if self.kind is StillKind.GIF else _written_mode(image.mode, mode),
            pixel_format=form,
            icc=self._profile(image, mode),
            duration=round(image.info.get("duration") or 0) if self.animated else 0,
            compression=image.info.get("compression") if self.kind is StillKind.TIFF else None,
        )

    def _note_losses(self, image: ImageFile.ImageFile, mode: str) -> None:
        if image.mode == "CMYK":
            self.notes.append("the image was CMYK (for print) and is written as RGB")
        bits = 8
        if self.kind is StillKind.PNG:
            bits = self.content[24]
        elif isinstance(image, TiffImagePlugin.TiffImageFile):
            bits = max(image.tag_v2.get(258, (1,)))
        elif self.boxes is not None:
            bits = self.boxes.max_bits
        if bits > 8 and mode != "I;16":
            self.notes.append(f"the image had {bits} bits per sample and is written with 8")

    def _profile(self, image: ImageFile.ImageFile, mode: str) -> bytes | None:
        """The ICC profile without trailing data, where it is valid and fits what is written."""
        profile = image.info.get("icc_profile")
        if not profile or image.mode == "CMYK":
            return None
        size = int.from_bytes(profile[:4], "big")
        grey = image.mode in ("1", "L", "LA", "La", "I;16", "I;16B", "I;16L")
        if (
            not 128 <= size <= len(profile)
            or profile[36:40] != b"acsp"
            or profile[16:20] != (b"GRAY" if grey else b"RGB ")
        ):
            self.notes.append("its colour profile is broken or does not match the image, and was dropped")
            return None
        return bytes(profile[:size])

    def _is_lossless(self) -> bool:
        if isinstance(self.image, WebPImagePlugin.WebPImageFile):
            return b"VP8 " not in self.content[:64] and not (self.animated and b"VP8 " in self.content)
        return self.kind in (StillKind.PNG, StillKind.BMP, StillKind.GIF, StillKind.TIFF)

    def _jpeg_tables(self, page: Page) -> JpegTables | None:
        image = self.image
        if not isinstance(image, JpegImagePlugin.JpegImageFile) or page.pixel_format not in (YCBCR, FORMATS["L"]):
            return None
        tables = [tuple(image.quantization[layer[3]]) for layer in image.layer]
        if len(tables) == 3 and tables[1] == tables[2]:
            del tables[2]
        sampling = max(0, JpegImagePlugin.get_sampling(image))
        if (page.width, page.height) != image.size:  # rotated by 90 degrees: transpose the tables too
            tables = [tuple(table[column * 8 + row] for row in range(8) for column in range(8)) for table in tables]
            sampling = sampling if sampling != 1 else 0
        return JpegTables(tuple(tables), sampling, bool(image.info.get("progressive")))

    def _colour_tags(self) -> tuple[tuple[bytes, bytes], ...]:
        if self.kind is not StillKind.PNG:
            return ()
        chunks = png_chunks(self.content)
        return tuple((name, data) for name, data in chunks if PNG_COLOUR.get(name) == len(data))

    def _nclx(self) -> tuple[tuple[str, int], ...]:
        if self.boxes is None or self.boxes.nclx is None:
            return ()
        primaries, transfer, matrix, full = self.boxes.nclx
        if self.kind is StillKind.AVIF and (primaries not in (1, 2) or transfer not in (1, 2, 13)):
            self.notes.append("Its colour description cannot be written to AVIF: colours may look different")
        names = ("color_primaries", "transfer_characteristics", "matrix_coefficients", "full_range_flag")
        return tuple(zip(names, (primaries, transfer, matrix, full), strict=True))

    def _is_panorama(self, page: Page) -> bool:
        if self.animated:
            return False
        tags = self.image.info.get("xmp") or self.image.info.get("XML:com.adobe.xmp") or b""
        tags = tags.encode(errors="replace") if isinstance(tags, str) else bytes(tags)
        return b"equirectangular" in tags or (page.width == 2 * page.height and page.width >= MIN_PANORAMA_WIDTH)
