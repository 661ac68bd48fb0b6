"""How many samples an MP4 or MOV claims to hold, before FFmpeg makes room for them.

A table of equal sizes states a count and no more: 685 bytes claim eighty million samples, for which FFmpeg allocates
gigabytes. No sample is empty, so a file has no more samples than bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from passerby.source.video.structure.isobmff_boxes import boxes, file_size

_PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}
#: Where the count of samples stands in the content of a box.
_COUNT_AT = {b"stsz": 8, b"stz2": 8, b"trun": 4}
#: Boxes that are looked at: enough for ten hours in fragments of half a second.
_MAX_BOXES = 500_000


def claimed_samples(file: BinaryIO) -> int:
    """The largest number of samples that one table states; a track's fragments are tables of their own."""
    tables = _tables(file, file_size(file))
    return max((_count(file, name, at, after) for name, at, after in tables), default=0)


def claims_too_much(file: BinaryIO) -> bool:
    """Does it claim more samples than it has bytes? False for what is no MP4, which other errors are for."""
    try:
        return claimed_samples(file) > file_size(file)
    except (OSError, struct.error):
        return False


def _count(file: BinaryIO, name: bytes, at: int, end: int) -> int:
    if end - at < _COUNT_AT[name] + 4:
        return 0
    file.seek(at + _COUNT_AT[name])
    (count,) = struct.unpack(">I", file.read(4))
    return int(count)


def _tables(file: BinaryIO, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, end) of the content of each box that states a count."""
    ranges, seen = [(0, end)], 0
    while ranges:
        for name, start, after in boxes(file, *ranges.pop()):
            seen += 1
            if seen > _MAX_BOXES:
                return
            if name in _COUNT_AT:
                yield name, start, after
            elif name in _PARENTS:
                ranges.append((start, after))
