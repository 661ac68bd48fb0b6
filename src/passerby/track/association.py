"""Which detection belongs to which track.

In the manner of ByteTrack (Zhang et al., ECCV 2022): confident detections choose first, then weak ones may keep the
remaining tracks alive. Position and size decide, never appearance.
"""

from __future__ import annotations

from collections.abc import Sequence

from passerby.core.box import Box
from passerby.core.kinds import Detection

#: Overlap (intersection over union) from which two boxes may be the same object.
MIN_IOU = 0.2
#: What a pair scores that overlaps less, but where one box lies around the other's centre and is at most so many times
#: as large across: a face that is detected at another size is boxed differently.
PROXIMITY_SCORE, MAX_SIZE_RATIO = 0.1, 2.6


def affinity(a: Box, b: Box) -> float:
    """How much two boxes look like the same object, 0 (not at all) to 1 (the same box)."""
    if a.x1 >= b.x2 or b.x1 >= a.x2 or a.y1 >= b.y2 or b.y1 >= a.y2:
        return 0.0  # of most pairs in a crowd
    overlap = a.iou(b)
    if overlap >= MIN_IOU:
        return overlap
    small, large = sorted((a, b), key=lambda box: box.area)
    cx, cy = small.centre
    around = large.x1 <= cx <= large.x2 and large.y1 <= cy <= large.y2
    similar_size = large.area <= MAX_SIZE_RATIO**2 * max(small.area, 1e-6)
    return PROXIMITY_SCORE + overlap if around and similar_size else 0.0


def associate(
    boxes: Sequence[Box], detections: Sequence[Detection], confident_score: float
) -> tuple[dict[int, int], list[int]]:
    """Pairs {index of box: index of detection}, and the unmatched detections, best pairs first. Detections of at least
    `confident_score` choose first."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for confident in (True, False):
        candidates = [
            (affinity(box, detection.box), i, j)
            for i, box in enumerate(boxes)
            if i not in pairs
            for j, detection in enumerate(detections)
            if (detection.score >= confident_score) is confident
        ]
        for score, i, j in sorted(candidates, key=lambda c: (-c[0], c[1], c[2])):
            if score > 0 and i not in pairs and j not in taken:
                pairs[i] = j
                taken.add(j)
    return pairs, [j for j in range(len(detections)) if j not in taken]
