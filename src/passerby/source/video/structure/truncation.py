"""Truncation check: demuxers treat a truncated file as one that simply ends; the sizes it declares reveal it."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from passerby.core.errors import SourceError
from passerby.source.video.structure.ebml_elements import ebml_number

_SEGMENT = b"\x18\x53\x80\x67"
#: Boxes whose loss loses video. Cameras append others, not always with a correct size.
_MEDIA_BOXES = (b"mdat", b"moof", b"moov")


def truncation_note(path: Path) -> str | None:
    """A report line with the missing size when the file is shorter than its own structure declares; else None.

    Does not check what is there. MPEG streams and FLV declare no size.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            declared = _declared_size(file, size)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error
    if declared is None or declared <= size:
        return None
    return f"the file is truncated: it declares {declared} bytes and has {size}"


def _declared_size(file: BinaryIO, size: int) -> int | None:
    magic = file.read(4)
    if magic == b"\x1a\x45\xdf\xa3":
        return _matroska_end(file)
    return _riff_end(file, size) if magic == b"RIFF" else _mp4_end(file, size)


def _mp4_end(file: BinaryIO, size: int) -> int | None:
    """The end of the last media box at top level, in bytes from the start; None when the structure is invalid."""
    end, position = None, 0
    while position + 8 <= size:
        file.seek(position)
        head = file.read(16)
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            return end  # "extends to the end of the file": no size declared
        if length < 8:
            return end
        position += length
        if name in _MEDIA_BOXES:
            end = position
    return end


def _riff_end(file: BinaryIO, size: int) -> int | None:
    """The end of the last RIFF chunk: long AVI files have several."""
    end, position = None, 0
    while position + 8 <= size:
        file.seek(position)
        head = file.read(8)
        length = int.from_bytes(head[4:], "little")
        if head[:4] != b"RIFF" or not length:  # no length: the recording was never finalised
            return end
        end = position = position + 8 + length
    return end


def _matroska_end(file: BinaryIO) -> int | None:
    """The end of the Segment, in bytes from the start; None when its length is unknown."""
    file.seek(4)
    header_length = ebml_number(file)
    if header_length is None:
        return None
    file.seek(header_length, 1)
    if file.read(4) != _SEGMENT:
        return None
    length = ebml_number(file)
    return None if length is None else file.tell() + length
