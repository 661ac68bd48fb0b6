"""Safe frames -> a new still of the source's kind, with its pixels, its colour profile, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

import pillow_heif
from PIL import Image, PngImagePlugin, TiffImagePlugin

from passerby.core.errors import OutputError, UsageError
from passerby.core.exif_dates import ORIGINAL, date_exif
from passerby.core.safe_frame import SafeFrame
from passerby.core.still_info import SUFFIXES, Page, StillInfo, StillKind
from passerby.sink.output_file import output_error
from passerby.sink.still.image import image_of
from passerby.sink.still.jpeg_quality import quality_for

#: How a JPEG is written that has no tables to take over: a CMYK one.
_JPEG_QUALITY = 93
#: Where lossy pages of a TIFF are written anew.
_TIFF_JPEG_QUALITY = 92
#: How long the encoders may think. What is tried (still_quality.py) and what is written must be the same.
_WEBP_METHOD, _AVIF_SPEED = 4, 7
#: From this many pixels on a HEIC is coded in tiles.
_HEIC_LARGE = 8_000_000
#: Compressions of TIFF that Pillow writes without loss. Others become deflate.
_TIFF_KEPT = {"raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "lzma", "zstd"}
_TIFF_BILEVEL = {"group3", "group4", "tiff_ccitt"}
_TIFF_DEFLATE = "tiff_adobe_deflate"
#: TIFF 6.0, DateTime.
_DATE_TIME = 306
#: No option more for an encoder.
NOTHING: Mapping[str, bytes] = MappingProxyType({})


def check_name(output: Path, kind: StillKind) -> None:
    """Raises UsageError when the file's ending does not fit: what is written is of the source's kind."""
    if output.suffix.lower() not in SUFFIXES[kind]:
        raise UsageError(
            f"The picture is a {kind.upper()}, and stays one: {output.name} should end in {SUFFIXES[kind][0]}. "
            "Give such a name with -o."
        )


def write_still(path: Path, frames: Iterable[SafeFrame], still: StillInfo, keep_times: bool = False) -> None:
    """Write all pages to `path`. `frames` come in the order of `still.pages`, and are taken one by one. `keep_times`
    writes when the source was made as well, where the source says so.

    Raises OutputError, or DiskFull when there is no room.
    """
    pages = _Images(frames, still)
    exif = b"Exif\0\0" + date_exif(still.created) if keep_times and still.created else None
    try:
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate()
            if still.kind is StillKind.TIFF:
                _write_tiff(file, pages, dict(still.created).get(ORIGINAL) if exif else None)
            elif still.animated:
                _write_animation(file, pages, still, exif)
            else:
                _write_single(file, pages, still, exif)
    except OSError as error:
        if error.errno is not None:
            raise output_error(path, error) from error
        raise _not_encoded(path, still, error) from error
    except (ValueError, RuntimeError, OverflowError, MemoryError) as error:
        raise _not_encoded(path, still, error) from error


def _not_encoded(path: Path, still: StillInfo, error: Exception) -> OutputError:
    return OutputError(
        f"{path} cannot be written as {still.kind.upper()}: {error}. Save the source in another format first, as PNG."
    )


class _Images(Iterator[Image.Image]):
    """The frames as Pillow's pictures; `page` is that of the newest one."""

    def __init__(self, frames: Iterable[SafeFrame], still: StillInfo) -> None:
        self._frames = iter(frames)
        self._still = still
        self.page: Page = still.pages[0]

    def first(self) -> Image.Image:
        """The first one. Raises OutputError when there is none."""
        for image in self:
            return image
        raise OutputError("Not one page came to be written. Make sure that nobody writes to the source, and try again.")

    def __next__(self) -> Image.Image:
        frame = next(self._frames)
        self.page = self._still.pages[frame.index]
        return image_of(frame, self.page, self._still.kind)


def _write_single(file: BinaryIO, pages: _Images, still: StillInfo, exif: bytes | None) -> None:
    image, icc = pages.first(), still.pages[0].icc
    made = {} if exif is None else {"exif": exif}
    match still.kind:
        case StillKind.JPEG:
            _write_jpeg(file, image, still, icc, made)
        case StillKind.PNG:
            image.save(file, "PNG", icc_profile=icc, pnginfo=_png_info(still), **made)
        case StillKind.WEBP if still.lossless:
            image.save(file, "WEBP", lossless=True, exact=True, method=2, icc_profile=icc, **made)
        case StillKind.WEBP:
            _save_webp(image, file, quality_for(image, still.size, _save_webp), icc, made)
        case StillKind.AVIF:
            _save_avif(image, file, quality_for(image, still.size, _save_avif), icc, made)
        case StillKind.HEIC:
            _write_heic(file, image, still, icc, made)
        case StillKind.BMP:
            image.save(file, "BMP", dpi=(0, 0))
        case _:
            image.save(file, "GIF", optimize=False)


