"""The path of one track: a place in every frame, thinned out to keyframes as it becomes final."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.core.box import Box
from passerby.documents.plan import Keyframe

#: A keyframe may be left out when straight lines stay this close to every box: px, or share of its shorter side.
CLOSE_PX, CLOSE_SHARE = 0.75, 0.02


@dataclass(slots=True)
class Place:
    """Where a thing is in one frame: `time` in the track's time base, `doubt` in pixels on every side.

    `carried` is where motion had brought it, where it was also seen but not with certainty: that may have been a part.
    """

    frame: int
    time: int
    box: Box
    score: float
    origin: str
    doubt: float = 0.0
    carried: Box | None = None


class Path:
    """Places in, keyframes out. Work and memory are for the bends of the path, not for its length.

    Each place narrows a cone of straight lines that start at the last keyframe and pass close enough to every place
    since (one interval of slopes for each side of the box: the swing filter of Elmeleegy et al., VLDB 2009). A place
    outside the cone makes the one before it a keyframe.
    """

    def __init__(self) -> None:
        self._keyframes: list[Keyframe] = []
        self._newest: Keyframe | None = None
        self._cone: list[tuple[float, float]] = []

    def add(self, time: int, box: Box, score: float, origin: str) -> None:
        """The next place, later than all before it."""
        key = Keyframe.model_construct(
            time=time, box=Box(*(round(v, 1) for v in box)), score=round(score, 3), origin=origin, polygon=None
        )
        if not self._keyframes:
            self._turn(key)
            return
        if self._newest is not None and not self._in_cone(key):
            self._turn(self._newest)
        self._narrow(key)
        self._newest = key

    def finish(self) -> tuple[Keyframe, ...]:
        """All keyframes; the last place always is one."""
        if self._newest is not None:
            self._turn(self._newest)
        return tuple(self._keyframes)

    def _turn(self, key: Keyframe) -> None:
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
        close = max(CLOSE_PX, CLOSE_SHARE * key.box.side)
        lows, highs = self._slopes(key, -close), self._slopes(key, close)
        self._cone = [
            (max(low, least), min(high, most)) for (low, high), least, most in zip(self._cone, lows, highs, strict=True)
        ]
