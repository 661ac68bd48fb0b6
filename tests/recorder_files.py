"""Footage without a container, and files of recorders, made on the spot."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests import clips

RATE = Fraction(1, 25)
#: FFmpeg's encoder, muxer and options for each kind of stream, and the pixel format.
STREAMS = {
    "h264": ("libx264", "h264", {"bf": "2", "preset": "medium", "g": "20"}, "yuv420p"),
    "open.h264": ("libx264", "h264", {"x264-params": "open-gop=1:keyint=20:bframes=3"}, "yuv420p"),
    "h265": ("libx265", "hevc", {"x265-params": "log-level=none:keyint=20:open-gop=0"}, "yuv420p"),
    "open.h265": ("libx265", "hevc", {"x265-params": "log-level=none:keyint=20"}, "yuv420p"),
    "fields.h265": ("libx265", "hevc", {"x265-params": "log-level=none:keyint=20:interlace=tff"}, "yuv420p"),
    "m2v": ("mpeg2video", "mpeg2video", {"bf": "2", "g": "15"}, "yuv420p"),
    "m4v": ("mpeg4", "m4v", {"bf": "2", "g": "15"}, "yuv420p"),
    "mjpeg": ("mjpeg", "mjpeg", {}, "yuvj420p"),
    "multipart": ("mjpeg", "mpjpeg", {}, "yuvj420p"),
    "obu": ("libsvtav1", "obu", {}, "yuv420p"),
    "ivf": ("libvpx", "ivf", {}, "yuv420p"),
    "y4m": ("rawvideo", "yuv4mpegpipe", {}, "yuv420p"),
}


def stream(path: Path, kind: str, frames: int = 12, size: tuple[int, int] = (128, 96), **options: str) -> Path:
    """A stream of `frames` pictures (of fields: half as many frames) at 25 a second; keys of STREAMS."""
    codec, container, given, pixel_format = STREAMS[kind]
    return clips.write_clip(
        path,
        codec=codec,
        container=container,
        time_base=RATE,
        times=range(frames),
        size=size,
        pixel_format=pixel_format,
        options=given | options,
    )


def with_pictures_lost(path: Path, kind: str, lost: range, frames: int = 60) -> Path:
    """A stream from which whole pictures are gone: the recorder had no room, or the network lost them."""
    stream(path, kind, frames)
    with av.open(str(path), format="hevc" if kind.endswith("h265") else "h264") as container:
        packets = [bytes(packet) for packet in container.demux() if packet.size]
    path.write_bytes(b"".join(packet for number, packet in enumerate(packets) if number not in lost))
    return path


def behind_a_header(path: Path, kind: str = "h264") -> Path:
    """A stream that begins behind a header that is the recorder's own."""
    stream(path, kind)
    path.write_bytes(b"BLUE" + bytes(range(2, 256)) * 30 + path.read_bytes())
    return path


def dahua(path: Path, seconds: float = 0.0, header: bool = False, frames: int = 60) -> Path:
    """A recording of a Dahua recorder: H.264 at 25 frames a second, and `seconds` of sound of 8000 samples a second."""
    raw = stream(path.with_suffix(".raw"), "h264", frames=frames, bf="0")
    with av.open(str(raw), format="h264") as container:
        pictures = [(bytes(packet), packet.is_keyframe) for packet in container.demux() if packet.size]
    raw.unlink()
    extension = bytes((0x81, 0, 2, 25, 0x80, 0, 16, 12))
    chunks = [
        (number * 40, 0xFD if is_keyframe else 0xFC, extension, data)
        for number, (data, is_keyframe) in enumerate(pictures)
    ]
    tone = (8000 * np.sin(np.arange(int(seconds * 8000)) / 3)).astype("<i2").tobytes()
    chunks += [
        (number * 40, 0xF0, bytes((0x83, 1, 0x10, 0)), tone[at : at + 640])
        for number, at in enumerate(range(0, len(tone), 640))
    ]
    chunks.sort(key=lambda chunk: chunk[0])
    data = b"".join(_dahua_chunk(number, *chunk) for number, chunk in enumerate(chunks))
    path.write_bytes((b"DAHUA".ljust(0x400, b"\0") if header else b"") + data)
    return path


def _dahua_chunk(number: int, ms: int, type: int, extension: bytes, payload: bytes) -> bytes:
    """One frame of DHAV, as FFmpeg's demuxer reads it."""
    date = 26 << 26 | 3 << 22 | 1 << 17 | 10 << 12 | 30 << 6 | ms // 1000
    length = 24 + len(extension) + len(payload) + 8
    head = struct.pack("<4s4BIIIHBB", b"DHAV", type, 0, 0, 0, number, length, date, ms % 65536, len(extension), 0)
    return head + extension + payload + b"dhav" + struct.pack("<I", length)


def hikvision(path: Path) -> Path:
    """A recording of a Hikvision recorder: a program stream behind a header of its own."""
    clips.write_clip(path, codec="libx264", container="mpeg", time_base=RATE, times=range(12))
    path.write_bytes(b"IMKH\1\1\0\0\2\0\1\0".ljust(40, b"\0") + path.read_bytes())
    return path


def dv(path: Path) -> Path:
    """A raw DV stream of a camcorder: 720x576, interlaced."""
    return clips.write_clip(
        path, codec="dvvideo", container="dv", time_base=RATE, times=range(5), size=(720, 576), pixel_format="yuv420p"
    )


def nal_units(data: bytes) -> Iterator[bytes]:
    """The units of an H.264 or H.265 stream, each with its start code."""
    starts = [at for at in range(len(data) - 3) if data[at : at + 3] == b"\0\0\1"]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        yield data[start:end]
