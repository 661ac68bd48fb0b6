"""A camera that opens or closes its iris, or a cloud before the sun, changes the whole picture by one factor: what
looked like this in that light looks like that in this one.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.detect.preprocess import Image

Flags = npt.NDArray[np.bool_]

#: The light may have become at most so many times as strong, or as weak: one step of an iris. What was seen in less
#: light than that was hardly seen.
MAX_GAIN = 2.0
#: A change of the light by less than this is none: the comparison allows for it.
MIN_CHANGE = 0.03
#: Pixels that it is estimated from, and the luma below and above which they say nothing about it: black, and white.
MAX_SAMPLES, DARKEST, BRIGHTEST = 4000, 24, 250
#: A pixel agrees with a factor within this share of it, and this share of all pixels must. Chosen by hand.
AGREEING, MIN_AGREEING_SHARE = 0.06, 0.4


def in_this_light(
    now: Image, low: Image, high: Image, middle: Image, inside: Flags | None = None
) -> tuple[Image, Image, Image]:
    """Three images of an earlier frame as they would be in the light of `now`; `middle` is the frame itself, the others
    are the least and the most around each of its pixels. Only what is `inside` is compared."""
    gain = light_change(now, middle, inside)
    if gain is None:
        return low, high, middle
    levels = np.clip(np.round(np.arange(256) * gain), 0, 255)
    table = levels.astype(np.uint8)
    most = np.where(np.arange(256) >= BRIGHTEST, 255, levels).astype(np.uint8)  # white may have been any white
    return (
        np.asarray(cv2.LUT(low, table), np.uint8),
        np.asarray(cv2.LUT(high, most), np.uint8),
        np.asarray(cv2.LUT(middle, table), np.uint8),
    )


def light_change(now: Image, before: Image, inside: Flags | None = None) -> float | None:
    """By what the luma of `before` must be multiplied to be that of `now`; None where most of the picture agrees on no
    such factor, or where it is as good as one."""
    step = max(1, round((now.size / MAX_SAMPLES) ** 0.5))
    a, b = now[::step, ::step].ravel().astype(np.float32), before[::step, ::step].ravel().astype(np.float32)
    usable = (b >= DARKEST) & (b < BRIGHTEST) & (a >= DARKEST / MAX_GAIN) & (a < BRIGHTEST)
    if inside is not None:
        usable &= inside[::step, ::step].ravel()
    if usable.sum() < 100:
        return None
    ratios = np.sort(a[usable] / b[usable])
    # The densest part of the ratios: half of the picture may be somebody who stands before the lens.
    ends = np.searchsorted(ratios, ratios * (1 + AGREEING), side="right")
    counts = ends - np.arange(len(ratios))
    best = int(np.argmax(counts))
    gain = float(np.median(ratios[best : ends[best]]))
    if counts[best] < MIN_AGREEING_SHARE * len(ratios) or abs(gain - 1) < MIN_CHANGE:
        return None
    return gain if 1 / MAX_GAIN <= gain <= MAX_GAIN else None
