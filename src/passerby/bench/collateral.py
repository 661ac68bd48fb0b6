"""What became of the rest of a picture: what was hidden without need, and how faithful the remainder is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

#: Steps in any channel, after a small blur, from which a change is seen.
SEEN = 14
#: Width of that blur, px.
BLUR = 5
#: A mask's rim is coded worse: this far around a change (px, odd) nothing counts for fidelity.
RIM = 9
#: Room around a box in which hiding is no fault: a share of its sides, and px.
ROOM, ROOM_PX = 0.5, 4

Picture = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]


@dataclass(slots=True)
class Surroundings:
    """Sums over frames. `touched` pixels changed visibly without need, of `pixels`; `error` is the squared luma error
    over the `same` pixels that should not change and did not visibly."""

    touched: int = 0
    pixels: int = 0
    error: float = 0.0
    same: int = 0

    def add(self, other: Surroundings) -> None:
        self.touched += other.touched
        self.pixels += other.pixels
        self.error += other.error
        self.same += other.same

    @property
    def collateral(self) -> float:
        """Share of all pixels."""
        return self.touched / max(1, self.pixels)

    @property
    def fidelity(self) -> float:
        """PSNR of luma in dB, at most about 78, which stands for equal."""
        return psnr(self.error, self.same)


def psnr(error: float, pixels: int) -> float:
    """Peak signal to noise in dB of 8-bit luma, from the squared error over so many pixels."""
    return float(10 * np.log10(255**2 / max(1e-3, error / max(1, pixels))))


def surroundings(original: Picture, redacted: Picture, boxes: Sequence[tuple[float, ...]]) -> Surroundings:
    """Of one frame: both pictures BGR (h, w, 3) and of one size, and (x1, y1, x2, y2) of all that should be hidden."""
    height, width = original.shape[:2]
    free = np.full((height, width), 255, np.uint8)
    for x1, y1, x2, y2 in boxes:
        across, down = (x2 - x1) * ROOM + ROOM_PX, (y2 - y1) * ROOM + ROOM_PX
        rows = slice(max(0, int(y1 - down)), max(0, int(y2 + down)))
        free[rows, max(0, int(x1 - across)) : max(0, int(x2 + across))] = 0
    changed = visibly_changed(original, redacted)
    error, same = luma_error(luma(original), luma(redacted), changed, free)
    return Surroundings(cv2.countNonZero(cv2.bitwise_and(changed, free)), height * width, error, same)


def visibly_changed(original: Picture, redacted: Picture) -> Mask:
    """255 where the two differ so that it is seen, 0 elsewhere, (h, w)."""
    difference = cv2.absdiff(cv2.blur(original, (BLUR, BLUR)), cv2.blur(redacted, (BLUR, BLUR)))
    blue, green, red = cv2.split(difference)
    most = cv2.max(cv2.max(blue, green), red)
    return np.asarray(cv2.threshold(most, SEEN, 255, cv2.THRESH_BINARY)[1], np.uint8)


def luma(picture: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def luma_error(original: Picture, redacted: Picture, changed: Mask, free: Mask | None = None) -> tuple[float, int]:
    """(squared error, pixels) of two lumas away from what changed and its rim, within `free` where it is given."""
    same = cv2.bitwise_not(cv2.dilate(changed, np.ones((RIM, RIM), np.uint8)))
    if free is not None:
        same = cv2.bitwise_and(same, free)
    pixels = cv2.countNonZero(same)
    return (cv2.norm(original, redacted, cv2.NORM_L2SQR, same) if pixels else 0.0), pixels
