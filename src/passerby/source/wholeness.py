"""Is the whole file there? Readers take a file that was cut off for one that simply ends; its own sizes tell."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from passerby.base.errors import DamagedSource, SourceError

_SEGMENT = b"\x18\x53\x80\x67"
#: Boxes whose loss is a loss of picture. Cameras append others, not always with a size that is right.
_VITAL = (b"mdat", b"moof", b"moov")


def check_whole(path: Path) -> None:
    """Raises DamagedSource when the file is shorter than its own structure says; says nothing about its content."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            promised = _matroska_end(file) if file.read(4) == b"\x1a\x45\xdf\xa3" else _mp4_end(file, size)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check your rights to it.") from error
    if promised is not None and promised > size:
        raise DamagedSource(
            f"{path} was cut off: it should have {promised} bytes and has {size}. "
            "Copy it again from where it came; if that is all there is, repair it with a tool for that first."
        )


def _mp4_end(file: BinaryIO, size: int) -> int | None:
    """Where the last vital top-level box ends, in bytes from the start; None when the boxes make no sense."""
    end, position = None, 0
    while position + 8 <= size:
        file.seek(position)
        head = file.read(16)
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            return end  # "up to the end of the file": no promise
        if length < 8:
            return end
        position += length
        if name in _VITAL:
            end = position
    return end


def _matroska_end(file: BinaryIO) -> int | None:
    """Where the Segment ends, in bytes from the start; None when it was written without knowing its length."""
    file.seek(4)
    header_length = _number(file)
    if header_length is None:
        return None
    file.seek(header_length, 1)
    if file.read(4) != _SEGMENT:
        return None
    length = _number(file)
    return None if length is None else file.tell() + length


def _number(file: BinaryIO) -> int | None:
    """An EBML variable-length number; None for the one that means unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    width = 9 - first[0].bit_length()
    value = int.from_bytes(first + file.read(width - 1), "big") & ((1 << 7 * width) - 1)
    return None if value == (1 << 7 * width) - 1 else value
