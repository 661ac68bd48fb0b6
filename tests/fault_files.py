"""Files as other programs, cameras and broken disks leave them. What FFmpeg does not write is put into its files."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

from av.container import OutputContainer
from av.video.stream import VideoStream

from tests import clips

#: Fixed bytes of the description of video samples, with its head.
_ENTRY = 8 + 78
MS = Fraction(1, 1000)


def clap(width: Fraction, height: Fraction, across: Fraction = Fraction(0), down: Fraction = Fraction(0)) -> bytes:
    """A clean aperture: its size, and how far its centre is from that of the picture."""
    numbers = [part for value in (width, height, across, down) for part in Fraction(value).as_integer_ratio()]
    return struct.pack(">I4s8i", 40, b"clap", *numbers)


def add_to_description(path: Path, box: bytes) -> None:
    """Put a box into the description of the first video track's samples in an MP4 file whose index comes last."""
    data = bytearray(path.read_bytes())
    parents = [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"]
    starts = [clips.boxes(bytes(data), *parents[: n + 1])[0] for n in range(len(parents))]
    entry = starts[-1] + 8
    (length,) = struct.unpack_from(">I", data, entry)
    for at in [start - 8 for start in starts] + [entry]:
        data[at : at + 4] = struct.pack(">I", struct.unpack_from(">I", data, at)[0] + len(box))
    data[entry + length : entry + length] = box
    path.write_bytes(data)


def cropped_mp4(path: Path, box: bytes, **options: object) -> Path:
    """An MP4 file with a clean aperture."""
    clips.write_clip(path, **options)  # type: ignore[arg-type]
    add_to_description(path, box)
    return path


def cropped_matroska(path: Path, left: int, top: int, codec: str = "libx264", pixel_format: str = "yuv420p") -> Path:
    """A Matroska file with PixelCropLeft and PixelCropTop, which take the place of the colour description."""

    def coloured(_: OutputContainer, stream: VideoStream) -> None:
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = context.color_range = 1

    clips.write_clip(
        path,
        container="matroska",
        codec=codec,
        pixel_format=pixel_format,
        time_base=MS,
        times=clips.constant(step=40),
        prepare=coloured,
    )
    data = bytearray(path.read_bytes())
    at = data.index(b"\x55\xb0")
    room = 3 + (data[at + 2] & 0x7F)
    crop = b"\x54\xcc\x82" + left.to_bytes(2) + b"\x54\xbb\x82" + top.to_bytes(2)
    void = room - len(crop)
    data[at : at + room] = crop + bytes([0xEC, 0x80 | void - 2]) + bytes(void - 2)
    path.write_bytes(data)
    return path
