"""How much identifying detail of a box survives, by pixels alone.

The core of a box is brought to one size, and what is left of it when everything coarse is taken away is its fine
detail. Of that, the share counts that the redacted picture still shows in the same place: noise, blocks and other
patterns that a mask brings along are not the original's detail and count for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

#: Every core is compared at this size, px a side.
SIDE = 64
#: Share of a box, across and down, that is its core.
CORE = 0.8
#: Finer than this (standard deviation of a Gaussian, px of SIDE) is fine detail.
COARSE = SIDE / 10
#: Mean square of fine detail below which there is nothing to hide.
FLAT = 1.0
#: More than this share of all detail is a leak; a picture that was only encoded anew keeps 0.7 to 1.
LEAK = 0.25
#: More than this share in one of BANDS bands across is a leak too: a strip that shows the eyes is enough.
BANDS, BAND_LEAK = 4, 0.5
#: A band with less than this share of a box's detail says nothing by itself.
TELLING = 0.12
#: A core thinner than this, px, shows nothing.
THINNEST = 4.0

Picture = npt.NDArray[np.uint8]
Grid = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Detail:
    """Share of a box's fine detail that is still there: over all of it, and in the band where most is left."""

    whole: float
    band: float

    @property
    def leaked(self) -> bool:
        return self.whole > LEAK or self.band > BAND_LEAK


#: What counts for a box of which there is no redacted picture.
EVERYTHING = Detail(1.0, 1.0)


def detail_left(original: Picture, redacted: Picture, corners: Grid) -> Detail | None:
    """What a redacted picture still shows of a box; None where the original has nothing to show there.

    Both pictures are luma, (h, w); `corners` the box's four, clockwise from the top left, (4, 2), in pixels.
    """
    middle = corners.mean(axis=0)
    core = (middle + (corners - middle) * np.float32(CORE)).astype(np.float32)
    extent = core.max(axis=0) - core.min(axis=0)
    if extent.min() < THINNEST or core.max() <= 0:
        return None
    fine = _fine(_squared(original, redacted, core, float(extent.max())))
    before, after = fine[..., 0], fine[..., 1]
    energy = _by_band(before * before)
    total = float(energy.sum())
    if total < SIDE * SIDE * FLAT:
        return None
    shared = _by_band(before * after)
    telling = energy > TELLING * total
    bands = np.clip(shared[telling] / energy[telling], 0, 1)
    return Detail(float(np.clip(shared.sum() / total, 0, 1)), float(bands.max(initial=0.0)))


def _squared(original: Picture, redacted: Picture, core: Grid, extent: float) -> Grid:
    """The core of both pictures side by side in two channels, (SIDE, SIDE, 2)."""
    reach = max(1, round(extent / SIDE))  # px that fall on one: their mean is taken, or detail would turn to noise
    height, width = original.shape
    room = reach + 2
    low = np.clip(np.floor(core.min(axis=0)) - room, 0, (width - 1, height - 1)).astype(int)
    high = np.maximum(np.clip(np.ceil(core.max(axis=0)) + room, 0, (width, height)).astype(int), low + 1)
    part = np.s_[low[1] : high[1], low[0] : high[0]]
    both = cv2.merge([original[part].astype(np.float32), redacted[part].astype(np.float32)])
    if reach > 1:
        both = cv2.blur(both, (reach, reach))
    square = np.array([[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]], np.float32)
    turn = cv2.getPerspectiveTransform(core - low.astype(np.float32), square)
    return np.asarray(cv2.warpPerspective(both, turn, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), np.float32)


def _fine(squared: Grid) -> Grid:
    return np.asarray(squared - cv2.GaussianBlur(squared, (0, 0), COARSE), np.float32)


def _by_band(values: Grid) -> npt.NDArray[np.float64]:
    """Sums over each of the bands, (BANDS,)."""
    return np.asarray(values.reshape(BANDS, -1).sum(axis=1, dtype=np.float64))
