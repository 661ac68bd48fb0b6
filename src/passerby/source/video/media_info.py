"""Probing a file: its video and audio tracks, and everything else in it, which is stripped from the output."""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.sidedata.sidedata import SideDataContainer, Type
from av.stream import Disposition
from av.video.stream import VideoStream

from passerby.core.errors import DamagedSource, UnsupportedSource
from passerby.core.media import AudioInfo, Colour, Crop, Geometry, SourceInfo, VideoInfo
from passerby.source.video.container_sniff import BROADCAST_CONTAINERS
from passerby.source.video.display_matrix import rotation_of
from passerby.source.video.field_pairs import FieldParity
from passerby.source.video.open import READ_ERRORS, container_format, open_container
from passerby.source.video.pixel_format import conversion_notes, planar_colour, planar_format
from passerby.source.video.raw_streams import RAW_DEMUXERS, RAW_NAMES, mean_packet_bytes, stream_rate
from passerby.source.video.raw_timing import FRAME_TICKS
from passerby.source.video.stripped_items import stripped_items
from passerby.source.video.structure.container_crop import crop_for, stated_crops
from passerby.source.video.structure.unlisted_tracks import unlisted_tracks
from passerby.source.video.track_end import stated_end

_UNSPECIFIED = 2
#: The code points of H.273 that are defined for YUV.
_PRIMARIES = frozenset({1, *range(4, 13), 22})
_TRANSFERS = frozenset({1, *range(4, 19)})
_MATRICES = frozenset({1, *range(4, 15)})
#: Packets at the start of a track within which a first frame must be decoded. A stream may start far from a keyframe.
_MAX_PROBE_PACKETS = 2000
#: Frames with more pixels (16 K by 16 K) are refused before memory is allocated.
MAX_PIXELS = 1 << 28
#: Highest plausible frame rate. Where a file states only its time base, FFmpeg reports ticks as frames.
_MAX_FRAME_RATE = 480
#: Longest plausible tick of a track's time base in seconds: one frame a day is the slowest time lapse.
_MAX_TICK_S = 86400
#: Highest plausible bit rate. Encoders hold it in 31 bits and reject larger values from a broken header.
_MAX_BIT_RATE = 1_000_000_000
#: A track may start this late in its file (seconds). If it starts later, its clock has another origin.
_MAX_START_S = 60
#: Channels of sound that FFmpeg mixes to two. A track that claims more has a broken header.
_MAX_CHANNELS = 64
_DISPLAY_ONLY = {
    Type.MASTERING_DISPLAY_METADATA: "mastering display colours (HDR)",
    Type.CONTENT_LIGHT_LEVEL: "content light levels (HDR)",
    Type.DYNAMIC_HDR_PLUS: "dynamic HDR10+ metadata",
    Type.DOVI_RPU_BUFFER: "Dolby Vision metadata",
    Type.DOVI_METADATA: "Dolby Vision metadata",
}


def probe_video(path: Path, container: InputContainer, frame_rate: Fraction | None = None) -> SourceInfo:
    """The description of `container`. Decodes one frame of each video track, for properties that only a frame has.
    `frame_rate` is that of a stream without a container, None for what it states.

    Raises UnsupportedSource when there is no video track, DamagedSource when not one frame can be decoded.
    """
    streams = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not streams:
        raise UnsupportedSource(f"{path} has no video track, so there is nothing to redact in it.")
    kind = container_format(path)
    duration = container.duration / av.time_base if container.duration and container.duration > 0 else None
    first: dict[int, av.VideoFrame] = {}
    damage = []
    for stream in streams:
        try:
            first[stream.index] = _first_frame(path, stream)
        except DamagedSource as error:
            if stream is streams[-1] and not first:
                raise
            damage.append(f"video track {stream.index} was left out: not one of its frames can be decoded ({error})")
    unlisted = unlisted_tracks(
        path, kind, {stream.id for stream in container.streams}, {stream.type for stream in container.streams}
    )
    sounds = [stream for stream in container.streams.audio if _is_known(stream)]
    unreadable = Counter(unlisted) + Counter(audio=len(container.streams.audio) - len(sounds))
    unreadable += Counter(video=len(streams) - len(first))
    damage += [_unreadable_note(type, count) for type, count in unreadable.items() if type != "video" or unlisted]
    first_frames = {stream: first[stream.index] for stream in streams if stream.index in first}
    origin = _origin(container, kind, first_frames)
    crops = stated_crops(path, kind)
    stated = [crops.get(stream.id if kind in ("mp4", "mov") else n) for n, stream in enumerate(container.streams.video)]
    videos = (
        _video_info(
            path,
            container,
            stream,
            av_frame,
            duration,
            crop_for(av_frame, stated[container.streams.video.index(stream)]),
            None if (end := stated_end(container, stream, kind)) is None else end - origin,
        )
        for stream, av_frame in first_frames.items()
    )
    return SourceInfo(
        path=path,
        container=kind,
        duration=duration,
        videos=tuple(_timed(video, path, kind, container, frame_rate) for video in videos),
        audio_tracks=tuple(
            AudioInfo(
                stream.index,
                stream.codec_context.codec.canonical_name,
                stream.time_base or Fraction(1, stream.sample_rate),
                stream.codec_context.sample_rate,
                stream.codec_context.channels,
                _language(stream.metadata.get("language")),
            )
            for stream in sounds
        ),
        dropped=(
            *stripped_items(container, len(streams), unreadable),
            *sorted({line for p in first.values() for line in _hdr(p)}),
        ),
        origin=origin,
        created=_date(container.metadata.get("creation_time")),
        damage=tuple(damage),
    )


