"""Which parts of a frame may be seen, once the frame itself may be released masked: the second half of the rule, on
arrays of flags alone.

A part of a frame may be seen when it looks as it did in a frame that the detector ran on, nobody was detected in it
then, and another detector run saw the same there and nobody either: somebody blurred is missed by one run, and has
moved on by the next. Everything else has changed in a way that neither the camera's motion nor that of a mask explains,
and is covered, with what can have moved out of it since. That the frame itself was searched does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

#: One flag a pixel of a small picture of the frame, shape (rows, columns).
Flags = npt.NDArray[np.bool_]

#: From this share of a frame on, what would be covered leaves nothing worth showing: the frame is covered whole.
MAX_COVERED_SHARE = 0.75


class Reference(NamedTuple):
    """A frame that the detector ran on, as another frame's pixels see it.

    `same`: the pixel shows what it showed there, after the camera's motion; `occupied`: it belonged to a detection;
    `confirmed`: another detector run saw the same there, and nobody.
    """

    same: Flags
    occupied: Flags
    confirmed: Flags


def unexplained(references: Sequence[Reference], shape: tuple[int, int]) -> Flags:
    """The pixels of a frame that are not as in one of `references`, seen empty twice. `shape`: (rows, columns)."""
    unseen = np.ones(shape, np.bool_)
    for reference in references:
        unseen &= ~(reference.same & ~reference.occupied & reference.confirmed)
    return unseen


def to_cover(references: Sequence[Reference], masked: Flags, reach: int) -> Flags:
    """The pixels of a frame that must be covered besides those that are `masked`: what is unexplained, grown by `reach`
    pixels on every side."""
    return grow(unexplained(references, (masked.shape[0], masked.shape[1])) & ~masked, reach) & ~masked


def grow(flags: Flags, reach: int) -> Flags:
    """`flags`, with every pixel within `reach` rows and columns of one that is set."""
    if reach <= 0 or not flags.any():
        return flags
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    return np.asarray(cv2.dilate(flags.astype(np.uint8), kernel), np.bool_)
