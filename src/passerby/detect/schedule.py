"""When to look, and how far. Decided by content alone, so that two runs look at the same frames.

Between looks, motion carries the boxes. A new scene is looked at at once; so is a picture that motion no longer
explains, since something may have come into view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from passerby.config.settings import Profile
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.core.motion import SceneStats


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


class CadenceSettings(FrozenModel):
    """A look is due `interval` seconds after the last one when the motion since then is in doubt, and `calm` seconds
    after it in any case; never more than `longest` frames after it. `doubt` is how much is too much: the share of the
    motion that is unproven, summed over the seconds since the last look.

    Every `close`-th look goes close, and every `deep`-th goes deep, beginning with another one: these are the dearest
    parts.

    `surprise` is how much more of the picture than at the last look may go unexplained by motion (mean luma difference
    since then, 0 to 1) before the next look comes early.
    """

    interval: float = 0.4
    calm: float = 0.6
    doubt: float = 0.12
    longest: int = 30
    close: int = 2
    deep: int = 3
    surprise: float = 0.12


#: How often each profile looks. On the development clips a look every 0.4 s, whatever the motion, leaks no less and
#: hides more that needs no hiding; one every 0.6 s loses a plate. A deep look every second time finds no plate more.
CADENCES: Mapping[Profile, CadenceSettings] = {
    Profile.FAST: CadenceSettings(interval=0.6, calm=0.8),
    Profile.BALANCED: CadenceSettings(),
    Profile.THOROUGH: CadenceSettings(interval=0.24, calm=0.24, longest=8, close=1, deep=2),
}


class Cadence:
    """Asked once for every frame, in order."""

    def __init__(self, frame_rate: Fraction | None, settings: CadenceSettings | None = None) -> None:
        self._settings = s = settings or CadenceSettings()
        self._rate = rate = float(frame_rate) if frame_rate else 25.0
        self._calm = min(max(1, round(s.calm * rate)), s.longest)
        self._every = min(max(1, round(s.interval * rate)), self._calm)
        self._since = self._calm
        self._unexplained = self._doubt = 0.0
        self._looks = 0

    def due(self, scene: SceneStats) -> Reach | None:
        """Is this frame to be looked at, and how far? A new scene is looked at as far as can be."""
        self._since += 1
        self._unexplained += scene.change
        self._doubt += scene.doubt / self._rate
        doubted = self._doubt > self._settings.doubt and self._since >= self._every
        early = self._unexplained > self._settings.surprise and self._since > self._every // 2
        if not (scene.cut or early or doubted or self._since >= self._calm):
            return None
        if scene.cut:
            self._looks = 0
        self._since, self._unexplained, self._doubt = 0, 0.0, 0.0
        number, self._looks = self._looks, self._looks + 1
        deep = number == 0 or number % self._settings.deep == self._settings.deep - 1
        return Reach(close=number % self._settings.close == 0, deep=deep)
