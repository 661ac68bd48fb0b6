"""The boxes of a HEIC or AVIF: properties of its images, and everything attached to them.

ISO/IEC 14496-12 (boxes), 23008-12 (items and their references). Only as far as needed to report stripped items.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Boxes that hold only the image and its description.
_IMAGE_BOXES = {b"ftyp", b"meta", b"mdat", b"free", b"skip", b"wide"}
#: Boxes of an image sequence: an animated AVIF, or a burst or video beside a HEIC.
_SEQUENCE_BOXES = {b"moov", b"moof", b"sidx"}
#: Item types that are images or tiles of one.
_IMAGE_ITEMS = {b"hvc1", b"av01", b"grid", b"iovl", b"iden", b"hev1", b"jpeg", b"tmap"}
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")


@dataclass(slots=True)
class HeifContents:
    """Items by type, references by type, and image properties. `max_bits` is the highest bit depth of any image,
    `coded_bytes` the size of all coded data.

    `nclx` are primaries, transfer, matrix (H.273) and full range, None where no image states them.
    """

    items: Counter[bytes] = field(default_factory=Counter)
    references: Counter[bytes] = field(default_factory=Counter)
    auxiliary: list[bytes] = field(default_factory=list)
    other_boxes: Counter[bytes] = field(default_factory=Counter)
    max_bits: int = 8
    nclx: tuple[int, int, int, int] | None = None
    coded_bytes: int = 0
    broken: bool = False


def read_boxes(content: bytes) -> HeifContents:
    """The boxes of a whole file. What cannot be parsed is skipped, and `broken` is set."""
    contents = HeifContents()
    try:
        _read(memoryview(content), contents)
    except (struct.error, IndexError):
        contents.broken = True
    return contents


def stripped_boxes(contents: HeifContents, sequence: bool) -> Iterator[str]:
    """One report line per item that is not the image itself. `sequence`: the image sequence is what is redacted."""
    names = {b"Exif": "EXIF", b"mime": "XMP or another document", b"uri ": "an application-specific item"}
    for kind, count in sorted(contents.items.items()):
        if kind not in _IMAGE_ITEMS:
            yield from [names.get(kind, "an item of unknown type")] * count
    yield from ["a depth map or another auxiliary image" for kind in contents.auxiliary if not kind.startswith(_ALPHA)]
    yield from ["a thumbnail"] * contents.references[b"thmb"]
    if contents.items[b"tmap"]:
        yield "an HDR gain map"
    for kind, count in sorted(contents.other_boxes.items()):
        if not (sequence and kind in _SEQUENCE_BOXES):
            yield from [_box_note(kind)] * count


def _box_note(kind: bytes) -> str:
    text = "".join(chr(c) if 32 < c < 127 else "?" for c in kind)
    return "bytes after the image" if kind == b"" else f"a box called {text}"


def _children(data: memoryview, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, end) of the content of each box between two positions; name b"" for a remainder that is no box."""
    while start < end:
        if end - start < 8:
            yield b"", start, end
            return
        length, name = struct.unpack_from(">I4s", data, start)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        elif length == 0:
            length = end - start
        if length < head or start + length > end or not all(32 <= c < 127 or c == 0xA9 for c in name):
            yield b"", start, end
            return
        yield name, start + head, start + length
        start += length


def _read(data: memoryview, contents: HeifContents) -> None:
    for name, start, end in _children(data, 0, len(data)):
        if name == b"meta":
            _meta(data, start + 4, end, contents)
        elif name == b"mdat":
            contents.coded_bytes += end - start
        elif name not in _IMAGE_BOXES:
            contents.other_boxes[name] += 1


def _meta(data: memoryview, start: int, end: int, contents: HeifContents) -> None:
    for name, inner, stop in _children(data, start, end):
        if name == b"iinf":
            _items(data, inner, stop, contents)
        elif name == b"iref":
            contents.references.update(kind for kind, _, _ in _children(data, inner + 4, stop))
        elif name == b"iprp":
            for kind, at, after in _children(data, inner, stop):
                if kind == b"ipco":
                    _properties(data, at, after, contents)


def _items(data: memoryview, start: int, end: int, contents: HeifContents) -> None:
    version = data[start]
    for name, at, _ in _children(data, start + (6 if version == 0 else 8), end):
        if name == b"infe" and data[at] >= 2:
            kind_at = at + 4 + (2 if data[at] == 2 else 4) + 2
            contents.items[bytes(data[kind_at : kind_at + 4])] += 1


def _properties(data: memoryview, start: int, end: int, contents: HeifContents) -> None:
    for name, at, after in _children(data, start, end):
        if name == b"pixi":
            contents.max_bits = max(contents.max_bits, *data[at + 5 : at + 5 + data[at + 4]] or [8])
        elif name == b"auxC":
            contents.auxiliary.append(bytes(data[at + 4 : after]).split(b"\0")[0])
        elif name == b"av1C":
            flags = data[at + 2]
            contents.max_bits = max(contents.max_bits, 8 if not flags & 0x40 else 12 if flags & 0x20 else 10)
        elif name == b"hvcC":
            contents.max_bits = max(contents.max_bits, (data[at + 17] & 7) + 8)
        elif name == b"colr" and bytes(data[at : at + 4]) == b"nclx" and contents.nclx is None:
            primaries, transfer, matrix, full = struct.unpack_from(">HHHB", data, at + 4)
            contents.nclx = (primaries, transfer, matrix, full >> 7)
