"""Where a run gets its detectors from: one factory, so that other detectors than the models can be passed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from typing import Protocol

from passerby.config.settings import Profile, Settings
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.media import Geometry
from passerby.core.motion import SceneStats
from passerby.core.raw_frame import RawFrame
from passerby.detect.frame_detector import FrameDetector
from passerby.detect.images.pattern import LumaImage
from passerby.detect.model import Detectors
from passerby.detect.profiles import DETECTION_PROFILES
from passerby.detect.schedule import DETECTION_SCHEDULES, FULL_SCOPE, DetectionSchedule, Scope
from passerby.detect.still_detector import StillDetector
from passerby.detect.weights import Registry


class FrameSearch(Protocol):
    """What the engine needs of a SearchableFrame."""

    def search(self, kind: Kind, box: Box) -> list[Detection] | None: ...

    def luma(self) -> LumaImage | None: ...


class VideoDetector(Protocol):
    """What the engine and the self-check need of a FrameDetector; its methods say what each does."""

    @property
    def weights(self) -> tuple[str, ...]: ...

    def wait_until_ready(self) -> None: ...

    def run_known_answer_test(self) -> None: ...

    def tasks(self, frame: RawFrame, scope: Scope = FULL_SCOPE) -> Sequence[Callable[[], list[Detection]]]: ...

    def detect(self, frame: RawFrame, scope: Scope = FULL_SCOPE) -> list[Detection]: ...

    def detect_faces_quick(self, frame: RawFrame) -> list[Detection]: ...

    def close_up(self, frame: RawFrame, kind: Kind, boxes: Sequence[Box]) -> list[list[Detection]]: ...

    def open_frame(self, frame: RawFrame) -> FrameSearch: ...


class FrameSchedule(Protocol):
    """What the engine needs of a DetectionSchedule."""

    def due(self, scene: SceneStats) -> Scope | None: ...


class DetectorFactory(Protocol):
    """Makes the detectors of a run, and says on which frames they run. `registry` knows their weights."""

    @property
    def registry(self) -> Registry: ...

    def frame_detector(
        self, geometry: Geometry, hide: Collection[Kind], profile: Profile = Profile.BALANCED
    ) -> VideoDetector:
        """A detector for the frames of one video track. Raises WeightsError when weights are missing or altered."""
        ...

    def schedule(self, frame_rate: Fraction | None, profile: Profile) -> FrameSchedule:
        """Which frames of one segment detectors run on."""
        ...


class ModelDetectorFactory:
    """Detectors that run the models of the registry, each loaded once for all video tracks and for the self-check.

    `threads` are those of one model, by default all processors are shared out.
    """

    def __init__(self, registry: Registry, threads: int | None = None) -> None:
        self._models = Detectors(registry, threads)

    @property
    def registry(self) -> Registry:
        return self._models.registry

    def frame_detector(
        self, geometry: Geometry, hide: Collection[Kind], profile: Profile = Profile.BALANCED
    ) -> VideoDetector:
        return FrameDetector(self._models, geometry, hide, DETECTION_PROFILES[profile])

    def schedule(self, frame_rate: Fraction | None, profile: Profile) -> FrameSchedule:
        return DetectionSchedule(frame_rate, DETECTION_SCHEDULES[profile])


class StillDetectorCache:
    """Keeps the detector of the last still for the next one, where it is to detect the same: models take seconds to
    load. `make` gives one for settings and a number of threads."""

    def __init__(self, make: Callable[[Settings, int | None], StillDetector] | None = None) -> None:
        self._make = make or StillDetector.for_settings
        self._detector: StillDetector | None = None
        self._key: object = None

    def get(self, settings: Settings, threads: int | None = None) -> StillDetector:
        """The detector for stills with these settings."""
        key = (settings.hide, settings.profile, threads)
        if self._detector is None or key != self._key:
            self._detector = None  # otherwise both would be in memory
            self._detector, self._key = self._make(settings, threads), key
        return self._detector

    def clear(self) -> None:
        """Free the memory."""
        self._detector = None