def _is_known(stream: AudioStream) -> bool:
    # mypy: PyAV's own types forget that a stream without a decoder has no codec context.
    known = getattr(stream, "codec_context", None) is not None
    return bool(
        known and stream.time_base and stream.sample_rate and 0 < stream.codec_context.channels <= _MAX_CHANNELS
    )


def _unreadable_note(type: str, count: int) -> str:
    return (
        f"{type} tracks that cannot be read, and are not in the output: {count}. They begin late in the file, or are "
        "damaged. Where you need them, cut the file where they begin and redact the parts"
    )


def _video_info(
    path: Path,
    container: InputContainer,
    stream: VideoStream,
    av_frame: av.VideoFrame,
    duration: float | None,
    crop: Crop,
    end: Fraction | None,
) -> VideoInfo:
    assert stream.time_base is not None  # or no frame would have come out of it
    codec = stream.codec_context.codec.canonical_name
    fields = codec == "hevc" and av_frame.interlaced_frame  # FFmpeg marks only those that are coded in fields
    rate = stream.average_rate or stream.guessed_rate
    rate = rate if rate is not None and 0 < rate <= _MAX_FRAME_RATE else None
    pictures = 2 if fields else 1
    crop = replace(crop, top=pictures * crop.top, bottom=pictures * crop.bottom)
    rotation, mirrored = _orientation(path, av_frame)
    name = av_frame.format.name
    estimate = round(duration * rate) if duration and rate else None
    width, height = av_frame.width - crop.left - crop.right, av_frame.height * pictures - crop.top - crop.bottom
    return VideoInfo(
        stream=stream.index,
        codec=codec,
        time_base=stream.time_base,
        geometry=Geometry(width, height, rotation, mirrored, _pixel_aspect(stream)),
        colour=planar_colour(name, _colour(av_frame)),
        pixel_format=planar_format(name),
        bit_depth=10 if av_frame.format.components[0].bits > 8 else 8,
        frame_rate=rate and rate / pictures,
        frames_estimate=(n := stream.frames or estimate) and n // pictures,
        bit_rate=_plausible_bit_rate(
            stream.bit_rate or container.bit_rate or (int(container.size * 8 / duration) if duration else None)
        ),
        interlaced=av_frame.interlaced_frame,
        top_first=FieldParity().is_top(av_frame),
        notes=(*conversion_notes(name), *_crop_notes(av_frame, crop, (width, height))),
        crop=crop,
        end=end,
        field_pictures=fields,
    )


def _timed(
    video: VideoInfo, path: Path, kind: str, container: InputContainer, frame_rate: Fraction | None
) -> VideoInfo:
    """The track of a stream without a container, with the rate and the times that it has or is given."""
    if kind not in RAW_DEMUXERS:
        return video
    rate, source = stream_rate(container.streams.video[0], frame_rate)
    if video.field_pictures and frame_rate is None:
        rate /= 2  # what a stream states is how its pictures follow each other
    size, mean = path.stat().st_size, mean_packet_bytes(container, container.streams.video[0])
    frames = size / mean / (2 if video.field_pictures else 1) if mean else None
    shown = int(rate) if rate.denominator == 1 else f"{float(rate):.3f}"
    note = f"a {RAW_NAMES[kind]} stream without a container, without times: {shown} frames a second, {source}"
    return replace(
        video,
        time_base=1 / (FRAME_TICKS * rate),
        frame_rate=rate,
        frames_estimate=round(frames) if frames else None,
        bit_rate=_plausible_bit_rate(int(size * 8 * rate / round(frames))) if frames and round(frames) else None,
        notes=(*video.notes, note),
    )


def _crop_notes(av_frame: av.VideoFrame, crop: Crop, size: tuple[int, int]) -> Iterator[str]:
    if crop:
        yield (
            f"the container crops the picture: of {av_frame.width}x{av_frame.height} players show {size[0]}x{size[1]}, "
            f"from column {crop.left} and line {crop.top} on; only that is in the output"
        )


