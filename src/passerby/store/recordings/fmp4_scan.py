"""The intact beginning of a fragmented MP4: the initialisation section, and one fragment after the other.

For files without a row, and for those that are shorter than their row says. A fragment is intact when its boxes are
complete, and when the samples in it are valid and contiguous: zeros, as a power cut leaves them, are not.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from passerby.store.recordings.part import TIMESCALE

_BOX = struct.Struct(">I4s")
_NUMBER = struct.Struct(">I")
#: Larger than any fragment of one second.
_MAX_BOX_BYTES = 1 << 27
_INIT_BOXES = (b"ftyp", b"moov")
#: Bytes of the optional fields of `tfhd` and of each sample in `trun`, by their flag.
_TFHD = ((0x01, 8), (0x02, 4), (0x08, 4), (0x10, 4), (0x20, 4))
_DURATION, _SIZE, _FLAGS, _OFFSET = 0x100, 0x200, 0x400, 0x800
#: In the flags of a sample: it depends on others (ISO/IEC 14496-12, sample_is_non_sync_sample).
_NON_SYNC_SAMPLE = 0x10000


@dataclass(frozen=True, slots=True)
class Fragment:
    """Its position in the file (bytes), and its start and duration (microseconds on the camera's timeline).
    `independent`: it begins with a keyframe."""

    offset: int
    size: int
    start: int
    duration: int
    frames: int
    independent: bool = True


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The intact beginning of a file: `size` bytes, of which `init_size` come before the first fragment. `width` and
    `height` of the video in pixels."""

    init_size: int
    size: int
    fragments: tuple[Fragment, ...]
    width: int = 0
    height: int = 0

    @property
    def duration(self) -> int:
        """From the start of the first frame to the end of the last, microseconds."""
        last = self.fragments[-1]
        return last.start + last.duration - self.fragments[0].start

    @property
    def frames(self) -> int:
        return sum(fragment.frames for fragment in self.fragments)


def scan(file: BinaryIO, size: int | None = None, *, check_samples: bool = True) -> ScanResult:
    """Find the intact part of the first `size` bytes of a file, by default of all. Without `check_samples` the samples
    are not read, and may be damaged: for files that have a row."""
    length = os.fstat(file.fileno()).st_size
    end = length if size is None else min(size, length)
    init_size = at = 0
    fragments: list[Fragment] = []
    for name in _INIT_BOXES:
        box = _box(file, at, end)
        if box is None or box[0] != name:
            return ScanResult(0, 0, ())
        at = init_size = box[1]
    try:
        width, height = _parse_size(_read(file, 0, init_size))
    except (struct.error, KeyError):
        return ScanResult(0, 0, ())
    while True:
        fragment = _fragment(file, at, end, check_samples)
        if fragment is None:
            return ScanResult(init_size, at, tuple(fragments), width, height)
        fragments.append(fragment)
        at += fragment.size


def _fragment(file: BinaryIO, at: int, end: int, check_samples: bool) -> Fragment | None:
    moof = _box(file, at, end)
    mdat = _box(file, moof[1], end) if moof is not None else None
    if moof is None or mdat is None or (moof[0], mdat[0]) != (b"moof", b"mdat"):
        return None
    try:
        start, durations, sizes, independent = _parse_moof(_read(file, at, moof[1]))
    except (struct.error, KeyError, ValueError):
        return None
    if check_samples:
        data = _read(file, moof[1] + _BOX.size, mdat[1])
        if len(data) != sum(sizes) or not all(_is_avcc_sample(sample) for sample in _split_samples(data, sizes)):
            return None
    return Fragment(at, mdat[1] - at, _ticks_to_us(start), _ticks_to_us(sum(durations)), len(sizes), independent)


def _split_samples(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        yield data[at : at + size]
        at += size


def _is_avcc_sample(sample: bytes) -> bool:
    """Does it consist of H.264 NAL units, each after its length, and of nothing else (AVCC)?"""
    at = 0
    while at + 5 <= len(sample):
        (length,) = _NUMBER.unpack_from(sample, at)
        if length == 0 or sample[at + 4] & 0x80 or sample[at + 4] & 0x1F == 0:
            return False
        at += 4 + length
    return at == len(sample) and at > 0


def _parse_moof(moof: bytes) -> tuple[int, list[int], list[int], bool]:
    """Start (ticks), and durations (ticks) and sizes (bytes) of the samples, of a `moof` with one track; and whether
    the first sample is a keyframe."""
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
    durations, sizes, sample_flags = [default[0x08]] * count, [default[0x10]] * count, [first] * count
    for sample in range(count):
        for flag, values in ((_DURATION, durations), (_SIZE, sizes), (_FLAGS, sample_flags), (_OFFSET, None)):
            if flags & flag:
                if values is not None:
                    (values[sample],) = _NUMBER.unpack_from(traf[b"trun"], at)
                at += 4
    return start, durations, sizes, not (sample_flags and sample_flags[0] & _NON_SYNC_SAMPLE)


def _parse_size(init: bytes) -> tuple[int, int]:
    """Width and height of the only track."""
    moov = dict(_children(init, 0))[b"moov"]
    track = dict(_children(dict(_children(moov, 0))[b"trak"], 0))[b"tkhd"]
    width, height = struct.unpack(">II", track[-8:])
    return width >> 16, height >> 16  # they have 16 bits of fraction


def _children(data: bytes, at: int = _BOX.size) -> Iterator[tuple[bytes, bytes]]:
    while at + _BOX.size <= len(data):
        size, name = _BOX.unpack_from(data, at)
        if size < _BOX.size:
            raise ValueError("a box with an impossible size")
        yield name, data[at + _BOX.size : at + size]
        at += size


def _box(file: BinaryIO, at: int, end: int) -> tuple[bytes, int] | None:
    """Name and end of the box that begins at `at`, None when it is incomplete."""
    if at + _BOX.size > end:
        return None
    size, name = _BOX.unpack(_read(file, at, at + _BOX.size))
    return (name, at + size) if _BOX.size <= size <= min(_MAX_BOX_BYTES, end - at) else None


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    return os.pread(file.fileno(), end - start, start)


def _ticks_to_us(ticks: int) -> int:
    return round(ticks * 1_000_000 / TIMESCALE)
