"""Frames of one video track by their number, in any order: for looking at a file, not for releasing it.

`VideoFile.frames` is what counts: it goes through a file from beginning to end. Here a list of all frames is made
without decoding (by the times of the packets), and a frame is decoded from the key frame before it. Where packets do
not tell the times of frames (broadcasts, interlaced pictures, clocks that jump), the list is made by decoding all of it
once, and a frame is reached from the beginning: slow, but the same frame.
"""

from __future__ import annotations

import bisect
import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

import av
from av.container import InputContainer
from av.stream import Discard
from av.video.stream import VideoStream

from passerby.core.errors import SourceChanged
from passerby.core.raw_frame import RawFrame
from passerby.source.video.decoding import tells_times
from passerby.source.video.file import VideoFile
from passerby.source.video.media_info import MOST_PIXELS
from passerby.source.video.open import READ_ERRORS, open_container
from passerby.source.video.pixel_format import planar
from passerby.source.video.timestamp_repair import DAY

#: Decoded frames that are kept. Pages ask for neighbours, and not always in order.
KEPT = 24
#: Before a frame that is jumped to, only what others are predicted from is decoded, but for so many frames before it.
FULL = 8
#: Decoding on is as quick as jumping for about this many frames.
NEAR = 12


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """`times` of all frames in order, in ticks from the presentation's start; `keys`: those of key frames, in order.

    Without `keys` frames can only be reached from the beginning.
    """

    times: array[int]
    keys: array[int]


def frame_index(video: VideoFile, number: int, frames: int) -> FrameIndex:
    """The index of one video track which is known to have so many `frames`."""
    quick = _by_packets(video, number)
    if quick is not None and len(quick.times) == frames:
        return quick
    return FrameIndex(array("q", (frame.time for frame in video.frames(number))), array("q"))


def _by_packets(video: VideoFile, number: int) -> FrameIndex | None:
    track = video.info.videos[number]
    if not tells_times(video.info.container, track):
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
    longest = int(DAY / track.time_base)
    steps = pairwise(in_order)
    if not in_order or in_order[0] < 0 or any(not a < b <= a + longest for a, b in steps):
        return None
    return FrameIndex(in_order, array("q", sorted(keys)))


class Seeker:
    """One video track, open for looking at. One thread at a time decodes; others wait."""

    def __init__(self, video: VideoFile, number: int, index: FrameIndex) -> None:
        self.info = video.info.videos[number]
        self.index = index
        self._video, self._number = video, number
        self._origin = round(video.info.origin / self.info.time_base)
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, RawFrame] = OrderedDict()
        self._run: Iterator[RawFrame] | None = None
        self._next = 0

    def frame(self, number: int) -> RawFrame:
        """Frame `number`, or the last one before it that can be decoded. Raises SourceChanged when there is none."""
        with self._lock:
            if number in self._kept:
                self._kept.move_to_end(number)
                return self._kept[number]
            if self._run is None or not self._on_the_way(number):
                self._close()
                self._run = self.run(number)
            last: RawFrame | None = None
            for frame in self._run:
                self._next = frame.index + 1
                self._keep(frame)
                if frame.index > number and last is not None:
                    return last
                last = frame
                if frame.index >= number:
                    return frame
            self._close()
            if last is None:
                raise SourceChanged(f"{self._video.path} has no frame {number} any more. Start the review again.")
            return last

    def run(self, number: int) -> Iterator[RawFrame]:
        """Frames in order, from the key frame before `number` (or, without an index, from the first) to the end."""
        if not self.index.keys:
            yield from self._video.frames(self._number)
            return
        key = max(0, bisect.bisect_right(self.index.keys, self.index.times[number]) - 1)
        for back in range(key, -1, -1):
            frames = self._from(self.index.keys[back], self.index.times[max(0, number - FULL)])
            first = next(frames, None)
            if first is None or (first.index > number and back):
                continue  # some containers jump to a place after the one that was asked for
            yield first
            yield from frames
            return

    def again(self) -> Seeker:
        """Another one on the same track, at its own place in it."""
        return Seeker(self._video, self._number, self.index)

    def close(self) -> None:
        with self._lock:
            self._close()
            self._kept.clear()

    def _on_the_way(self, number: int) -> bool:
        if not self._next <= number:
            return False
        if number - self._next <= NEAR or not self.index.keys:
            return True
        key = bisect.bisect_right(self.index.keys, self.index.times[number]) - 1
        return key >= 0 and self.index.keys[key] < self.index.times[self._next]

    def _keep(self, frame: RawFrame) -> None:
        self._kept[frame.index] = frame
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _close(self) -> None:
        run, self._run = self._run, None
        close = getattr(run, "close", None)
        if close is not None:
            close()

    def _from(self, key: int, full: int) -> Iterator[RawFrame]:
        """Frames from a key frame on; those before time `full` only as far as decoding needs them."""
        size = self.info.geometry.width, self.info.geometry.height
        with open_container(self._video.path) as container:
            for stream in container.streams:
                stream.discard = Discard.default if stream.index == self.info.stream else Discard.all
            stream = next(stream for stream in container.streams.video if stream.index == self.info.stream)
            stream.thread_type = "AUTO"
            stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
            container.seek(key + self._origin, stream=stream, backward=True)
            for picture in self._pictures(container, stream, full + self._origin):
                if picture.pts is None:
                    continue
                time = picture.pts - self._origin
                number = bisect.bisect_left(self.index.times, time)
                if number < len(self.index.times) and self.index.times[number] == time:
                    ready = planar(picture, self.info.pixel_format, size)
                    yield RawFrame(ready, number, time, bool(picture.is_corrupt))

    @staticmethod
    def _pictures(container: InputContainer, stream: VideoStream, full: int) -> Iterator[av.VideoFrame]:
        with suppress(*READ_ERRORS):
            for packet in container.demux(stream):
                early = packet.pts is not None and packet.pts < full
                stream.codec_context.skip_frame = "NONREF" if early else "DEFAULT"
                with suppress(av.FFmpegError, OSError, ValueError):
                    yield from packet.decode()
