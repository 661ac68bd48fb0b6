"""Masks that come and go: a black area that is gone from one frame to the next is a reason to look there at once.

Looks are spread over time, and a mask that is missing for three frames may lie between two of them. That a black area
vanishes is seen in every frame, for nearly nothing, and what was under it is then looked at close up. No model has to
be lucky enough to look at the right moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.verify.checks.blank_regions import Blackness

#: A place is black again when this share of it is.
STILL_BLACK = 0.6
#: A mask may move by this much from frame to frame, and what it leaves must be this large, px of the small picture.
MOVES, LEAST_SIDE = 7, 8
#: Frames after it is gone in which its place is looked at, unless it is back.
FRAMES = 3
#: Worth of one look (confirm.py) that is enough, and of one that must come again.
ALONE, AGAIN = 0.6, 0.35
#: No more places than this are looked at in one frame: a cut takes every mask away.
MOST = 2
#: Frames for which an area must have been there to be missed: dark places in a film flicker.
LASTING = 4


@dataclass(slots=True)
class Gone:
    """A place where a mask was, to be looked at in this frame; `since` counts the frames for which it is gone, from 1.

    `worths` is what each look there was worth (confirm.py); `start` the moment of the first frame without the mask.
    """

    place: Box
    start: float
    since: int = 1
    told: bool = False
    worths: list[float] = field(default_factory=list)

    def look(self, worth: float, box: Box) -> bool:
        """Something is there, at `box`: is that enough to be told, and was it not told before?"""
        self.worths.append(worth)
        self.place = box
        enough = max(self.worths) >= ALONE or sum(one >= AGAIN for one in self.worths) >= 2
        news, self.told = enough and not self.told, self.told or enough
        return news


class Holes:
    """Asked once for every frame, in order."""

    def __init__(self) -> None:
        #: For how many frames each pixel has been under a mask.
        self._ages: npt.NDArray[np.uint16] | None = None
        self._gone: list[Gone] = []

    def step(self, now: Blackness, seconds: float) -> list[Gone]:
        """Places to look at because of this frame."""
        ages = self._ages
        if ages is None or ages.shape != now.masks.shape:
            ages = np.zeros(now.masks.shape, np.uint16)
        missed = list(_uncovered(ages >= LASTING, now))
        self._ages = np.where(now.masks > 0, np.minimum(ages + 1, LASTING), 0).astype(np.uint16)
        self._gone = [g for g in self._gone if g.since < FRAMES and now.inside(g.place) < STILL_BLACK]
        for gone in self._gone:
            gone.since += 1
        self._gone = [*self._gone, *(Gone(place, seconds) for place in missed)][:MOST]
        return self._gone


def _uncovered(before: npt.NDArray[np.bool_], now: Blackness) -> Iterator[Box]:
    """Parts of what was under a mask for a while, and is not near one now; the largest first."""
    if not before.any():
        return
    side = 2 * MOVES + 1
    near = cv2.dilate(now.map, np.ones((side, side), np.uint8))
    left = (before & (near == 0)).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(left, connectivity=4, ltype=cv2.CV_32S)
    for x, y, w, h, _ in sorted(stats[1:count].tolist(), key=lambda one: -one[4]):
        if min(w, h) >= LEAST_SIDE:
            yield Box(x * now.scale, y * now.scale, (x + w) * now.scale, (y + h) * now.scale)