def _plausible_bit_rate(rate: int | None) -> int | None:
    return None if not rate or rate < 0 else min(rate, _MAX_BIT_RATE)


def _first_frame(path: Path, probed: VideoStream) -> av.VideoFrame:
    """The first undamaged frame; where there is none, the first one."""
    if getattr(probed, "codec_context", None) is None or probed.time_base is None:
        raise UnsupportedSource(
            f"{path}: no decoder for its video track (track {probed.index}). Convert it to H.264 first."
        )
    if probed.time_base > _MAX_TICK_S:
        raise DamagedSource(
            f"{path}: the time base of its video (track {probed.index}) is invalid: one tick would last "
            f"{float(probed.time_base):.0f} s. Copy the file again from the original."
        )
    broken: av.VideoFrame | None = None
    reason = "it has no frames"
    with open_container(path) as container:  # again for each track: not every file can be rewound
        stream = next(stream for stream in container.streams.video if stream.index == probed.index)
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        try:
            for packet in islice(container.demux(stream), _MAX_PROBE_PACKETS):
                try:
                    for av_frame in packet.decode():
                        if not av_frame.is_corrupt:
                            return av_frame
                        broken = broken or av_frame
                except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
                    reason = _reason(error)
        except READ_ERRORS as error:
            reason = _reason(error)
    if broken is not None:
        return broken
    raise DamagedSource(
        f"{path}: not one frame of its video (track {probed.index}) can be decoded: {reason}. "
        "Check that it plays, and copy it again from the original."
    )


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _origin(container: InputContainer, kind: str, first_frames: dict[VideoStream, av.VideoFrame]) -> Fraction:
    """The time on the file's clock at which its presentation starts.

    A broadcast clock starts anywhere, so there it is the earliest timestamp of any track. Elsewhere it is 0 (a track
    may start later), unless the video starts before 0, or so late that its clock must have another origin.
    """
    if kind in RAW_DEMUXERS:
        return Fraction(0)
    starts = [
        av_frame.pts * stream.time_base
        for stream, av_frame in first_frames.items()
        if av_frame.pts and stream.time_base
    ]
    earliest = min(starts, default=Fraction(0))
    start = Fraction(container.start_time, av.time_base) if container.start_time is not None else earliest
    if kind in BROADCAST_CONTAINERS or earliest > _MAX_START_S:
        return start if abs(start - earliest) < _MAX_START_S else earliest
    return min(earliest, Fraction(0))


def _orientation(path: Path, av_frame: av.VideoFrame) -> tuple[int, bool]:
    # Matrices from the container and from the bitstream (SEI) are both attached to the frame.
    matrices = [data for data in _side_data(av_frame) if data.type is Type.DISPLAYMATRIX]
    if not matrices:
        return 0, False
    try:
        return rotation_of(struct.unpack("=9i", bytes(matrices[0])))
    except UnsupportedSource as error:
        raise UnsupportedSource(f"{path}: {error}.") from None


def _side_data(av_frame: av.VideoFrame) -> SideDataContainer:
    return cast(SideDataContainer, av_frame.side_data)  # PyAV declares a TypedDict, and gives a container


def _hdr(av_frame: av.VideoFrame) -> list[str]:
    return [_DISPLAY_ONLY[data.type] for data in _side_data(av_frame) if data.type in _DISPLAY_ONLY]


def _pixel_aspect(stream: VideoStream) -> Fraction:
    """Width divided by height of a stored pixel; 1 where the file states none, or an implausible one."""
    aspect = stream.sample_aspect_ratio
    return aspect if aspect is not None and Fraction(1, 8) <= aspect <= 8 else Fraction(1)


def _colour(av_frame: av.VideoFrame) -> Colour:
    # FFmpeg's values are the code points of H.273; its range is 0 unknown, 1 limited, 2 full.
    full_range = {1: False, 2: True}.get(int(av_frame.color_range))
    if av_frame.format.name.startswith("yuvj"):
        full_range = True
    return Colour(
        primaries=_known_or_unspecified(int(av_frame.color_primaries), _PRIMARIES),
        transfer=_known_or_unspecified(int(av_frame.color_trc), _TRANSFERS),
        matrix=_known_or_unspecified(int(av_frame.colorspace), _MATRICES),
        full_range=full_range,
    )


def _known_or_unspecified(code: int, codes: frozenset[int]) -> int:
    """Encoders reject undefined code points."""
    return code if code in codes else _UNSPECIFIED


def _date(tag: str | None) -> str | None:
    """The date and time if the tag is one; any other text is dropped."""
    return tag if tag is not None and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", tag) else None


def _language(tag: str | None) -> str | None:
    """The ISO 639-2 code if the tag is one; any other text is dropped."""
    return tag if tag is not None and re.fullmatch("[a-z]{3}", tag) and tag != "und" else None
