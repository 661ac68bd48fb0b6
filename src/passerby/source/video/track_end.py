"""Where a track ends. A frame lasts until the next one; after the last there is none, so its length is what the
container states: in screen recordings, that may be minutes. The last packet of sound holds more than is played."""

from __future__ import annotations

import re
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from passerby.core.media import VideoInfo
from passerby.source.video.decoding import DecodeStats
from passerby.source.video.timestamp_repair import MAX_GAP_S

#: Containers that state the length of each track, and those that do so for pictures: AVI counts its chunks, of which
#: empty ones at the end only prolong the last picture, and rounds the length of sound.
_WITH_TRACK_LENGTH, _WITH_PICTURE_LENGTH = {"mp4", "mov"}, {"avi"}
#: Containers that state only the length of the longest track, from 0 on.
_WITH_FILE_LENGTH = {"matroska", "webm", "flv"}
#: With such tags mkvmerge says that it has written the others.
_MKVMERGE_TAG = "_STATISTICS"
_DURATION_TAG = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


def stated_end(container: InputContainer, stream: VideoStream | AudioStream, kind: str) -> Fraction | None:
    """The time in seconds on the file's clock at which a track ends, where the container says so."""
    states = kind in _WITH_TRACK_LENGTH or (kind in _WITH_PICTURE_LENGTH and isinstance(stream, VideoStream))
    if states and stream.duration and stream.time_base:
        return ((stream.start_time or 0) + stream.duration) * stream.time_base
    if kind not in _WITH_FILE_LENGTH:
        return None
    tag = _DURATION_TAG.match(stream.metadata.get("DURATION", ""))
    if tag is not None:
        hours, minutes, seconds = tag.groups()
        length = Fraction(hours) * 3600 + Fraction(minutes) * 60 + Fraction(seconds)
        # FFmpeg counts from 0 on, mkvmerge from the first packet.
        counted = any(name.startswith(_MKVMERGE_TAG) for name in stream.metadata)
        return length + (stream.start_time or 0) * (stream.time_base or 0) if counted else length
    return _file_end(container, kind) if len(container.streams) == 1 else None


def sound_end(container: InputContainer, stream: AudioStream, kind: str) -> Fraction | None:
    """The same for a track of sound. Matroska and FLV state the length of the file: no track ends later. In Matroska it
    counts what only primes the decoder, before 0."""
    end = stated_end(container, stream, kind)
    return _file_end(container, kind) if end is None and kind in _WITH_FILE_LENGTH else end


def _file_end(container: InputContainer, kind: str) -> Fraction | None:
    if not container.duration or container.duration < 0:
        return None
    start = 0 if kind == "flv" else container.start_time or 0  # FLV states when it ends, and not how long it is
    return Fraction(start + container.duration, av.time_base)


def last_duration(track: VideoInfo, stats: DecodeStats, last: int, damaged: bool) -> int | None:
    """Ticks for which the frame at `last`, the last one, is shown; None where nothing states it.

    Of a `damaged` file the end may be missing: nobody waits for it.
    """
    stated = None if track.end is None else round(track.end / track.time_base) - last
    if stated is not None and 0 < stated <= MAX_GAP_S / track.time_base and not damaged:
        return stated
    return stats.last_duration
