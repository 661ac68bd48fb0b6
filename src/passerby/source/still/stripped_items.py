"""Everything in a still image file that is not the image and is therefore stripped: one report line each.

Each format is parsed by its own structure, independently of the decoder. Names of items are reported, never their
content. The same scan of the output must find nothing.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Callable, Iterator

from PIL import ExifTags, Image, TiffTags

from passerby.core.still_info import StillKind
from passerby.source.still.heif_boxes import read_boxes, stripped_boxes

#: PNG chunks that describe colours, with their size in bytes.
PNG_COLOUR = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4}
_PNG_ALLOWED = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"iCCP", b"acTL", b"fcTL", b"fdAT", *PNG_COLOUR}
_WEBP_ALLOWED = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_GIF_ALLOWED = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
#: TIFF tags that decoding needs, and the ICC profile.
_TIFF_ALLOWED = {
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 290, 291,
    292, 293, 296, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332, 334, 336, 338, 339, 340, 341, 347, 512, 513,
    514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532, 34675,
}  # fmt: skip

#: In a JPEG's coded data a marker is FF followed by anything but 00 (stuffing), FF (fill) and D0 to D7 (restarts).
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
#: Report line for a file whose structure cannot be parsed to its end.
BROKEN_STRUCTURE = "the rest of a file whose structure is broken"


def stripped_items(content: bytes, kind: StillKind) -> tuple[str, ...]:
    """What the file holds besides its image. Does not check whether the image can be decoded."""
    try:
        counts = Counter(_WALKERS[kind](content))
    except (struct.error, IndexError, ValueError):
        return (BROKEN_STRUCTURE,)
    return tuple(f"{item}: {count}" if count > 1 else item for item, count in counts.items())


def coded_size(content: bytes, kind: StillKind) -> int:
    """Approximate size of the coded images in bytes, without other data where that is easily known."""
    if kind is StillKind.WEBP:
        return sum(len(data) for name, data in _webp_chunks(content) if name in _WEBP_ALLOWED)
    if kind in (StillKind.HEIC, StillKind.AVIF):
        return read_boxes(content).coded_bytes or len(content)
    return len(content)


def _jpeg(content: bytes) -> Iterator[str]:
    at = 2
    while True:
        while content[at : at + 2] == b"\xff\xff":
            at += 1
        (marker,) = struct.unpack_from(">H", content, at)
        if marker == 0xFFD9:
            break
        (length,) = struct.unpack_from(">H", content, at + 2)
        yield from _jpeg_segment(marker & 0xFF, content[at + 4 : at + 2 + length])
        at += 2 + length
        if marker == 0xFFDA:  # coded data follows, up to the next marker
            found = _MARKER.search(content, at)
            if found is None:
                return
            at = found.start()
    yield from _trailing_data(content, at + 2)


def _jpeg_segment(marker: int, data: bytes) -> Iterator[str]:
    if marker == 0xFE:
        yield "a comment"
    if not 0xE0 <= marker <= 0xEF:
        return
    if marker == 0xE1 and data.startswith(b"Exif\0"):
        yield from _exif(data)
    elif marker == 0xE1 and data.startswith(b"http://ns.adobe.com/x"):
        yield "XMP"
    elif marker == 0xE2 and data.startswith(b"MPF\0"):
        yield "a list of further images (MPF)"
    elif marker == 0xED and data.startswith(b"Photoshop"):
        yield "IPTC and Photoshop data"
    elif marker == 0xE0 and data.startswith(b"JFXX"):
        yield "a JFIF thumbnail"
    elif marker == 0xE0 and data.startswith(b"JFIF\0"):
        if len(data) > 14:
            yield "a JFIF thumbnail"
    elif not (marker == 0xEE and data.startswith(b"Adobe")) and not data.startswith(b"ICC_PROFILE\0"):
        yield f"application data (APP{marker - 0xE0})"


def _exif(data: bytes) -> Iterator[str]:
    yield "EXIF"
    try:
        exif = Image.Exif()
        exif.load(data)
        if exif.get_ifd(ExifTags.IFD.GPSInfo):
            yield "a position (GPS)"
        if 37500 in exif.get_ifd(ExifTags.IFD.Exif):
            yield "maker notes"
        if exif.get_ifd(ExifTags.IFD.IFD1):
            yield "an EXIF thumbnail"
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return  # it is stripped as a whole, whatever it holds


def _trailing_data(content: bytes, end: int) -> Iterator[str]:
    if len(content) > end:
        video = b"ftyp" in content[end:]
        yield f"{len(content) - end} bytes after the image{' (including a video)' if video else ''}"


def png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, data) of each chunk of a PNG up to its end."""
    at, name = 8, b""
    while at < len(content) and name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        yield name, content[at + 8 : at + 8 + length]
        at += 12 + length


