"""When to look, and how far. Decided by content alone, so that two runs look at the same frames.

Between looks, motion carries the boxes. A new scene is looked at at once; so is a picture that motion no longer
explains, since something may have come into view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from passerby.base.frozen import Frozen
from passerby.base.kinds import Kind
from passerby.base.motion import SceneStats
from passerby.base.settings import Profile


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a look goes: `close` sees the picture at the largest size for faces, `deep` searches all of it, and not
    vehicles alone, for plates."""

    close: bool = True
    deep: bool = True

    @property
    def searched(self) -> frozenset[Kind]:
        """The kinds that such a look finds wherever and as small as they are."""
        missed = {Kind.FACE: not self.close, Kind.PLATE: not self.deep}
        return frozenset(kind for kind in Kind if not missed.get(kind))


#: As far as a look goes.
FULL = Reach()


class CadenceSettings(Frozen):
    """`interval` is the time between two looks in seconds, at most `longest` frames; every `turn`-th look goes close,
    and every `turn`-th, but another one, deep: these are the dearest parts.

    `surprise` is how much more of the picture than at the last look may go unexplained by motion (mean luma difference
    since then, 0 to 1) before the next look comes early.
    """

    interval: float = 0.4
    longest: int = 20
    turn: int = 2
    surprise: float = 0.12


#: How often each profile looks.
CADENCES: Mapping[Profile, CadenceSettings] = {
    Profile.FAST: CadenceSettings(interval=0.6, longest=30),
    Profile.BALANCED: CadenceSettings(),
    Profile.THOROUGH: CadenceSettings(interval=0.16, longest=8, turn=1),
}


class Cadence:
    """Asked once for every frame, in order."""

    def __init__(self, frame_rate: Fraction | None, settings: CadenceSettings | None = None) -> None:
        self._settings = settings or CadenceSettings()
        rate = float(frame_rate) if frame_rate else 25.0
        self._every = min(max(1, round(self._settings.interval * rate)), self._settings.longest)
        self._since = self._every
        self._unexplained = 0.0
        self._looks = 0

    def due(self, scene: SceneStats) -> Reach | None:
        """Is this frame to be looked at, and how far? A new scene is looked at as far as can be."""
        self._since += 1
        self._unexplained += scene.change
        early = self._unexplained > self._settings.surprise and self._since > self._every // 2
        if not scene.cut and not early and self._since < self._every:
            return None
        if scene.cut:
            self._looks = 0
        self._since, self._unexplained = 0, 0.0
        place, first = self._looks % self._settings.turn, self._looks == 0
        self._looks += 1
        return Reach(close=place == 0, deep=first or place == self._settings.turn - 1)
