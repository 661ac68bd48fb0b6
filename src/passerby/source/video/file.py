"""A video file, decoded frame by frame."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Generator, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from av.stream import Discard

from passerby.core.errors import DamagedSource
from passerby.core.media import SourceInfo, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.source.video.decoding import DecodeStats, TrackDecoder, has_faultless_frames
from passerby.source.video.media_info import MAX_PIXELS, probe_video
from passerby.source.video.open import READ_ERRORS, open_container
from passerby.source.video.raw_index import index_stream
from passerby.source.video.raw_streams import RAW_DEMUXERS, SEEKABLE_STREAMS
from passerby.source.video.raw_timing import SeekPoint
from passerby.source.video.structure.truncation import truncation_note

#: `err_detect` for decoders that conceal errors without flagging the frame unless they stop at them.
_STRICT_DECODING = {"hevc": "explode", "ffv1": "crccheck+explode", "mjpeg": "explode"}

#: Seconds before the requested start at which decoding begins, tried in this order: the first frames after a seek may
#: differ from those of a decode from the beginning. The last attempt starts at the beginning of the file.
PREROLLS_S = (2, 30, math.inf)


class VideoFile:
    """One file, open for decoding. `info` describes it; `decode_stats` has the statistics of the last pass per track.

    `threads` is the number of decoder threads, 0 for one per processor.
    """

    def __init__(self, path: Path, info: SourceInfo, threads: int = 0) -> None:
        self.path = path
        self.info = info
        self.decode_stats: dict[int, DecodeStats] = {}
        self._threads = threads
        self._strict: dict[int, bool] = {}
        #: The keyframes of each track of a stream without a container, once it was decoded.
        self._seek_points: dict[int, list[SeekPoint]] = {}

    @classmethod
    def open(cls, path: Path, threads: int = 0, frame_rate: Fraction | None = None) -> VideoFile:
        """Probe a file. `frame_rate` is that of a stream without a container, None for what it states. Raises
        SourceError or a subclass that says what to do."""
        with open_container(path) as container:
            info = probe_video(path, container, frame_rate)
        truncation = truncation_note(path)
        return cls(path, info if truncation is None else replace(info, damage=(*info.damage, truncation)), threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing stays open between two calls of `frames`."""

    def _may_decode_strictly(self, video: int) -> bool:
        """Whether the track starts with error-free frames. Some cameras violate the MJPEG syntax in every frame without
        a visible effect; there decoding errors do not indicate damage."""
        if video not in self._strict:
            track = self.info.videos[video]
            self._strict[video] = track.codec != "mjpeg" or has_faultless_frames(self.path, track.stream)
        return self._strict[video]

    def frames(self, video: int = 0, start: int | None = None) -> Iterator[RawFrame]:
        """Each frame of one video track (index into `info.videos`) once, in presentation order.

        With `start` (ticks from the presentation's start) decoding begins at a keyframe some time before it, and frame
        numbers count from there.

        Each call opens the file again, so that two passes yield the same frames. Frames outside the file's edit list
        are not yielded. A frame that cannot be decoded is skipped and counted in `decode_stats`; one that is partly
        concealed, and all predicted from it, are `damaged`. Timestamps are the file's own, repaired where they are
        invalid (source/video/timestamp_repair.py). Raises DamagedSource at the end when every frame was damaged.
        """
        track = self.info.videos[video]
        yield from self._decode(track, video) if start is None else self._frames_from(track, video, start)
        stats = self.decode_stats[video]
        if stats.frames == stats.damaged:
            raise DamagedSource(
                f"{self.path}: not one frame of its video (track {track.stream}) is whole. "
                "Check that it plays, and copy it again from where it came."
            )

    def index_stream(self, video: int, frames: int) -> bool:
        """Find the keyframes of a stream without a container by its packets, without decoding; whether they tell that
        it has as many `frames`."""
        track = self.info.videos[video]
        with open_container(self.path) as container:
            stream = container.streams.video[0]
            try:
                found = (
                    None if track.field_pictures else index_stream(container.demux(stream), stream, self.info.container)
                )
            except READ_ERRORS:
                return False
        if found is None or found[0] != frames:
            return False
        self._seek_points[video] = found[1]
        return True

    def key_times(self, video: int) -> list[int]:
        """The times of the keyframes from which a stream without a container can be decoded: known once it was decoded
        from its beginning to its end."""
        return [point.time for point in self._seek_points.get(video, ())]

    def _frames_from(self, track: VideoInfo, video: int, start: int) -> Iterator[RawFrame]:
        """From a keyframe before `start`. Some containers seek to a position after the requested one."""
        for seconds in PREROLLS_S:
            seek_to = max(0.0, start - seconds / float(track.time_base))
            run = self._decode(track, video, int(seek_to))
            first = next(run, None)
            if first is not None and (first.time < start or seek_to < 1):
                yield first
                yield from run
                return
            run.close()

    def _decode(self, track: VideoInfo, video: int, seek_to: int = 0) -> Generator[RawFrame]:
        raw = self.info.container in RAW_DEMUXERS
        point = self._seek_point(video, seek_to) if raw and seek_to else None
        with open_container(self.path) as container:
            for stream in container.streams:
                stream.discard = Discard.default if stream.index == track.stream else Discard.all
            stream = next(stream for stream in container.streams.video if stream.index == track.stream)
            stream.thread_type = "AUTO"
            stream.thread_count = self._threads
            options = {"max_pixels": str(MAX_PIXELS)}
            if track.codec in _STRICT_DECODING and self._may_decode_strictly(video):
                options["err_detect"] = _STRICT_DECODING[track.codec]
            stream.codec_context.options = options
            if point is not None:
                container.seek(point.byte, stream=stream, unsupported_byte_offset=True)
            elif seek_to and not raw:
                container.seek(seek_to + round(self.info.origin / track.time_base), stream=stream)
            after_seek = point is not None or (seek_to > 0 and not raw)
            decoder = TrackDecoder(container, stream, self.info, track, after_seek, point)
            self.decode_stats[video] = decoder.stats
            yield from decoder.frames()
            if decoder.clock is not None and point is None and self.info.container in SEEKABLE_STREAMS:
                self._seek_points[video] = decoder.clock.seek_points

    def _seek_point(self, video: int, seek_to: int) -> SeekPoint | None:
        """The last keyframe at `seek_to` or before; None where none is known but the first."""
        points = self._seek_points.get(video, [])
        at = bisect_right(points, seek_to, key=lambda point: point.time) - 1
        return points[at] if at > 0 else None
