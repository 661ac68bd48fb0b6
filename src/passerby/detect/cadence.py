"""When to look. Decided by content alone, so that two runs look at the same frames.

Between looks, motion carries the boxes. A new scene is looked at at once; so is a picture that motion no longer
explains, since something may have come into view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from passerby.base.frozen import Frozen
from passerby.base.motion import SceneStats
from passerby.base.settings import Profile


class CadenceSettings(Frozen):
    """`interval` is the time between two looks in seconds, at most `longest` frames; every `deep`-th look is deep and
    every `close`-th one looks for faces at full size: the dearest part, which gains little from more.

    `surprise` is how much more of the picture than at the last look may go unexplained by motion (mean luma difference
    since then, 0 to 1) before the next look comes early.
    """

    interval: float = 0.2
    longest: int = 10
    deep: int = 3
    close: int = 2
    surprise: float = 0.12


#: How often each profile looks.
CADENCES: Mapping[Profile, CadenceSettings] = {
    Profile.FAST: CadenceSettings(interval=0.4, longest=15),
    Profile.BALANCED: CadenceSettings(),
    Profile.THOROUGH: CadenceSettings(interval=0.1, longest=5, deep=2, close=1),
}


@dataclass(frozen=True, slots=True)
class Look:
    """A look that is due, and how far it goes (detect/look.py)."""

    deep: bool
    close: bool


class Cadence:
    """Asked once for every frame, in order."""

    def __init__(self, frame_rate: Fraction | None, settings: CadenceSettings | None = None) -> None:
        self._settings = settings or CadenceSettings()
        rate = float(frame_rate) if frame_rate else 25.0
        self._every = min(max(1, round(self._settings.interval * rate)), self._settings.longest)
        self._since = self._every
        self._unexplained = 0.0
        self._looks = 0

    def due(self, scene: SceneStats) -> Look | None:
        """Is this frame to be looked at?"""
        self._since += 1
        self._unexplained += scene.change
        early = self._unexplained > self._settings.surprise and self._since > self._every // 2
        if not scene.cut and not early and self._since < self._every:
            return None
        if scene.cut:
            self._looks = 0
        self._since, self._unexplained = 0, 0.0
        self._looks += 1
        before = self._looks - 1
        return Look(deep=before % self._settings.deep == 0, close=before % self._settings.close == 0)
