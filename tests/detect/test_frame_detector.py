"""What is detected in a frame, and where: with models that detect plain colours."""

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import av
import cv2
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.errors import DetectorError
from passerby.core.kinds import Kind, ObjectClass
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.close_persons import HEAD_CROP_SIZE
from passerby.detect.frame_detector import FrameDetector
from passerby.detect.model import Detection, Detectors
from passerby.detect.plates.fusion import TEXT_SUPPORT_SCORE
from passerby.detect.profiles import BODY, FACE, PLATE, QUICK_FACE, TEXT, DetectionProfile
from passerby.detect.schedule import FULL_SCOPE, QUICK_SCOPE, Scope
from passerby.detect.weights import Registry
from tests import plates
from tests.geometry import box_to_stored

SIZE = (1600, 800)
#: BGR: the colour of each kind. Within half of 255 of it, it is detected.
COLOURS = {
    Kind.FACE: (0, 0, 255),
    Kind.PERSON: (255, 0, 255),
    Kind.VEHICLE: (255, 0, 0),
    Kind.PLATE: (0, 255, 0),
    Kind.TEXT: (255, 255, 255),
    Kind.SCREEN: (0, 255, 255),
}
#: A darker face, which is still a face.
IN_SHADE = (0, 0, 140)
SORTS = {Kind.PERSON: ObjectClass.PERSON, Kind.VEHICLE: ObjectClass.CAR}


class ColourDetector:
    """Detects the largest patch of the colour of each kind. Keeps the shapes of the images that it was given."""

    def __init__(self, registry, id, threads=None):
        self.entry, self.id, self.shapes = registry[id], id, []

    def prepare(self, sizes):
        pass

    def detect(self, picture, threshold, kinds=None):
        self.shapes.append(picture.shape)
        return [found for kind in kinds or self.entry.finds if (found := self._patch(picture, kind))]

    def _patch(self, picture, kind):
        near = (np.abs(picture.astype(int) - COLOURS[kind]) < 128).all(axis=2).astype(np.uint8)
        count, _, stats, _ = cv2.connectedComponentsWithStats(near)
        if count < 2:
            return None
        x, y, width, height, _ = max(stats[1:], key=lambda row: row[cv2.CC_STAT_AREA])
        return Detection(kind, Box(x, y, x + width, y + height), 0.9, self.id, SORTS.get(kind))


def models(load=ColourDetector):
    return Detectors(Registry.load(), load=load)


def detector(*hide, geometry=None, profile=None, load=ColourDetector, test=lambda model, size: None):
    """A FrameDetector whose models detect colours."""
    return FrameDetector(models(load), geometry or Geometry(*SIZE), hide, profile, known_answer_test=test)