def _write_jpeg(
    file: BinaryIO, image: Image.Image, still: StillInfo, icc: bytes | None, made: dict[str, bytes]
) -> None:
    if still.jpeg is None:
        image.save(file, "JPEG", quality=_JPEG_QUALITY, subsampling=0, optimize=True, icc_profile=icc, **made)
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
        **made,
    )


def _png_info(still: StillInfo) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    for name, data in still.colour_tags:
        info.add(name, data)
    return info


def _save_webp(
    image: Image.Image, file: BinaryIO, quality: int, icc: bytes | None = None, made: Mapping[str, bytes] = NOTHING
) -> None:
    image.save(file, "WEBP", quality=quality, method=_WEBP_METHOD, icc_profile=icc, **made)


def _save_avif(
    image: Image.Image, file: BinaryIO, quality: int, icc: bytes | None = None, made: Mapping[str, bytes] = NOTHING
) -> None:
    image.save(file, "AVIF", quality=quality, speed=_AVIF_SPEED, icc_profile=icc, **made)


def _write_heic(
    file: BinaryIO, image: Image.Image, still: StillInfo, icc: bytes | None, made: dict[str, bytes]
) -> None:
    def save(part: Image.Image, target: BinaryIO, quality: int, made: Mapping[str, bytes] = NOTHING) -> None:
        heif = pillow_heif.from_pillow(part)
        # Its matrix is libheif's own: only what the colours mean is taken over.
        colours = {name: value for name, value in still.nclx if name in ("color_primaries", "transfer_characteristics")}
        heif.save(target, quality=quality, icc_profile=icc, tile_size=_heic_tile(part), **_nclx(colours), **made)

    pillow_heif.register_heif_opener(thumbnails=False)  # quality_for reads it back
    save(image, file, quality_for(image, still.size, save), made)


def _heic_tile(image: Image.Image) -> int:
    """The side of the tiles that a large picture is coded in, as cameras do; 0 for none. A file may hold a thousand.

    Redacting 50 million pixels took 1,958 MiB when they were coded as a whole, and 1,253 MiB in tiles.
    """
    pixels = image.width * image.height
    return 0 if pixels < _HEIC_LARGE else 512 if pixels < 150_000_000 else 1024


def _nclx(colours: dict[str, int]) -> dict[str, int]:
    return {**colours, "matrix_coefficients": 6, "full_range_flag": 1} if colours else {}


def _write_tiff(file: BinaryIO, pages: _Images, created: str | None) -> None:
    made = {} if created is None else {"tiffinfo": {_DATE_TIME: created}}  # libtiff writes no EXIF
    with TiffImagePlugin.AppendingTiffWriter(file) as writer:
        for image in pages:
            compression = _tiff_compression(pages.page.compression, image.mode)
            quality = {"quality": _TIFF_JPEG_QUALITY} if compression == "jpeg" else {}
            image.save(writer, "TIFF", compression=compression, icc_profile=pages.page.icc, **quality, **made)
            writer.newFrame()
            made = {}  # once is enough


def _tiff_compression(source: str | None, mode: str) -> str:
    if source in _TIFF_BILEVEL:
        return "group4" if mode == "1" else _TIFF_DEFLATE
    if source == "jpeg" and mode in ("L", "RGB"):
        return "jpeg"
    return source if source in _TIFF_KEPT else _TIFF_DEFLATE


def _write_animation(file: BinaryIO, pages: _Images, still: StillInfo, exif: bytes | None) -> None:
    first = pages.first()
    rest = list(pages)
    images = [first, *rest]
    durations = [page.duration for page in still.pages]
    common = {"save_all": True, "append_images": rest, "duration": durations, "icc_profile": still.pages[0].icc}
    loop = {} if still.loop is None else {"loop": still.loop}
    made = {} if exif is None else {"exif": exif}
    match still.kind:
        case StillKind.GIF:
            # Frames that leave holes must be taken away before the next one comes.
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
            first.save(file, "PNG", pnginfo=_png_info(still), **common, **loop, **made)
        case StillKind.WEBP:
            first.save(
                file,
                "WEBP",
                lossless=still.lossless,
                quality=_webp_quality(first, still),
                method=_WEBP_METHOD,
                **common,
                **loop,
                **made,
            )
        case _:
            first.save(
                file,
                "AVIF",
                quality=quality_for(first, still.size // len(images), _save_avif),
                speed=_AVIF_SPEED,
                **common,
                **made,
            )


def _webp_quality(image: Image.Image, still: StillInfo) -> int:
    return 80 if still.lossless else quality_for(image, still.size // len(still.pages), _save_webp)
