"""What a file holds: its video tracks, and everything else in it, which will not come out."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.sidedata.sidedata import SideDataContainer, Type
from av.stream import Disposition
from av.video.stream import VideoStream

from passerby.base.errors import DamagedSource, UnsupportedSource
from passerby.base.media import Colour, Geometry, SourceInfo, VideoInfo
from passerby.source.container import container_kind
from passerby.source.display import turn_of

#: Tags that the container itself needs; they say nothing about anybody.
_STRUCTURAL = {"major_brand", "minor_version", "compatible_brands"}
_UNSPECIFIED = 2


def describe(path: Path, container: InputContainer) -> SourceInfo:
    """What `container` holds. Decodes one frame of each video track, because some things only a frame tells.

    Raises UnsupportedSource when there is no video in it, DamagedSource when not even one frame can be decoded.
    """
    videos = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not videos:
        raise UnsupportedSource(f"{path} holds no video track, so there is nothing to redact in it.")
    duration = container.duration / av.time_base if container.duration else None
    return SourceInfo(
        path=path,
        container=container_kind(path),
        duration=duration,
        videos=tuple(_video(path, container, stream, duration) for stream in videos),
        audio_tracks=len(container.streams.audio),
        dropped=_dropped(container, videos),
    )


def _video(path: Path, container: InputContainer, stream: VideoStream, duration: float | None) -> VideoInfo:
    # mypy: PyAV's own types forget that a stream without a decoder has no codec context.
    if getattr(stream, "codec_context", None) is None or stream.time_base is None:
        raise UnsupportedSource(f"{path}: no decoder for its video (track {stream.index}). Convert it to H.264 first.")
    picture = _first_picture(path, container, stream)
    rate = stream.average_rate or stream.guessed_rate
    rotation, mirrored = _turn(path, picture)
    return VideoInfo(
        stream=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        time_base=stream.time_base,
        geometry=Geometry(picture.width, picture.height, rotation, mirrored, _pixel_aspect(stream)),
        colour=_colour(picture),
        pixel_format=picture.format.name,
        bit_depth=picture.format.components[0].bits,
        frame_rate=rate,
        frames_estimate=stream.frames or (round(duration * rate) if duration and rate else None),
        bit_rate=stream.bit_rate or container.bit_rate or (int(container.size * 8 / duration) if duration else None),
        interlaced=picture.interlaced_frame,
    )


def _first_picture(path: Path, container: InputContainer, stream: VideoStream) -> av.VideoFrame:
    try:
        container.seek(0)
        for picture in container.decode(stream):
            return picture
    except (av.FFmpegError, OSError) as error:
        raise DamagedSource(
            f"{path}: not one frame of its video (track {stream.index}) can be decoded: {error.strerror}. "
            "Check that it plays, and copy it again from where it came."
        ) from error
    raise DamagedSource(f"{path}: its video (track {stream.index}) has no frames. Copy it again from where it came.")


def _turn(path: Path, picture: av.VideoFrame) -> tuple[int, bool]:
    # Matrices of the container and of the stream itself (SEI) both end up on the frame.
    side_data = cast(SideDataContainer, picture.side_data)  # PyAV declares a TypedDict, and gives a container
    matrices = [data for data in side_data if data.type is Type.DISPLAYMATRIX]
    if not matrices:
        return 0, False
    try:
        return turn_of(struct.unpack("=9i", bytes(matrices[0])))
    except UnsupportedSource as error:
        raise UnsupportedSource(f"{path}: {error}.") from None


def _pixel_aspect(stream: VideoStream) -> Fraction:
    aspect = stream.sample_aspect_ratio
    return aspect if aspect is not None and aspect > 0 else Fraction(1)


def _colour(picture: av.VideoFrame) -> Colour:
    # FFmpeg's numbers for these are the code points of H.273; its range is 0 unknown, 1 limited, 2 full.
    full_range = {1: False, 2: True}.get(int(picture.color_range))
    if picture.format.name.startswith("yuvj"):
        full_range = True
    return Colour(
        primaries=int(picture.color_primaries) or _UNSPECIFIED,
        transfer=int(picture.color_trc) or _UNSPECIFIED,
        matrix=int(picture.colorspace),
        full_range=full_range,
    )


def _dropped(container: InputContainer, videos: list[VideoStream]) -> tuple[str, ...]:
    """One line for each thing in the file that will not come out. Names of tags, never what they say."""
    lines = []
    if len(videos) > 1:
        lines.append(f"further video tracks: {len(videos) - 1} (only the first is redacted)")
    covers = len(container.streams.video) - len(videos)
    streams = container.streams
    counts = {
        "sound tracks": len(streams.audio),
        "subtitle tracks": len(streams.subtitles),
        "data tracks (telemetry, timecode and the like)": len(streams.data),
        "attached files": len(streams.attachments),
        "cover pictures": covers,
        "chapters": len(container.chapters()),
    }
    known = len(streams.video) + sum(list(counts.values())[:4])
    counts["tracks of an unknown kind"] = len(streams) - known
    lines += [f"{what}: {count}" for what, count in counts.items() if count]
    tags = _names(container.metadata).union(*(_names(stream.metadata) for stream in streams))
    if tags:
        lines.append(f"tags: {', '.join(sorted(tags))}")
    return tuple(lines)


def _names(tags: Mapping[str, str]) -> set[str]:
    # A file names its own tags, so what is shown of a name is kept short and printable.
    return {"".join(c if c.isprintable() else "?" for c in name[:60]) for name in tags if name not in _STRUCTURAL}
