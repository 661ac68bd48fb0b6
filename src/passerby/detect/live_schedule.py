"""How cameras are looked at: often enough for masks to hold, little enough for several cameras on two processors.

docs/design/watch.md tells what each part costs and why these were chosen.
"""

from __future__ import annotations

from collections.abc import Mapping

from passerby.config.settings import Profile
from passerby.detect.frame_detector import LookSettings
from passerby.detect.schedule import Reach

#: Every other look searches the whole picture for plates, those between look at vehicles close up. Faces and bodies are
#: looked for in each. Cameras hang high: nobody fills their picture, and nobody is looked at a second time for that.
LIVE_LOOKS: Mapping[Profile, LookSettings] = {
    Profile.FAST: LookSettings(
        face_sizes=(640, 320),
        near_size=0,
        plate_sizes=(512,),
        text_size=320,
        trace_size=320,
        most_vehicles=2,
        view_size=1280,
    ),
    Profile.BALANCED: LookSettings(
        face_sizes=(960, 640, 320),
        near_size=0,
        plate_sizes=(640, 320),
        text_size=512,
        trace_size=320,
        most_vehicles=3,
        view_size=1280,
    ),
    Profile.THOROUGH: LookSettings(face_sizes=(1280, 640, 320), body_sizes=(640,), near_size=0, view_size=1920),
}

#: Seconds between the beginnings of two looks: as often as SOONEST where the machine is idle, and never later than
#: LATEST where it keeps up. In between a look may take this share of one processor's time.
SOONEST, LATEST, SHARE = 0.4, 1.0, 0.35


def pause(usual: float) -> float:
    """Seconds between the beginnings of two looks that take `usual` seconds each."""
    return min(LATEST, max(SOONEST, usual / SHARE))


class Turns:
    """How far each look goes, in turn."""

    def __init__(self) -> None:
        self._looks = 0

    def next(self, first: bool) -> Reach:
        """The next one; the `first` of a scene goes deep."""
        self._looks = 0 if first else self._looks + 1
        return Reach(close=True, deep=self._looks % 2 == 0)
