"""Safe frames -> a new still image in the source's format, with its pixels, its colour profile, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, cast

import pillow_heif
from PIL import Image, PngImagePlugin, TiffImagePlugin

from passerby.core.errors import OutputError, UsageError
from passerby.core.exif_dates import ORIGINAL, date_exif
from passerby.core.safe_frame import SafeFrame
from passerby.core.still_info import SUFFIXES, Page, StillInfo, StillKind
from passerby.sink.output_file import output_error
from passerby.sink.still.image import to_image
from passerby.sink.still.jpeg_quality import choose_quality

#: Quality of a JPEG whose quantisation tables cannot be reused: a CMYK one.
_JPEG_QUALITY = 93
#: Quality of JPEG-compressed pages of a TIFF.
_TIFF_JPEG_QUALITY = 92
#: Encoder effort. Must be the same for the quality search (jpeg_quality.py) and for the output.
_WEBP_METHOD, _AVIF_SPEED = 4, 7
#: From this many pixels on a HEIC is encoded in tiles.
_HEIC_TILING_PIXELS = 8_000_000
#: TIFF compressions that Pillow writes losslessly. Others become deflate.
_TIFF_LOSSLESS = {"raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "lzma", "zstd"}
_TIFF_BILEVEL = {"group3", "group4", "tiff_ccitt"}
_TIFF_DEFLATE = "tiff_adobe_deflate"
#: TIFF 6.0, DateTime.
_DATE_TIME = 306
#: No additional encoder options.
NO_OPTIONS: Mapping[str, bytes] = MappingProxyType({})


def check_suffix(output: Path, kind: StillKind) -> None:
    """Raises UsageError when the file's extension does not match: the output has the source's format."""
    if output.suffix.lower() not in SUFFIXES[kind]:
        raise UsageError(
            f"The image is a {kind.upper()}, and the output has the same format: {output.name} must end in "
            f"{SUFFIXES[kind][0]}. Give such a name with -o."
        )


def write_still(path: Path, frames: Iterable[SafeFrame], still: StillInfo, keep_times: bool = False) -> None:
    """Write all pages to `path`. `frames` come in the order of `still.pages`, and are consumed one by one. `keep_times`
    also writes the source's creation date, where it states one.

    Raises OutputError, or DiskFull when there is no room.
    """
    pages = _PageImages(frames, still)
    exif = b"Exif\0\0" + date_exif(still.created) if keep_times and still.created else None
    try:
        with path.open("r+b" if path.exists() else "w+b") as opened:
            opened.truncate()
            file = cast(BinaryIO, _CheckedFile(opened))
            if still.kind is StillKind.TIFF:
                _write_tiff(file, pages, dict(still.created).get(ORIGINAL) if exif else None)
            elif still.animated:
                _write_animation(file, pages, still, exif)
            else:
                _write_single(file, pages, still, exif)
    except OSError as error:
        if error.errno is not None:
            raise output_error(path, error) from error
        raise _encoding_error(path, still, error) from error
    except (ValueError, RuntimeError, OverflowError, MemoryError) as error:
        raise _encoding_error(path, still, error) from error


class _CheckedFile:
    """A file without its descriptor: given one, Pillow's encoders write to it by themselves and do not notice a write
    that was cut short. A full disk once gave the final name to the first 12,288 bytes of a JPEG."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.write, self.read, self.seek, self.tell = file.write, file.read, file.seek, file.tell
        self.flush, self.truncate, self.readinto = file.flush, file.truncate, getattr(file, "readinto", None)


def _encoding_error(path: Path, still: StillInfo, error: Exception) -> OutputError:
    return OutputError(
        f"{path} cannot be encoded as {still.kind.upper()}: {error}. Save the source in another format first, such as "
        "PNG."
    )


class _PageImages(Iterator[Image.Image]):
    """The frames as Pillow images; `page` describes the newest one."""

    def __init__(self, frames: Iterable[SafeFrame], still: StillInfo) -> None:
        self._frames = iter(frames)
        self._still = still
        self.page: Page = still.pages[0]

    def first(self) -> Image.Image:
        """The first image. Raises OutputError when there is none."""
        for image in self:
            return image
        raise OutputError("There is no page to write. Make sure that no program writes to the source, and try again.")

    def __next__(self) -> Image.Image:
        frame = next(self._frames)
        self.page = self._still.pages[frame.index]
        return to_image(frame, self.page, self._still.kind)


def _write_single(file: BinaryIO, pages: _PageImages, still: StillInfo, exif: bytes | None) -> None:
    image, icc = pages.first(), still.pages[0].icc
    metadata = {} if exif is None else {"exif": exif}
    match still.kind:
        case StillKind.JPEG:
            _write_jpeg(file, image, still, icc, metadata)
        case StillKind.PNG:
            image.save(file, "PNG", icc_profile=icc, pnginfo=_png_info(still), **metadata)
        case StillKind.WEBP if still.lossless:
            image.save(file, "WEBP", lossless=True, exact=True, method=2, icc_profile=icc, **metadata)
        case StillKind.WEBP:
            _save_webp(image, file, choose_quality(image, still.size, _save_webp), icc, metadata)
        case StillKind.AVIF:
            _save_avif(image, file, choose_quality(image, still.size, _save_avif), icc, metadata)
        case StillKind.HEIC:
            _write_heic(file, image, still, icc, metadata)
        case StillKind.BMP:
            image.save(file, "BMP", dpi=(0, 0))
        case _:
            image.save(file, "GIF", optimize=False)


