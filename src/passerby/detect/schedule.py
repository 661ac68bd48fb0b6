"""The detection schedule: on which frames detectors run, and with which scope. Decided by content alone, so that two
runs of the program use the same frames.

Between detector runs, motion propagates the boxes. Detectors run at once on a new scene, and on a frame that motion no
longer explains, since something may have come into view.
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
class Scope:
    """What one detector run covers: `full_res_faces` searches for faces at the largest size as well,
    `full_frame_plates` for plates in the whole frame, and not on vehicles alone. `quick`: faces alone, by the second
    face model, for who comes in between two runs of all detectors."""

    full_res_faces: bool = True
    full_frame_plates: bool = True
    quick: bool = False

    @property
    def searched_kinds(self) -> frozenset[Kind]:
        """The kinds that such a run finds wherever and as small as they are; none for a quick one."""
        if self.quick:
            return frozenset()
        missed = {Kind.FACE: not self.full_res_faces, Kind.PLATE: not self.full_frame_plates}
        return frozenset(kind for kind in Kind if not missed.get(kind))


#: Everything.
FULL_SCOPE = Scope()
#: New faces, quickly.
QUICK_SCOPE = Scope(full_res_faces=False, full_frame_plates=False, quick=True)


class ScheduleSettings(FrozenModel):
    """A detector run is due `min_interval` seconds after the last one when the motion since then is uncertain, and
    `max_interval` seconds after it in any case; never more than `max_interval_frames` after it. `uncertainty_trigger`
    is how much is too much: the share of the flow that the forward-backward check could not confirm, summed over the
    seconds since the last run.

    Every `full_res_faces_every`-th run searches for faces at the largest size, and every `full_frame_plates_every`-th
    for plates in the whole frame, on the others: these are the most expensive parts.

    `change_trigger` is how much of the image may be left unexplained by motion since the last run (mean luma
    difference, summed, 0 to 1) before the next one comes early.

    In between there is a quick run for new faces every `quick_interval` seconds, for 0 there is none."""

    min_interval: float = 0.4
    max_interval: float = 0.6
    uncertainty_trigger: float = 0.12
    max_interval_frames: int = 30
    full_res_faces_every: int = 2
    full_frame_plates_every: int = 2
    change_trigger: float = 0.12
    quick_interval: float = 0.0


#: The schedule of each profile. On the development clips a run every 0.4 s, whatever the motion, leaks no less and
#: masks more that needs no mask; one every 0.6 s loses a plate. Plates in the whole frame every third time left
#: those in view for a second and a half uncovered (docs/design/tracking.md).
DETECTION_SCHEDULES: Mapping[Profile, ScheduleSettings] = {
    Profile.FAST: ScheduleSettings(min_interval=0.6, max_interval=0.8, full_frame_plates_every=3, quick_interval=0.16),
    Profile.BALANCED: ScheduleSettings(quick_interval=0.08),
    Profile.THOROUGH: ScheduleSettings(
        min_interval=0.24,
        max_interval=0.24,
        max_interval_frames=8,
        full_res_faces_every=1,
        full_frame_plates_every=2,
        quick_interval=0.04,
    ),
}


class DetectionSchedule:
    """Decides for every frame, in order."""

    def __init__(self, frame_rate: Fraction | None, settings: ScheduleSettings | None = None) -> None:
        self._settings = s = settings or ScheduleSettings()
        self._rate = rate = float(frame_rate) if frame_rate else 25.0
        self._max_frames = min(max(1, round(s.max_interval * rate)), s.max_interval_frames)
        self._min_frames = min(max(1, round(s.min_interval * rate)), self._max_frames)
        self._quick_frames = max(1, round(s.quick_interval * rate)) if s.quick_interval else 0
        self._frames_since = self._max_frames
        self._change = self._uncertainty = 0.0
        self._runs = 0

    def due(self, scene: SceneStats) -> Scope | None:
        """The scope of the detector run on this frame, None when none is due. A new scene gets the full scope."""
        s = self._settings
        self._frames_since += 1
        self._change += scene.change
        self._uncertainty += scene.uncertainty / self._rate
        uncertain = self._uncertainty > s.uncertainty_trigger and self._frames_since >= self._min_frames
        changed = self._change > s.change_trigger and self._frames_since > self._min_frames // 2
        if not (scene.cut or changed or uncertain or self._frames_since >= self._max_frames):
            is_quick = self._quick_frames and self._frames_since % self._quick_frames == 0
            return QUICK_SCOPE if is_quick else None
        if scene.cut:
            self._runs = 0
        self._frames_since, self._change, self._uncertainty = 0, 0.0, 0.0
        number, self._runs = self._runs, self._runs + 1
        full_frame_plates = number == 0 or number % s.full_frame_plates_every == s.full_frame_plates_every - 1
        return Scope(full_res_faces=number % s.full_res_faces_every == 0, full_frame_plates=full_frame_plates)
