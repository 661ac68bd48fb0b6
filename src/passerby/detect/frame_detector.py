"""Detecting in one frame of a video: which models run on it, at which input sizes.

Two independent detectors for everything that matters (docs/design/tracking.md): faces by the face model at several
sizes, and bodies, from which `track/` derives heads; plates by the plate model, and text found on vehicles.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.close_persons import (
    FOCUS_SIZE,
    HEAD_CROP_SIZE,
    MIN_AGREEING_SCORE,
    MIN_HEAD_SCORE,
    MIN_HEIGHT_SHARE,
    SECOND_HEAD_CROP_SIZE,
    confirm_by_second_size,
    in_focus,
    mark_headless,
    upper_part,
)
from passerby.detect.faces.focus import drop_smears
from passerby.detect.faces.second_model import plausible, threshold_at
from passerby.detect.fusion import confirm_large_text, merge
from passerby.detect.images.pyramid import ImagePyramid, scale_detections
from passerby.detect.known_answer_images import SIDE
from passerby.detect.known_answer_test import MIN_SIDE, check
from passerby.detect.live.region_search import LiveFrame, prepare
from passerby.detect.model import CONCURRENT_INFERENCES, INPUT_STRIDE, Detector, Detectors
from passerby.detect.plates.fusion import text_support
from passerby.detect.plates.plate_detector import PlateDetector
from passerby.detect.preprocess import fit_size
from passerby.detect.profiles import BODY, FACE, PLATE, QUICK_FACE, TEXT, DetectionProfile
from passerby.detect.schedule import FULL_SCOPE, Scope
from passerby.detect.searchable_frame import SearchableFrame

#: Id of the face model that only checks. It has one input size (px); a close-up is so many times as wide as what is
#: looked at, so that the object has the size that the models know best, and never of fewer displayed pixels than these.
SECOND_FACE, SECOND_FACE_SIZE, CLOSE_UP_SCALE = "blazeface-full", 192, 3.0
PLATE_CLOSE_UP_SCALE, MIN_CLOSE_UP_PX, CLOSE_UP_THRESHOLD = 2.0, 40.0, 0.1

KnownAnswerTest = Callable[[Detector, tuple[int, int]], None]


class FrameDetector:
    """Detects the kinds that are to be hidden in the frames of one video track."""

    def __init__(
        self,
        models: Detectors,
        geometry: Geometry,
        hide: Collection[Kind],
        profile: DetectionProfile | None = None,
        known_answer_test: KnownAnswerTest = check,
    ) -> None:
        """Loads the models that are needed and not loaded yet, and starts to give each the known-answer test (invariant
        11): no model runs on a frame before it has passed. `wait_until_ready` waits for all.

        Persons are always returned; vehicles where they are in `hide`, to be counted.
        Raises WeightsError when weights are missing or altered.
        """
        self._geometry = geometry
        self._hide = frozenset(hide)
        self._profile = profile or DetectionProfile()
        self._models = models.get(required_models(self._hide, self._profile))
        self._shared_models = models
        self._crop_detectors: dict[Kind, Detector] | None = None
        self._newest: tuple[RawFrame, ImagePyramid] | None = None
        self._passed_tests = models.passed_tests
        self._test = known_answer_test
        pool = ThreadPoolExecutor(CONCURRENT_INFERENCES, thread_name_prefix="passerby-prepare")
        self._prepared = {id: pool.submit(self._prepare, id) for id in self._models}
        pool.shutdown(wait=False)
        self._ready_model = _ready_models(self._models, self._prepared)
        self._plates = PlateDetector(self._ready_model, self._profile)

    @property
    def weights(self) -> tuple[str, ...]:
        """The ids of the models."""
        return tuple(self._models)

    def wait_until_ready(self) -> None:
        """Wait until every model is compiled and has passed the known-answer test.

        Raises DetectorError when one gives a wrong answer, as does whatever runs that model.
        """
        for prepared in self._prepared.values():
            prepared.result()

    def run_known_answer_test(self, ids: Collection[str] | None = None) -> None:
        """Raises DetectorError when a model (of `ids`, by default all) no longer gives the known answer to the known
        images.

        They have a size that the model is given anyway, so that what is tested is what runs.
        """
        with ThreadPoolExecutor(CONCURRENT_INFERENCES, thread_name_prefix="passerby-known-answer") as pool:
            for _ in pool.map(self._test_model, self._models if ids is None else ids):
                pass  # errors are raised here

    def _test_model(self, id: str) -> None:
        self._test(self._models[id], self._test_image_size(id))

    def _prepare(self, id: str) -> None:
        """Compile a model for every size that may come, and test it: what passed once in a run is not tested again."""
        self._models[id].prepare(self._input_sizes(id))
        test = id, self._test_image_size(id)
        if test not in self._passed_tests:
            self._test_model(id)
            self._passed_tests.add(test)

    def _input_sizes(self, id: str) -> list[tuple[int, int]]:
        """(width, height) of the whole frames that the model is given. Crops of vehicles may never come."""
        p = self._profile
        sizes = {
            FACE: p.face_sizes,
            QUICK_FACE: p.quick_face_sizes,
            BODY: p.body_sizes,
            PLATE: p.plate_sizes,
            TEXT: (p.text_size, p.text_support_size, *([p.all_text_size] if Kind.TEXT in self._hide else [])),
        }
        return [fit_size(self._geometry, size) for size in sizes[id]]

    def _test_image_size(self, id: str) -> tuple[int, int]:
        """(width, height) of the known images: the smallest that the model is given, padded as it is then."""
        width, height = min(self._input_sizes(id))
        min_side = SIDE if id == BODY else MIN_SIDE
        return max(min_side, width + -width % INPUT_STRIDE), max(min_side, height + -height % INPUT_STRIDE)

    def detect(self, frame: RawFrame, scope: Scope = FULL_SCOPE) -> list[Detection]:
        """Everything detected, in displayed pixels. Safe for several frames at once, in a thread each."""
        return [detection for task in self.tasks(frame, scope) for detection in task()]

    def tasks(self, frame: RawFrame, scope: Scope = FULL_SCOPE) -> tuple[Callable[[], list[Detection]], ...]:
        """`detect` as tasks that may run in parallel; their results in this order are its result."""
        return self.tasks_on(self._pyramid(frame), scope)

    def tasks_on(self, images: ImagePyramid, scope: Scope) -> tuple[Callable[[], list[Detection]], ...]:
        if scope.quick:
            return (lambda: self._detect_new_faces(images),) if self._has_quick_faces else ()
        tasks = [lambda: self._detect_objects(images, scope)]
        if Kind.FACE in self._hide:
            tasks.insert(0, lambda: self._detect_faces(images, scope))
        return tuple(tasks)

    def _detect_faces(self, images: ImagePyramid, scope: Scope) -> list[Detection]:
        p = self._profile
        sizes = p.face_sizes if scope.full_res_faces else p.face_sizes[1:]
        results = [self._run(images, FACE, size, p.face_threshold) for size in images.distinct_sizes(sizes)]
        quick_sizes = p.quick_face_sizes if scope.full_res_faces else p.quick_face_sizes[1:]
        results += [self._run_second(images, size) for size in images.distinct_sizes(quick_sizes)]
        return drop_smears(*images.level(FOCUS_SIZE), merge(results))

    @property
    def _has_quick_faces(self) -> bool:
        return Kind.FACE in self._hide and bool(self._profile.quick_face_sizes)

    def _detect_new_faces(self, images: ImagePyramid) -> list[Detection]:
        """Between the runs of all detectors."""
        found = self._run_second(images, self._profile.quick_face_sizes[-1])
        return drop_smears(*images.level(FOCUS_SIZE), found) if found else []

    def _run_second(self, images: ImagePyramid, size: int) -> list[Detection]:
        """Faces by the second model."""
        image, scale = images.level(size)
        found = self._ready_model(QUICK_FACE).detect(image, threshold_at(size))
        return scale_detections(plausible(found), scale)

    def _detect_objects(self, images: ImagePyramid, scope: Scope) -> list[Detection]:
        """All but faces: bodies, and plates on vehicles or in the whole frame."""
        p = self._profile
        bodies = self._detect_bodies(images)
        detections = [d for d in bodies if d.kind is not Kind.VEHICLE or Kind.VEHICLE in self._hide]
        if Kind.PLATE in self._hide:
            vehicles = [d for d in bodies if d.kind is Kind.VEHICLE]
            text_size = p.text_size if scope.full_frame_plates else p.text_support_size
            texts = self._run(images, TEXT, text_size, p.text_threshold)
            if scope.full_frame_plates:
                plates = self._plates.in_frame(images, vehicles, texts)
            else:
                plates = self._plates.on_vehicles(images, vehicles)
            detections += plates + text_support(texts, plates)
        if Kind.TEXT in self._hide:
            detections += self._detect_text(images)
        return detections

    def _detect_text(self, images: ImagePyramid) -> list[Detection]:
        """All text, where it is to be hidden itself."""
        p, (width, height) = self._profile, self._geometry.display_size
        texts = self._run(images, TEXT, p.all_text_size, p.text_threshold)
        return confirm_large_text(
            texts, width * height, lambda part: self._run(images, TEXT, p.all_text_size // part, p.text_threshold)
        )

    def open_frame(self, frame: RawFrame) -> SearchableFrame:
        """A frame that is kept for searches in crops of it."""
        return SearchableFrame(self._pyramid(frame), self._crop_models())

    def prepare_live_frames(self) -> None:
        """Load and compile what `open_live_frame` needs, which takes seconds."""
        if (faces := self._crop_models().get(Kind.FACE)) is not None:
            prepare(faces, lambda size: fit_size(self._geometry, size), self._profile.face_sizes[0])

    def open_live_frame(self, frame: RawFrame) -> LiveFrame:
        """A frame that is kept for searches in parts of it. Safe beside `detect` in another thread."""
        size = max(*self._profile.face_sizes, self._profile.min_base_size)
        images = ImagePyramid(frame, self._geometry, size)
        return LiveFrame(images, self._crop_models().get(Kind.FACE), self._profile.face_sizes[0])

    def _pyramid(self, frame: RawFrame) -> ImagePyramid:
        """One for each frame, whoever asks for it first."""
        newest = self._newest
        if newest is None or newest[0] is not frame:
            size = max(*self._profile.face_sizes, self._profile.min_base_size)
            newest = self._newest = frame, ImagePyramid(frame, self._geometry, size)
        return newest[1]

    def _crop_models(self) -> Mapping[Kind, Detector]:
        """The face model once more: a crop need not wait until a whole frame is done. It has the weights of the
        instance that has passed the known-answer test. Plates are left to motion: crops of them, at ten times the cost,
        left as many uncovered."""
        if self._crop_detectors is None:
            self._crop_detectors = {}
            if Kind.FACE in self._hide:
                self._ready_model(FACE)
                self._crop_detectors[Kind.FACE] = self._shared_models.crop_model(FACE)
        return self._crop_detectors

    def detect_faces_quick(self, frame: RawFrame) -> list[Detection]:
        """Faces alone, and not at the largest size: a tenth of the cost of `detect`. For the self-check of a
        release."""
        if Kind.FACE not in self._hide:
            return []
        p = self._profile
        images = ImagePyramid(frame, self._geometry, p.face_sizes[1])
        return merge(
            self._run(images, FACE, size, p.face_threshold) for size in images.distinct_sizes(p.face_sizes[1:])
        )

    def close_up(self, frame: RawFrame, kind: Kind, boxes: Sequence[Box]) -> list[list[Detection]]:
        """For each of `boxes`, what two independent models detect in and around it, `origin` says which: for faces
        the face model and a second one that masks nothing, for plates the plate model and text. For the self-check of
        a release; nothing for other kinds."""
        models = self._shared_models
        if kind is Kind.FACE:
            self._test_second_face()
            pair, size, scale = (models.crop_model(FACE), models[SECOND_FACE]), SECOND_FACE_SIZE, CLOSE_UP_SCALE
        elif kind is Kind.PLATE:
            pair, size, scale = (models[PLATE], models[TEXT]), self._profile.vehicle_crop_size, PLATE_CLOSE_UP_SCALE
        else:
            return [[] for _ in boxes]
        images, found = self._pyramid(frame), list[list[Detection]]()
        for box in boxes:
            side = max(MIN_CLOSE_UP_PX, scale * max(box.width, box.height))
            (x, y), half = box.centre, side / 2
            crop, to_frame = images.crop(Box(x - half, y - half, x + half, y + half), size)
            found.append([d for model in pair for d in to_frame(model.detect(crop, CLOSE_UP_THRESHOLD))])
        return found

    def _test_second_face(self) -> None:
        """Its known-answer test, once in a run."""
        test = SECOND_FACE, (SECOND_FACE_SIZE, SECOND_FACE_SIZE)
        if test not in self._passed_tests:
            self._test(self._shared_models[SECOND_FACE], test[1])
            self._passed_tests.add(test)

    def _run(
        self, images: ImagePyramid, id: str, size: int, threshold: float, kinds: Collection[Kind] | None = None
    ) -> list[Detection]:
        image, scale = images.level(size)
        return scale_detections(self._ready_model(id).detect(image, threshold, kinds), scale)

    def _detect_bodies(self, images: ImagePyramid) -> list[Detection]:
        """Persons (for heads as well), vehicles (for plates) and, where they are to be hidden, screens."""
        p = self._profile
        thresholds = {Kind.PERSON: p.person_threshold, Kind.VEHICLE: p.vehicle_threshold}
        if Kind.SCREEN in self._hide:
            thresholds[Kind.SCREEN] = p.screen_threshold
        lowest = min(thresholds.values())
        if p.close_person_size or len(p.body_sizes) > 1:
            lowest = min(lowest, MIN_AGREEING_SCORE)  # another size may agree
        kinds = tuple(thresholds)
        by_size = [self._run(images, BODY, size, lowest, kinds) for size in images.distinct_sizes(p.body_sizes)]
        detections = by_size[0] if len(by_size) == 1 else _merge_by_kind(by_size, kinds)
        weak = [d for d in detections if d.score < thresholds[d.kind]]
        found = [d for d in detections if d.score >= thresholds[d.kind]] + self._detect_close_persons(images, weak)
        return [mark_headless(d) if self._is_headless(images, d) else d for d in found]

    def _is_headless(self, images: ImagePyramid, person: Detection) -> bool:
        """Are only legs or a torso of a person in the picture? Where no face model sees anything like a face in the
        upper part of somebody whom the frame cuts off there, the head is above it."""
        part = upper_part(person.box, self._geometry.display_size[1]) if person.kind is Kind.PERSON else None
        model = self._crop_models().get(Kind.FACE)
        if part is None or model is None:
            return False
        parts = [part, Box(part.x1, part.y1, part.x2, part.y1 + part.height / 2)]
        crops = (images.crop(box, HEAD_CROP_SIZE)[0] for box in parts)
        if any(model.detect(crop, MIN_HEAD_SCORE, (Kind.FACE,)) for crop in crops):
            return False
        return not (self._has_quick_faces and self._second_sees_head(images, part))

    def _second_sees_head(self, images: ImagePyramid, part: Box) -> bool:
        """Does the second face model, which knows heads turned away, see anything like a face in a part?"""
        crop, _ = images.crop(part, SECOND_HEAD_CROP_SIZE)
        return bool(self._ready_model(QUICK_FACE).detect(crop, MIN_HEAD_SCORE, (Kind.FACE,)))

    def _detect_close_persons(self, images: ImagePyramid, weak: Iterable[Detection]) -> list[Detection]:
        """People close to the camera whose scores at two sizes add up to the threshold."""
        p = self._profile
        if not p.close_person_size:
            return []
        image, scale = images.level(FOCUS_SIZE)
        min_height = MIN_HEIGHT_SHARE * self._geometry.display_size[1]
        close = [d for d in weak if d.kind is Kind.PERSON and d.box.height >= min_height]
        close = [d for d in close if in_focus(image, Box(*(v / scale for v in d.box)))]
        if not close:
            return []
        smaller = self._run(images, BODY, p.close_person_size, MIN_AGREEING_SCORE, (Kind.PERSON,))
        return confirm_by_second_size(close, smaller, p.person_threshold)


def required_models(hide: Collection[Kind], profile: DetectionProfile) -> Iterable[str]:
    """The ids of the models that every frame needs, in the order in which the first one needs them."""
    if Kind.FACE in hide:
        yield FACE
        if profile.quick_face_sizes:
            yield QUICK_FACE
    yield BODY
    if {Kind.PLATE, Kind.TEXT} & set(hide):
        yield TEXT
    if Kind.PLATE in hide:
        yield PLATE


def _ready_models(models: Mapping[str, Detector], prepared: Mapping[str, Future[None]]) -> Callable[[str], Detector]:
    """A function that gives a model once it has passed the known-answer test. It refers to no FrameDetector: in a cycle
    the models would stay in memory until the garbage collector comes."""

    def ready(id: str) -> Detector:
        prepared[id].result()
        return models[id]

    return ready


def _merge_by_kind(by_size: Sequence[Sequence[Detection]], kinds: Iterable[Kind]) -> list[Detection]:
    """Results at several sizes, each kind merged by itself."""
    return list(
        chain.from_iterable(merge([d for d in result if d.kind is kind] for result in by_size) for kind in kinds)
    )
