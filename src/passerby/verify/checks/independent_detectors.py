"""Detection in one frame of the released file, by independent models and by those of the redaction.

The independent models are others than those that made the masks: BlazeFace full range on tiles at several scales for
faces, the text detector for plates. The models of the redaction run as well, with lower thresholds. Nothing is decided
here: sightings are fused over time in sighting_fusion.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.model import FrozenModel
from passerby.detect.fusion import LARGE_TEXT_SHARE, confirm_large_text
from passerby.detect.known_answer_images import SIDE
from passerby.detect.known_answer_test import check
from passerby.detect.model import CONCURRENT_INFERENCES, INPUT_STRIDE, Detectors
from passerby.detect.preprocess import Image

SECOND_FACE, FACE, BODY, PLATE, TEXT = "blazeface-full", "centerface", "yolov8n-coco", "plate-yolov8s", "ppocr-det"

#: IoU, or containment of the smaller in the larger, from which two detections are one object.
SAME_IOU, SAME_CONTAINMENT = 0.3, 0.75
#: Text on a vehicle may be a plate if it is at most this share of its width and height, and no taller than wide.
MAX_PLATE_WIDTH, MAX_PLATE_HEIGHT = 0.6, 0.3
#: Masks of faces are narrower than this (width / height): text alone under a wider one was a plate.
MAX_FACE_MASK_ASPECT = 2.0
#: ...and under a narrower one if it has at least this width / height, and fills this share of the width of the mask.
SLANTED_PLATE_ASPECT, SLANTED_PLATE_FILL = 1.8, 0.65
#: Input side of the face model of the redaction in a close-up, px.
CLOSE_UP_SIDE = 192
#: Text in a crop of a vehicle, or around a possible plate, is large from this share of it on.
LARGE_IN_CROP = 0.02
#: Grey of the padding, as in the training of the YOLO models.
_PADDING_VALUE = 114
#: Least overlap of neighbouring tiles, as a share of their side: an object across a seam is whole in one of them, or
#: large enough for the next larger tiles.
TILE_OVERLAP = 0.15


class EnsembleSettings(FrozenModel):
    """Sizes in pixels; thresholds are the lowest scores that are kept.

    `max_dimension` is the longer side of the analysed image. BlazeFace is given the whole image, squares of its shorter
    side, and tiles whose sides are `tiles` as shares of the longer one; those of `small_tiles` in some passes only. The
    shares divide a 16:9 image into as few tiles as possible: each of them costs the same.
    """

    max_dimension: int = 1920
    tiles: tuple[float, ...] = (0.31,)
    small_tiles: tuple[float, ...] = (0.165,)
    body_size: int = 640
    vehicle_size: int = 320
    text_size: int = 960
    max_vehicles: int = 4
    max_hints: int = 3
    second_face: float = 0.3
    face: float = 0.06
    plate: float = 0.05
    text: float = 0.3
    vehicle: float = 0.15
    person: float = 0.4
    screen: float = 0.3


class Pass(FrozenModel):
    """What one detection pass covers: `small_faces`, also the smallest faces; `other_kinds`, plates, text, persons and
    screens; the input sizes at which the face model of the redaction and the plate model are given the whole image. All
    of it costs time, so that passes alternate."""

    small_faces: bool = True
    other_kinds: bool = True
    face_sizes: tuple[int, ...] = (1280, 640, 320)
    plate_sizes: tuple[int, ...] = (640, 320)


#: Everything in one pass.
FULL_PASS = Pass()


@dataclass(slots=True)
class Sighting:
    """One object in one detection pass: `scores` by id of the model, the highest of each."""

    kind: Kind
    box: Box
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return max(self.scores.values())


class Ensemble:
    """The models of one run. Several threads may call it at once, each with an image of its own."""

    def __init__(
        self,
        detectors: Detectors,
        hide: Collection[Kind],
        size: tuple[int, int] = (1280, 720),
        settings: EnsembleSettings | None = None,
    ) -> None:
        """Load the models and run their known-answer tests (invariant 11). `size` (width, height) is about that of the
        images to come.

        Raises WeightsError when weights are missing or altered, DetectorError when a model gives a wrong result.
        """
        self._hide = frozenset(hide)
        self._settings = settings or EnsembleSettings()
        self._detectors = detectors
        self._used = tuple(self._required_weights())
        self._size = size
        detectors.get(self._used)  # in parallel
        self.run_known_answer_test()

    @property
    def weights(self) -> tuple[str, ...]:
        """Ids of the models."""
        return self._used

    def run_known_answer_test(self) -> None:
        """Raises DetectorError when a model does not give the known answer to its test image."""
        close = self._settings.vehicle_size, self._settings.vehicle_size
        # Input sizes that are used anyway: no other is compiled for this, and what is tested is what runs.
        sizes = {id: self._body_size() if id == BODY else close for id in self._used}

        def test(id: str) -> None:
            check(self._detectors[id], sizes[id])

        with ThreadPoolExecutor(CONCURRENT_INFERENCES, thread_name_prefix="passerby-known-answer") as pool:
            for _ in pool.map(test, self._used):
                pass  # errors are raised here

    def detect(self, image: Image, detector_pass: Pass = FULL_PASS) -> list[Sighting]:
        """All sightings in a BGR image, in its pixels, within the scope of `detector_pass`."""
        image, scale = self._limit_size(image)
        found: list[Sighting] = []
        if Kind.FACE in self._hide:
            found += self._detect_faces(image, detector_pass)
        if detector_pass.other_kinds:
            found += self._detect_other_kinds(image, detector_pass.plate_sizes)
        if scale != 1:
            for sighting in found:
                sighting.box = Box(*(v * scale for v in sighting.box))
        return found

    def detect_close_up(self, image: Image, region: Box, kind: Kind) -> Sighting | None:
        """The strongest sighting of one kind in one region, detected close up; None if there is none."""
        height, width = image.shape[:2]
        x1, y1, x2, y2 = (int(v) for v in region.expand(0.6, 8).clip(width, height))
        if x2 - x1 < 8 or y2 - y1 < 8:
            return None
        part = image[y1:y2, x1:x2]
        s, runs = self._settings, []
        if kind is Kind.FACE:
            runs.append(self._detect(SECOND_FACE, part, 192, s.second_face))
            runs.append(self._detect(FACE, part, CLOSE_UP_SIDE, s.face))
        else:
            runs.append(self._detect(PLATE, part, s.vehicle_size, s.plate))
            runs.append([_with_kind(Kind.PLATE, d) for d in self._detect(TEXT, part, s.vehicle_size, s.text)])
        inner = Box(region.x1 - x1, region.y1 - y1, region.x2 - x1, region.y2 - y1)
        near = [sighting for sighting in _merge(runs) if _matches_region(sighting.box, inner)]
        if kind is Kind.PLATE and inner.width <= MAX_FACE_MASK_ASPECT * inner.height:
            # Text alone is lettering under the mask of a face, unless it fills the region as a slanted plate does.
            near = [sighting for sighting in near if PLATE in sighting.scores or _fills(sighting.box, inner)]
        if not near:
            return None
        best = max(near, key=lambda sighting: sighting.score)
        best.box = best.box.translate(x1, y1)
        return best

    def _required_weights(self) -> Iterator[str]:
        if Kind.FACE in self._hide:
            yield SECOND_FACE
            yield FACE
        if self._hide & {Kind.PLATE, Kind.PERSON, Kind.SCREEN}:
            yield BODY
        if Kind.PLATE in self._hide:
            yield PLATE
        if self._hide & {Kind.PLATE, Kind.TEXT}:
            yield TEXT

    def _limit_size(self, image: Image) -> tuple[Image, float]:
        height, width = image.shape[:2]
        scale = max(height, width) / self._settings.max_dimension
        if scale <= 1:
            return image, 1.0
        size = round(width / scale), round(height / scale)
        return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale

    def _body_size(self) -> tuple[int, int]:
        """Input size of the body model, in whole strides of the network; the test image fits in."""
        width, height = (max(SIDE, round(side * self._settings.body_size / max(self._size))) for side in self._size)
        return width + -width % INPUT_STRIDE, height + -height % INPUT_STRIDE

    def _detect_faces(self, image: Image, detector_pass: Pass) -> list[Sighting]:
        s = self._settings
        longest, shorter = max(image.shape[:2]), min(image.shape[:2])
        shares = (*s.tiles, *s.small_tiles) if detector_pass.small_faces else s.tiles
        parts = [side for share in shares if (side := round(longest * share)) >= 96]
        runs = [list(self._detect_in_tiles(image, side)) for side in dict.fromkeys((longest, shorter, *parts))]
        sizes = dict.fromkeys(min(size, longest) for size in detector_pass.face_sizes)
        runs += [self._detect(FACE, image, size, s.face) for size in sizes]
        return _merge(runs)

    def _detect_in_tiles(self, image: Image, side: int) -> Iterator[Detection]:
        height, width = image.shape[:2]
        for top in _tile_starts(height, side):
            for left in _tile_starts(width, side):
                tile = image[top : top + side, left : left + side]
                for d in self._detect(SECOND_FACE, tile, 192, self._settings.second_face):
                    yield Detection(d.kind, d.box.translate(left, top), d.score, d.origin)

    def _detect_other_kinds(self, image: Image, plate_sizes: Collection[int]) -> list[Sighting]:
        s = self._settings
        found: list[Sighting] = []
        bodies: list[Detection] = []
        if BODY in self._used:
            threshold = min(s.vehicle, s.person, s.screen)
            bodies = self._detect(BODY, image, s.body_size, threshold, self._body_size())
            thresholds = {Kind.PERSON: s.person, Kind.SCREEN: s.screen}
            for kind, threshold in thresholds.items():
                if kind in self._hide:
                    found += _merge([[d for d in bodies if d.kind is kind and d.score >= threshold]])
        if Kind.PLATE in self._hide:
            vehicles = [d for d in bodies if d.kind is Kind.VEHICLE and d.score >= s.vehicle]
            found += self._detect_plates(image, vehicles, plate_sizes)
        if Kind.TEXT in self._hide:
            found += _merge([self._detect_text(image, s.text_size, LARGE_TEXT_SHARE)])
        return found

    def _detect_plates(self, image: Image, vehicles: Sequence[Detection], sizes: Collection[int]) -> list[Sighting]:
        """By the plate model anywhere, and close up on vehicles; by text only on vehicles, or where the plate model has
        a weak detection: signs and shop windows are not to be reported."""
        s = self._settings
        height, width = image.shape[:2]
        runs = [self._detect(PLATE, image, size, s.plate) for size in sizes]
        for vehicle in sorted(vehicles, key=lambda v: -v.box.area)[: s.max_vehicles]:
            x1, y1, x2, y2 = (int(v) for v in vehicle.box.expand(0.08).clip(width, height))
            if x2 - x1 < 16 or y2 - y1 < 16:
                continue
            part = image[y1:y2, x1:x2]
            near = self._detect(PLATE, part, s.vehicle_size, s.plate)
            runs.append([Detection(d.kind, d.box.translate(x1, y1), d.score, d.origin) for d in near])
            texts = self._detect_text(part, s.vehicle_size)
            candidates = (_with_kind(Kind.PLATE, d, x1, y1) for d in texts)
            runs.append([d for d in candidates if _may_be_plate(d.box, vehicle.box)])
        for hint in _merge(runs)[: s.max_hints]:
            runs.append(list(self._detect_text_near(image, hint.box)))
        return _merge(runs)

    def _detect_text_near(self, image: Image, region: Box) -> Iterator[Detection]:
        """Text where the plate model has a weak detection, close up."""
        height, width = image.shape[:2]
        around = region.expand(1.0, 16).clip(width, height)
        x1, y1, x2, y2 = (int(v) for v in around)
        if x2 - x1 < 16 or y2 - y1 < 16:
            return
        part = image[y1:y2, x1:x2]
        for text in self._detect_text(part, self._settings.vehicle_size):
            plate = _with_kind(Kind.PLATE, text, x1, y1)
            if _is_same_object(plate.box, region) and text.box.width > text.box.height:
                yield plate

    def _detect_text(self, part: Image, size: int, large_share: float = LARGE_IN_CROP) -> list[Detection]:
        """Text; what is large must be found at half the size too, or a car's smooth flank is taken for a plate."""
        texts = self._detect(TEXT, part, size, self._settings.text)
        area = float(part.shape[0] * part.shape[1])
        return confirm_large_text(
            texts, area, lambda divisor: self._detect(TEXT, part, size // divisor, self._settings.text), large_share
        )

    def _detect(
        self, id: str, part: Image, size: int, threshold: float, min_size: tuple[int, int] = (0, 0)
    ) -> list[Detection]:
        """Detections of a model in a part of an image, scaled to `size` (longer side), in pixels of the part.

        It is padded to `min_size` (width, height), and to a square where it is small, so that a model is not compiled
        for every shape.
        """
        height, width = part.shape[:2]
        scale = max(height, width) / size
        shape = max(1, round(width / scale)), max(1, round(height / scale))
        interpolation = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
        resized = part if shape == (width, height) else cv2.resize(part, shape, interpolation=interpolation)
        if size <= 320:
            min_size = size, size
        right, below = max(0, min_size[0] - shape[0]), max(0, min_size[1] - shape[1])
        if right or below:
            resized = cv2.copyMakeBorder(resized, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(_PADDING_VALUE,) * 3)
        found = self._detectors[id].detect(np.ascontiguousarray(resized, np.uint8), threshold)
        return [Detection(d.kind, Box(*(v * scale for v in d.box)), d.score, d.origin) for d in found]


def _with_kind(kind: Kind, d: Detection, dx: float = 0, dy: float = 0) -> Detection:
    return Detection(kind, d.box.translate(dx, dy), d.score, d.origin)


def _may_be_plate(text: Box, vehicle: Box) -> bool:
    return (
        text.containment(vehicle.expand(0.05)) > 0.5
        and text.width <= MAX_PLATE_WIDTH * vehicle.width
        and text.height <= MAX_PLATE_HEIGHT * vehicle.height
        and text.width >= 1.2 * text.height
    )


def _is_same_object(a: Box, b: Box) -> bool:
    return a.iou(b) > SAME_IOU or a.containment(b) > SAME_CONTAINMENT or b.containment(a) > SAME_CONTAINMENT


def _merge(runs: Iterable[Iterable[Detection]]) -> list[Sighting]:
    """Merge the detections of several runs into sightings, best first. The highest score of each model counts; scores
    do not add up here, since several runs of one model are not independent."""
    ranked = sorted((d for run in runs for d in run), key=lambda d: (-d.score, d.box))
    found: list[Sighting] = []
    for d in ranked:
        for sighting in found:
            if sighting.kind is d.kind and (
                sighting.box.iou(d.box) > SAME_IOU or _is_similar_face(sighting.box, d.box)
            ):
                sighting.scores[d.origin] = max(d.score, sighting.scores.get(d.origin, 0.0))
                break
        else:
            found.append(Sighting(d.kind, d.box, {d.origin: d.score}))
    return found


def _matches_region(box: Box, region: Box) -> bool:
    """It lies in the region, and is not much larger than what could have been hidden there."""
    return box.intersection(region) > 0.2 * min(box.area, region.area) and box.area < 3 * region.area


def _fills(text: Box, region: Box) -> bool:
    wide = text.width > SLANTED_PLATE_FILL * region.width and text.width > SLANTED_PLATE_ASPECT * text.height
    return wide and text.containment(region) > SAME_CONTAINMENT


def _is_similar_face(a: Box, b: Box) -> bool:
    """Models draw faces differently (with or without the forehead): one within the other, of about its size."""
    small, large = sorted((a, b), key=lambda box: box.area)
    return small.containment(large) > SAME_CONTAINMENT and small.area > 0.25 * large.area


def _tile_starts(length: int, side: int) -> list[int]:
    """Where tiles begin along one axis: neighbours share TILE_OVERLAP, the last one ends with the image."""
    if length <= side:
        return [0]
    count = int(np.ceil((length - side) / (side * (1 - TILE_OVERLAP)))) + 1
    return [round(i * (length - side) / (count - 1)) for i in range(count)]
