"""Flicker: a mask that goes and comes back at once. It draws the eye to the very moment that shows a face."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

#: Seconds within which the mask must be back.
BACK_WITHIN = 1.0


def flickers(times: Sequence[float], leaked: Sequence[bool]) -> list[int]:
    """Where in a track's frames each flicker begins: indices of the first frame that shows it again.

    `times` (seconds, rising) and `leaked` have one value for each frame in which the track was measured. What was
    hidden, leaks, and is hidden again at most BACK_WITHIN later flickers once. A leak at the beginning or the end is a
    late mask or one that ended early: it is a leak, but it does not flicker.
    """
    begins, at = [], 0
    for leak, run in groupby(leaked):
        end = at + len(list(run))
        # Half a thousandth: times in seconds are rounded.
        if leak and at > 0 and end < len(times) and times[end] - times[at] <= BACK_WITHIN + 0.0005:
            begins.append(at)
        at = end
    return begins
