"""The boxes of an MP4 or MOV file: whatever is not needed to play its video and audio is reported.

FFmpeg and players skip unknown boxes, so data in them goes unnoticed.
"""

from __future__ import annotations

import os
import struct
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

_CONTAINERS = {
    b"moov",
    b"trak",
    b"mdia",
    b"minf",
    b"dinf",
    b"stbl",
    b"edts",
    b"mvex",
    b"moof",
    b"traf",
    b"udta",
    b"mfra",
}
_NEEDED = _CONTAINERS | {
    b"ftyp", b"styp", b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"vmhd", b"smhd", b"gmhd", b"dref", b"stsd", b"stts", b"stss",
    b"ctts", b"cslg", b"stsc", b"stsz", b"stco", b"co64", b"sgpd", b"sbgp", b"elst", b"mdat", b"mehd", b"trex", b"mfhd",
    b"tfhd", b"tfdt", b"trun", b"sidx", b"tfra", b"mfro", b"sdtp", b"tapt", b"clef", b"prof", b"enof",
}  # fmt: skip
_EMPTY_BOXES = {b"free", b"skip", b"wide"}
#: Boxes that may describe the samples of a track.
_ENTRY = {
    b"avcC", b"hvcC", b"av1C", b"vpcC", b"pasp", b"btrt", b"colr", b"fiel", b"clap", b"esds", b"dOps", b"dfLa", b"dac3",
    b"dec3", b"wave", b"chan", b"glbl", b"gama",
}  # fmt: skip
#: Bytes of the fixed part of a sample's description, by the kind of track.
_FIXED = {b"vide": 78, b"soun": 28}
#: Bytes of a box that is read whole, at most.
_MAX_BYTES = 1 << 26
_CHUNK = 1 << 20


@dataclass(slots=True)
class IsobmffContents:
    """What was found: `lines` with their number, bytes of media and of all samples, samples of each video track."""

    lines: Counter[str] = field(default_factory=Counter)
    media: int = 0
    samples: int = 0
    encoded_frames: list[int] = field(default_factory=list)
    fragmented: bool = False
    credentials: bool = False


@dataclass(slots=True)
class _Track:
    kind: bytes = b""
    count: int = 0


def walk(path: Path, dates: bool) -> IsobmffContents:
    """Walk every box of the file. `dates`: creation dates are allowed."""
    found = IsobmffContents()
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            end = _walk(file, 0, size, found, None, dates)
        except (struct.error, IndexError, ValueError):
            found.lines["boxes with an invalid structure"] += 1
            return found
    if end < size:
        found.lines[f"{size - end} bytes after the last box"] += 1
    unused = found.media - found.samples
    if not found.fragmented and unused > 0:
        found.lines[f"{unused} bytes of media that belong to no track"] += 1
    return found


def _walk(file: BinaryIO, start: int, end: int, found: IsobmffContents, track: _Track | None, dates: bool) -> int:
    """The end of the last complete box of the range."""
    at = start
    while at + 8 <= end:
        file.seek(at)
        length, name = struct.unpack(">I4s", file.read(8))
        head = 8
        if length == 1:
            (length,), head = struct.unpack(">Q", file.read(8)), 16
        elif length == 0:
            length = end - at
        if length < head or at + length > end:
            return at
        _box(file, name, at + head, at + length, found, track, dates)
        at += length
    return at


def _box(
    file: BinaryIO, name: bytes, start: int, end: int, found: IsobmffContents, track: _Track | None, dates: bool
) -> None:
    if name == b"trak":
        track = _Track()
        _walk(file, start, end, found, track, dates)
        if track.kind == b"vide":
            found.encoded_frames.append(track.count)
    elif name in _CONTAINERS:
        found.fragmented = found.fragmented or name == b"moof"
        _walk(file, start, end, found, track, dates)
    elif name in _EMPTY_BOXES:
        if _has_content(file, start, end):
            found.lines[f"data in an empty box of type {_text(name)}"] += 1
    elif name == b"mdat":
        found.media += end - start
    elif name == b"meta":
        _meta(file, start, end, found)
    elif name == b"uuid" and _read(file, start, start + 16) == _C2PA:
        found.credentials = True
    elif name not in _NEEDED:
        found.lines[f"a box of type {_text(name)}"] += 1
    elif name in (b"mvhd", b"tkhd", b"mdhd") and not dates:
        _times(_read(file, start, min(end, start + 24)), found)
    elif track is not None and name == b"hdlr":
        track.kind = track.kind or _read(file, start + 8, start + 12)
    elif track is not None and name == b"stsz":
        _sizes(_read(file, start, end), found, track)
    elif track is not None and name == b"stsd":
        _entries(_read(file, start, end), track.kind, found)


#: The identifier of the box that holds a C2PA manifest (C2PA specification, embedding manifests into BMFF).
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def _meta(file: BinaryIO, start: int, end: int, found: IsobmffContents) -> None:
    """FFmpeg always writes an empty list of tags; anything in it is reported."""
    content = _read(file, start, end)
    at = 4 if content[4:8] != b"hdlr" else 0
    while at + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        if length < 8:
            break
        if name not in (b"hdlr", b"free") and not (name == b"ilst" and length == 8):
            found.lines["a list of tags" if name in (b"ilst", b"keys") else f"a box of type {_text(name)}"] += 1
        at += length


def _times(content: bytes, found: IsobmffContents) -> None:
    wide = content[0] == 1
    times = struct.unpack_from(">QQ" if wide else ">II", content, 4)
    if any(times):
        found.lines["the creation date"] += 1


def _sizes(content: bytes, found: IsobmffContents, track: _Track) -> None:
    size, count = struct.unpack_from(">II", content, 4)
    track.count += count
    found.samples += size * count if size else sum(struct.unpack_from(f">{count}I", content, 12))


def _entries(content: bytes, kind: bytes, found: IsobmffContents) -> None:
    at = 8
    while at + 8 <= len(content):
        length, _ = struct.unpack_from(">I4s", content, at)
        if length < 8:
            break
        inner, end = at + 8 + _FIXED.get(kind, length), at + length
        if kind == b"soun" and content[at + 16 : at + 18] == b"\x00\x01":
            inner += 16  # the longer sound description of QuickTime
        while inner + 8 <= end:
            size, name = struct.unpack_from(">I4s", content, inner)
            if size < 8:
                break
            if name not in _ENTRY:
                found.lines[f"a box of type {_text(name)}"] += 1
            inner += size
        at += length


def _has_content(file: BinaryIO, start: int, end: int) -> bool:
    file.seek(start)
    left = end - start
    while left > 0:
        part = file.read(min(_CHUNK, left))
        if not part or any(part):
            return bool(part)
        left -= len(part)
    return False


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    if end - start > _MAX_BYTES:
        raise ValueError("too large for a table")
    file.seek(start, os.SEEK_SET)
    return file.read(end - start)


def _text(name: bytes) -> str:
    return "".join(chr(c) if 32 < c < 127 else "?" for c in name)
