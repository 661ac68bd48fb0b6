"""Which kind of file this is, by its first bytes. Names and endings are not believed."""

from __future__ import annotations

from collections.abc import Sequence

#: Bytes that kind_of wants to see.
HEAD = 4096
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")

#: FFmpeg's reader for each kind. Only that one is started: a reader for scripts or playlists would open other files.
READERS = {
    "mp4": "mov",
    "mov": "mov",
    "matroska": "matroska",
    "webm": "matroska",
    "avi": "avi",
    "mpegts": "mpegts",
    "mpeg": "mpeg",
    "flv": "flv",
    "asf": "asf",
}
#: Kinds whose clock comes from the broadcast and begins anywhere.
BROADCAST_KINDS = {"mpegts", "mpeg"}


def kind_of(head: bytes) -> str | None:
    """A key of READERS; None when the bytes are none of these. 3GP is a kind of MP4, WMV a kind of ASF."""
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "webm" if b"webm" in head[:64] else "matroska"
    if head[4:8] == b"ftyp":
        return "mov" if head[8:12] == b"qt  " else "mp4"
    # Old QuickTime files have no ftyp box.
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return "mov"
    if head[:4] == b"RIFF" and head[8:12] in (b"AVI ", b"AVIX"):
        return "avi"
    if head[:4] == b"FLV\x01":
        return "flv"
    if head[:16] == _ASF:
        return "asf"
    if head[:4] == b"\0\0\1\xba":
        return "mpeg"
    # Packets of 188 bytes, each after a time stamp of 4 on discs and camcorders. A recording may begin in mid-packet.
    return "mpegts" if any(_regular(head, step) for step in (188, 192)) else None


def _regular(head: Sequence[int], step: int) -> bool:
    for start in range(min(step, len(head))):
        marks = head[start::step]
        if len(marks) >= 3 and all(mark == 0x47 for mark in marks):
            return True
    return False
