"""How much identifying detail of a box survives, by pixels alone.

The core of a box is rectified to a fixed size and high-pass filtered: the rest is its fine detail. What counts is the
share of it that the redacted image still shows at the same position: noise, blocks and other patterns that a mask adds
are not the original's detail and do not count.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

#: Every core is compared at this size, px per side.
SIDE = 64
#: Share of a box, across and down, that is its core.
CORE_SHARE = 0.8
#: Sigma of the Gaussian (px of SIDE) whose low-pass is subtracted: the rest is fine detail.
COARSE_SIGMA = SIDE / 10
#: Mean square of fine detail below which a box shows nothing.
MIN_DETAIL_ENERGY = 1.0
#: More than this share of all detail is a leak; a picture that was only re-encoded keeps 0.7 to 1.
MAX_RETAINED = 0.25
#: More than this share in one of BANDS bands across is a leak too: a strip that shows the eyes is enough.
BANDS, MAX_BAND_RETAINED = 4, 0.5
#: A band with less than this share of a box's detail is not scored by itself.
MIN_BAND_SHARE = 0.12
#: A core narrower than this, px, shows nothing.
MIN_CORE_PX = 4.0

Image = npt.NDArray[np.uint8]
Grid = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ResidualDetail:
    """Share of a box's fine detail that survives: overall, and in the band where most survives."""

    whole: float
    band: float

    @property
    def leaked(self) -> bool:
        return self.whole > MAX_RETAINED or self.band > MAX_BAND_RETAINED


#: The detail of a box without a redacted picture.
ALL_VISIBLE = ResidualDetail(1.0, 1.0)


def residual_detail(original: Image, redacted: Image, corners: Grid) -> ResidualDetail | None:
    """How much of a box a redacted image still shows; None where the original shows nothing there.

    Both images are luma, (h, w); `corners` the box's four, clockwise from the top left, (4, 2), in pixels.
    """
    middle = corners.mean(axis=0)
    core = (middle + (corners - middle) * np.float32(CORE_SHARE)).astype(np.float32)
    extent = core.max(axis=0) - core.min(axis=0)
    if extent.min() < MIN_CORE_PX or core.max() <= 0:
        return None
    detail = _high_pass(_rectified(original, redacted, core, float(extent.max())))
    before, after = detail[..., 0], detail[..., 1]
    energy = _band_sums(before * before)
    total = float(energy.sum())
    if total < SIDE * SIDE * MIN_DETAIL_ENERGY:
        return None
    shared = _band_sums(before * after)
    scored = energy > MIN_BAND_SHARE * total
    bands = np.clip(shared[scored] / energy[scored], 0, 1)
    return ResidualDetail(float(np.clip(shared.sum() / total, 0, 1)), float(bands.max(initial=0.0)))


def _rectified(original: Image, redacted: Image, core: Grid, extent: float) -> Grid:
    """The core of both pictures side by side in two channels, (SIDE, SIDE, 2)."""
    scale = max(1, round(extent / SIDE))  # source px per target px: averaged, or detail would alias to noise
    height, width = original.shape
    margin = scale + 2
    low = np.clip(np.floor(core.min(axis=0)) - margin, 0, (width - 1, height - 1)).astype(int)
    high = np.maximum(np.clip(np.ceil(core.max(axis=0)) + margin, 0, (width, height)).astype(int), low + 1)
    region = np.s_[low[1] : high[1], low[0] : high[0]]
    both = cv2.merge([original[region].astype(np.float32), redacted[region].astype(np.float32)])
    if scale > 1:
        both = cv2.blur(both, (scale, scale))
    square = np.array([[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]], np.float32)
    transform = cv2.getPerspectiveTransform(core - low.astype(np.float32), square)
    return np.asarray(cv2.warpPerspective(both, transform, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), np.float32)


def _high_pass(squared: Grid) -> Grid:
    return np.asarray(squared - cv2.GaussianBlur(squared, (0, 0), COARSE_SIGMA), np.float32)


def _band_sums(values: Grid) -> npt.NDArray[np.float64]:
    """Sums over each of the bands, (BANDS,)."""
    return np.asarray(values.reshape(BANDS, -1).sum(axis=1, dtype=np.float64))
