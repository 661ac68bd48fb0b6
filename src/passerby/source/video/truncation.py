"""Is the whole file there? Readers take a file that was cut off for one that simply ends; its own sizes tell."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from passerby.core.errors import SourceError

_SEGMENT = b"\x18\x53\x80\x67"
#: Boxes whose loss is a loss of picture. Cameras append others, not always with a size that is right.
_VITAL = (b"mdat", b"moof", b"moov")


def missing_end(path: Path) -> str | None:
    """A line that says how much is missing when the file is shorter than its own structure says; else None.

    Says nothing about what is there. MPEG streams and FLV do not state a size.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            promised = _promised(file, size)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check your rights to it.") from error
    if promised is None or promised <= size:
        return None
    return f"the file was cut off: it should have {promised} bytes and has {size}"


def _promised(file: BinaryIO, size: int) -> int | None:
    magic = file.read(4)
    if magic == b"\x1a\x45\xdf\xa3":
        return _matroska_end(file)
    return _riff_end(file, size) if magic == b"RIFF" else _mp4_end(file, size)


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


def _riff_end(file: BinaryIO, size: int) -> int | None:
    """Where the last RIFF chunk ends: long AVI files have several."""
    end, position = None, 0
    while position + 8 <= size:
        file.seek(position)
        head = file.read(8)
        length = int.from_bytes(head[4:], "little")
        if head[:4] != b"RIFF" or not length:  # no length: the recording was never finished, and says so
            return end
        end = position = position + 8 + length
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
