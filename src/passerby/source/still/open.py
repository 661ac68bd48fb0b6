"""The wall to Pillow: a file's bytes become pictures, and whatever goes wrong becomes an error for a person."""

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

#: The largest picture that is opened, in pixels. FFmpeg's frames, in which pictures are painted, hold a little more.
MOST_PIXELS = 250_000_000
#: The longest side, in pixels.
LONGEST_SIDE = 65_500
#: The most pixels that all frames of an animation may have together: they are held at once when it is written.
MOST_MOVING = 250_000_000
#: The most pages or frames.
MOST_PAGES = 5_000

#: One reader for each kind, and no other: JPEGs are not taken for containers of several pictures.
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
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

#: What Pillow and the decoders behind it raise at a broken file.
_BROKEN = (
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
def broken_means(path: Path, kind: StillKind) -> Iterator[None]:
    """What Pillow raises in here becomes a DamagedSource or, for a bomb or lack of memory, a SourceError."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd tags and of large pictures: tags do not come out, and sizes are checked here.
            warnings.simplefilter("ignore")
            yield
    except (Image.DecompressionBombError, MemoryError) as error:
        raise SourceError(too_large(path, "it claims more pixels than can be held")) from error
    except _BROKEN as error:
        if isinstance(error, NotImplementedError):
            raise UnsupportedSource(
                f"{path} is a {kind.upper()} of a kind that cannot be decoded ({_first_line(error)}). "
                "Save it as PNG first."
            ) from error
        raise DamagedSource(
            f"{path} is damaged: it begins like a {kind.upper()} file, but cannot be decoded ({_first_line(error)}). "
            "Copy it again from where it came."
        ) from error


def open_image(content: bytes, kind: StillKind, path: Path) -> ImageFile.ImageFile:
    """The first picture, not decoded yet. `path` is for messages.

    Raises DamagedSource when this is not what it begins like, SourceError when it is too large.
    """
    with broken_means(path, kind):
        image = _READERS[kind](io.BytesIO(content))
    check_size(image.size, path)
    return image


def turn_of(image: ImageFile.ImageFile, kind: StillKind) -> Image.Transpose | None:
    """How to set a picture upright by its EXIF; readers of TIFF and HEIC have done so already."""
    if kind in (StillKind.TIFF, StillKind.HEIC):
        return None
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError):
        return None  # EXIF that cannot be read turns nothing


def check_size(size: tuple[int, int], path: Path) -> None:
    """Raises SourceError when a picture of this size is not opened."""
    width, height = size
    if width <= 0 or height <= 0:
        raise DamagedSource(f"{path} is damaged: its picture is {width}x{height}. Copy it again from where it came.")
    if width * height > MOST_PIXELS or max(size) > LONGEST_SIDE:
        raise SourceError(too_large(path, f"{width}x{height} pixels"))


def check_count(pages: int, size: tuple[int, int], moving: bool, path: Path) -> None:
    """Raises SourceError when there are too many pages or frames."""
    if pages > MOST_PAGES:
        raise SourceError(too_large(path, f"{pages} pages or frames (at most {MOST_PAGES} are read)"))
    if moving and pages * size[0] * size[1] > MOST_MOVING:
        raise SourceError(
            f"{path} is too large: {pages} frames of {size[0]}x{size[1]}. Animations of up to "
            f"{MOST_MOVING // 1_000_000} million pixels in all are read: make a video of it first."
        )


def too_large(path: Path, what: str) -> str:
    """The message for a picture beyond the limits."""
    return (
        f"{path} is too large: {what}. Pictures of up to {MOST_PIXELS // 1_000_000} million pixels and {LONGEST_SIDE} "
        "a side are read: make it smaller, or cut it up, first."
    )


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0] if text else type(error).__name__
