"""The frames of a stream without a container, by its packets and without decoding them: for viewing, where a whole film
would otherwise be decoded before its first picture is seen."""

from __future__ import annotations

import re
from collections.abc import Iterable

import av
from av.video.stream import VideoStream

from passerby.source.video.raw_timing import FRAME_TICKS, SeekPoint, StreamClock

_NAL_UNIT = re.compile(rb"\x00\x00\x01(.)", re.DOTALL)
#: Types of NAL units that hold a picture; those before which nothing is needed; those that follow such a keyframe and
#: are shown before it (H.264, table 7-1; H.265, table 7-1).
_H264_PICTURES, _H264_IDR = range(1, 6), 5
_HEVC_PICTURES, _HEVC_KEYFRAMES, _HEVC_LEADING = range(32), range(16, 22), range(6, 10)


def index_stream(
    packets: Iterable[av.Packet[VideoStream]], stream: VideoStream, kind: str
) -> tuple[int, list[SeekPoint]] | None:
    """(the number of frames, the keyframes from which decoding may begin) of H.264, H.265 and MJPEG; None where packets
    do not tell: fields that are packets of their own, and other codings."""
    if kind not in ("h264", "hevc", "mjpeg", "multipart"):
        return None
    clock, frames, points, leads = StreamClock(stream), 0, list[SeekPoint](), False
    for packet in packets:
        if not packet.size:
            continue
        clock.add(packet)
        if packet.duration != FRAME_TICKS or packet.dts is None:
            return None
        type = _picture_type(packet, kind)
        if leads and type in _HEVC_LEADING:
            points[-1] = points[-1]._replace(time=points[-1].time + FRAME_TICKS)
        leads = kind == "hevc" and (type in _HEVC_KEYFRAMES or (leads and type in _HEVC_LEADING))
        if type is None or (type == _H264_IDR if kind == "h264" else type in _HEVC_KEYFRAMES):
            points.append(SeekPoint(packet.dts, packet.dts, packet.pos or 0))
        frames += 1
    return frames, points


def _picture_type(packet: av.Packet[VideoStream], kind: str) -> int | None:
    """The type of the first NAL unit that holds a picture; None in MJPEG."""
    if kind in ("mjpeg", "multipart"):
        return None
    for unit in _NAL_UNIT.finditer(memoryview(packet)):
        type = unit[1][0] & 0x1F if kind == "h264" else unit[1][0] >> 1 & 0x3F
        if type in (_H264_PICTURES if kind == "h264" else _HEVC_PICTURES):
            return type
    return -1
