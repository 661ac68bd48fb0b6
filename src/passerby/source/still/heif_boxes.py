"""What lies in the boxes of a HEIC or AVIF: its pictures' properties, and everything that hangs on them.

ISO/IEC 14496-12 (boxes), 23008-12 (items and their references). Only what is needed to say what will not come out.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Boxes that hold nothing but the picture and its description.
_ORDINARY = {b"ftyp", b"meta", b"mdat", b"free", b"skip", b"wide"}
#: Of an image sequence: an animated AVIF, or a burst or a moving picture beside a HEIC.
_MOVING = {b"moov", b"moof", b"sidx"}
#: Kinds of items that are pictures or pieces of one.
_PICTURES = {b"hvc1", b"av01", b"grid", b"iovl", b"iden", b"hev1", b"jpeg", b"tmap"}
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")


@dataclass(slots=True)
class Boxes:
    """Items by type, references by type, and properties of pictures. `deep` is the most bits a sample of any picture,
    `media` the bytes of all coded data.

    `nclx` are primaries, transfer, matrix (H.273) and full range, None where no picture states them.
    """

    items: Counter[bytes] = field(default_factory=Counter)
    references: Counter[bytes] = field(default_factory=Counter)
    auxiliary: list[bytes] = field(default_factory=list)
    others: Counter[bytes] = field(default_factory=Counter)
    deep: int = 8
    nclx: tuple[int, int, int, int] | None = None
    media: int = 0
    broken: bool = False


def read_boxes(content: bytes) -> Boxes:
    """The boxes of a whole file. What makes no sense is passed over, and `broken` is set."""
    found = Boxes()
    try:
        _read(memoryview(content), found)
    except (struct.error, IndexError):
        found.broken = True
    return found


def left_out(found: Boxes, moving: bool) -> Iterator[str]:
    """One line for each thing that is not the picture itself. `moving`: an image sequence is what is wanted."""
    names = {b"Exif": "EXIF", b"mime": "XMP or another document", b"uri ": "an item of another program"}
    for kind, count in sorted(found.items.items()):
        if kind not in _PICTURES:
            yield from [names.get(kind, "an item of an unknown kind")] * count
    yield from ["a depth map or another auxiliary picture" for kind in found.auxiliary if not kind.startswith(_ALPHA)]
    yield from ["a thumbnail"] * found.references[b"thmb"]
    if found.items[b"tmap"]:
        yield "a map for bright screens (HDR)"
    for kind, count in sorted(found.others.items()):
        if not (moving and kind in _MOVING):
            yield from [_name(kind)] * count


def _name(kind: bytes) -> str:
    text = "".join(chr(c) if 32 < c < 127 else "?" for c in kind)
    return "bytes behind the picture" if kind == b"" else f"a box called {text}"


def _children(data: memoryview, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, end) of the content of each box between two positions; name b"" for a rest that is no box."""
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


def _read(data: memoryview, found: Boxes) -> None:
    for name, start, end in _children(data, 0, len(data)):
        if name == b"meta":
            _meta(data, start + 4, end, found)
        elif name == b"mdat":
            found.media += end - start
        elif name not in _ORDINARY:
            found.others[name] += 1


def _meta(data: memoryview, start: int, end: int, found: Boxes) -> None:
    for name, inner, stop in _children(data, start, end):
        if name == b"iinf":
            _items(data, inner, stop, found)
        elif name == b"iref":
            found.references.update(kind for kind, _, _ in _children(data, inner + 4, stop))
        elif name == b"iprp":
            for kind, at, after in _children(data, inner, stop):
                if kind == b"ipco":
                    _properties(data, at, after, found)


def _items(data: memoryview, start: int, end: int, found: Boxes) -> None:
    version = data[start]
    for name, at, _ in _children(data, start + (6 if version == 0 else 8), end):
        if name == b"infe" and data[at] >= 2:
            kind_at = at + 4 + (2 if data[at] == 2 else 4) + 2
            found.items[bytes(data[kind_at : kind_at + 4])] += 1


def _properties(data: memoryview, start: int, end: int, found: Boxes) -> None:
    for name, at, after in _children(data, start, end):
        if name == b"pixi":
            found.deep = max(found.deep, *data[at + 5 : at + 5 + data[at + 4]] or [8])
        elif name == b"auxC":
            found.auxiliary.append(bytes(data[at + 4 : after]).split(b"\0")[0])
        elif name == b"av1C":
            flags = data[at + 2]
            found.deep = max(found.deep, 8 if not flags & 0x40 else 12 if flags & 0x20 else 10)
        elif name == b"hvcC":
            found.deep = max(found.deep, (data[at + 17] & 7) + 8)
        elif name == b"colr" and bytes(data[at : at + 4]) == b"nclx" and found.nclx is None:
            primaries, transfer, matrix, full = struct.unpack_from(">HHHB", data, at + 4)
            found.nclx = (primaries, transfer, matrix, full >> 7)
