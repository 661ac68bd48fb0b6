"""The chunks of an AVI file: whatever is not needed to play its picture and sound is told."""

from __future__ import annotations

import re
import struct
from collections import Counter
from pathlib import Path
from typing import BinaryIO

#: What may lie in each list, besides lists (OpenDML AVI file format extensions).
_NEEDED = {b"avih", b"strh", b"strf", b"indx", b"dmlh", b"vprp", b"idx1"}
_LISTS = {b"hdrl", b"strl", b"odml", b"movi", b"rec "}
#: A packet of a track, or an index of packets: two digits of the track and what it is.
_PACKET = re.compile(rb"\d\d(db|dc|wb|pc)|ix\d\d")
_CHUNK, _ROOM_SIZE = 1 << 20, 64
#: How the library that writes such files signs them.
_SIGNED = re.compile(rb"Lavf[\d.]*\0*")
#: Room that it keeps for indexes of large files: their heads are there already.
_ROOM = re.compile(rb"(\x04\0{7}\d\d(dc|wb)|odmldmlh\xf8\0{3})?\0*")


def walk(path: Path) -> Counter[str]:
    """What lies in the file beside what it needs."""
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
        lines[f"{size - at} bytes behind the last chunk"] += 1
    return lines


def _within(file: BinaryIO, start: int, end: int, lines: Counter[str]) -> None:
    at = start
    while at + 8 <= end:
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        inner, after = at + 8, at + 8 + length
        if after > end:
            lines["chunks whose structure is broken"] += 1
            return
        if name == b"LIST":
            kind = file.read(4)
            if kind in _LISTS:
                _within(file, inner + 4, after, lines)
            elif kind != b"INFO" or not _only_signed(file.read(max(0, length - 4))):
                lines["a list of tags" if kind == b"INFO" else f"a list called {_text(kind)}"] += 1
        elif name == b"JUNK":
            if not _ROOM.fullmatch(file.read(min(length, _ROOM_SIZE))) or _has_content(file, file.tell(), after):
                lines["something in empty space"] += 1
        elif name == b"IDIT":
            lines["the date at which it was made"] += 1
        elif name not in _NEEDED and not _PACKET.fullmatch(name):
            lines[f"a chunk called {_text(name)}"] += 1
        at = after + length % 2


def _only_signed(tags: bytes) -> bool:
    """Nothing but the name of the library that wrote it."""
    return tags[:4] == b"ISFT" and _SIGNED.fullmatch(tags[8:]) is not None


def _has_content(file: BinaryIO, start: int, end: int) -> bool:
    file.seek(start)
    return any(any(file.read(min(_CHUNK, end - at))) for at in range(start, end, _CHUNK))


def _text(name: bytes) -> str:
    return "".join(chr(c) if 32 < c < 127 else "?" for c in name)
