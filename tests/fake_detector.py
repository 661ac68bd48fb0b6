"""Detectors that need no models: tests say what they detect."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from passerby.config.settings import Profile, Settings
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.media import Geometry
from passerby.core.motion import SceneStats
from passerby.core.raw_frame import RawFrame
from passerby.detect.preprocess import to_luma
from passerby.detect.schedule import DETECTION_SCHEDULES, FULL_SCOPE, DetectionSchedule, Scope
from passerby.detect.still_detector import StillDetector
from passerby.detect.weights import Registry

#: Where FixedFace detects a face, in shares of the displayed frame.
FACE_POSITION = (0.25, 0.25, 0.5, 0.625)
#: Mean luma up to which nothing is visible: a little above that of a mask.
BLACK = 22

#: Ids of the models that look at a close-up of each kind.
CLOSE_UP_MODELS = {Kind.FACE: ("centerface", "blazeface-full"), Kind.PLATE: ("plate-yolov8s", "ppocr-det")}

Detect = Callable[[RawFrame, Scope], list[Detection]]


def nothing(frame: RawFrame, scope: Scope) -> list[Detection]:
    return []


class FakeDetector:
    """A VideoDetector that detects what `detect` returns."""

    weights: tuple[str, ...] = ()

    def __init__(self, detect: Detect = nothing, known_answer_test: Callable[[], None] = lambda: None) -> None:
        self._detect, self._known_answer_test = detect, known_answer_test

    def wait_until_ready(self) -> None: ...

    def run_known_answer_test(self) -> None:
        self._known_answer_test()

    def tasks(self, frame: RawFrame, scope: Scope = FULL_SCOPE) -> tuple[Callable[[], list[Detection]], ...]:
        return (lambda: self.detect(frame, scope),)

    def detect(self, frame: RawFrame, scope: Scope = FULL_SCOPE) -> list[Detection]:
        return self._detect(frame, scope)

    def detect_faces_quick(self, frame: RawFrame) -> list[Detection]:
        return self.detect(frame)

    def close_up(self, frame: RawFrame, kind: Kind, boxes: Sequence[Box]) -> list[list[Detection]]:
        """Both models agree with `detect`."""
        found = [d for d in self.detect(frame) if d.kind is kind]
        return [
            [replace(d, origin=id) for d in found if d.box.iou(box) > 0.3 for id in CLOSE_UP_MODELS[kind]]
            for box in boxes
        ]

    def open_frame(self, frame: RawFrame) -> FakeDetector:
        return self

    def search(self, kind: Kind, box: Box) -> None:
        """Tracks follow motion alone."""

    def luma(self) -> None: ...


class FixedFace(FakeDetector):
    """Detects one face, always in the same place, unless that is black."""

    def __init__(self, geometry: Geometry) -> None:
        super().__init__(self._detect_face)
        self.geometry = geometry
        self.box = fixed_box(*geometry.display_size)

    def _detect_face(self, frame: RawFrame, scope: Scope) -> list[Detection]:
        x1, y1, x2, y2 = (round(value) for value in self.box)
        luma = to_luma(frame, self.geometry, self.geometry.display_size)[y1:y2, x1:x2]
        return [Detection(Kind.FACE, self.box, 0.9, "fake")] if luma.size and luma.mean() > BLACK else []


class EveryFrame:
    """A schedule that runs detectors on every frame."""

    def due(self, scene: SceneStats) -> Scope | None:
        return FULL_SCOPE


class FakeDetectorFactory:
    """A DetectorFactory that makes the same detector for every video track."""

    def __init__(self, make: Callable[[Geometry], FakeDetector], every_frame: bool = False) -> None:
        self._make, self._every_frame = make, every_frame

    @property
    def registry(self) -> Registry:
        return Registry.load()

    def frame_detector(
        self, geometry: Geometry, hide: Collection[Kind], profile: Profile = Profile.BALANCED
    ) -> FakeDetector:
        return self._make(geometry)

    def schedule(self, frame_rate: Fraction | None, profile: Profile) -> EveryFrame | DetectionSchedule:
        return EveryFrame() if self._every_frame else DetectionSchedule(frame_rate, DETECTION_SCHEDULES[profile])


def fake_detectors(
    detect: Detect = nothing, known_answer_test: Callable[[], None] = lambda: None, every_frame: bool = False
) -> FakeDetectorFactory:
    """Detectors to pass into a run."""
    return FakeDetectorFactory(lambda geometry: FakeDetector(detect, known_answer_test), every_frame)


def use_fake_detectors(
    patch: pytest.MonkeyPatch, detect: Detect = nothing, known_answer_test: Callable[[], None] = lambda: None
) -> None:
    """Make `detect` the default of all runs in this process and those it forks, where none can be passed in."""
    use_detector_factory(patch, fake_detectors(detect, known_answer_test))


def use_fixed_face(patch: pytest.MonkeyPatch) -> None:
    """Make FixedFace the default of all runs, on every frame: tests must not depend on the schedule.

    The face stays where it is while the frame moves below it, so motion between two runs would propagate it away.
    """
    use_detector_factory(patch, FakeDetectorFactory(FixedFace, every_frame=True))


def use_detector_factory(patch: pytest.MonkeyPatch, factory: FakeDetectorFactory) -> None:
    """Make `factory` the default of all runs that are not given one."""
    patch.setattr("passerby.engine.options.ModelDetectorFactory", lambda registry, threads: factory)


class FixedFaceInStill:
    """A StillDetector that detects one face, always in the same place."""

    weights: tuple[str, ...] = ()

    def detect(self, frame: RawFrame, **options: object) -> list[Detection]:
        return [Detection(Kind.FACE, fixed_box(frame.av_frame.width, frame.av_frame.height), 0.9, "fake")]


def use_fixed_face_in_stills(
    patch: pytest.MonkeyPatch,
    make: Callable[[Settings, int | None], object] = lambda settings, threads: FixedFaceInStill(),
) -> None:
    """Make FixedFaceInStill, or what `make` gives, the default of all runs on stills."""
    patch.setattr(StillDetector, "for_settings", lambda settings, threads=None: make(settings, threads))


def fixed_box(width: float, height: float) -> Box:
    """Where the fixed face is in a frame of that size, in its pixels."""
    x1, y1, x2, y2 = FACE_POSITION
    return Box(x1 * width, y1 * height, x2 * width, y2 * height)
