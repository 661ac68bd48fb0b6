"""The boxes that cover what has changed in a frame: not much more than that, and yet no holes.

Of somebody in front of a wall of his colour only parts change, so what belongs together is covered as one box. But the
box around somebody's outstretched path, or around the rim of a picture that has turned, holds mostly what was seen: it
is cut where that leaves out much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]

#: No box is cut into parts narrower than this share of the longer side of the picture: what is left out within a head
#: would be a hole.
MIN_PART_SHARE = 1 / 16
#: A box is cut where its parts are together at most this share of it, and not where as much of it has changed.
MAX_REMAINING_SHARE = 0.9
#: Where cuts are tried, in this many steps along each side.
STEPS = 8


class Rect(NamedTuple):
    """Pixels of a small picture, half-open."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)


def hulls(flags: Flags, join: int) -> list[Rect]:
    """One rectangle around all that belongs together: flags at most `join` pixels from each other."""
    if not flags.any():
        return []
    kernel = np.ones((2 * (join // 2) + 1,) * 2, np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(flags.astype(np.uint8), kernel))
    found = [_tight(flags, Rect(x, y, x + width, y + height)) for x, y, width, height, _ in stats[1:count].tolist()]
    return [rect for rect in found if rect is not None]


def cover_boxes(flags: Flags, join: int) -> list[Rect]:
    """As `hulls`, cut where that leaves out much."""
    least = max(1, round(max(flags.shape) * MIN_PART_SHARE))
    return [part for rect in hulls(flags, join) for part in _cut(flags, rect, least)]


def _cut(flags: Flags, rect: Rect, least: int) -> list[Rect]:
    """The parts of a rectangle, or itself where no cut leaves out enough."""
    if flags[rect.top : rect.bottom, rect.left : rect.right].mean() >= MAX_REMAINING_SHARE:
        return [rect]
    best: list[Rect] = []
    best_area = MAX_REMAINING_SHARE * rect.area
    for halves in _halves(rect, least):
        parts = [part for half in halves if (part := _tight(flags, half)) is not None]
        if (area := _area(parts)) <= best_area:
            best, best_area = parts, area
    if best:
        return [part for half in best for part in _cut(flags, half, least)]
    # One cut leaves out nothing of a ring, but those of its quarters do.
    quarters = [part for quarter in _quarters(rect, least) if (part := _tight(flags, quarter)) is not None]
    cut = [part for quarter in quarters for part in _cut(flags, quarter, least)]
    return cut if cut and _area(cut) <= MAX_REMAINING_SHARE * rect.area else [rect]


def _area(rects: Sequence[Rect]) -> int:
    return sum(rect.area for rect in rects)


def _quarters(rect: Rect, least: int) -> list[Rect]:
    left, top, right, bottom = rect
    if min(right - left, bottom - top) < 2 * least:
        return []
    x, y = (left + right) // 2, (top + bottom) // 2
    return [Rect(a, b, c, d) for a, c in ((left, x), (x, right)) for b, d in ((top, y), (y, bottom))]


def _halves(rect: Rect, least: int) -> list[tuple[Rect, Rect]]:
    left, top, right, bottom = rect
    columns, rows = _cuts(left, right, least), _cuts(top, bottom, least)
    return [(rect._replace(right=x), rect._replace(left=x)) for x in columns] + [
        (rect._replace(bottom=y), rect._replace(top=y)) for y in rows
    ]


def _cuts(low: int, high: int, least: int) -> list[int]:
    """Where to cut a side, so that both parts have `least` pixels."""
    if high - low < 2 * least:
        return []
    return sorted({round(x) for x in np.linspace(low + least, high - least, STEPS)})


def _tight(flags: Flags, rect: Rect) -> Rect | None:
    """The smallest rectangle around the flags in another; None where there are none."""
    part = flags[rect.top : rect.bottom, rect.left : rect.right]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(rows):
        return None
    return Rect(
        rect.left + int(columns[0]),
        rect.top + int(rows[0]),
        rect.left + int(columns[-1]) + 1,
        rect.top + int(rows[-1]) + 1,
    )
