"""Changes outside the annotated boxes: what was hidden without need, and the fidelity of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

#: Difference in any channel, after a small blur, above which a change is visible.
VISIBLE_DIFFERENCE = 14
#: Width of that blur, px.
BLUR_PX = 5
#: Encoding is worse at a mask's edge: within this distance of a change (px, odd) nothing counts for fidelity.
RIM_PX = 9
#: Margin around a box in which masking is not collateral: a share of its sides, and px.
MARGIN, MARGIN_PX = 0.5, 4

Image = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]


@dataclass(slots=True)
class CollateralSums:
    """Sums over frames. `changed_pixels` changed visibly without need, of `total_pixels`; `squared_error` of the
    luma is over the `unchanged_pixels` that should not change and did not visibly."""

    changed_pixels: int = 0
    total_pixels: int = 0
    squared_error: float = 0.0
    unchanged_pixels: int = 0

    def add(self, other: CollateralSums) -> None:
        self.changed_pixels += other.changed_pixels
        self.total_pixels += other.total_pixels
        self.squared_error += other.squared_error
        self.unchanged_pixels += other.unchanged_pixels

    @property
    def ratio(self) -> float:
        """Share of all pixels that changed without need."""
        return self.changed_pixels / max(1, self.total_pixels)

    @property
    def fidelity(self) -> float:
        """PSNR of luma in dB; about 78, the maximum, means identical."""
        return psnr(self.squared_error, self.unchanged_pixels)


def psnr(error: float, pixels: int) -> float:
    """Peak signal-to-noise ratio in dB of 8-bit luma, from the squared error over `pixels`."""
    return float(10 * np.log10(255**2 / max(1e-3, error / max(1, pixels))))


def compare_outside_boxes(original: Image, redacted: Image, boxes: Sequence[tuple[float, ...]]) -> CollateralSums:
    """Compare one frame outside the `boxes`, (x1, y1, x2, y2) of all that should be hidden: both images BGR, (h, w, 3),
    of the same size."""
    height, width = original.shape[:2]
    outside = np.full((height, width), 255, np.uint8)
    for x1, y1, x2, y2 in boxes:
        across, down = (x2 - x1) * MARGIN + MARGIN_PX, (y2 - y1) * MARGIN + MARGIN_PX
        rows = slice(max(0, int(y1 - down)), max(0, int(y2 + down)))
        outside[rows, max(0, int(x1 - across)) : max(0, int(x2 + across))] = 0
    changed = visibly_changed(original, redacted)
    error, unchanged = luma_error(luma(original), luma(redacted), changed, outside)
    return CollateralSums(cv2.countNonZero(cv2.bitwise_and(changed, outside)), height * width, error, unchanged)


def visibly_changed(original: Image, redacted: Image) -> Mask:
    """255 where the two differ visibly, 0 elsewhere, (h, w)."""
    difference = cv2.absdiff(cv2.blur(original, (BLUR_PX, BLUR_PX)), cv2.blur(redacted, (BLUR_PX, BLUR_PX)))
    blue, green, red = cv2.split(difference)
    largest = cv2.max(cv2.max(blue, green), red)
    return np.asarray(cv2.threshold(largest, VISIBLE_DIFFERENCE, 255, cv2.THRESH_BINARY)[1], np.uint8)


def luma(image: Image) -> Image:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def luma_error(original: Image, redacted: Image, changed: Mask, area: Mask | None = None) -> tuple[float, int]:
    """(squared error, pixels) of two lumas away from changes and their edges, within `area` where it is given."""
    unchanged = cv2.bitwise_not(cv2.dilate(changed, np.ones((RIM_PX, RIM_PX), np.uint8)))
    if area is not None:
        unchanged = cv2.bitwise_and(unchanged, area)
    pixels = cv2.countNonZero(unchanged)
    return (cv2.norm(original, redacted, cv2.NORM_L2SQR, unchanged) if pixels else 0.0), pixels
