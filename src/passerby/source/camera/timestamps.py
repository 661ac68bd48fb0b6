"""When a camera's frames were: the stream's own times, as far as they can be believed, on this machine's clock.

Frames come in bursts, so the moment of arrival alone makes motion look jerky; and the times in a stream jump, repeat,
go backwards, or are missing. So the stream's times are followed while they keep step with arrival, and taken up anew
where they do not. What comes out always rises.
"""

from __future__ import annotations

#: Seconds that a stream's time may lead the moment of arrival, or lag behind it, before it is taken up anew. Frames
#: that are late are common: networks hold them back. None can be early, but for how the beginning was placed.
AHEAD, BEHIND = 0.3, 1.5
#: How fast the two clocks are drawn together: share of the difference a frame.
_PULL = 0.02
#: Two frames are at least so far apart, seconds.
_LEAST = 0.001


class CameraClock:
    """Times in one run of one camera, from 0. `jumps` counts how often the stream's times were taken up anew."""

    def __init__(self, start: float) -> None:
        """`start` is the moment of arrival, in monotonic seconds, that becomes time 0."""
        self._start = start
        self._shift: float | None = None
        self._last = -_LEAST
        self.jumps = 0

    def time(self, stated: float | None, arrived: float) -> int:
        """Microseconds since the start, of a frame that says `stated` (seconds, any origin) and came at `arrived`."""
        here = arrived - self._start
        if stated is None:
            time = here
        else:
            time = here if self._shift is None else stated + self._shift
            if self._shift is not None and not here - BEHIND <= time <= here + AHEAD:
                self.jumps += 1
                time = here
            elif self._shift is not None and time <= self._last:
                time = here
            time += (here - time) * _PULL
            self._shift = time - stated
        self._last = max(time, self._last + _LEAST)
        return round(self._last * 1_000_000)

    def begin_stream(self) -> None:
        """A new connection: its times have nothing to do with those before."""
        self._shift = None
