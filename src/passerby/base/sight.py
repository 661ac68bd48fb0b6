"""How a camera sees, as numbers: is it dark, covered, or turned away from what it used to show?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sight:
    """One picture at a glance. `brightness` is its mean luma, 0 to 1. `detail` is the share of the picture (0 to 1) in
    which anything can be told apart. `likeness` is how much of the edges that were long there still is, 0 to 1; 1 while
    too little is known."""

    brightness: float
    detail: float
    likeness: float
