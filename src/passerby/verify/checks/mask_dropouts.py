"""Masks that disappear for a moment: where a black area is gone from one frame to the next, detection follows at once.

Detection passes are spread over time, and a mask that is missing for three frames may lie between two of them. That a
black area disappears is found in every frame, at almost no cost, and detectors then search its place close up. So no
detector has to run in the right frame by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.verify.checks.blank_regions import BlankRegions

#: The place of a mask is black again when this share of it is.
RECOVERED_SHARE = 0.6
#: A mask may move by this much from frame to frame, and what it uncovers must be this large, px of the scaled image.
MAX_MASK_SHIFT, MIN_SIDE = 7, 8
#: Frames after the disappearance in which its place is searched, unless the mask is back.
MAX_FRAMES = 3
#: Weight (sighting_fusion.py) of a sighting that is sufficient on its own, and of one that must be repeated.
SINGLE_WEIGHT, REPEATED_WEIGHT = 0.6, 0.35
#: Places searched in one frame, at most: a scene cut takes every mask away.
MAX_DROPOUTS = 2
#: Frames for which an area must have been black to be missed: dark areas of a video flicker.
MIN_AGE = 4


@dataclass(slots=True)
class Dropout:
    """The place of a mask that disappeared, to be searched in this frame; `frames` counts those without it, from 1.

    `weights` are those of the sightings there (sighting_fusion.py); `start` the time of the first frame without the
    mask, in seconds.
    """

    box: Box
    start: float
    frames: int = 1
    reported: bool = False
    weights: list[float] = field(default_factory=list)

    def observe(self, weight: float, box: Box) -> bool:
        """Something was detected there, at `box`: is that sufficient for a finding, which was not reported before?"""
        self.weights.append(weight)
        self.box = box
        sufficient = max(self.weights) >= SINGLE_WEIGHT or sum(value >= REPEATED_WEIGHT for value in self.weights) >= 2
        new, self.reported = sufficient and not self.reported, self.reported or sufficient
        return new


class MaskDropoutDetector:
    """Follows the masks of one video track; `step` every frame, in order."""

    def __init__(self) -> None:
        #: For how many frames each pixel has been under a mask, at most MIN_AGE.
        self._ages: npt.NDArray[np.uint16] | None = None
        self._dropouts: list[Dropout] = []

    def step(self, now: BlankRegions, seconds: float) -> list[Dropout]:
        """The regions to search in this frame."""
        ages = self._ages
        if ages is None or ages.shape != now.masks.shape:
            ages = np.zeros(now.masks.shape, np.uint16)
        uncovered = list(_uncovered(ages >= MIN_AGE, now))
        self._ages = np.where(now.masks > 0, np.minimum(ages + 1, MIN_AGE), 0).astype(np.uint16)
        self._dropouts = [
            dropout
            for dropout in self._dropouts
            if dropout.frames < MAX_FRAMES and now.black_share(dropout.box) < RECOVERED_SHARE
        ]
        for dropout in self._dropouts:
            dropout.frames += 1
        self._dropouts = [*self._dropouts, *(Dropout(box, seconds) for box in uncovered)][:MAX_DROPOUTS]
        return self._dropouts


def _uncovered(before: npt.NDArray[np.bool_], now: BlankRegions) -> Iterator[Box]:
    """Parts of what was under a mask for a while, and is not near one now; the largest first."""
    if not before.any():
        return
    side = 2 * MAX_MASK_SHIFT + 1
    near = cv2.dilate(now.black, np.ones((side, side), np.uint8))
    uncovered = (before & (near == 0)).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(uncovered, connectivity=4, ltype=cv2.CV_32S)
    for x, y, w, h, _ in sorted(stats[1:count].tolist(), key=lambda row: -row[4]):
        if min(w, h) >= MIN_SIDE:
            yield Box(x * now.scale, y * now.scale, (x + w) * now.scale, (y + h) * now.scale)