def _png(content: bytes) -> Iterator[str]:
    end = 8
    for name, data in png_chunks(content):
        end += 12 + len(data)
        if name == b"eXIf":
            yield from _exif(data)
        elif name in (b"tEXt", b"zTXt", b"iTXt"):
            yield "XMP" if data.startswith(b"XML:com.adobe.xmp") else "text"
        elif name == b"tIME":
            yield "a time"
        elif name not in _PNG_ALLOWED:
            yield f"data called {_printable(name)}"
    yield from _trailing_data(content, end)


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, data) of each chunk of a WebP."""
    at, end = 12, min(8 + int.from_bytes(content[4:8], "little"), len(content))
    while at + 8 <= end:
        name, length = struct.unpack_from("<4sI", content, at)
        yield name, content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _webp(content: bytes) -> Iterator[str]:
    for name, data in _webp_chunks(content):
        if name == b"EXIF":
            yield from _exif(data)
        elif name == b"XMP ":
            yield "XMP"
        elif name not in _WEBP_ALLOWED:
            yield f"data called {_printable(name)}"
    end = 8 + int.from_bytes(content[4:8], "little")
    yield from _trailing_data(content, end + end % 2)


def _gif(content: bytes) -> Iterator[str]:
    at = 13 + (3 << (content[10] & 7) + 1 if content[10] & 128 else 0)
    while at < len(content) and content[at] != 0x3B:  # some programs omit the last byte
        if content[at] == 0x2C:
            flags = content[at + 9]
            at += 11 + (3 << (flags & 7) + 1 if flags & 128 else 0)
        elif content[at] == 0x21:
            yield from _gif_extension(content, at)
            at += 2
        else:
            raise ValueError("neither an image nor an extension")
        while content[at]:
            at += content[at] + 1
        at += 1
    yield from _trailing_data(content, at + 1)


def _gif_extension(content: bytes, at: int) -> Iterator[str]:
    label, first = content[at + 1], content[at + 3 : at + 3 + content[at + 2]]
    if label == 0xFE:
        yield "a comment"
    elif label == 0x01:
        yield "text"
    elif label == 0xFF and not first.startswith(_GIF_ALLOWED):
        yield "XMP" if first.startswith(b"XMP Data") else f"data called {_printable(first)}"
    elif label not in (0xF9, 0xFF):
        yield "an extension of unknown type"


def _tiff(content: bytes) -> Iterator[str]:
    if content[2:3] == b"+" or content[3:4] == b"+":
        order, offset_at, entry, count = "<" if content[:1] == b"I" else ">", 8, 20, "Q"
    else:
        order, offset_at, entry, count = "<" if content[:1] == b"I" else ">", 4, 12, "H"
    word = "Q" if count == "Q" else "I"
    (at,) = struct.unpack_from(order + word, content, offset_at)
    visited: set[int] = set()
    while at and at not in visited:
        visited.add(at)
        (entries,) = struct.unpack_from(order + count, content, at)
        at += struct.calcsize(order + count)
        for number in range(entries):
            (tag,) = struct.unpack_from(order + "H", content, at + entry * number)
            if tag not in _TIFF_ALLOWED:
                yield _tiff_name(tag)
        (at,) = struct.unpack_from(order + word, content, at + entry * entries)


def _tiff_name(tag: int) -> str:
    known = {700: "XMP", 33723: "IPTC", 34377: "Photoshop data", 34665: "EXIF", 34853: "a position (GPS)",
             330: "further images in a page"}  # fmt: skip
    name = TiffTags.lookup(tag).name
    return known.get(tag) or (f"the private tag {tag}" if name == "unknown" else f"the tag {name}")


def _bmp(content: bytes) -> Iterator[str]:
    (claimed,) = struct.unpack_from("<I", content, 2)
    if claimed >= 54:
        yield from _trailing_data(content, claimed)
    (header,) = struct.unpack_from("<I", content, 14)
    if header >= 124 and struct.unpack_from("<I", content, 14 + 116)[0]:
        yield "a colour profile"


def _boxes(content: bytes) -> Iterator[str]:
    contents = read_boxes(content)
    yield from stripped_boxes(contents, sequence=content[8:12] == b"avis")
    if contents.broken:
        yield "boxes whose structure is broken"


def _printable(name: bytes) -> str:
    return "".join(chr(c) if 32 < c < 127 else "?" for c in name[:16])


_WALKERS: dict[StillKind, Callable[[bytes], Iterator[str]]] = {
    StillKind.JPEG: _jpeg,
    StillKind.PNG: _png,
    StillKind.WEBP: _webp,
    StillKind.GIF: _gif,
    StillKind.TIFF: _tiff,
    StillKind.BMP: _bmp,
    StillKind.HEIC: _boxes,
    StillKind.AVIF: _boxes,
}
