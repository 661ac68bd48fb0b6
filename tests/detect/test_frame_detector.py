"""What is detected in a frame, and where: with models that detect plain colours."""

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import av
import pytest

from passerby.core.box import Box
from passerby.core.errors import DetectorError
from passerby.core.kinds import Kind, ObjectClass
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.frame_detector import FrameDetector
from passerby.detect.model import Detectors
from passerby.detect.plates.fusion import TEXT_SUPPORT_SCORE
from passerby.detect.profiles import BODY, FACE, PLATE, QUICK_FACE, TEXT, DetectionProfile
from passerby.detect.schedule import FULL_SCOPE, QUICK_SCOPE, Scope
from tests import plates
from tests.detect.colour_detector import BOX, SIZE, ColourDetector, boxes, detector, models, scene


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


def test_a_real_plate_that_fills_the_picture_is_found_and_other_writing_is_not(weights):
    frame_detector = FrameDetector(Detectors(weights), Geometry(960, 540), (Kind.PLATE,))
    for words, paper, is_plate in (("B 4711 KX", 235, True), ("no plate", 60, False)):
        picture = av.VideoFrame.from_ndarray(plates.filling(words, paper), format="bgr24")
        found = frame_detector.detect(RawFrame(picture.reformat(format="yuv420p", threads=1), 0, 0))
        sure = [d.box for d in found if d.kind is Kind.PLATE and d.score > TEXT_SUPPORT_SCORE]
        assert is_plate is any(Box(*plates.WORDS).containment(box) > 0.95 for box in sure)


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
