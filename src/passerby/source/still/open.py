"""The boundary to Pillow: opening images from bytes, and translating Pillow's exceptions into the project's errors."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pillow_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from passerby.core.errors import DamagedSource, SourceError, UnsupportedSource
from passerby.core.still_info import StillKind

#: The largest image that is opened, in pixels. FFmpeg's frames, in which images are painted, hold a little more.
MAX_PIXELS = 250_000_000
#: The longest side, in pixels.
MAX_DIMENSION = 65_500
#: Most pixels of all frames of an animation together: they are in memory at once when it is encoded.
MAX_ANIMATION_PIXELS = 250_000_000
#: Most pages or frames.
MAX_PAGES = 5_000

#: Exactly one reader per format: JPEGs are not opened as containers of several images (MPO).
_READERS: dict[StillKind, type[ImageFile.ImageFile]] = {
    StillKind.JPEG: JpegImagePlugin.JpegImageFile,
    StillKind.PNG: PngImagePlugin.PngImageFile,
    StillKind.WEBP: WebPImagePlugin.WebPImageFile,
    StillKind.TIFF: TiffImagePlugin.TiffImageFile,
    StillKind.BMP: BmpImagePlugin.BmpImageFile,
    StillKind.GIF: GifImagePlugin.GifImageFile,
    StillKind.HEIC: pillow_heif.HeifImageFile,
    StillKind.AVIF: AvifImagePlugin.AvifImageFile,
}

_ORIENTATION = 274
_TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

#: What Pillow and its decoders raise at a broken file.
_DECODE_ERRORS = (
    OSError,
    SyntaxError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RuntimeError,
    ZeroDivisionError,
    struct.error,
    zlib.error,
)


@contextmanager
def translated_errors(path: Path, kind: StillKind) -> Iterator[None]:
    """Translate Pillow's exceptions into DamagedSource, UnsupportedSource or, for decompression bombs and lack of
    memory, SourceError."""
    try:
        with warnings.catch_warnings():
            # Pillow warns about odd tags and large images: tags are stripped, and sizes are checked here.
            warnings.simplefilter("ignore")
            yield
    except (Image.DecompressionBombError, MemoryError) as error:
        raise SourceError(too_large_message(path, "it declares more pixels than fit in memory")) from error
    except _DECODE_ERRORS as error:
        if isinstance(error, NotImplementedError):
            raise UnsupportedSource(
                f"{path} is a {kind.upper()} variant that cannot be decoded ({_first_line(error)}). "
                "Save it as PNG first."
            ) from error
        raise DamagedSource(
            f"{path} is damaged: it starts like a {kind.upper()} file, but cannot be decoded ({_first_line(error)}). "
            "Copy it again from the original."
        ) from error


def open_image(content: bytes, kind: StillKind, path: Path) -> ImageFile.ImageFile:
    """The first image, not decoded yet. `path` is for messages.

    Raises DamagedSource when it cannot be parsed, SourceError when it is too large.
    """
    with translated_errors(path, kind):
        image = _READERS[kind](io.BytesIO(content))
    check_size(image.size, path)
    return image


def orientation_of(image: ImageFile.ImageFile, kind: StillKind) -> Image.Transpose | None:
    """The transpose that makes an image upright by its EXIF; the TIFF and HEIC readers apply it themselves."""
    if kind in (StillKind.TIFF, StillKind.HEIC):
        return None
    try:
        return _TRANSPOSES.get(image.getexif().get(_ORIENTATION, 1))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError):
        return None  # unreadable EXIF states no orientation


def check_size(size: tuple[int, int], path: Path) -> None:
    """Raises SourceError when an image of this size is beyond the limits."""
    width, height = size
    if width <= 0 or height <= 0:
        raise DamagedSource(f"{path} is damaged: its size is {width}x{height}. Copy it again from the original.")
    if width * height > MAX_PIXELS or max(size) > MAX_DIMENSION:
        raise SourceError(too_large_message(path, f"{width}x{height} pixels"))


def check_page_count(pages: int, size: tuple[int, int], animated: bool, path: Path) -> None:
    """Raises SourceError when there are too many pages or frames."""
    if pages > MAX_PAGES:
        raise SourceError(too_large_message(path, f"{pages} pages or frames (the limit is {MAX_PAGES})"))
    if animated and pages * size[0] * size[1] > MAX_ANIMATION_PIXELS:
        raise SourceError(
            f"{path} is too large: {pages} frames of {size[0]}x{size[1]}. The limit for animations is "
            f"{MAX_ANIMATION_PIXELS // 1_000_000} million pixels in total: convert it to a video first."
        )


def too_large_message(path: Path, problem: str) -> str:
    """The error message for an image beyond the limits."""
    return (
        f"{path} is too large: {problem}. The limit is {MAX_PIXELS // 1_000_000} million pixels and {MAX_DIMENSION} "
        "pixels per side: scale it down or split it first."
    )


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0] if text else type(error).__name__
