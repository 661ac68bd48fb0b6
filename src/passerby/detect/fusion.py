"""Several looks at one frame -> one detection a thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.core.kinds import Detection

#: Overlap (intersection over union) from which two looks saw the same thing.
SAME = 0.35


@dataclass(slots=True)
class _Cluster:
    seed: Detection
    box: Box
    scores: dict[int, float]


def merge(looks: Iterable[Iterable[Detection]]) -> list[Detection]:
    """Detections of one kind by several looks (sizes of the picture, models) as one a thing, best first.

    Looks err independently: what two of them see weakly is more likely there than what one sees weakly, so scores add
    up (at most 1), one a look. Where they disagree about the place, the hull of their boxes is taken.
    """
    ranked = sorted(
        ((found, number) for number, look in enumerate(looks) for found in look),
        key=lambda item: (-item[0].score, item[0].box, item[1]),
    )
    clusters: list[_Cluster] = []
    seeds = np.empty((len(ranked), 4))
    for found, number in ranked:
        # A large still brings thousands: one by one they would be compared for minutes.
        same = np.flatnonzero(_overlaps(seeds[: len(clusters)], found.box) > SAME)
        if len(same):
            cluster = clusters[same[0]]
            cluster.box = cluster.box.hull(found.box)
            cluster.scores.setdefault(number, found.score)
        else:
            seeds[len(clusters)] = found.box
            clusters.append(_Cluster(found, found.box, {number: found.score}))
    merged = [
        Detection(c.seed.kind, c.box, min(1.0, sum(c.scores.values())), c.seed.origin, c.seed.sort) for c in clusters
    ]
    return sorted(merged, key=lambda found: (-found.score, found.box))


def _overlaps(boxes: npt.NDArray[np.float64], box: Box) -> npt.NDArray[np.float64]:
    """Intersection over union of each of `boxes` (n, 4) with `box`, as Box.iou has it."""
    low, high = np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:])
    common = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)
    return np.asarray(np.divide(common, areas + box.area - common, out=np.zeros(len(boxes)), where=common > 0))
