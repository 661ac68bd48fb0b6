"""Presentation times where a container has none: the n-th frame in display order takes the n-th lowest timestamp.

ASF states decoding times: there all frames are displayed later, by the time that the first one waits in the decoder for
frames that are displayed before it.

This holds as long as no frame is lost. A keyframe resynchronises: all timestamps before its own are dropped.
"""

from __future__ import annotations

from heapq import heappop, heappush

import av
from av.video.stream import VideoStream


class TimestampReorder:
    """Assigns the stream's timestamps to frames in display order. `lost` counts timestamps whose frames never came."""

    def __init__(self, from_dts: bool) -> None:
        """`from_dts`: the stream's timestamps are decoding times."""
        self._shift: int | None = None if from_dts else 0
        self._pending: list[int] = []
        self._keyframe_dts: dict[int, int] = {}  # a packet's stated PTS -> its DTS
        self.lost = 0

    def add(self, packet: av.Packet[VideoStream]) -> None:
        """Register a packet that is sent to the decoder."""
        if packet.dts is None:
            return
        heappush(self._pending, packet.dts)
        if packet.is_keyframe and packet.pts is not None:
            self._keyframe_dts[packet.pts] = packet.dts

    def timestamp_of(self, av_frame: av.VideoFrame) -> int | None:
        """The time (in the track's time base) of the next frame that the decoder output; None when none is left."""
        keyframe_dts = (
            self._keyframe_dts.pop(av_frame.pts, None) if av_frame.key_frame and av_frame.pts is not None else None
        )
        while keyframe_dts is not None and self._pending and self._pending[0] < keyframe_dts:
            heappop(self._pending)
            self.lost += 1
        if not self._pending:
            return None
        dts = heappop(self._pending)
        if self._shift is None:
            self._shift = max(0, av_frame.dts - dts) if av_frame.dts is not None else 0
        return dts + self._shift
