"""How a camera sees, as numbers: is it dark, covered, or turned away from what it used to show?"""

from __future__ import annotations

from dataclasses import dataclass

#: Mean luma below which a picture is dark. Black is 16 of 255 in most video.
DARK = 0.1
#: Share of the picture with something to be told apart in it, below which it is covered.
COVERED = 0.12
#: Share of its long-known edges below which a picture shows something else.
MOVED = 0.35


@dataclass(frozen=True, slots=True)
class ViewStats:
    """One picture at a glance. `brightness` is its mean luma, 0 to 1. `detail` is the share of the picture (0 to 1) in
    which anything can be told apart. `likeness` is how much of the edges that were long there still is, 0 to 1; 1 while
    too little is known, and of a picture that shows nothing."""

    brightness: float
    detail: float
    likeness: float

    @property
    def dark(self) -> bool:
        return self.brightness < DARK

    @property
    def covered(self) -> bool:
        return not self.dark and self.detail < COVERED

    @property
    def moved(self) -> bool:
        return not self.dark and not self.covered and self.likeness < MOVED
