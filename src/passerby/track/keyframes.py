"""The path of one track: a point in every frame, reduced to keyframes as it becomes final."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.core.box import Box
from passerby.documents.plan import Keyframe

#: A keyframe is left out when straight lines stay this close to every box: px, or share of its shorter side. Less than
#: the margins of every kind but vehicles (track/padding.py), so that no mask uncovers what it hides.
TOLERANCE_PX, TOLERANCE_SHARE = 0.75, 0.02


@dataclass(slots=True)
class TrackPoint:
    """Where an object is in one frame: `time` in the track's time base, `box` in displayed pixels, `uncertainty` in
    pixels on every side.

    `predicted` is where motion had propagated it, when a weak detection was associated with it: that may be of a part.
    """

    frame: int
    time: int
    box: Box
    score: float
    origin: str
    uncertainty: float = 0.0
    predicted: Box | None = None


class KeyframeReducer:
    """Points in, keyframes out. Time and memory depend on the bends of the path, not on its length.

    Each point narrows a cone of straight lines that start at the last keyframe and pass close enough to every point
    since (one interval of slopes for each side of the box: the swing filter of Elmeleegy et al., VLDB 2009). A point
    outside the cone makes the one before it a keyframe.
    """

    def __init__(self) -> None:
        self._keyframes: list[Keyframe] = []
        self._newest: Keyframe | None = None
        self._cone: list[tuple[float, float]] = []

    def add(self, time: int, box: Box, score: float, origin: str) -> None:
        """Add the next point, later than all before it."""
        key = Keyframe.model_construct(
            time=time, box=Box(*(round(v, 1) for v in box)), score=round(score, 3), origin=origin, polygon=None
        )
        if not self._keyframes:
            self._append(key)
            return
        if self._newest is not None and not self._in_cone(key):
            self._append(self._newest)
        self._narrow(key)
        self._newest = key

    def finish(self) -> tuple[Keyframe, ...]:
        """All keyframes; the last point always is one."""
        if self._newest is not None:
            self._append(self._newest)
        return tuple(self._keyframes)

    def _append(self, key: Keyframe) -> None:
        self._keyframes.append(key)
        self._newest = None
        self._cone = [(float("-inf"), float("inf"))] * 4

    def _slopes(self, key: Keyframe, offset: float) -> list[float]:
        start = self._keyframes[-1]
        ticks = key.time - start.time
        return [(b + offset - a) / ticks for a, b in zip(start.box, key.box, strict=True)]

    def _in_cone(self, key: Keyframe) -> bool:
        return all(low <= slope <= high for slope, (low, high) in zip(self._slopes(key, 0.0), self._cone, strict=True))

    def _narrow(self, key: Keyframe) -> None:
        tolerance = max(TOLERANCE_PX, TOLERANCE_SHARE * key.box.shorter_side)
        lows, highs = self._slopes(key, -tolerance), self._slopes(key, tolerance)
        self._cone = [
            (max(low, new_low), min(high, new_high))
            for (low, high), new_low, new_high in zip(self._cone, lows, highs, strict=True)
        ]
