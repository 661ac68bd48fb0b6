"""Video without a container: raw H.264, H.265, MPEG, AV1 and MJPEG, as cameras and recorders save them.

Such a stream is recognised by its content, wherever in the file it begins. Its pictures have no times: how they follow
each other is given, or stated in the stream, or assumed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # names of files are told apart without a decoder
    from av.container import InputContainer
    from av.video.stream import VideoStream

#: FFmpeg's demuxer for each coding.
RAW_DEMUXERS = {
    "h264": "h264",
    "hevc": "hevc",
    "mpeg4": "m4v",
    "mpegvideo": "mpegvideo",
    "mjpeg": "mjpeg",
    "multipart": "mjpeg",  # finds the pictures between the headers by itself
    "obu": "obu",
}
#: Suffixes of such files, and of recorders whose files hold such streams. A broken one must be reported, too.
RAW_SUFFIXES = frozenset(
    {
        ".264", ".h264", ".avc", ".26l", ".jsv", ".265", ".h265", ".hevc", ".bvr", ".dav", ".hik", ".m4e",
        ".m2v", ".mpv", ".m1v", ".mjpg", ".mjpeg", ".ivf", ".obu", ".dv", ".dif", ".y4m",
    }
)  # fmt: skip
#: What such a stream is called in a report.
RAW_NAMES = {
    "h264": "raw H.264",
    "hevc": "raw H.265",
    "mpeg4": "raw MPEG-4",
    "mpegvideo": "raw MPEG",
    "mjpeg": "MJPEG",
    "multipart": "MJPEG",
    "obu": "raw AV1",
}
#: Those in which FFmpeg can go to a byte.
SEEKABLE_STREAMS = {"h264", "hevc", "mpeg4", "mpegvideo", "mjpeg", "multipart"}
#: Frames a second where neither the stream nor anybody says: the rate of most cameras that write such streams.
ASSUMED_RATE = Fraction(25)
#: What FFmpeg is told to assume: no camera has this rate, so a stream that seems to have it states none.
UNSTATED_RATE = Fraction(7, 3)
#: Bytes from the start of a file in which a stream may begin: recorders put headers of their own before it.
MAX_HEADER_BYTES = 1 << 18

#: Profiles of H.264 (annex A), by which parameters of a stream are told from bytes that happen to look so.
_PROFILES = frozenset({66, 77, 88, 100, 110, 118, 122, 128, 144, 244})
#: Types of the NAL units with the parameters of a stream, in their order, and in how many bytes they are.
_H264_PARAMETERS, _HEVC_PARAMETERS, _MAX_PARAMETERS_BYTES = (7, 8), (32, 33, 34), 1024
#: A visual object sequence, or an object with its layer (ISO/IEC 14496-2, table 6-3).
_MPEG4 = re.compile(rb"\x00\x00\x01\xb0.\x00\x00\x01\xb5|\x00\x00\x01[\x00-\x1f]\x00\x00\x01[\x20-\x2f]", re.DOTALL)
#: A sequence header with a size, an aspect and a rate that exist (ISO/IEC 13818-2, 6.2.2.1).
_MPEG_VIDEO = re.compile(rb"\x00\x00\x01\xb3.{3}[\x11-\x18\x21-\x28\x31-\x38\x41-\x48]", re.DOTALL)
#: A temporal delimiter and a sequence header (AV1, section 5.3).
_OBU = re.compile(rb"\x12\x00\x0a.", re.DOTALL)
_MULTIPART = re.compile(
    rb"(?:\r?\n)?--[^\r\n]{1,80}\r?\n(?:[^\r\n]+\r?\n)*?Content-Type: image/jpeg\r?\n", re.IGNORECASE
)
#: Types of the NAL units with which a stream may begin (H.264, table 7-1; H.265, table 7-1).
_H264_TYPES, _HEVC_TYPES = frozenset({1, 5, 6, 7, 8, 9}), frozenset({32, 33, 34, 35, 39})
_START_CODE = re.compile(rb"\x00\x00\x01(.)(.)", re.DOTALL)
#: Packets whose sizes say about how many frames there are.
_SAMPLED_PACKETS = 250


def sniff_raw(head: bytes) -> str | None:
    """The coding of a stream that begins with these bytes, a key of RAW_DEMUXERS; None when it is none."""
    for kind, pattern in (("mpegvideo", _MPEG_VIDEO), ("mpeg4", _MPEG4), ("obu", _OBU), ("multipart", _MULTIPART)):
        if pattern.match(head):
            return kind
    start = _START_CODE.match(head, 1 if head.startswith(b"\0\0\0\1") else 0)
    if start is None or start[1][0] & 0x80:
        return None
    first, second = start[1][0], start[2][0]
    if first >> 1 & 0x3F in _HEVC_TYPES and second & 7 == 1 and not first & 1:
        return "hevc"
    return "h264" if first & 0x1F in _H264_TYPES else None


def find_raw(head: bytes) -> str | None:
    """The coding of a stream that begins somewhere in these bytes: the parameters that a decoder needs are there."""
    units = [(match.start(), match[1][0], match[2][0]) for match in _START_CODE.finditer(head)]
    for at, (start, first, second) in enumerate(units):
        if first >> 7:
            continue
        if first & 0x1F == _H264_PARAMETERS[0] and second in _PROFILES:
            kind, types = "h264", tuple(unit[1] & 0x9F for unit in units[at : at + len(_H264_PARAMETERS)])
            found = types == _H264_PARAMETERS
        else:
            kind, types = "hevc", tuple(unit[1] >> 1 for unit in units[at : at + len(_HEVC_PARAMETERS)])
            found = types == _HEVC_PARAMETERS and second == 1
        if found and units[at + len(types) - 1][0] - start <= _MAX_PARAMETERS_BYTES:
            return kind
    return None


def stream_rate(stream: VideoStream, given: Fraction | None) -> tuple[Fraction, str]:
    """(pictures a second, where that comes from) of a stream that was opened with UNSTATED_RATE."""
    if given is not None:
        return given, "as given"
    stated = stream.guessed_rate
    if stated is None or stated == UNSTATED_RATE or not 1 <= stated <= 480:
        return ASSUMED_RATE, "which was assumed, since the stream does not say it: give the camera's with --frame-rate"
    return stated, "as the stream states"


def mean_packet_bytes(container: InputContainer, stream: VideoStream) -> float | None:
    """Bytes of a picture, on average over the first ones; None where there are none."""
    from av.error import FFmpegError

    sizes: list[int] = []
    with suppress(FFmpegError, OSError):  # damage, which is reported when it is decoded
        sizes += (packet.size for packet in islice(container.demux(stream), _SAMPLED_PACKETS) if packet.size)
    return sum(sizes) / len(sizes) if sizes else None
