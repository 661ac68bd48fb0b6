"""Times of pictures in a stream without a container: each is shown as long as the stream says, in display order.

Ticks are half frames, since MPEG video repeats single fields. A picture is told by how many ticks were coded before it:
that number goes through the decoder as its timestamp, and no keyframe is shown before it. So frames that were lost in
between do not move what follows. Decoding from a keyframe gives the same times, since its own is known by then;
pictures that are coded after it and shown before it need what lies before, and are left out.
"""

from __future__ import annotations

from typing import NamedTuple

import av
from av.video.stream import VideoStream

#: Ticks of a frame.
FRAME_TICKS = 2
#: Ticks that a picture may last: a frame that is shown three times has six.
_MAX_TICKS = 6


class SeekPoint(NamedTuple):
    """A keyframe: when it is shown, what was coded before it (both in ticks), and where in the file its packet is."""

    time: int
    coded: int
    byte: int


class StreamClock:
    """`start` is the keyframe that the first packet holds where that is not the first of the stream. `fields`: each
    packet holds one field of a frame.

    `seek_points` are the keyframes, in order; complete after a pass over the whole stream. `lost` counts frames that
    never came, as far as keyframes show it. `first` is what was coded before the first frame that can be decoded, in
    ticks.
    """

    def __init__(self, stream: VideoStream, start: SeekPoint | None = None, fields: bool = False) -> None:
        rate, base = stream.guessed_rate, stream.time_base
        self._ticks_a_unit = FRAME_TICKS * rate * base if rate and base else None
        self._fields = fields
        self._coded = 0 if start is None else start.coded
        self._start = start
        self.first: int | None = None if start is None else 0
        self._next: int | None = None
        self._positions: dict[int, int] = {}
        self.seek_points: list[SeekPoint] = []
        self.lost = 0

    def add(self, packet: av.Packet[VideoStream]) -> None:
        """Give a packet that is sent to the decoder its timestamp."""
        ticks = self._ticks(packet)
        if packet.is_keyframe and packet.pos is not None:
            self._positions[self._coded] = packet.pos
        packet.pts = packet.dts = self._coded
        packet.duration = ticks
        self._coded += ticks

    def is_before_start(self, av_frame: av.VideoFrame) -> bool:
        """Whether a frame is one that the keyframe is shown after. It comes before it, and may be broken."""
        if self._start is None:
            return False
        if av_frame.pts != self._start.coded:
            return True
        self._next, self._start = self._start.time, None
        return False

    def timestamp_of(self, av_frame: av.VideoFrame) -> int | None:
        """The tick at which the next frame that the decoder output is shown."""
        if av_frame.pts is None:
            return None
        if self.first is None:
            self.first = av_frame.pts
        coded = av_frame.pts - self.first
        time = coded if self._next is None else self._next
        if av_frame.key_frame:
            position = self._positions.pop(av_frame.pts, None)
            if coded > time:
                self.lost += max(1, (coded - time) // FRAME_TICKS)
                time = coded
            if position is not None:
                self.seek_points.append(SeekPoint(time, coded, position))
        self._next = time + self.duration_of(av_frame)
        return time

    def duration_of(self, av_frame: av.VideoFrame) -> int:
        """For how many ticks a frame is shown. The fields of a frame may be packets of their own."""
        return 1 if self._fields else max(av_frame.duration or 0, FRAME_TICKS)

    def _ticks(self, packet: av.Packet[VideoStream]) -> int:
        if self._fields:
            return 1
        if self._ticks_a_unit is None or not packet.duration:
            return FRAME_TICKS
        return min(max(1, round(packet.duration * self._ticks_a_unit)), _MAX_TICKS)
