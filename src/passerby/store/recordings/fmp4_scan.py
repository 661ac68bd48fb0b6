"""What of a file of parts is whole: the head, and one fragment after the other.

For files that no row speaks of, and for those that are shorter than their row says. A fragment is whole when its boxes
are, and when the pictures in it follow each other without a hole: zeros, as a power cut leaves them, do not.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from passerby.store.recordings.part import TICKS

_BOX = struct.Struct(">I4s")
_NUMBER = struct.Struct(">I")
#: Larger than any fragment of a second.
_MOST = 1 << 27
_HEAD = (b"ftyp", b"moov")
#: Bytes of the optional fields of `tfhd` and of each sample in `trun`, by their flag.
_TFHD = ((0x01, 8), (0x02, 4), (0x08, 4), (0x10, 4), (0x20, 4))
_DURATION, _SIZE, _FLAGS, _OFFSET = 0x100, 0x200, 0x400, 0x800
#: In the flags of a sample: it needs those before it.
_NOT_ALONE = 0x10000


@dataclass(frozen=True, slots=True)
class Fragment:
    """Where it lies in its file (bytes), and when and for how long it shows (microseconds of the camera). `alone`: it
    begins with a picture that stands alone."""

    offset: int
    size: int
    start: int
    duration: int
    frames: int
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Scanned:
    """The whole beginning of a file: `size` bytes, of which `head` come before the first fragment. `width` and `height`
    of the picture in pixels."""

    head: int
    size: int
    fragments: tuple[Fragment, ...]
    width: int = 0
    height: int = 0

    @property
    def duration(self) -> int:
        """From the first picture's beginning to the last one's end, microseconds."""
        last = self.fragments[-1]
        return last.start + last.duration - self.fragments[0].start

    @property
    def frames(self) -> int:
        return sum(fragment.frames for fragment in self.fragments)


def scan(file: BinaryIO, size: int | None = None, *, pictures: bool = True) -> Scanned:
    """Read what is whole of the first `size` bytes of a file, by default of all. Without `pictures` these are not read,
    and so not known to be whole: for files that a row speaks of."""
    length = os.fstat(file.fileno()).st_size
    end = length if size is None else min(size, length)
    head = at = 0
    fragments: list[Fragment] = []
    for name in _HEAD:
        box = _box(file, at, end)
        if box is None or box[0] != name:
            return Scanned(0, 0, ())
        at = head = box[1]
    try:
        width, height = _measured(_read(file, 0, head))
    except (struct.error, KeyError):
        return Scanned(0, 0, ())
    while True:
        fragment = _fragment(file, at, end, pictures)
        if fragment is None:
            return Scanned(head, at, tuple(fragments), width, height)
        fragments.append(fragment)
        at += fragment.size


def _fragment(file: BinaryIO, at: int, end: int, pictures: bool) -> Fragment | None:
    moof = _box(file, at, end)
    mdat = _box(file, moof[1], end) if moof is not None else None
    if moof is None or mdat is None or (moof[0], mdat[0]) != (b"moof", b"mdat"):
        return None
    try:
        start, durations, sizes, alone = _told(_read(file, at, moof[1]))
    except (struct.error, KeyError, ValueError):
        return None
    if pictures:
        data = _read(file, moof[1] + _BOX.size, mdat[1])
        if len(data) != sum(sizes) or not all(_chained(sample) for sample in _cut(data, sizes)):
            return None
    return Fragment(at, mdat[1] - at, _to_micros(start), _to_micros(sum(durations)), len(sizes), alone)


def _cut(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        yield data[at : at + size]
        at += size


def _chained(sample: bytes) -> bool:
    """Is it made of H.264's units, each with its length before it, and of nothing else?"""
    at = 0
    while at + 5 <= len(sample):
        (length,) = _NUMBER.unpack_from(sample, at)
        if length == 0 or sample[at + 4] & 0x80 or sample[at + 4] & 0x1F == 0:
            return False
        at += 4 + length
    return at == len(sample) and at > 0


def _told(moof: bytes) -> tuple[int, list[int], list[int], bool]:
    """Start (ticks), and durations (ticks) and sizes (bytes) of the samples, of a `moof` with one track; and whether
    the first of them stands alone."""
    traf = dict(_children(dict(_children(moof))[b"traf"], 0))
    flags = _NUMBER.unpack_from(traf[b"tfhd"])[0] & 0xFFFFFF
    at, default = 8, {0x08: 0, 0x10: 0, 0x20: 0}
    for flag, length in _TFHD:
        if flags & flag:
            if flag in default:
                (default[flag],) = _NUMBER.unpack_from(traf[b"tfhd"], at)
            at += length
    tfdt = traf[b"tfdt"]
    (start,) = struct.unpack_from(">Q" if tfdt[0] else ">I", tfdt, 4)
    flags, count = _NUMBER.unpack_from(traf[b"trun"])[0] & 0xFFFFFF, _NUMBER.unpack_from(traf[b"trun"], 4)[0]
    at = 8 + (4 if flags & 0x01 else 0)
    first = default[0x20]
    if flags & 0x04:
        (first,) = _NUMBER.unpack_from(traf[b"trun"], at)
        at += 4
    durations, sizes, marks = [default[0x08]] * count, [default[0x10]] * count, [first] * count
    for sample in range(count):
        for flag, values in ((_DURATION, durations), (_SIZE, sizes), (_FLAGS, marks), (_OFFSET, None)):
            if flags & flag:
                if values is not None:
                    (values[sample],) = _NUMBER.unpack_from(traf[b"trun"], at)
                at += 4
    return start, durations, sizes, not (marks and marks[0] & _NOT_ALONE)


def _measured(head: bytes) -> tuple[int, int]:
    """Width and height of the one track."""
    moov = dict(_children(head, 0))[b"moov"]
    track = dict(_children(dict(_children(moov, 0))[b"trak"], 0))[b"tkhd"]
    width, height = struct.unpack(">II", track[-8:])
    return width >> 16, height >> 16  # they have 16 bits of fraction


def _children(data: bytes, at: int = _BOX.size) -> Iterator[tuple[bytes, bytes]]:
    while at + _BOX.size <= len(data):
        size, name = _BOX.unpack_from(data, at)
        if size < _BOX.size:
            raise ValueError("a box that ends before it begins")
        yield name, data[at + _BOX.size : at + size]
        at += size


def _box(file: BinaryIO, at: int, end: int) -> tuple[bytes, int] | None:
    """Name and end of the box that begins at `at`, None when it is not whole."""
    if at + _BOX.size > end:
        return None
    size, name = _BOX.unpack(_read(file, at, at + _BOX.size))
    return (name, at + size) if _BOX.size <= size <= min(_MOST, end - at) else None


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    return os.pread(file.fileno(), end - start, start)


def _to_micros(ticks: int) -> int:
    return round(ticks * 1_000_000 / TICKS)