def _write_jpeg(
    file: BinaryIO, image: Image.Image, still: StillInfo, icc: bytes | None, metadata: dict[str, bytes]
) -> None:
    if still.jpeg is None:
        image.save(file, "JPEG", quality=_JPEG_QUALITY, subsampling=0, optimize=True, icc_profile=icc, **metadata)
        return
    tables = still.jpeg
    image.save(
        file,
        "JPEG",
        qtables=[list(table) for table in tables.tables],
        subsampling=tables.subsampling,
        progressive=tables.progressive,
        optimize=True,
        icc_profile=icc,
        **metadata,
    )


def _png_info(still: StillInfo) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    for name, data in still.colour_tags:
        info.add(name, data)
    return info


def _save_webp(
    image: Image.Image,
    file: BinaryIO,
    quality: int,
    icc: bytes | None = None,
    metadata: Mapping[str, bytes] = NO_OPTIONS,
) -> None:
    image.save(file, "WEBP", quality=quality, method=_WEBP_METHOD, icc_profile=icc, **metadata)


def _save_avif(
    image: Image.Image,
    file: BinaryIO,
    quality: int,
    icc: bytes | None = None,
    metadata: Mapping[str, bytes] = NO_OPTIONS,
) -> None:
    image.save(file, "AVIF", quality=quality, speed=_AVIF_SPEED, icc_profile=icc, **metadata)


def _write_heic(
    file: BinaryIO, image: Image.Image, still: StillInfo, icc: bytes | None, metadata: dict[str, bytes]
) -> None:
    def save(part: Image.Image, target: BinaryIO, quality: int, metadata: Mapping[str, bytes] = NO_OPTIONS) -> None:
        heif = pillow_heif.from_pillow(part)
        # libheif uses its own matrix: only primaries and transfer are taken from the source.
        colours = {name: value for name, value in still.nclx if name in ("color_primaries", "transfer_characteristics")}
        heif.save(target, quality=quality, icc_profile=icc, tile_size=_heic_tile(part), **_nclx(colours), **metadata)

    pillow_heif.register_heif_opener(thumbnails=False)  # choose_quality reads it back
    save(image, file, choose_quality(image, still.size, save), metadata)


def _heic_tile(image: Image.Image) -> int:
    """The side of the tiles in which a large image is encoded, as cameras do; 0 for none. A file may hold a thousand.

    Redacting 50 million pixels took 1,958 MiB of memory when encoded as a whole, and 1,253 MiB in tiles.
    """
    pixels = image.width * image.height
    return 0 if pixels < _HEIC_TILING_PIXELS else 512 if pixels < 150_000_000 else 1024


def _nclx(colours: dict[str, int]) -> dict[str, int]:
    return {**colours, "matrix_coefficients": 6, "full_range_flag": 1} if colours else {}


def _write_tiff(file: BinaryIO, pages: _PageImages, created: str | None) -> None:
    metadata = {} if created is None else {"tiffinfo": {_DATE_TIME: created}}  # libtiff writes no EXIF
    with TiffImagePlugin.AppendingTiffWriter(file) as writer:
        for image in pages:
            compression = _tiff_compression(pages.page.compression, image.mode)
            quality = {"quality": _TIFF_JPEG_QUALITY} if compression == "jpeg" else {}
            image.save(writer, "TIFF", compression=compression, icc_profile=pages.page.icc, **quality, **metadata)
            writer.newFrame()
            metadata = {}  # once is enough


def _tiff_compression(source: str | None, mode: str) -> str:
    if source in _TIFF_BILEVEL:
        return "group4" if mode == "1" else _TIFF_DEFLATE
    if source == "jpeg" and mode in ("L", "RGB"):
        return "jpeg"
    return source if source in _TIFF_LOSSLESS else _TIFF_DEFLATE


def _write_animation(file: BinaryIO, pages: _PageImages, still: StillInfo, exif: bytes | None) -> None:
    first = pages.first()
    rest = list(pages)
    images = [first, *rest]
    durations = [page.duration for page in still.pages]
    common = {"save_all": True, "append_images": rest, "duration": durations, "icc_profile": still.pages[0].icc}
    loop = {} if still.loop is None else {"loop": still.loop}
    metadata = {} if exif is None else {"exif": exif}
    match still.kind:
        case StillKind.GIF:
            # Frames with transparency must be cleared before the next one is drawn.
            disposal = 2 if any("transparency" in image.info for image in images) else 1
            first.save(
                file,
                "GIF",
                save_all=True,
                append_images=rest,
                duration=durations,
                disposal=disposal,
                optimize=False,
                **loop,
            )
        case StillKind.PNG:
            first.save(file, "PNG", pnginfo=_png_info(still), **common, **loop, **metadata)
        case StillKind.WEBP:
            first.save(
                file,
                "WEBP",
                lossless=still.lossless,
                quality=_webp_quality(first, still),
                method=_WEBP_METHOD,
                **common,
                **loop,
                **metadata,
            )
        case _:
            first.save(
                file,
                "AVIF",
                quality=choose_quality(first, still.size // len(images), _save_avif),
                speed=_AVIF_SPEED,
                **common,
                **metadata,
            )


def _webp_quality(image: Image.Image, still: StillInfo) -> int:
    return 80 if still.lossless else choose_quality(image, still.size // len(still.pages), _save_webp)
