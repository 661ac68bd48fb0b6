"""The part of the stored picture that players show, where the container says so: `clap` in MP4 and MOV, PixelCrop in
Matroska. FFmpeg's decoders return the whole stored picture.

What a player does not show, nobody has seen who decided to release the file, so it does not come out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np

from passerby.core.errors import SourceError
from passerby.core.media import Crop
from passerby.source.video.structure.ebml_elements import elements
from passerby.source.video.structure.isobmff_boxes import boxes, file_size

#: Bytes of the fixed part of a video sample's description, after its length and format (ISO/IEC 14496-12).
_FIXED = 78
_SEGMENT, _TRACKS, _TRACK_ENTRY, _VIDEO = 0x18538067, 0x1654AE6B, 0xAE, 0xE0
_WIDTH, _HEIGHT = 0xB0, 0xBA
_LEFT, _TOP, _RIGHT, _BOTTOM = 0x54CC, 0x54BB, 0x54DD, 0x54AA
#: Elements at the top level of a Matroska file that are passed on the way to its tracks: clusters of a whole day.
_MAX_ELEMENTS = 100_000
#: Longest description of samples that is read, in bytes.
_MAX_DESCRIPTION = 1 << 20


def stated_crops(path: Path, kind: str) -> dict[int, tuple[tuple[int, int], Crop]]:
    """((width, height) of the stored picture, crop) of each video track that the container crops.

    Keys are track numbers in MP4 and MOV (FFmpeg's stream id), positions among the video tracks in Matroska. Crops that
    leave nothing of the picture are ignored, as players do. Raises SourceError when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            if kind in ("mp4", "mov"):
                found = dict(_isobmff_crops(file))
            elif kind in ("matroska", "webm"):
                found = dict(enumerate(_matroska_crops(file)))
            else:
                return {}
    except (OSError, struct.error) as error:
        if isinstance(error, struct.error):
            return {}
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error
    return {key: (size, crop) for key, (size, crop) in found.items() if crop and _leaves_something(size, crop)}


def crop_for(av_frame: av.VideoFrame, stated: tuple[tuple[int, int], Crop] | None) -> Crop:
    """The crop of such decoded frames. None where the decoder has cropped them by itself already: the codec may state
    the same crop as the container. Up to three more lines of interlaced frames are kept at the top, for lines to stay
    in their field."""
    if stated is None or stated[0] != (av_frame.width, av_frame.height):
        return Crop()
    crop = stated[1]
    return replace(crop, top=crop.top // 4 * 4) if av_frame.interlaced_frame else crop


def cropped(av_frame: av.VideoFrame, crop: Crop) -> av.VideoFrame:
    """A planar frame without what the container crops. Chroma samples that the crop divides are kept."""
    if not crop:
        return av_frame
    width = av_frame.width - crop.left - crop.right
    height = av_frame.height - crop.top - crop.bottom
    part = av.VideoFrame(width, height, av_frame.format.name)
    sample = 2 if av_frame.format.components[0].bits > 8 else 1
    for source, target in zip(av_frame.planes, part.planes, strict=True):
        across = round(av_frame.width / source.width)
        down = round(av_frame.height / source.height)
        x, y, row = crop.left // across * sample, crop.top // down, target.width * sample
        rows = np.frombuffer(memoryview(source), np.uint8).reshape(source.height, source.line_size)
        into = np.frombuffer(memoryview(target), np.uint8).reshape(target.height, target.line_size)
        into[:, :row] = rows[y : y + target.height, x : x + row]
    part.pts = av_frame.pts
    if av_frame.time_base is not None:
        part.time_base = av_frame.time_base
    part.colorspace, part.color_range = av_frame.colorspace, av_frame.color_range
    part.color_primaries, part.color_trc = av_frame.color_primaries, av_frame.color_trc
    return part


def _leaves_something(size: tuple[int, int], crop: Crop) -> bool:
    sides = (crop.left, crop.top, crop.right, crop.bottom)
    return min(sides) >= 0 and crop.left + crop.right < size[0] and crop.top + crop.bottom < size[1]


def _isobmff_crops(file: BinaryIO) -> Iterator[tuple[int, tuple[tuple[int, int], Crop]]]:
    for name, start, end in boxes(file, 0, file_size(file)):
        if name == b"moov":
            for inner, at, after in boxes(file, start, end):
                if inner == b"trak" and (found := _track_crop(file, at, after)) is not None:
                    yield found


def _track_crop(file: BinaryIO, start: int, end: int) -> tuple[int, tuple[tuple[int, int], Crop]] | None:
    number, description = 0, b""
    for name, at, after in boxes(file, start, end):
        if name == b"tkhd":
            file.seek(at)
            head = file.read(24)
            number = struct.unpack_from(">I", head, 20 if head[:1] == b"\1" else 12)[0]
        elif name == b"mdia":
            description = _description(file, at, after)
    if len(description) < 16 + _FIXED:
        return None
    width, height = struct.unpack_from(">HH", description, 8 + 8 + 24)
    at, end = 8 + 8 + _FIXED, 8 + int.from_bytes(description[8:12])
    while at + 8 <= min(end, len(description)):
        length, name = struct.unpack_from(">I4s", description, at)
        if name == b"clap" and at + 40 <= len(description):
            return number, ((width, height), _clean_aperture(width, height, description[at + 8 : at + 40]))
        at += max(length, 8)
    return None


def _description(file: BinaryIO, start: int, end: int) -> bytes:
    """The content of the box `stsd` of a video track, given that of its `mdia`."""
    found, video = b"", False
    ranges = [(start, end)]
    while ranges:
        for name, at, after in boxes(file, *ranges.pop()):
            if name in (b"minf", b"stbl"):
                ranges.append((at, after))
            elif name == b"hdlr":
                file.seek(at + 8)
                video = video or file.read(4) == b"vide"
            elif name == b"stsd":
                file.seek(at)
                found = file.read(min(after - at, _MAX_DESCRIPTION))
    return found if video else b""


def _clean_aperture(width: int, height: int, content: bytes) -> Crop:
    """Width, height and the offset of the centre, each as a fraction."""
    numbers = struct.unpack(">iIiIiIiI", content)
    if not all(numbers[1::2]):
        return Crop()
    wide, high, across, down = (Fraction(*numbers[n : n + 2]) for n in range(0, 8, 2))
    left, top = round((width - wide) / 2 + across), round((height - high) / 2 + down)
    return Crop(left, top, width - left - round(wide), height - top - round(high))


def _matroska_crops(file: BinaryIO) -> Iterator[tuple[tuple[int, int], Crop]]:
    seen = 0
    for id, start, end in elements(file, 0, file_size(file)):
        if id != _SEGMENT:
            continue
        for inner, at, after in elements(file, start, end):
            seen += 1
            if inner == _TRACKS:
                for entry, begins, ends in elements(file, at, after):
                    if entry == _TRACK_ENTRY:
                        yield from _entry_crop(file, begins, ends)
                return
            if seen > _MAX_ELEMENTS:
                return


def _entry_crop(file: BinaryIO, start: int, end: int) -> Iterator[tuple[tuple[int, int], Crop]]:
    for id, at, after in elements(file, start, end):
        if id == _VIDEO:
            values: dict[int, int] = {}
            for inner, begins, ends in elements(file, at, after):
                file.seek(begins)
                values[inner] = int.from_bytes(file.read(min(ends - begins, 8)))
            sides = (values.get(side, 0) for side in (_LEFT, _TOP, _RIGHT, _BOTTOM))
            yield (values.get(_WIDTH, 0), values.get(_HEIGHT, 0)), Crop(*sides)
