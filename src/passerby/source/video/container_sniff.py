"""The container format, by the first bytes of the file. File names and extensions are not trusted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from passerby.source.still.jpeg_sequence import is_jpeg_sequence
from passerby.source.still.sniff import sniff_still
from passerby.source.video.raw_streams import MAX_HEADER_BYTES, RAW_DEMUXERS, find_raw, sniff_raw
from passerby.source.video.unread_formats import unread_video

#: Bytes that sniff_container needs.
HEAD_BYTES = 4096
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
#: A pack of a program stream (ISO/IEC 13818-1, 2.5.3, and 11172-1, 2.4.3), and the system header or packet after it.
_PACK = re.compile(rb"\x00\x00\x01\xba(?:[\x40-\x7f].{8}[\xf8-\xff]|[\x20-\x2f].{7})\x00\x00\x01[\xbb-\xef]", re.DOTALL)
#: First bytes of containers that have them. Recorders of Hikvision put a header before a program stream.
_MAGIC = (
    (b"FLV\x01", "flv"),
    (_ASF, "asf"),
    (b"\0\0\1\xba", "mpeg"),
    (b"IMKH", "mpeg"),
    (b"DKIF", "ivf"),
    (b"DAHUA", "dhav"),
    (b"DHAV\xf0", "dhav"),
    (b"DHAV\xf1", "dhav"),
    (b"DHAV\xfc", "dhav"),
    (b"DHAV\xfd", "dhav"),
    (b"YUV4MPEG2 ", "y4m"),
    (b"\x1f\x07\x00", "dv"),
)

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
    "ivf": "ivf",
    "dhav": "dhav",
    "y4m": "yuv4mpegpipe",
    "dv": "dv",
    **RAW_DEMUXERS,
}
#: Bytes from one packet of a transport stream to the next: 188; on discs and camcorders a timestamp of 4 bytes comes
#: before it, in broadcasts 16 bytes of error correction follow. A recording may start in the middle of a packet.
PACKET_STEPS = (188, 192, 204)
#: Packets of which one may have lost its sync byte for a file to be a transport stream still.
_MIN_SYNC_RUN = 6
#: Containers whose timestamps come from a broadcast clock and start anywhere.
BROADCAST_CONTAINERS = {"mpegts", "mpeg"}
#: Containers in which FFmpeg cannot go to a timestamp.
UNSEEKABLE_CONTAINERS = {"dhav"}


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
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if any(_has_sync_bytes(head, step) for step in PACKET_STEPS):
        return "mpegts"
    return sniff_raw(head)


def sniff_file(path: Path) -> str | None:
    """sniff_container for a file, which may be a stream without a container that begins behind something else. Raises
    OSError when it cannot be read."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        kind = sniff_container(head)
        if kind is not None or unread_video(head) is not None:
            return kind
        if sniff_still(head) is not None:
            return "mjpeg" if is_jpeg_sequence(path) else None
        head += file.read(MAX_HEADER_BYTES - HEAD_BYTES)
    kind = find_raw(head)
    # A program stream is full of them.
    return "mpeg" if kind is not None and _PACK.search(head) else kind


def _has_sync_bytes(head: Sequence[int], packet_size: int) -> bool:
    for start in range(min(packet_size, len(head))):
        sync_bytes = head[start::packet_size]
        wrong = sum(mark != 0x47 for mark in sync_bytes)
        if len(sync_bytes) >= 3 and wrong <= len(sync_bytes) // _MIN_SYNC_RUN:
            return True
    return False
