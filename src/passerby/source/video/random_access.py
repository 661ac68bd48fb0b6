"""Frames of one video track by number, in any order: for viewing a file in review, not for releasing it.

`VideoFile.frames`, which decodes from beginning to end, is authoritative. Here an index of all frames is built without
decoding (from packet timestamps), and a frame is decoded from the keyframe before it. Where packets do not state the
times of frames (broadcasts, interlaced video, jumping timestamps), the index is built by decoding everything once, and
a frame is reached from the beginning: slow, but the same frame.
"""

from __future__ import annotations

import bisect
import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

import av
from av.container import InputContainer
from av.stream import Discard
from av.video.stream import VideoStream

from passerby.core.errors import SourceChanged
from passerby.core.raw_frame import RawFrame
from passerby.source.video.container_sniff import UNSEEKABLE_CONTAINERS
from passerby.source.video.decoding import has_reliable_pts
from passerby.source.video.file import VideoFile
from passerby.source.video.media_info import MAX_PIXELS
from passerby.source.video.open import READ_ERRORS, open_container
from passerby.source.video.pixel_format import to_planar
from passerby.source.video.raw_streams import RAW_DEMUXERS
from passerby.source.video.raw_timing import FRAME_TICKS
from passerby.source.video.structure.container_crop import cropped
from passerby.source.video.timestamp_repair import MAX_GAP_S

#: Decoded frames in the cache. Pages request neighbouring frames, and not always in order.
CACHED_FRAMES = 24
#: On the way to a frame only reference frames are decoded, except for this many frames before it.
FULL_DECODE_FRAMES = 8
#: Up to about this many frames ahead, decoding on is as fast as seeking.
FORWARD_DECODE_FRAMES = 12


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """`times` of all frames in order, in ticks from the presentation's start; `key_times`: those of keyframes, in
    order.

    Without `key_times` frames can only be reached from the beginning.
    """

    times: array[int]
    key_times: array[int]


def _index_stream(video: VideoFile, number: int, frames: int) -> FrameIndex | None:
    if not video.index_stream(number, frames):
        return None
    return FrameIndex(array("q", range(0, frames * FRAME_TICKS, FRAME_TICKS)), array("q", video.key_times(number)))


def build_frame_index(video: VideoFile, number: int, frames: int) -> FrameIndex:
    """The index of one video track, which is known to have `frames` frames."""
    raw = video.info.container in RAW_DEMUXERS
    by_packets = _index_stream(video, number, frames) if raw else _index_packets(video, number)
    if by_packets is not None and len(by_packets.times) == frames:
        return by_packets
    times = array("q", (frame.time for frame in video.frames(number)))
    return FrameIndex(times, array("q", video.key_times(number)))


def _index_packets(video: VideoFile, number: int) -> FrameIndex | None:
    track = video.info.videos[number]
    if not has_reliable_pts(video.info.container, track):
        return None
    origin = round(video.info.origin / track.time_base)
    times, keys = array("q"), array("q")
    with open_container(video.path) as container:
        for stream in container.streams:
            stream.discard = Discard.default if stream.index == track.stream else Discard.all
        try:
            for packet in container.demux(container.streams[track.stream]):
                if not packet.size or packet.is_discard:
                    continue
                if packet.pts is None:
                    return None
                times.append(packet.pts - origin)
                if packet.is_keyframe:
                    keys.append(packet.pts - origin)
        except READ_ERRORS:
            return None
    in_order = array("q", sorted(times))
    longest = int(MAX_GAP_S / track.time_base)
    steps = pairwise(in_order)
    if not in_order or in_order[0] < 0 or any(not a < b <= a + longest for a, b in steps):
        return None
    return FrameIndex(in_order, array("q", sorted(keys)))


