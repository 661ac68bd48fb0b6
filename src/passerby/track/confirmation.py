"""Is it really there? Evidence over a whole track decides, so that low thresholds do not paint walls.

A weak face that stays is a face; a strong one seen once in passing still gets its mask. A thing seen weakly, once,
where nothing was seen before or after, is a wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel


class Threshold(FrozenModel):
    """What a track of one kind needs in order to be hidden.

    `weak` is the lowest score that begins a track, `keep` the lowest that keeps one on its thing. One sighting of
    `certain` is enough; otherwise the scores of all sightings must add up to `total`, and at least `share` of the looks
    must have seen it.
    """

    keep: float
    weak: float
    certain: float
    total: float
    share: float


#: Scores of faces and plates are sums over several looks at one frame (detect/fusion.py). docs/design/following.md tells
#: how these were found, and what other values gave.
THRESHOLDS: Mapping[Kind, Threshold] = {
    Kind.FACE: Threshold(keep=0.15, weak=0.15, certain=0.5, total=1.6, share=0.5),
    Kind.PLATE: Threshold(keep=0.0, weak=0.1, certain=0.4, total=0.6, share=0.5),
    Kind.PERSON: Threshold(keep=0.2, weak=0.2, certain=0.4, total=0.8, share=0.4),
    Kind.VEHICLE: Threshold(keep=0.2, weak=0.2, certain=0.4, total=0.8, share=0.4),
    Kind.TEXT: Threshold(keep=0.3, weak=0.3, certain=0.5, total=0.8, share=0.4),
    Kind.SCREEN: Threshold(keep=0.2, weak=0.2, certain=0.4, total=0.8, share=0.4),
}


@dataclass(slots=True)
class Evidence:
    """Sightings of one track, as they come in."""

    best: float = 0.0
    total: float = 0.0
    sightings: int = 0
    looks: int = 0

    def seen(self, score: float) -> None:
        self.best = max(self.best, score)
        self.total += score
        self.sightings += 1
        self.looks += 1

    def missed(self) -> None:
        """A look that should have seen it did not."""
        self.looks += 1

    def enough(self, need: Threshold) -> bool:
        if self.best >= need.certain:
            return True
        return self.total >= need.total and self.sightings >= need.share * self.looks
