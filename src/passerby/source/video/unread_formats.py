"""Video that passerby recognises and does not read: raw streams, files of recorders, and containers of other trades.
Each comes with what makes it readable, and none is passed over in silence."""

from __future__ import annotations

#: Suffixes of such files. A broken one must be reported, too.
UNREAD_SUFFIXES = frozenset(
    {
        ".264", ".h264", ".avc", ".26l", ".jsv", ".265", ".h265", ".hevc", ".bvr", ".dav", ".hik",
        ".m2v", ".mpv", ".m1v", ".mjpg", ".mjpeg", ".ivf", ".obu", ".mxf", ".gxf", ".ogv", ".ogm",
        ".ogg", ".rm", ".rmvb", ".dv", ".dif", ".wtv", ".nut", ".y4m", ".vdr", ".dvr-ms",
    }
)  # fmt: skip

_REMUX = "ffmpeg -i IN -c copy OUT.mkv"
_ENCODE = "ffmpeg -i IN -c:v libx264 -crf 16 -c:a copy OUT.mkv"
_RAW = "mkvmerge --default-duration 0:25fps -o OUT.mkv IN, with the frame rate of the camera in place of 25"
#: First bytes -> what it is, and the command that makes it readable.
_MAGIC = (
    (b"DHAV", "a recording of a Dahua recorder (DHAV)", _REMUX),
    (b"IMKH", "a recording of a Hikvision recorder", _REMUX),
    (b"\x06\x0e\x2b\x34", "an MXF file", _REMUX),
    (b"OggS", "an Ogg file", _REMUX),
    (b".RMF", "a RealMedia file", _ENCODE),
    (b"DKIF", "an IVF file", _REMUX),
    (b"\x1f\x07\x00", "a raw DV stream", _REMUX),
    (b"YUV4MPEG2", "an uncompressed YUV4MPEG2 stream", _ENCODE),
    (b"nut/multimedia container", "a NUT file", _REMUX),
    (b"\xb7\xd8\x00\x20\x37\x49\xda\x11", "a recording of Windows Media Center (WTV)", _REMUX),
    (b"\0\0\0\0\1\xbc", "a GXF file", _REMUX),
)
#: Types of the NAL units with which a stream may begin (H.264, table 7-1; H.265, table 7-1).
_H264_TYPES, _HEVC_TYPES = frozenset({1, 5, 6, 7, 8, 9}), frozenset({32, 33, 34, 35, 39})


def unread_video(head: bytes) -> tuple[str, str] | None:
    """(what it is, the command that makes it readable) of a file that begins so; None for anything else."""
    for magic, name, command in _MAGIC:
        if head.startswith(magic):
            return name, command
    start = 4 if head.startswith(b"\0\0\0\1") else 3 if head.startswith(b"\0\0\1") else 0
    if not start or len(head) < start + 2:
        return None
    first, second = head[start], head[start + 1]
    if first == 0xB3:
        return "a raw MPEG video stream", _RAW
    if first & 0x80:
        return None
    if first >> 1 & 0x3F in _HEVC_TYPES and second & 7 == 1 and not first & 1:
        return "a raw H.265 stream without a container", _RAW
    if first & 0x1F in _H264_TYPES:
        return "a raw H.264 stream without a container", _RAW
    return None
