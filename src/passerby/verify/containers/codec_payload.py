"""What an encoded frame carries besides its image: SEI messages and the like.

H.264 and HEVC by NAL units, AV1 by OBUs, MPEG-1, 2 and 4 by start codes. Encoders write a message with their name,
which reveals nothing about the content; everything else is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: SEI messages that decoders need, or that only describe the coding: payload types (H.264 annex D, H.265 annex D).
_NEEDED = {0, 1, 6, 129, 132}
_CAPTIONS, _BY_IDENTIFIER = 4, 5
_NAMES = {
    _CAPTIONS: "captions, or other data registered with ITU-T T.35 (SEI)",
    _BY_IDENTIFIER: "data of a camera or application (SEI)",
    45: "frame packing of stereo video (SEI)",
    47: "display orientation (SEI)",
    136: "a time code (SEI)",
    137: "mastering display colour volume (SEI)",
    144: "content light level (SEI)",
}
#: Messages of x264 and x265: UUID, and how the text starts.
_ENCODERS = (
    (bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef"), b"x264 - core"),
    (bytes.fromhex("2ca2de09b51747dbbb55a4fe7fc2fc4e"), b"x265 (build"),
)
_H264_NEEDED = {1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 15, 20}
_START = re.compile(rb"\x00\x00\x01")
#: User data of MPEG-1, 2 and 4, and the names that encoders write into it.
_USER_DATA = 0xB2
_USER_DATA_ENCODERS = re.compile(rb"(Lavc[\d.]+|XviD\d+|DivX\d+b\d+p?)?\0*")
MPEG = ("mpeg1video", "mpeg2video", "mpeg4")
#: Codecs whose data besides the image is known completely.
KNOWN = ("h264", "hevc", "av1", *MPEG)


def remnants(packet: bytes, codec: str, length_size: int) -> Iterator[str]:
    """What one packet contains besides its image. `length_size`: bytes of a NAL unit length, 0 for start codes.

    Nothing is reported of codecs that are not KNOWN.
    """
    if codec == "h264":
        for unit in _units(packet, length_size):
            kind = unit[0] & 31
            if kind == 6:
                yield from _messages(unit[1:])
            elif kind not in _H264_NEEDED:
                yield f"a NAL unit of type {kind}"
    elif codec == "hevc":
        for unit in _units(packet, length_size):
            kind = unit[0] >> 1 & 63
            if kind in (39, 40):
                yield from _messages(unit[2:])
            elif not (kind < 32 or 32 <= kind <= 37):
                yield f"a NAL unit of type {kind}"
    elif codec == "av1":
        yield from _obus(packet)
    elif codec in MPEG:
        for unit in _units(packet, 0):
            if unit[0] == _USER_DATA and _USER_DATA_ENCODERS.fullmatch(unit[1:]) is None:
                yield "captions, or data of a camera or application (user data)"


def length_size(extradata: bytes | None, codec: str) -> int:
    """Bytes of a NAL unit length, from the extradata of the track; 0 where units begin with start codes."""
    if not extradata or extradata[0] != 1:
        return 0
    if codec == "h264" and len(extradata) > 4:
        return (extradata[4] & 3) + 1
    if codec == "hevc" and len(extradata) > 21:
        return (extradata[21] & 3) + 1
    return 0


def _units(packet: bytes, size: int) -> Iterator[bytes]:
    if not size:
        starts = [match.end() for match in _START.finditer(packet)]
        ends = [start - 3 for start in starts[1:]] + [len(packet)]
        yield from (packet[a:b] for a, b in zip(starts, ends, strict=True) if b > a)
        return
    at = 0
    while at + size < len(packet):
        length = int.from_bytes(packet[at : at + size], "big")
        at += size
        if length:
            yield packet[at : at + length]
        at += length


def _messages(unit: bytes) -> Iterator[str]:
    data = unit.replace(b"\x00\x00\x03", b"\x00\x00")
    at = 0
    while at + 2 <= len(data) and data[at:] != b"\x80":
        kind, at = _sum(data, at)
        length, at = _sum(data, at)
        payload = data[at : at + length]
        if kind not in _NEEDED and not (kind == _BY_IDENTIFIER and _is_signature(payload)):
            yield _NAMES.get(kind, f"a message of type {kind} (SEI)")
        at += length


def _sum(data: bytes, at: int) -> tuple[int, int]:
    total = 0
    while at < len(data) and data[at] == 255:
        total, at = total + 255, at + 1
    return (total + data[at], at + 1) if at < len(data) else (total, at)


def _is_signature(payload: bytes) -> bool:
    """One line of text by the encoder, and nothing after it."""
    for identifier, begins in _ENCODERS:
        text = payload[16:].rstrip(b"\0")
        if payload[:16] == identifier and text.startswith(begins):
            return text.isascii() and text.decode().isprintable()
    return False


def _obus(packet: bytes) -> Iterator[str]:
    at = 0
    while at < len(packet):
        head = packet[at]
        kind = head >> 3 & 15
        at += 2 if head & 4 else 1
        length, shift = 0, 0
        if head & 2:
            while at < len(packet):
                byte = packet[at]
                at += 1
                length |= (byte & 127) << shift
                shift += 7
                if not byte & 128:
                    break
        else:
            length = len(packet) - at
        if kind == 5:
            yield "a metadata OBU"
        elif kind == 15 and any(packet[at : at + length]):
            yield "data in a padding OBU"
        at += length
