"""Detecting in a still: with more effort than in a frame of video, for there is no second frame.

The whole image is run at several sizes, also enlarged; large images are also run in overlapping tiles at their own
resolution, so that a face of 20 pixels in one of 50 megapixels is detected. Every input has one of a few square sizes:
a model is compiled anew for each size, and a folder of photos would compile all day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np

from passerby.config.settings import Profile, Settings
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.model import FrozenModel
from passerby.core.raw_frame import RawFrame
from passerby.detect.fusion import confirm_large_text, merge
from passerby.detect.images.tiling import bgr_images, letterbox, tiles, unroll
from passerby.detect.known_answer_test import check
from passerby.detect.model import Detector
from passerby.detect.plates.fusion import FULL_FRAME_SCORE, FULL_FRAME_SIZES, full_frame_candidates, full_frame_plates
from passerby.detect.preprocess import Image
from passerby.detect.profiles import BODY, FACE, PLATE, TEXT
from passerby.detect.weights import Registry


class StillDetectionProfile(FrozenModel):
    """Sizes in pixels of the square that a model is given. Thresholds are the lowest scores that are kept at all; what
    is masked is decided by track/still_selection.py.

    `tile` is the side of a tile in the image's own pixels, `tile_overlap` what two neighbours share: a face of up to
    that size lies whole in one of them, and a larger one is detected in the whole image. Tiles of `small_tile` (0 for
    none) are enlarged for the face model. Faces missed in 50 megapixels that were put together from the development
    stills: 8.0 % in tiles at their own size, 4.2 % at half of it as well, 2.5 % enlarged as well (13 s more).
    """

    face_sizes: tuple[int, ...] = (1280, 640, 320, 160)
    body_sizes: tuple[int, ...] = (640, 320)
    plate_sizes: tuple[int, ...] = (640, 320)
    text_size: int = 640
    vehicle_crop_size: int = 320
    max_vehicles: int = 24
    tile: int = 1280
    tile_overlap: int = 256
    tile_sizes: tuple[int, ...] = (1280, 640)
    small_tile: int = 640
    small_tile_overlap: int = 160
    face_threshold: float = 0.10
    person_threshold: float = 0.25
    vehicle_threshold: float = 0.20
    screen_threshold: float = 0.20
    plate_threshold: float = 0.10
    text_threshold: float = 0.30

    @classmethod
    def for_profile(cls, profile: Profile) -> StillDetectionProfile:
        """With the effort of the profile."""
        return cls(small_tile=0) if profile is Profile.FAST else cls()


#: The side of the known images; each model runs at this size anyway. px
TEST_IMAGE_SIDE = 320
#: Text on a vehicle is no plate when it is longer than this (in its own heights) or covers more than this share of it.
#: Development stills, all kinds hidden: plates missed 1.2 % instead of 0.6, masked without need 1.4 % instead of 6.6.
MAX_PLATE_ASPECT, MAX_PLATE_AREA_SHARE = 10, 0.15
#: Vehicles are cropped with this share of their size around them, as in detect/frame_detector.py.
VEHICLE_MARGIN = 0.08
#: Stills after which each model is given the known-answer test again (invariant 11).
TEST_INTERVAL = 200

Heartbeat = Callable[[], None]
LoadDetector = Callable[[Registry, str, int | None], Detector]
KnownAnswerTest = Callable[[Detector, tuple[int, int]], None]


class StillDetector:
    """Detects the kinds that are to be hidden in stills of any size. One serves for any number of files."""

    def __init__(
        self,
        registry: Registry,
        hide: Collection[Kind],
        profile: StillDetectionProfile | None = None,
        threads: int | None = None,
        *,
        load: LoadDetector = Detector,
        known_answer_test: KnownAnswerTest = check,
        test_interval: int = TEST_INTERVAL,
    ) -> None:
        """Loads the models that are needed and gives each the known-answer test (invariant 11). `load` makes the
        detector of an id, in place of one that runs the model.

        Raises WeightsError when weights are missing or altered, DetectorError when a model gives a wrong answer.
        """
        self._hide = frozenset(hide)
        self._profile = profile or StillDetectionProfile()
        required = tuple(self._required_models())
        if load is Detector:
            registry.require(required)
        self._models = {id: load(registry, id, threads) for id in required}
        self._test, self._test_interval = known_answer_test, test_interval
        self._stills = 0
        self.run_known_answer_test()

    @classmethod
    def for_settings(cls, settings: Settings, threads: int | None = None) -> StillDetector:
        """A detector for stills with these settings."""
        return cls(Registry.load(), settings.hide, StillDetectionProfile.for_profile(settings.profile), threads)

    @property
    def weights(self) -> tuple[str, ...]:
        """The ids of the models."""
        return tuple(self._models)

    def run_known_answer_test(self) -> None:
        """Raises DetectorError when a model does not give the known answer to the known images."""
        for model in self._models.values():
            self._test(model, (TEST_IMAGE_SIDE, TEST_IMAGE_SIDE))

    def detect(
        self, frame: RawFrame, *, panorama: bool = False, heartbeat: Heartbeat = lambda: None
    ) -> list[Detection]:
        """Everything detected, in the image's pixels, each object once, best first by kind.

        `panorama`: the right edge continues at the left one, so what lies across it is detected too, as two boxes.
        `heartbeat` is called on the way: a large image takes minutes.
        """
        self._stills += 1
        if self._stills % self._test_interval == 0:
            self.run_known_answer_test()
        images = list(bgr_images(frame))
        height, width = images[0].shape[:2]
        results: list[list[Detection]] = []
        for image in images:
            results += self._run_all(image, heartbeat)
            if panorama:
                rolled = self._run_all(np.roll(image, -(width // 2), axis=1), heartbeat)
                results += [unroll(result, width) for result in rolled]
        merged = [merge([d for d in result if d.kind is kind] for result in results) for kind in Kind]
        image_box = Box(0, 0, width, height)
        return [d for of_kind in merged for d in of_kind if d.box.intersection(image_box) > 0]

    def _required_models(self) -> Iterator[str]:
        yield BODY
        if Kind.FACE in self._hide:
            yield FACE
        if Kind.PLATE in self._hide:
            yield PLATE
        if self._hide & {Kind.PLATE, Kind.TEXT}:
            yield TEXT

    def _run_all(self, image: Image, heartbeat: Heartbeat) -> list[list[Detection]]:
        """One result for each model and input size. All tiles together are one result: what lies in two of them is not
        twice as likely."""
        p, image_box = self._profile, Box(0, 0, image.shape[1], image.shape[0])
        run = _Runs(image, self._models, heartbeat)
        large_tiles = list(tiles(image_box, p.tile, p.tile_overlap))
        results = [self._bodies(run, [image_box], size) for size in p.body_sizes]
        results.append(self._bodies(run, large_tiles, p.body_sizes[0]))
        vehicles = [d for d in merge(results) if d.kind is Kind.VEHICLE]
        if Kind.FACE in self._hide:
            results += [run(FACE, [image_box], size, p.face_threshold) for size in p.face_sizes]
            results += [run(FACE, large_tiles, size, p.face_threshold) for size in p.tile_sizes]
            small_tiles = list(tiles(image_box, p.small_tile, p.small_tile_overlap)) if p.small_tile else []
            results.append(run(FACE, small_tiles, p.tile_sizes[0], p.face_threshold))
        if Kind.PLATE in self._hide:
            results += [run(PLATE, [image_box], size, p.plate_threshold) for size in p.plate_sizes]
            results.append(run(PLATE, large_tiles, p.plate_sizes[0], p.plate_threshold))
            results += self._plates_on_vehicles(run, image_box, vehicles)
        if self._hide & {Kind.PLATE, Kind.TEXT}:
            for parts in ([image_box], large_tiles):
                texts = run(TEXT, parts, p.text_size, p.text_threshold)
                results.append(self._confirmed_texts(run, parts, texts) if Kind.TEXT in self._hide else [])
                results.append(_text_plates_on(vehicles, texts) if Kind.PLATE in self._hide else [])
                results.append(_plates_filling(run, image_box, texts) if Kind.PLATE in self._hide else [])
        return results

    def _confirmed_texts(self, run: _Runs, parts: Sequence[Box], texts: Sequence[Detection]) -> list[Detection]:
        """Without large surfaces that are no text. All `parts` are about as large."""
        p, area = self._profile, max((part.area for part in parts), default=0.0)
        return confirm_large_text(texts, area, lambda part: run(TEXT, parts, p.text_size // part, p.text_threshold))

    def _bodies(self, run: _Runs, parts: Sequence[Box], size: int) -> list[Detection]:
        """Persons (for heads as well), vehicles (for plates) and, where they are to be hidden, screens."""
        p = self._profile
        thresholds = {Kind.PERSON: p.person_threshold, Kind.VEHICLE: p.vehicle_threshold}
        if Kind.SCREEN in self._hide:
            thresholds[Kind.SCREEN] = p.screen_threshold
        detections = run(BODY, parts, size, min(thresholds.values()), tuple(thresholds))
        return [d for d in detections if d.score >= thresholds[d.kind]]

    def _plates_on_vehicles(
        self, run: _Runs, image_box: Box, vehicles: Sequence[Detection]
    ) -> Iterator[list[Detection]]:
        """Plates, and text that may be one, on the largest vehicles, in crops."""
        p = self._profile
        largest = sorted(vehicles, key=lambda v: (-v.box.area, v.box))[: p.max_vehicles]
        crops = [v.box.expand(VEHICLE_MARGIN).clip(image_box.width, image_box.height) for v in largest]
        yield run(PLATE, crops, p.vehicle_crop_size, p.plate_threshold)
        yield _text_plates_on(largest, run(TEXT, crops, p.vehicle_crop_size, p.text_threshold))


class _Runs:
    """Runs models on parts of one image."""

    def __init__(self, image: Image, models: dict[str, Detector], heartbeat: Heartbeat) -> None:
        self._image, self._models, self._heartbeat = image, models, heartbeat

    def __call__(
        self, id: str, parts: Sequence[Box], size: int, threshold: float, kinds: Collection[Kind] | None = None
    ) -> list[Detection]:
        """What a model detects in parts of the image, each resized to `size`, in the image's pixels."""
        detections: list[Detection] = []
        for part in parts:
            x1, y1, x2, y2 = (round(v) for v in part)
            if x2 <= x1 or y2 <= y1:
                continue
            self._heartbeat()
            square, scale = letterbox(self._image[y1:y2, x1:x2], size)
            detections += [
                Detection(
                    d.kind,
                    Box(*(v * scale + origin for v, origin in zip(d.box, (x1, y1, x1, y1), strict=True))),
                    d.score,
                    d.origin,
                )
                for d in self._models[id].detect(square, threshold, kinds)
            ]
        return detections


def _plates_filling(run: _Runs, image_box: Box, texts: Sequence[Detection]) -> list[Detection]:
    """Plates that fill the image, which the plate model detects only where it is small."""
    candidates = full_frame_candidates(texts, image_box.width)
    if not candidates:
        return []
    small = [d for size in FULL_FRAME_SIZES for d in run(PLATE, [image_box], size, FULL_FRAME_SCORE)]
    return full_frame_plates(candidates, small)


def _text_plates_on(vehicles: Sequence[Detection], texts: Sequence[Detection]) -> list[Detection]:
    """Text on a vehicle is taken for its plate, unless it does not have the shape of one: then it is lettering."""
    return [
        Detection(Kind.PLATE, t.box, t.score, t.origin)
        for t in texts
        if t.box.height <= t.box.width <= MAX_PLATE_ASPECT * t.box.height
        and any(
            t.box.containment(v.box.expand(0.05)) > 0.5 and t.box.area <= MAX_PLATE_AREA_SHARE * v.box.area
            for v in vehicles
        )
    ]
