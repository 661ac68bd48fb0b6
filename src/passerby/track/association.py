"""Which detection belongs to which track.

In the manner of ByteTrack (Zhang et al., ECCV 2022): strong detections choose first, then the weak ones may keep alive
what is left. Place and size decide, never looks.
"""

from __future__ import annotations

from collections.abc import Sequence

from passerby.core.box import Box
from passerby.core.kinds import Detection

#: Overlap from which two boxes may be the same thing.
SAME = 0.2
#: What a pair scores that overlaps less, but where one lies around the other's centre and is not far from its size.
NEAR, NEAR_SIZE = 0.1, 2.6


def affinity(a: Box, b: Box) -> float:
    """How much two boxes look like the same thing, 0 (not at all) to 1 (the same box)."""
    if a.x1 >= b.x2 or b.x1 >= a.x2 or a.y1 >= b.y2 or b.y1 >= a.y2:
        return 0.0  # of most pairs in a crowd
    overlap = a.iou(b)
    if overlap >= SAME:
        return overlap
    small, large = sorted((a, b), key=lambda box: box.area)
    cx, cy = small.centre
    around = large.x1 <= cx <= large.x2 and large.y1 <= cy <= large.y2
    alike = large.area <= NEAR_SIZE**2 * max(small.area, 1e-6)
    return NEAR + overlap if around and alike else 0.0


def associate(boxes: Sequence[Box], detections: Sequence[Detection], strong: float) -> tuple[dict[int, int], list[int]]:
    """Pairs {index of box: index of detection}, and the detections left over, best pairs first."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for wanted in (True, False):
        candidates = [
            (affinity(box, found.box), i, j)
            for i, box in enumerate(boxes)
            if i not in pairs
            for j, found in enumerate(detections)
            if (found.score >= strong) is wanted
        ]
        for score, i, j in sorted(candidates, key=lambda c: (-c[0], c[1], c[2])):
            if score > 0 and i not in pairs and j not in taken:
                pairs[i] = j
                taken.add(j)
    return pairs, [j for j in range(len(detections)) if j not in taken]
