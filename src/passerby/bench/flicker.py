"""Flicker: a mask that disappears and reappears at once. It draws attention to the very moment that shows a face."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

#: Seconds within which the mask must reappear.
MAX_GAP_S = 1.0


def flicker_starts(times: Sequence[float], leaked: Sequence[bool]) -> list[int]:
    """Where in a track's frames each flicker starts: indices of the first frame without a mask.

    `times` (seconds, rising) and `leaked` have one value for each frame in which the track was measured. A box that was
    hidden, leaks, and is hidden again at most MAX_GAP_S later flickers once. A leak at the start or the end is a late
    mask or one that ended early: a leak, but not a flicker.
    """
    starts, at = [], 0
    for leak, run in groupby(leaked):
        end = at + len(list(run))
        # Half a thousandth: times in seconds are rounded.
        if leak and at > 0 and end < len(times) and times[end] - times[at] <= MAX_GAP_S + 0.0005:
            starts.append(at)
        at = end
    return starts
