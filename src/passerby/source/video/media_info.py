"""What a file holds: its video and sound tracks, and everything else in it, which will not come out."""

from __future__ import annotations

import re
import struct
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.sidedata.sidedata import SideDataContainer, Type
from av.stream import Disposition
from av.video.stream import VideoStream

from passerby.core.errors import DamagedSource, UnsupportedSource
from passerby.core.media import Colour, Geometry, SoundInfo, SourceInfo, VideoInfo
from passerby.source.video.container_sniff import BROADCAST_KINDS
from passerby.source.video.display_matrix import turn_of
from passerby.source.video.open import READ_ERRORS, container_kind, open_container
from passerby.source.video.pixel_format import notes, planar_colour, planar_format
from passerby.source.video.stripped_items import dropped

_UNSPECIFIED = 2
#: The code points of H.273 that mean something for pictures in YUV.
_PRIMARIES = frozenset({1, *range(4, 13), 22})
_TRANSFERS = frozenset({1, *range(4, 19)})
_MATRICES = frozenset({1, *range(4, 15)})
#: Packets at the beginning of a track in which a first picture must be found. A stream may begin far from a key frame.
_PATIENCE = 2000
#: Pictures larger than this (16 K by 16 K) are refused before memory is asked for.
MOST_PIXELS = 1 << 28
#: Frames a second that are believed. Where a file tells only its ticks, FFmpeg takes these for frames.
_FASTEST = 480
#: Seconds that one tick of a track's clock may last. One frame a day is the slowest that anybody films.
_LONGEST_TICK = 86400
#: Bits a second that are believed. Encoders count them in 31 bits, and refuse what a broken header says.
_MOST_BITS = 1_000_000_000
#: A track may begin this late (s) in its file. What begins later was numbered by a clock that started elsewhere.
_LATEST_START = 60
_DISPLAY_ONLY = {
    Type.MASTERING_DISPLAY_METADATA: "mastering display colours (HDR)",
    Type.CONTENT_LIGHT_LEVEL: "content light levels (HDR)",
    Type.DYNAMIC_HDR_PLUS: "dynamic HDR10+ metadata",
    Type.DOVI_RPU_BUFFER: "Dolby Vision metadata",
    Type.DOVI_METADATA: "Dolby Vision metadata",
}


def describe(path: Path, container: InputContainer) -> SourceInfo:
    """What `container` holds. Decodes a frame of each video track, because some things only a frame tells.

    Raises UnsupportedSource when there is no video in it, DamagedSource when not even one frame can be decoded.
    """
    streams = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not streams:
        raise UnsupportedSource(f"{path} holds no video track, so there is nothing to redact in it.")
    kind = container_kind(path)
    duration = container.duration / av.time_base if container.duration and container.duration > 0 else None
    first: dict[int, av.VideoFrame] = {}
    damage = []
    for stream in streams:
        try:
            first[stream.index] = _first_picture(path, stream)
        except DamagedSource as error:
            if stream is streams[-1] and not first:
                raise
            damage.append(f"video track {stream.index} was left out: not one of its frames can be decoded ({error})")
    pictures = {stream: first[stream.index] for stream in streams if stream.index in first}
    return SourceInfo(
        path=path,
        container=kind,
        duration=duration,
        videos=tuple(_video(path, container, stream, picture, duration) for stream, picture in pictures.items()),
        sounds=tuple(
            SoundInfo(
                stream.index,
                stream.codec_context.codec.canonical_name,
                stream.time_base,
                stream.codec_context.sample_rate,
                stream.codec_context.channels,
                _language(stream.metadata.get("language")),
            )
            for stream in container.streams.audio
            # mypy: PyAV's own types forget that a stream without a decoder has no codec context.
            if getattr(stream, "codec_context", None) is not None and stream.time_base and stream.sample_rate
        ),
        dropped=(*dropped(container, len(streams)), *sorted({line for p in first.values() for line in _hdr(p)})),
        origin=_origin(container, kind, pictures),
        created=_date(container.metadata.get("creation_time")),
        damage=tuple(damage),
    )


def _video(
    path: Path, container: InputContainer, stream: VideoStream, picture: av.VideoFrame, duration: float | None
) -> VideoInfo:
    assert stream.time_base is not None  # or no frame would have come out of it
    rate = stream.average_rate or stream.guessed_rate
    rate = rate if rate is not None and 0 < rate <= _FASTEST else None
    rotation, mirrored = _turn(path, picture)
    name = picture.format.name
    estimate = round(duration * rate) if duration and rate else None
    return VideoInfo(
        stream=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        time_base=stream.time_base,
        geometry=Geometry(picture.width, picture.height, rotation, mirrored, _pixel_aspect(stream)),
        colour=planar_colour(name, _colour(picture)),
        pixel_format=planar_format(name),
        bit_depth=10 if picture.format.components[0].bits > 8 else 8,
        frame_rate=rate,
        frames_estimate=stream.frames or estimate,
        bit_rate=_believed(
            stream.bit_rate or container.bit_rate or (int(container.size * 8 / duration) if duration else None)
        ),
        interlaced=picture.interlaced_frame,
        top_first=_top_first(picture),
        notes=notes(name),
    )


