"""Detections of one frame by several models or input sizes -> one detection for each object."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.core.kinds import Detection

#: Overlap (intersection over union) from which two results are of the same object. Chosen by hand, other values were
#: not measured.
SAME_IOU = 0.35


@dataclass(slots=True)
class _Cluster:
    seed: Detection
    box: Box
    scores: dict[int, float]


def merge(results: Iterable[Iterable[Detection]]) -> list[Detection]:
    """Detections of one kind in several results (input sizes, models) as one for each object, best first.

    Results err independently: what two of them detect with a low score is more likely there than what one does, so
    scores add up (at most 1), one a result. Where they disagree about the position, the hull of their boxes is taken.
    """
    ranked = sorted(
        ((detection, number) for number, result in enumerate(results) for detection in result),
        key=lambda item: (-item[0].score, item[0].box, item[1]),
    )
    clusters: list[_Cluster] = []
    seeds = np.empty((len(ranked), 4))
    for detection, number in ranked:
        # A large still has thousands: comparing them one by one would take minutes.
        same = np.flatnonzero(_overlaps(seeds[: len(clusters)], detection.box) > SAME_IOU)
        if len(same):
            cluster = clusters[same[0]]
            cluster.box = cluster.box.hull(detection.box)
            cluster.scores.setdefault(number, detection.score)
        else:
            seeds[len(clusters)] = detection.box
            clusters.append(_Cluster(detection, detection.box, {number: detection.score}))
    merged = [
        Detection(c.seed.kind, c.box, min(1.0, sum(c.scores.values())), c.seed.origin, c.seed.object_class)
        for c in clusters
    ]
    return sorted(merged, key=lambda d: (-d.score, d.box))


def _overlaps(boxes: npt.NDArray[np.float64], box: Box) -> npt.NDArray[np.float64]:
    """Intersection over union of each of `boxes` (n, 4) with `box`, as Box.iou has it."""
    low, high = np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:])
    common = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)
    return np.asarray(np.divide(common, areas + box.area - common, out=np.zeros(len(boxes)), where=common > 0))
