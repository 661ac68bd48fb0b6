"""Times of frames where a container has none: the n-th frame that is shown takes the n-th place in the stream.

ASF's are the times at which packets are decoded: there all frames are shown later, by as much as the first one waits in
the decoder for those that are shown before it.

So it is as long as none is lost. A frame that stands alone brings the order back: all places before its own are over.
"""

from __future__ import annotations

from heapq import heappop, heappush

import av
from av.video.stream import VideoStream


class Places:
    """`lost` counts the places of frames that never came."""

    def __init__(self, decoded: bool) -> None:
        """`decoded`: places are times of decoding."""
        self._shift: int | None = None if decoded else 0
        self._waiting: list[int] = []
        self._keys: dict[int, int] = {}  # what a packet says its time is -> its place
        self.lost = 0

    def add(self, packet: av.Packet[VideoStream]) -> None:
        """A packet goes into the decoder."""
        if packet.dts is None:
            return
        heappush(self._waiting, packet.dts)
        if packet.is_keyframe and packet.pts is not None:
            self._keys[packet.pts] = packet.dts

    def of(self, picture: av.VideoFrame) -> int | None:
        """The time, in the track's time base, of the next picture that came out; None when there is no place left."""
        own = self._keys.pop(picture.pts, None) if picture.key_frame and picture.pts is not None else None
        while own is not None and self._waiting and self._waiting[0] < own:
            heappop(self._waiting)
            self.lost += 1
        if not self._waiting:
            return None
        place = heappop(self._waiting)
        if self._shift is None:
            self._shift = max(0, picture.dts - place) if picture.dts is not None else 0
        return place + self._shift
