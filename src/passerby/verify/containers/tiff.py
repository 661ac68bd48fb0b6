"""The pages of a TIFF file: bytes that no page, and nothing that a page says, points to travel along unseen.

A TIFF has no end: its pages point to what belongs to them, and programs read nothing else. So whatever lies between or
behind is found by what is left over.
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
#: Tags that say where the coded picture is, and those that say how long each part of it is.
_PICTURE = {273: 279, 324: 325, 513: 514, 288: 289}
#: Tags that point to a list of tags: further pictures, EXIF, GPS, interoperability.
_LISTS = {330, 34665, 34853, 40965}
#: No file has more lists of tags than this, and no value is longer.
_MOST_LISTS, _MOST = 1 << 16, 1 << 26
_CHUNK = 1 << 20
#: Pillow appends each page with a header of its own, which nothing points to.
_SHORT = 64
_HEADER = re.compile(rb"\0*((II\*\0|MM\0\*).{4}|(II\+\0\x08\0|MM\0\+\0\x08)\0\0.{8})\0*", re.DOTALL)

_Range = tuple[int, int]


def left_over(path: Path) -> int:
    """How many bytes that are not zero belong to nothing in the file. Raises ValueError where it is no TIFF."""
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            used = sorted(_used(file, size))
        except (struct.error, KeyError) as error:
            raise ValueError("a TIFF whose structure is broken") from error
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
    seen: set[int] = set()
    while lists:
        at = lists.pop()
        if not at or at in seen or at >= size:
            continue
        seen.add(at)
        if len(seen) > _MOST_LISTS:
            raise ValueError("a TIFF with too many lists of tags")
        yield from _tags(file, at, order, wide, lists)


def _tags(file: BinaryIO, at: int, order: str, wide: bool, lists: list[int]) -> Iterator[_Range]:
    """What one list of tags takes, and what it points to; further lists are added to `lists`."""
    file.seek(at)
    count_as, offset_as, entry = ("Q", "Q", 20) if wide else ("H", "I", 12)
    head, tail = struct.calcsize(order + count_as), struct.calcsize(order + offset_as)
    (count,) = struct.unpack(order + count_as, file.read(head))
    if count > _MOST_LISTS:
        raise ValueError("a TIFF with too many tags")
    content = file.read(count * entry + tail)
    yield at, at + head + len(content)
    lists.append(struct.unpack(order + offset_as, content[-tail:])[0])
    parts: dict[int, tuple[int, ...]] = {}
    for n in range(count):
        one = content[n * entry : (n + 1) * entry]
        tag, kind, number = struct.unpack(f"{order}HH{'Q' if wide else 'I'}", one[: entry - tail])
        length = number * _BYTES[kind]
        if length > _MOST:
            raise ValueError("a TIFF with too long a value")
        value = one[entry - tail :][:length]
        if length > tail:
            (where,) = struct.unpack(order + offset_as, one[entry - tail :])
            yield where, where + length
            file.seek(where)
            value = file.read(length)
        if kind in _NUMBERS and (tag in _LISTS or tag in _PICTURE or tag in _PICTURE.values()):
            parts[tag] = struct.unpack(f"{order}{number}{_NUMBERS[kind]}", value)
    for tag in _LISTS & parts.keys():
        lists.extend(parts[tag])
    for offsets, lengths in _PICTURE.items():
        for where, length in zip(parts.get(offsets, ()), parts.get(lengths, ()), strict=False):
            yield where, where + length


def _gaps(used: list[_Range], size: int) -> Iterator[_Range]:
    end = 0
    for start, after in used:
        if start > end:
            yield end, min(start, size)
        end = max(end, after)
    if end < size:
        yield end, size


def _not_zero(file: BinaryIO, start: int, end: int) -> int:
    """Bytes of a range that are not zero: programs fill up to even places with zeros."""
    file.seek(start)
    if end - start <= _SHORT and _HEADER.fullmatch(file.read(end - start)):
        return 0
    file.seek(start)
    found = 0
    for at in range(start, end, _CHUNK):
        part = file.read(min(_CHUNK, end - at))
        found += len(part) - part.count(0)
    return found
