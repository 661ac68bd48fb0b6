"""How often a track is searched for in crops: in every frame where it goes its own way, seldom where motion carries it.

A crop mostly confirms what optical flow has said. So each crop that finds the object where motion has taken it doubles
the interval to the next one, and the first that does not has the frames that were passed over searched as well: they
are still buffered, so that nothing is lost by having waited.
"""

from __future__ import annotations

from dataclasses import dataclass

from passerby.core.box import Box
from passerby.track.own_motion import MAX_COASTING_FRAMES

#: Motion has carried a track well when it is found no further from there than this share of its size, and not larger or
#: smaller by more than this factor. Boxes of the face model vary by half of that from frame to frame.
STEADY_OFFSET, STEADY_SCALE = 0.1, 1.25
#: Frames from one search to the next: of what is not confirmed, which few hits would confirm, and of what was not found
#: for long.
MAX_UNCONFIRMED_INTERVAL, LOST_INTERVAL = 2, 4
#: Misses after which what is not confirmed is searched for half as often, and after twice as many a quarter as often.
MISSES_TO_SLOW_DOWN = 6


@dataclass(slots=True)
class SearchCadence:
    """Of one track: `last` is the frame in which it was last searched for, or found by a detector run."""

    last: int
    interval: int = 1

    def is_due(self, frame: int) -> bool:
        """Is it to be searched for in this frame?"""
        return frame - self.last >= self.interval

    def passed_over(self, frame: int) -> int:
        """Frames before this one in which it was not searched for since it last was."""
        return max(0, frame - self.last - 1)

    def found(self, frame: int, is_steady: bool, longest: int) -> None:
        """A crop has found it; `longest` is the longest interval that is allowed."""
        self.last = frame
        self.interval = min(2 * self.interval, longest) if is_steady else 1

    def missed(self, frame: int, misses: int, age: int, is_confirmed: bool) -> None:
        """A crop has not: the last of so many, `age` frames after it was last found."""
        self.last = frame
        if is_confirmed:
            self.interval = LOST_INTERVAL if age >= MAX_COASTING_FRAMES else 1
        else:
            self.interval = min(2 * LOST_INTERVAL, 2 ** (misses // MISSES_TO_SLOW_DOWN))


def is_steady(expected: Box, found: Box) -> bool:
    """Is it where motion has taken it?"""
    (x, y), (ex, ey) = found.centre, expected.centre
    size = max(found.shorter_side, 1e-6)
    ratio = (max(found.area, 1e-6) / max(expected.area, 1e-6)) ** 0.5
    near = max(abs(x - ex), abs(y - ey)) <= STEADY_OFFSET * size
    return near and 1 / STEADY_SCALE <= ratio <= STEADY_SCALE
