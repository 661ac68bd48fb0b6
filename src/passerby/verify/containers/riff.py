"""The chunks of an AVI file: whatever is not needed to play its video and audio is reported."""

from __future__ import annotations

import re
import struct
from collections import Counter
from pathlib import Path
from typing import BinaryIO

#: Allowed chunks of each list, besides lists (OpenDML AVI file format extensions).
_NEEDED = {b"avih", b"strh", b"strf", b"indx", b"dmlh", b"vprp", b"idx1"}
_LISTS = {b"hdrl", b"strl", b"odml", b"movi", b"rec "}
#: A packet of a track, or an index of packets: two digits of the track and the type.
_PACKET = re.compile(rb"\d\d(db|dc|wb|pc)|ix\d\d")
_CHUNK, _RESERVED_SIZE = 1 << 20, 64
#: Name of the muxer, which it writes itself.
_MUXER = re.compile(rb"Lavf[\d.]*\0*")
#: Space that it reserves for the indexes of large files, with their headers.
_RESERVED = re.compile(rb"(\x04\0{7}\d\d(dc|wb)|odmldmlh\xf8\0{3})?\0*")


def walk(path: Path) -> Counter[str]:
    """What the file contains beyond what it needs."""
    lines: Counter[str] = Counter()
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at + 12 <= size:
            file.seek(at)
            name, length, kind = struct.unpack("<4sI4s", file.read(12))
            if name != b"RIFF" or kind not in (b"AVI ", b"AVIX") or at + 8 + length > size:
                break
            _within(file, at + 12, at + 8 + length, lines)
            at += 8 + length + length % 2
    if at < size:
        lines[f"{size - at} bytes after the last chunk"] += 1
    return lines


def _within(file: BinaryIO, start: int, end: int, lines: Counter[str]) -> None:
    at = start
    while at + 8 <= end:
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        inner, after = at + 8, at + 8 + length
        if after > end:
            lines["chunks with an invalid structure"] += 1
            return
        if name == b"LIST":
            kind = file.read(4)
            if kind in _LISTS:
                _within(file, inner + 4, after, lines)
            elif kind != b"INFO" or not _only_signed(file.read(max(0, length - 4))):
                lines["a list of tags" if kind == b"INFO" else f"a list of type {_text(kind)}"] += 1
        elif name == b"JUNK":
            if not _RESERVED.fullmatch(file.read(min(length, _RESERVED_SIZE))) or _has_content(
                file, file.tell(), after
            ):
                lines["data in unused space"] += 1
        elif name == b"IDIT":
            lines["the creation date"] += 1
        elif name not in _NEEDED and not _PACKET.fullmatch(name):
            lines[f"a chunk of type {_text(name)}"] += 1
        at = after + length % 2


def _only_signed(tags: bytes) -> bool:
    """Nothing but the name of the muxer."""
    return tags[:4] == b"ISFT" and _MUXER.fullmatch(tags[8:]) is not None


def _has_content(file: BinaryIO, start: int, end: int) -> bool:
    file.seek(start)
    return any(any(file.read(min(_CHUNK, end - at))) for at in range(start, end, _CHUNK))


def _text(name: bytes) -> str:
    return "".join(chr(c) if 32 < c < 127 else "?" for c in name)
