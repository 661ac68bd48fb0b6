"""What makers of films and of photos with remnants share: words, bytes and boxes."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from PIL import Image

from passerby.demo.portrait import portrait

#: What is looked for of a thing that is text.
SECRET = b"Secret"
MS = Fraction(1, 1000)
MADE = datetime(2021, 2, 3, 4, 5, 6, tzinfo=UTC)
#: Degrees as text after ISO 6709, and as a telemetry track and an EXIF directory count them.
POSITION = b"+48.8577+002.2950/"
GPS5 = struct.pack(">5i", 488577000, 22950000, 35123, 1234, 5678)
DEGREES = ((48, 1), (51, 1), (2772, 100))

Maker = Callable[[Path], list[bytes]]


def box(name: bytes, *content: bytes) -> bytes:
    """A box of an MP4 or a HEIC."""
    inside = b"".join(content)
    return struct.pack(">I", 8 + len(inside)) + name + inside


def add_box(data: bytes, parents: tuple[bytes, ...], addition: bytes) -> bytes:
    """An MP4 whose index lies behind its media, with a box more at the end of a box; `parents` from the outside in.
    What is missing of them is made."""
    if not parents:
        return data + addition
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if data[at + 4 : at + 8] == parents[0]:
            inside = add_box(data[at + 8 : at + length], parents[1:], addition)
            return data[:at] + box(parents[0], inside) + data[at + length :]
        at += length
    return data + box(parents[0], add_box(b"", parents[1:], addition))


def pieces(coded: bytes, size: int = 12) -> list[bytes]:
    """Coded data as parts to look for: an output may hold none of them."""
    return [coded[at : at + size] for at in range(0, len(coded) - size, size)]


def scan(jpeg: bytes) -> list[bytes]:
    """The coded pixels of a JPEG, in parts: its tables may be in any other."""
    at = jpeg.index(b"\xff\xda")
    return pieces(jpeg[at + 14 : -2])


def face(size: tuple[int, int] = (96, 96)) -> Image.Image:
    """A face, small."""
    with Image.open(portrait()) as picture:
        return picture.convert("RGB").resize(size)


def jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()


def behind(make: Callable[[Path], object]) -> Maker:
    """Bytes behind the end of a file."""

    def made(path: Path) -> list[bytes]:
        make(path)
        path.write_bytes(path.read_bytes() + b"Secret bytes behind the end" * 9)
        return [b"Secret bytes behind"]

    return made
