"""Detections of one frame by several models or input sizes -> one detection for each object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.core.kinds import Detection

#: Overlap (intersection over union) from which two results are of the same object. Chosen by hand, other values were
#: not measured.
SAME_IOU = 0.35
#: Text is large from this share of the image's area on, and is then detected again at half the size, and from so many
#: times that share on at a third as well: there it must overlap what was detected by this much (intersection over
#: union), with this score. Real text is found at each size (plates: 23 of 23 at half, 21 at a third, where all that
#: were missed are small), folds of clothes, legs of a table and window frames are at one, or are cut differently.
LARGE_TEXT_SHARE, HUGE_TEXT, LARGE_TEXT_IOU, LARGE_TEXT_SCORE = 0.004, 5, 0.6, 0.6


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


def confirm_large_text(
    texts: Sequence[Detection],
    area: float,
    detect_smaller: Callable[[int], Sequence[Detection]],
    large_share: float = LARGE_TEXT_SHARE,
) -> list[Detection]:
    """Texts in an image of `area` without the large ones that are not found again where the image is smaller.

    The text detector is trained on lines of text, which are small, and takes a large smooth surface for one at random:
    a shirt, a wall, a car. It is large from `large_share` of the area on. `detect_smaller` detects text at that part
    (2, 3) of the size, and is called only where there is such text.
    """
    kept = list(texts)
    for divisor, share in ((2, large_share), (3, HUGE_TEXT * large_share)):
        large = [text for text in kept if text.box.area >= share * area]
        if large:
            smaller = [found.box for found in detect_smaller(divisor) if found.score >= LARGE_TEXT_SCORE]
            refuted = [text for text in large if all(text.box.iou(box) < LARGE_TEXT_IOU for box in smaller)]
            kept = [text for text in kept if text not in refuted]
    return kept


def _overlaps(boxes: npt.NDArray[np.float64], box: Box) -> npt.NDArray[np.float64]:
    """Intersection over union of each of `boxes` (n, 4) with `box`, as Box.iou has it."""
    low, high = np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:])
    common = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)
    return np.asarray(np.divide(common, areas + box.area - common, out=np.zeros(len(boxes)), where=common > 0))