def scene(*patches, geometry=None):
    """A stored frame of whose displayed picture `patches` {kind: box} are painted, in this order."""
    geometry = geometry or Geometry(*SIZE)
    picture = np.full((geometry.height, geometry.width, 3), 60, np.uint8)
    for kind, box in patches:
        x1, y1, x2, y2 = (round(value) for value in box_to_stored(geometry, box))
        picture[y1:y2, x1:x2] = COLOURS[kind]
        if kind is Kind.FACE:  # with an edge, as what is in focus has
            picture[y1 : (y1 + y2) // 2, x1:x2] = IN_SHADE
    return RawFrame(av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv444p", threads=1), 0, 0)


def boxes(found, kind):
    return [d.box for d in found if d.kind is kind]


BOX = Box(300, 200, 420, 360)


@pytest.mark.parametrize(
    ("hide", "models"),
    [
        ((Kind.FACE,), {BODY, FACE}),
        ((Kind.PLATE,), {BODY, PLATE, TEXT}),
        ((Kind.FACE, Kind.PLATE), {BODY, FACE, PLATE, TEXT}),
        ((Kind.TEXT,), {BODY, TEXT}),
        ((Kind.PERSON,), {BODY}),
        ((Kind.SCREEN,), {BODY}),
    ],
)
def test_only_the_models_that_are_needed_are_loaded(hide, models):
    assert models == {*detector(*hide).weights}


def test_a_detector_that_is_no_longer_used_is_freed_at_once():
    """And its models with it: the next film loads its own."""
    gc.disable()
    try:
        frame_detector = detector(Kind.FACE, Kind.PLATE)
        frame_detector.detect(scene((Kind.FACE, BOX)))
        frame_detector.open_frame(scene()).search(Kind.FACE, BOX)
        alive = weakref.ref(frame_detector._models[FACE])
        del frame_detector
        assert alive() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("kind", [Kind.FACE, Kind.PLATE, Kind.PERSON, Kind.TEXT, Kind.SCREEN])
def test_boxes_are_in_displayed_pixels(kind, rotation):
    geometry = Geometry(*SIZE, rotation)
    found = detector(kind, geometry=geometry).detect(scene((kind, BOX), geometry=geometry), FULL_SCOPE)
    assert [BOX] == [pytest.approx(box, abs=8) for box in boxes(found, kind)]


def test_a_face_is_detected_at_several_sizes_and_returned_once():
    frame_detector = detector(Kind.FACE)
    (face,) = [
        d for d in frame_detector.detect(scene((Kind.FACE, BOX)), Scope(full_frame_plates=False)) if d.kind is Kind.FACE
    ]
    assert len(frame_detector._models[FACE].shapes) > 1
    assert 1 == face.score  # scores of several sizes add up


def test_persons_are_returned_for_their_heads_and_vehicles_are_not():
    found = detector(Kind.FACE, Kind.PLATE).detect(scene((Kind.PERSON, BOX), (Kind.VEHICLE, BOX.translate(600, 0))))
    assert {Kind.PERSON} == {d.kind for d in found}


def test_vehicles_are_returned_where_they_are_requested():
    frame_detector = detector(Kind.FACE, Kind.VEHICLE)
    found = frame_detector.detect(scene((Kind.PERSON, BOX), (Kind.VEHICLE, BOX.translate(600, 0))))
    assert {(Kind.PERSON, ObjectClass.PERSON), (Kind.VEHICLE, ObjectClass.CAR)} == {
        (d.kind, d.object_class) for d in found
    }


def test_bodies_detected_at_two_sizes_are_returned_once_with_a_higher_score():
    two = DetectionProfile(body_sizes=(512, 960))
    frame_detector = detector(Kind.PERSON, Kind.VEHICLE, profile=two)
    found = frame_detector.detect(scene((Kind.PERSON, BOX), (Kind.VEHICLE, BOX.translate(600, 0))))
    assert {(Kind.PERSON, ObjectClass.PERSON, 1), (Kind.VEHICLE, ObjectClass.CAR, 1)} == {
        (d.kind, d.object_class, d.score) for d in found
    }
    assert 2 == len(found)
    assert {512, 960} == {max(shape[:2]) for shape in frame_detector._models[BODY].shapes}


CAR, ON_CAR = Box(800, 300, 1300, 700), Box(1000, 560, 1120, 600)


@pytest.mark.parametrize("deep", [False, True])
def test_a_plate_on_a_vehicle_is_detected_in_every_scope(deep):
    """In a crop of the vehicle, at its own resolution."""
    found = detector(Kind.PLATE).detect(scene((Kind.VEHICLE, CAR), (Kind.PLATE, ON_CAR)), Scope(full_frame_plates=deep))
    assert [ON_CAR] == [pytest.approx(box, abs=10) for box in boxes(found, Kind.PLATE)]


@pytest.mark.parametrize(("deep", "count"), [(False, 0), (True, 1)])
def test_a_plate_without_a_vehicle_is_detected_in_the_whole_frame(deep, count):
    found = detector(Kind.PLATE).detect(scene((Kind.PLATE, Box(200, 600, 400, 660))), Scope(full_frame_plates=deep))
    assert count == len(boxes(found, Kind.PLATE))


def test_text_where_a_plate_would_be_is_taken_for_one():
    found = detector(Kind.PLATE).detect(scene((Kind.VEHICLE, CAR), (Kind.TEXT, ON_CAR)), Scope(full_frame_plates=False))
    assert [ON_CAR] == [pytest.approx(box, abs=10) for box in boxes(found, Kind.PLATE)]


def test_text_elsewhere_is_no_more_than_a_trace():
    for reach in (FULL_SCOPE, Scope(full_frame_plates=False)):
        found = detector(Kind.PLATE).detect(scene((Kind.VEHICLE, CAR), (Kind.TEXT, Box(100, 100, 400, 160))), reach)
        assert [TEXT_SUPPORT_SCORE] == [d.score for d in found if d.kind is Kind.PLATE]


def test_kinds_that_were_not_requested_are_not_returned():
    found = detector(Kind.FACE).detect(scene((Kind.PLATE, BOX), (Kind.SCREEN, BOX.translate(600, 0))), FULL_SCOPE)
    assert [] == found


def test_no_frame_is_enlarged():
    small = Geometry(200, 100)
    frame_detector = detector(Kind.FACE, Kind.PLATE, geometry=small)
    frame_detector.detect(scene(geometry=small), FULL_SCOPE)
    assert {(100, 200, 3)} == {shape for model in frame_detector._models.values() for shape in model.shapes}


def test_every_model_is_tested_at_the_start_and_on_request():
    checked = []
    frame_detector = detector(Kind.FACE, Kind.PLATE, test=lambda model, size: checked.append(model.id))
    frame_detector.wait_until_ready()
    assert sorted(frame_detector.weights) == sorted(checked)
    frame_detector.run_known_answer_test()
    assert sorted([*frame_detector.weights] * 2) == sorted(checked)


def test_no_model_runs_before_it_has_passed_the_known_answer_test():
    passed, ran = threading.Event(), threading.Event()

    class Observed(ColourDetector):
        def detect(self, *args):
            ran.set()
            return super().detect(*args)

    frame_detector = detector(Kind.FACE, load=Observed, test=lambda model, size: passed.wait(60))
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(frame_detector.detect, scene((Kind.FACE, BOX)))
        assert not ran.wait(0.2)
        passed.set()
        assert Kind.FACE in {d.kind for d in result.result()}


def test_the_tasks_together_return_what_detect_returns():
    frame_detector = detector(Kind.FACE, Kind.PLATE)
    frame = scene((Kind.FACE, BOX), (Kind.PERSON, BOX.translate(600, 0)), (Kind.PLATE, ON_CAR))
    tasks = frame_detector.tasks(frame, FULL_SCOPE)
    assert 2 == len(tasks)
    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(part) for part in tasks]
        assert frame_detector.detect(frame, FULL_SCOPE) == [found for part in results for found in part.result()]


def test_a_model_that_passed_in_a_run_is_not_tested_again_at_its_next_use():
    checked, shared = [], models()

    def make(geometry):
        return FrameDetector(
            shared, geometry, (Kind.FACE,), known_answer_test=lambda model, size: checked.append((model.id, size))
        )

    first = make(Geometry(*SIZE))
    first.wait_until_ready()
    again = make(Geometry(*SIZE))
    again.wait_until_ready()
    assert len(first.weights) == len(checked)
    make(Geometry(*SIZE[::-1])).wait_until_ready()  # other sizes of picture are other networks
    assert 2 * len(first.weights) == len(checked)
    again.run_known_answer_test()
    assert 3 * len(first.weights) == len(checked)


def test_a_model_that_fails_the_known_answer_test_is_an_error():
    def fail(model, size):
        raise DetectorError("It detects nothing.")

    frame_detector = detector(Kind.FACE, test=fail)
    with pytest.raises(DetectorError):
        frame_detector.detect(scene())
    with pytest.raises(DetectorError):
        frame_detector.wait_until_ready()


def test_a_quick_run_detects_faces_alone_and_not_at_full_size():
    frame_detector = detector(Kind.FACE, Kind.PLATE)
    found = frame_detector.detect_faces_quick(
        scene((Kind.FACE, BOX), (Kind.PERSON, BOX.translate(600, 0)), (Kind.PLATE, ON_CAR))
    )
    assert [Kind.FACE] == [d.kind for d in found]
    assert max(frame_detector._profile.face_sizes) > max(max(size) for size in frame_detector._models[FACE].shapes)
    assert [] == detector(Kind.PLATE).detect_faces_quick(scene((Kind.FACE, BOX)))


def test_faces_at_full_size_are_searched_for_only_in_that_scope():
    for close in (True, False):
        frame_detector = detector(Kind.FACE)
        frame_detector.detect(scene((Kind.FACE, BOX)), Scope(full_res_faces=close))
        assert close is (1280 in [max(size) for size in frame_detector._models[FACE].shapes])


def weak(scores):
    """A ColourDetector with the score of `scores` for each input size."""

    class WeakDetector(ColourDetector):
        def detect(self, picture, threshold, kinds=None):
            score = scores.get(picture.shape[1], 0.0)
            return [replace(d, score=score) for d in super().detect(picture, threshold, kinds) if score >= threshold]

    return WeakDetector


def coat(place):
    """A frame with a person in stripes, so that it is not out of focus."""
    frame = scene((Kind.PERSON, place))
    picture = frame.av_frame.to_ndarray(format="bgr24")
    x1, y1, x2, y2 = (round(value) for value in place)
    for x in range(x1, x2, 40):
        picture[y1:y2, x : min(x + 20, x2), 1] = 110
    return RawFrame(av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv444p", threads=1), 0, 0)


LARGE, SMALL = Box(400, 100, 900, 700), Box(400, 100, 500, 300)


@pytest.mark.parametrize(
    ("scores", "place", "detected"),
    [
        ({512: 0.15, 256: 0.15}, LARGE, True),
        ({512: 0.15}, LARGE, False),
        ({256: 0.9}, LARGE, False),
        ({512: 0.15, 256: 0.9}, SMALL, False),
        ({512: 0.3}, SMALL, True),
    ],
)
def test_close_persons_that_two_sizes_detect_weakly_are_persons(scores, place, detected):
    found = detector(Kind.PERSON, load=weak(scores)).detect(coat(place), FULL_SCOPE)
    assert detected == bool(boxes(found, Kind.PERSON))


def test_nobody_is_detected_in_what_is_out_of_focus():
    frame_detector = detector(Kind.PERSON, load=weak({512: 0.15, 256: 0.9}))
    assert [] == frame_detector.detect(scene((Kind.PERSON, LARGE)), FULL_SCOPE)
    assert [Kind.PERSON] == [d.kind for d in frame_detector.detect(coat(LARGE), FULL_SCOPE)]


@pytest.mark.parametrize("score", [0.15, 0.22])  # less and more than vehicles need, who are asked for together
def test_without_a_second_size_weak_persons_are_dropped(score):
    plain = detector(Kind.PERSON, profile=DetectionProfile(close_person_size=0), load=weak({512: score, 256: 0.9}))
    assert [] == plain.detect(coat(LARGE), FULL_SCOPE)


def test_a_real_plate_that_fills_the_picture_is_found_and_other_writing_is_not(weights):
    frame_detector = FrameDetector(Detectors(weights), Geometry(960, 540), (Kind.PLATE,))
    for words, paper, is_plate in (("B 4711 KX", 235, True), ("no plate", 60, False)):
        picture = av.VideoFrame.from_ndarray(plates.filling(words, paper), format="bgr24")
        found = frame_detector.detect(RawFrame(picture.reformat(format="yuv420p", threads=1), 0, 0))
        sure = [d.box for d in found if d.kind is Kind.PLATE and d.score > TEXT_SUPPORT_SCORE]
        assert is_plate is any(Box(*plates.WORDS).containment(box) > 0.95 for box in sure)


class FaceInCrop(ColourDetector):
    """The face model sees a face in crops alone: one that is blurred, or cut off by the frame."""

    def detect(self, picture, threshold, kinds=None):
        if self.id == FACE and max(picture.shape[:2]) > HEAD_CROP_SIZE:
            return []
        return super().detect(picture, threshold, kinds)


#: Somebody close up whom the top of the frame cuts off, and a whole person.
CUT_OFF, WHOLE = Box(200, 0, 800, 760), Box(1000, 100, 1200, 780)


def origins(*patches, load=FaceInCrop):
    found = detector(Kind.FACE, load=load).detect(scene(*patches))
    return [d.origin for d in found if d.kind is Kind.PERSON]


def test_of_whom_the_frame_shows_only_legs_is_said_to_have_no_head():
    assert ["headless:yolov8n-coco"] == origins((Kind.PERSON, CUT_OFF))


def test_who_is_cut_off_but_has_something_like_a_face_keeps_the_head():
    assert [BODY] == origins((Kind.PERSON, CUT_OFF), (Kind.FACE, Box(420, 20, 580, 220)))


def test_a_whole_person_keeps_the_head_without_a_face():
    assert [BODY] == origins((Kind.PERSON, WHOLE))


WITH_SECOND = DetectionProfile(quick_face_sizes=(1280, 640))


def test_a_quick_scope_runs_the_second_face_model_alone():
    frame_detector = detector(Kind.FACE, Kind.PLATE, profile=WITH_SECOND)
    (found,) = frame_detector.detect(scene((Kind.FACE, BOX), (Kind.PLATE, ON_CAR)), QUICK_SCOPE)
    assert (Kind.FACE, QUICK_FACE) == (found.kind, found.origin)
    assert BOX.iou(found.box) > 0.95
    assert {id for id, model in frame_detector._models.items() if model.shapes} == {QUICK_FACE}
    assert [640] == [max(shape) for shape in frame_detector._models[QUICK_FACE].shapes]
    for without in (detector(Kind.FACE), detector(Kind.PLATE, profile=WITH_SECOND)):
        assert [] == without.detect(scene((Kind.FACE, BOX)), QUICK_SCOPE)


def test_both_face_models_together_are_one_detection():
    frame_detector = detector(Kind.FACE, profile=WITH_SECOND)
    assert 1 == len(boxes(frame_detector.detect(scene((Kind.FACE, BOX))), Kind.FACE))
    assert [1280, 640] == [max(shape) for shape in frame_detector._models[QUICK_FACE].shapes]


class SecondSees(ColourDetector):
    """Of the two face models the second alone sees the face: of a head that is turned away."""

    def detect(self, picture, threshold, kinds=None):
        return [] if self.id == FACE else super().detect(picture, threshold, kinds)


@pytest.mark.parametrize(
    ("profile", "origin"), [(WITH_SECOND, BODY), (DetectionProfile(), "headless:yolov8n-coco")], ids=["second", "first"]
)
def test_who_is_cut_off_and_turned_away_keeps_the_head_by_the_second_face_model(profile, origin):
    frame_detector = detector(Kind.FACE, profile=profile, load=SecondSees)
    found = frame_detector.detect(scene((Kind.PERSON, CUT_OFF), (Kind.FACE, Box(420, 20, 580, 220))))
    assert [origin] == [d.origin for d in found if d.kind is Kind.PERSON]


class Motorcycles(ColourDetector):
    """Every vehicle is a motorcycle."""

    def _patch(self, picture, kind):
        found = super()._patch(picture, kind)
        return found and replace(found, object_class=ObjectClass.MOTORCYCLE if kind is Kind.VEHICLE else None)


@pytest.mark.parametrize("deep", [False, True])
def test_a_motorcycle_is_searched_for_its_plate_at_a_higher_resolution(deep):
    patches = scene((Kind.VEHICLE, CAR), (Kind.PLATE, ON_CAR))
    for load, size in ((Motorcycles, 448), (ColourDetector, 256)):
        frame_detector = detector(Kind.PLATE, load=load)
        found = frame_detector.detect(patches, Scope(full_frame_plates=deep))
        assert 1 == len(boxes(found, Kind.PLATE))
        sizes = {max(shape) for shape in frame_detector._models[PLATE].shapes}
        assert (load is Motorcycles or not deep) is (size in sizes)


def test_text_on_a_vehicle_that_is_too_small_to_be_read_is_no_plate():
    for height, count in ((40, 1), (4, 0)):
        text = Box(1000, 560, 1000 + 3 * height, 560 + height)
        found = detector(Kind.PLATE, load=Motorcycles).detect(
            scene((Kind.VEHICLE, CAR), (Kind.TEXT, text)), Scope(full_frame_plates=False)
        )
        assert count == len([d for d in found if d.kind is Kind.PLATE and d.score > TEXT_SUPPORT_SCORE])


@pytest.mark.parametrize("deep", [False, True])
def test_a_small_frame_is_searched_for_plates_enlarged(deep):
    """As often as the whole frame is searched for plates."""
    small, plate = Geometry(640, 320), Box(100, 200, 148, 216)
    profile = DetectionProfile(enlarged_plate_size=960)
    frame_detector = detector(Kind.PLATE, geometry=small, profile=profile)
    found = frame_detector.detect(scene((Kind.PLATE, plate), geometry=small), Scope(full_frame_plates=deep))
    assert [plate] * deep == [pytest.approx(box, abs=2) for box in boxes(found, Kind.PLATE)]
    for id in (PLATE, TEXT):
        assert deep is (960 in {max(shape) for shape in frame_detector._models[id].shapes})
