"""Stretches: a long film is looked at and followed in stretches of fixed length, each as if it stood alone.

So one machine and many find the same: what is found in a stretch depends on its frames alone, whoever looks at it, and
where stretches begin is told by the clock of the film. A stretch is followed on for a while beside the next one, so
that what is there at the seam is known to both (track/stitching.py joins it).
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from passerby.documents.plan import Track
from passerby.documents.report import QuickCheck

#: Seconds of a stretch, and for how many of them the one before is followed on beside it: long enough for something
#: that is seen weakly to gather what it needs to count (track/confirmation.py) on either side of a seam.
LENGTH, BESIDE = 600.0, 10.0
#: Environment variable with others, in seconds and with a comma: for tests, and for measuring on films that are not so
#: long. The plan of a film that is longer than a stretch depends on them.
VARIABLE = "PASSERBY_STRETCH"


@dataclass(frozen=True, slots=True)
class Lengths:
    """Seconds of a stretch, and for how many the one before is followed on beside it."""

    each: float = LENGTH
    beside: float = BESIDE

    @classmethod
    def here(cls, environment: Mapping[str, str] = os.environ) -> Lengths:
        """Those of this process."""
        each, _, beside = environment.get(VARIABLE, "").partition(",")
        seconds = max(1.0, float(each or LENGTH))
        return cls(seconds, min(float(beside or BESIDE), seconds / 2))

    def set(self) -> None:
        """From here on they are those of this process and of those that it begins."""
        os.environ[VARIABLE] = f"{self.each},{self.beside}"


class Stretches:
    """Where the stretches of one video track lie. They are counted from 0."""

    def __init__(self, time_base: Fraction, lengths: Lengths | None = None) -> None:
        lengths = lengths or Lengths.here()
        self._ticks = Fraction(lengths.each) / time_base
        self._beside = Fraction(lengths.beside) / time_base

    def number(self, time: int) -> int:
        """The stretch in which a frame at `time` lies (ticks of the presentation)."""
        return int(time // self._ticks)

    def start(self, number: int) -> int:
        """The first tick of a stretch."""
        return -int(-number * self._ticks // 1)

    def alone(self, number: int, time: int) -> bool:
        """At `time`, which lies in stretch `number`: is the one before no longer followed beside it?"""
        return time >= number * self._ticks + self._beside

    def meets(self, number: int, start: int, end: int) -> bool:
        """Has what was followed in a stretch from `start` to `end` been where another stretch was followed as well?"""
        return end >= self.start(number + 1) or bool(number and not self.alone(number, start))


@dataclass(frozen=True, slots=True)
class Span:
    """Stretches that are looked at in one go: from `first` to `last`, both included; None for the end of the film."""

    first: int = 0
    last: int | None = None

    def __contains__(self, number: int) -> bool:
        return self.first <= number and not self.beyond(number)

    def beyond(self, number: int) -> bool:
        return self.last is not None and number > self.last


@dataclass(frozen=True, slots=True)
class Followed:
    """A track of one stretch, and what speaks for it (track/confirmation.py): its best score and the sum of all, in how
    many looks it was seen, and in how many it should have been. What is not enough by itself may be with what the next
    stretch has seen of the same thing."""

    track: Track
    best: float
    total: float
    sightings: int
    looks: int


#: (time, hash of the picture) of a frame.
Seen = tuple[int, int]


@dataclass(slots=True)
class Looked:
    """What was found in a span of one video track: numbers alone. `times`, `whole` (not damaged) and `hashes` are of
    its own frames, in order; `cuts` are times of new scenes; `tracks` are by stretch, and go on beyond it.

    `before` is the last frame before the span, as far as it was decoded, and `after` are those beyond its end that were
    looked at with it: who looks at the next span must see the same.
    """

    span: Span
    times: array[int] = field(default_factory=lambda: array("q"))
    hashes: array[int] = field(default_factory=lambda: array("Q"))
    whole: bytearray = field(default_factory=bytearray)
    cuts: list[int] = field(default_factory=list)
    tracks: dict[int, list[Followed]] = field(default_factory=dict)
    weights: tuple[str, ...] = ()
    before: Seen | None = None
    after: list[Seen] = field(default_factory=list)

    def frames(self) -> list[Seen]:
        return list(zip(self.times, self.hashes, strict=True))


@dataclass(frozen=True, slots=True)
class Piece:
    """Frames of one video track that are painted and written apart: `first` is the ordinal of the first of them."""

    first: int
    times: array[int]
    hashes: array[int]


@dataclass(frozen=True, slots=True)
class Painted:
    """What came of a piece: frames covered whole, its bits and seconds, what the check saw of it, and its SHA-256.
    `size` is that of the file (bytes)."""

    covered: int
    bits: float
    seconds: float
    check: QuickCheck
    sha256: str
    size: int


#: Frames that are kept for comparing: more than there are in the seconds that spans have in common.
_ENOUGH = 1 << 16


def same(spans: list[Looked]) -> bool:
    """Did those who looked at spans that follow each other see the same frames where both did?

    If not, the film does not decode alike from every place in it, and is not to be cut.
    """
    rest: list[Seen] = []
    for one in reversed(spans):
        if rest and (one.after != rest[: len(one.after)] or not one.after):
            return False
        rest = one.frames() + rest[:_ENOUGH]
    some = [one for one in spans if one.times]
    return all(after.before == one.frames()[-1] for one, after in pairwise(some))
