"""Timestamps of a camera's frames: the stream's own timestamps mapped to this machine's clock, where plausible.

Frames arrive in bursts, so arrival time alone makes motion jerky; and stream timestamps jump, repeat, go backward, or
are missing. So stream timestamps are used while they keep pace with arrival, and re-anchored to it where they do not.
The result increases strictly.
"""

from __future__ import annotations

#: Seconds that a stream timestamp may lead the arrival time, or lag behind it, before it is re-anchored. Late frames
#: are common: networks delay them. None can be early, except for how the first one was anchored.
MAX_LEAD_S, MAX_LAG_S = 0.3, 1.5
#: How fast the two clocks converge: share of the difference that each frame corrects.
_DRIFT_CORRECTION = 0.02
#: Minimum distance between two frames in seconds.
_MIN_STEP_S = 0.001


class CameraTimestamps:
    """Timestamps of one run of one camera, from 0. `jumps` counts how often stream time was re-anchored."""

    def __init__(self, start: float) -> None:
        """`start` is the arrival time, in monotonic seconds, that becomes time 0."""
        self._start = start
        self._shift: float | None = None
        self._last = -_MIN_STEP_S
        self.jumps = 0

    def timestamp(self, stream_time: float | None, arrived: float) -> int:
        """Microseconds since the start, of a frame with the timestamp `stated` (seconds, any origin) that arrived at
        `arrived`."""
        arrival = arrived - self._start
        if stream_time is None:
            time = arrival
        else:
            time = arrival if self._shift is None else stream_time + self._shift
            if self._shift is not None and not arrival - MAX_LAG_S <= time <= arrival + MAX_LEAD_S:
                self.jumps += 1
                time = arrival
            elif self._shift is not None and time <= self._last:
                time = arrival
            time += (arrival - time) * _DRIFT_CORRECTION
            self._shift = time - stream_time
        self._last = max(time, self._last + _MIN_STEP_S)
        return round(self._last * 1_000_000)

    def new_connection(self) -> None:
        """A new connection: its timestamps are unrelated to those before."""
        self._shift = None
