"""The pages of a TIFF file: bytes to which no page points go unnoticed by every program.

A TIFF has no explicit end: its pages point to their data, and programs read nothing else. So data between and after is
found as the bytes that are not referenced.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

#: Bytes of one value, by its type (TIFF 6.0, section 2, and BigTIFF's three).
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
#: Tags with the offsets of the image data, and those with the length of each part.
_IMAGE_TAGS = {273: 279, 324: 325, 513: 514, 288: 289}
#: Tags that point to another IFD: further images, EXIF, GPS, interoperability.
_LISTS = {330, 34665, 34853, 40965}
#: IFDs of a file, and bytes of a value, at most.
_MAX_IFDS, _MAX_BYTES = 1 << 16, 1 << 26
_CHUNK = 1 << 20
#: Pillow appends each page with a header of its own, to which nothing points.
_SHORT = 64
_HEADER = re.compile(rb"\0*((II\*\0|MM\0\*).{4}|(II\+\0\x08\0|MM\0\+\0\x08)\0\0.{8})\0*", re.DOTALL)

_Range = tuple[int, int]


def unreferenced_bytes(path: Path) -> int:
    """The number of non-zero bytes to which nothing in the file points. Raises ValueError when it is not a TIFF."""
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            used = sorted(_used(file, size))
        except (struct.error, KeyError) as error:
            raise ValueError("a TIFF with an invalid structure") from error
        return sum(_not_zero(file, start, end) for start, end in _gaps(used, size))


def _used(file: BinaryIO, size: int) -> Iterator[_Range]:
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    magic = struct.unpack(order + "H", head[2:4])[0] if order else 0
    if order is None or magic not in (42, 43):
        raise ValueError("no TIFF")
    wide = magic == 43
    yield 0, 16 if wide else 8
    lists = [struct.unpack(order + ("Q" if wide else "I"), head[8:16] if wide else head[4:8])[0]]
    visited: set[int] = set()
    while lists:
        at = lists.pop()
        if not at or at in visited or at >= size:
            continue
        visited.add(at)
        if len(visited) > _MAX_IFDS:
            raise ValueError("a TIFF with too many lists of tags")
        yield from _tags(file, at, order, wide, lists)


def _tags(file: BinaryIO, at: int, order: str, wide: bool, lists: list[int]) -> Iterator[_Range]:
    """The ranges of one IFD, and of the data to which it points; further IFDs are appended to `lists`."""
    file.seek(at)
    count_as, offset_as, entry = ("Q", "Q", 20) if wide else ("H", "I", 12)
    head, tail = struct.calcsize(order + count_as), struct.calcsize(order + offset_as)
    (count,) = struct.unpack(order + count_as, file.read(head))
    if count > _MAX_IFDS:
        raise ValueError("a TIFF with too many tags")
    content = file.read(count * entry + tail)
    yield at, at + head + len(content)
    lists.append(struct.unpack(order + offset_as, content[-tail:])[0])
    parts: dict[int, tuple[int, ...]] = {}
    for n in range(count):
        field = content[n * entry : (n + 1) * entry]
        tag, kind, number = struct.unpack(f"{order}HH{'Q' if wide else 'I'}", field[: entry - tail])
        length = number * _BYTES[kind]
        if length > _MAX_BYTES:
            raise ValueError("a TIFF with a value that is too long")
        value = field[entry - tail :][:length]
        if length > tail:
            (offset,) = struct.unpack(order + offset_as, field[entry - tail :])
            yield offset, offset + length
            file.seek(offset)
            value = file.read(length)
        if kind in _NUMBERS and (tag in _LISTS or tag in _IMAGE_TAGS or tag in _IMAGE_TAGS.values()):
            parts[tag] = struct.unpack(f"{order}{number}{_NUMBERS[kind]}", value)
    for tag in _LISTS & parts.keys():
        lists.extend(parts[tag])
    for offsets, lengths in _IMAGE_TAGS.items():
        for offset, length in zip(parts.get(offsets, ()), parts.get(lengths, ()), strict=False):
            yield offset, offset + length


def _gaps(used: list[_Range], size: int) -> Iterator[_Range]:
    end = 0
    for start, after in used:
        if start > end:
            yield end, min(start, size)
        end = max(end, after)
    if end < size:
        yield end, size


def _not_zero(file: BinaryIO, start: int, end: int) -> int:
    """Non-zero bytes of a range: programs pad to even offsets with zeros."""
    file.seek(start)
    if end - start <= _SHORT and _HEADER.fullmatch(file.read(end - start)):
        return 0
    file.seek(start)
    found = 0
    for at in range(start, end, _CHUNK):
        part = file.read(min(_CHUNK, end - at))
        found += len(part) - part.count(0)
    return found
