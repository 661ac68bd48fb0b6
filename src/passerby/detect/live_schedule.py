"""The detection schedule of cameras: often enough for masks to hold, seldom enough for several cameras on two
processors.

docs/design/watch.md says what each part costs and why these were chosen.
"""

from __future__ import annotations

from collections.abc import Mapping

from passerby.config.settings import Profile
from passerby.detect.profiles import DetectionProfile
from passerby.detect.schedule import Scope

#: Every other detector run searches the whole frame for plates, those between search crops of vehicles. Faces and
#: bodies are searched for in each. Cameras hang high: nobody fills their frame, so there is no second size for close
#: persons.
LIVE_PROFILES: Mapping[Profile, DetectionProfile] = {
    Profile.FAST: DetectionProfile(
        face_sizes=(640, 320),
        close_person_size=0,
        plate_sizes=(512,),
        text_size=320,
        text_support_size=320,
        max_vehicles=2,
        min_base_size=1280,
    ),
    Profile.BALANCED: DetectionProfile(
        face_sizes=(960, 640, 320),
        close_person_size=0,
        plate_sizes=(640, 320),
        text_size=512,
        text_support_size=320,
        max_vehicles=3,
        min_base_size=1280,
    ),
    Profile.THOROUGH: DetectionProfile(
        face_sizes=(1280, 640, 320), body_sizes=(640,), close_person_size=0, min_base_size=1920
    ),
}

#: Between the starts of two detector runs: as often as MIN_INTERVAL_S where the machine is idle, and never later than
#: MAX_INTERVAL_S where it keeps up. In between a run may take this share of one processor's time.
MIN_INTERVAL_S, MAX_INTERVAL_S, MAX_CPU_SHARE = 0.4, 1.0, 0.35


def detection_interval(duration_s: float) -> float:
    """Seconds between the starts of two detector runs that take `duration_s` seconds each."""
    return min(MAX_INTERVAL_S, max(MIN_INTERVAL_S, duration_s / MAX_CPU_SHARE))


class ScopeCycle:
    """The scope of each detector run, in turn."""

    def __init__(self) -> None:
        self._runs = 0

    def next(self, first: bool) -> Scope:
        """That of the next run; the `first` of a scene has the full scope."""
        self._runs = 0 if first else self._runs + 1
        return Scope(full_res_faces=True, full_frame_plates=self._runs % 2 == 0)
