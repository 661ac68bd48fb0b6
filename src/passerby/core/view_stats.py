"""Statistics for tamper detection: is the view of a camera dark, covered, or moved?"""

from __future__ import annotations

from dataclasses import dataclass

#: Mean luma below which a frame is dark. Black is 16 of 255 in most video, which is 0.06.
DARK_BELOW = 0.1
#: Share of the frame with visible detail, below which the view is covered.
COVERED_BELOW = 0.12
#: Share of the long-term edges still visible, below which the camera was moved.
MOVED_BELOW = 0.35


@dataclass(frozen=True, slots=True)
class ViewStats:
    """Statistics of one frame. `brightness` is its mean luma, 0 to 1. `detail` is the share of the frame (0 to 1) with
    visible detail. `similarity` is the share of the long-term edges that are still visible, 0 to 1; 1 while too little
    is known, and for a frame without detail."""

    brightness: float
    detail: float
    similarity: float

    @property
    def dark(self) -> bool:
        return self.brightness < DARK_BELOW

    @property
    def covered(self) -> bool:
        return not self.dark and self.detail < COVERED_BELOW

    @property
    def moved(self) -> bool:
        return not self.dark and not self.covered and self.similarity < MOVED_BELOW