def _believed(rate: int | None) -> int | None:
    return None if not rate or rate < 0 else min(rate, _MOST_BITS)


def _first_picture(path: Path, described: VideoStream) -> av.VideoFrame:
    """The first picture that is whole; where there is none, the first one."""
    if getattr(described, "codec_context", None) is None or described.time_base is None:
        raise UnsupportedSource(
            f"{path}: no decoder for its video (track {described.index}). Convert it to H.264 first."
        )
    if described.time_base > _LONGEST_TICK:
        raise DamagedSource(
            f"{path}: the clock of its video (track {described.index}) cannot be right: each tick of it would last "
            f"{float(described.time_base):.0f} s. Copy the file again from where it came."
        )
    broken: av.VideoFrame | None = None
    reason = "it has no frames"
    with open_container(path) as container:  # anew for each track: not every file can be wound back
        stream = next(stream for stream in container.streams.video if stream.index == described.index)
        stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
        try:
            for packet in islice(container.demux(stream), _PATIENCE):
                try:
                    for picture in packet.decode():
                        if not picture.is_corrupt:
                            return picture
                        broken = broken or picture
                except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
                    reason = _reason(error)
        except READ_ERRORS as error:
            reason = _reason(error)
    if broken is not None:
        return broken
    raise DamagedSource(
        f"{path}: not one frame of its video (track {described.index}) can be decoded: {reason}. "
        "Check that it plays, and copy it again from where it came."
    )


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _origin(container: InputContainer, kind: str, pictures: dict[VideoStream, av.VideoFrame]) -> Fraction:
    """The moment on the file's clock that its presentation begins with.

    A broadcast clock begins anywhere, so there it is the first moment of any track. Elsewhere it is 0 (a track may
    begin later), unless the picture lies before 0 or so far behind it that the clock must have begun elsewhere.
    """
    starts = [
        picture.pts * stream.time_base for stream, picture in pictures.items() if picture.pts and stream.time_base
    ]
    earliest = min(starts, default=Fraction(0))
    start = Fraction(container.start_time, av.time_base) if container.start_time is not None else earliest
    if kind in BROADCAST_KINDS or earliest > _LATEST_START:
        return start if abs(start - earliest) < _LATEST_START else earliest
    return min(earliest, Fraction(0))


def _turn(path: Path, picture: av.VideoFrame) -> tuple[int, bool]:
    # Matrices of the container and of the stream itself (SEI) both end up on the frame.
    matrices = [data for data in _side_data(picture) if data.type is Type.DISPLAYMATRIX]
    if not matrices:
        return 0, False
    try:
        return turn_of(struct.unpack("=9i", bytes(matrices[0])))
    except UnsupportedSource as error:
        raise UnsupportedSource(f"{path}: {error}.") from None


def _side_data(picture: av.VideoFrame) -> SideDataContainer:
    return cast(SideDataContainer, picture.side_data)  # PyAV declares a TypedDict, and gives a container


def _hdr(picture: av.VideoFrame) -> list[str]:
    return [_DISPLAY_ONLY[data.type] for data in _side_data(picture) if data.type in _DISPLAY_ONLY]


def _pixel_aspect(stream: VideoStream) -> Fraction:
    """Width of a stored pixel in heights; square where the file says nothing, or nothing that can be."""
    aspect = stream.sample_aspect_ratio
    return aspect if aspect is not None and Fraction(1, 8) <= aspect <= 8 else Fraction(1)


def _top_first(picture: av.VideoFrame) -> bool:
    """Which field of an interlaced picture is the earlier? PyAV lets only a filter see that."""
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=picture.width, height=picture.height, format=picture.format, time_base=Fraction(1, 1000)
    )
    chosen = graph.add("select", "eq(interlace_type,BOTTOMFIRST)")
    graph.link_nodes(source, chosen, graph.add("buffersink")).configure()
    graph.vpush(picture)
    try:
        graph.vpull()
    except av.error.BlockingIOError:
        return True
    return False


def _colour(picture: av.VideoFrame) -> Colour:
    # FFmpeg's numbers for these are the code points of H.273; its range is 0 unknown, 1 limited, 2 full.
    full_range = {1: False, 2: True}.get(int(picture.color_range))
    if picture.format.name.startswith("yuvj"):
        full_range = True
    return Colour(
        primaries=_known(int(picture.color_primaries), _PRIMARIES),
        transfer=_known(int(picture.color_trc), _TRANSFERS),
        matrix=_known(int(picture.colorspace), _MATRICES),
        full_range=full_range,
    )


def _known(code: int, codes: frozenset[int]) -> int:
    """Encoders refuse numbers that mean nothing."""
    return code if code in codes else _UNSPECIFIED


def _date(tag: str | None) -> str | None:
    """A date and time, and nothing that somebody may have written there instead."""
    return tag if tag is not None and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", tag) else None


def _language(tag: str | None) -> str | None:
    """A language's three letters, and nothing that somebody may have written there instead."""
    return tag if tag is not None and re.fullmatch("[a-z]{3}", tag) and tag != "und" else None
