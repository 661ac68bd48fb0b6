"""The container format, by the first bytes of the file. File names and extensions are not trusted."""

from __future__ import annotations

from collections.abc import Sequence

#: Bytes that sniff_container needs.
HEAD_BYTES = 4096
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")

#: FFmpeg's demuxer for each container. Only that one is used: one for scripts or playlists would open other files.
DEMUXERS = {
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
#: Containers whose timestamps come from a broadcast clock and start anywhere.
BROADCAST_CONTAINERS = {"mpegts", "mpeg"}


def sniff_container(head: bytes) -> str | None:
    """A key of DEMUXERS; None when the bytes match none of them. 3GP counts as MP4, WMV as ASF."""
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
    # Packets of 188 bytes, preceded by a 4-byte timestamp on discs and camcorders. A recording may start mid-packet.
    return "mpegts" if any(_has_sync_bytes(head, step) for step in (188, 192)) else None


def _has_sync_bytes(head: Sequence[int], packet_size: int) -> bool:
    for start in range(min(packet_size, len(head))):
        sync_bytes = head[start::packet_size]
        if len(sync_bytes) >= 3 and all(mark == 0x47 for mark in sync_bytes):
            return True
    return False