class RandomAccessReader:
    """One video track, open for random access. One thread at a time decodes; others wait."""

    def __init__(self, video: VideoFile, number: int, index: FrameIndex) -> None:
        self.info = video.info.videos[number]
        self.index = index
        self._video, self._number = video, number
        self._origin = round(video.info.origin / self.info.time_base)
        self._lock = threading.Lock()
        self._cache: OrderedDict[int, RawFrame] = OrderedDict()
        self._frames: Iterator[RawFrame] | None = None
        self._next_number = 0

    def frame(self, number: int) -> RawFrame:
        """Frame `number`, or the last decodable one before it. Raises SourceChanged when there is none."""
        with self._lock:
            if number in self._cache:
                self._cache.move_to_end(number)
                return self._cache[number]
            if self._frames is None or not self._is_reachable_forward(number):
                self._stop_decoding()
                self._frames = self.frames_from(number)
            last: RawFrame | None = None
            for frame in self._frames:
                self._next_number = frame.index + 1
                self._cache_frame(frame)
                if frame.index > number and last is not None:
                    return last
                last = frame
                if frame.index >= number:
                    return frame
            self._stop_decoding()
            if last is None:
                raise SourceChanged(f"{self._video.path} has no frame {number} any more. Start the review again.")
            return last

    def frames_from(self, number: int) -> Iterator[RawFrame]:
        """Frames in order, from the keyframe before `number` (or, without keyframe times, from the first) to the
        end."""
        if not self.index.key_times:
            yield from self._video.frames(self._number)
            return
        key = max(0, bisect.bisect_right(self.index.key_times, self.index.times[number]) - 1)
        for back in range(key, -1, -1):
            frames = self._decode_from(
                self.index.key_times[back], self.index.times[max(0, number - FULL_DECODE_FRAMES)]
            )
            first = next(frames, None)
            if first is None or (first.index > number and back):
                continue  # some containers seek to a position after the requested one
            yield first
            yield from frames
            return

    def clone(self) -> RandomAccessReader:
        """Another reader of the same track, with its own position."""
        return RandomAccessReader(self._video, self._number, self.index)

    def close(self) -> None:
        with self._lock:
            self._stop_decoding()
            self._cache.clear()

    def _is_reachable_forward(self, number: int) -> bool:
        if not self._next_number <= number:
            return False
        if number - self._next_number <= FORWARD_DECODE_FRAMES or not self.index.key_times:
            return True
        key = bisect.bisect_right(self.index.key_times, self.index.times[number]) - 1
        return key >= 0 and self.index.key_times[key] < self.index.times[self._next_number]

    def _cache_frame(self, frame: RawFrame) -> None:
        self._cache[frame.index] = frame
        while len(self._cache) > CACHED_FRAMES:
            self._cache.popitem(last=False)

    def _stop_decoding(self) -> None:
        run, self._frames = self._frames, None
        close = getattr(run, "close", None)
        if close is not None:
            close()

    def _decode_from(self, key_time: int, full_from: int) -> Iterator[RawFrame]:
        """Frames from a keyframe on; before time `full_from` only reference frames are decoded."""
        if self._video.info.container in RAW_DEMUXERS:
            yield from self._numbered(self._video.frames(self._number, key_time))
            return
        with open_container(self._video.path) as container:
            for stream in container.streams:
                stream.discard = Discard.default if stream.index == self.info.stream else Discard.all
            stream = next(stream for stream in container.streams.video if stream.index == self.info.stream)
            stream.thread_type = "AUTO"
            stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
            key = key_time + self._origin
            skipped = key if self._video.info.container in UNSEEKABLE_CONTAINERS else None
            if skipped is None:
                container.seek(key, stream=stream, backward=True)
            for av_frame in self._decode(container, stream, full_from + self._origin, skipped):
                if av_frame.pts is None:
                    continue
                time = av_frame.pts - self._origin
                number = bisect.bisect_left(self.index.times, time)
                if number < len(self.index.times) and self.index.times[number] == time:
                    planar = to_planar(av_frame, self.info.pixel_format, self.info.stored_size)
                    ready = cropped(planar, self.info.crop)
                    yield RawFrame(ready, number, time, bool(av_frame.is_corrupt))

    def _numbered(self, frames: Iterator[RawFrame]) -> Iterator[RawFrame]:
        for frame in frames:
            number = bisect.bisect_left(self.index.times, frame.time)
            if number < len(self.index.times) and self.index.times[number] == frame.time:
                yield replace(frame, index=number)

    @staticmethod
    def _decode(
        container: InputContainer, stream: VideoStream, full_from: int, skipped: int | None
    ) -> Iterator[av.VideoFrame]:
        with suppress(*READ_ERRORS):
            for packet in container.demux(stream):
                if skipped is not None and packet.pts is not None and packet.pts < skipped:
                    continue
                early = packet.pts is not None and packet.pts < full_from
                stream.codec_context.skip_frame = "NONREF" if early else "DEFAULT"
                with suppress(av.FFmpegError, OSError, ValueError):
                    yield from packet.decode()
