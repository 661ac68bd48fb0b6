"""What is looked at, and where it is said to be: with models that see plain colours."""

import threading
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
from passerby.detect import frame_detector as module
from passerby.detect import model as detector
from passerby.detect.frame_detector import FrameDetector
from passerby.detect.model import Detection, Detectors
from passerby.detect.plate_fusion import TEXT_SUPPORT_SCORE
from passerby.detect.schedule import FULL_SCOPE, Scope
from passerby.detect.weights import Registry
from tests import plates
from tests.geometry import box_to_stored

SIZE = (1600, 800)
#: BGR: what each thing is painted in. Within half of 255 of it, it is seen.
COLOURS = {
    Kind.FACE: (0, 0, 255),
    Kind.PERSON: (255, 0, 255),
    Kind.VEHICLE: (255, 0, 0),
    Kind.PLATE: (0, 255, 0),
    Kind.TEXT: (255, 255, 255),
    Kind.SCREEN: (0, 255, 255),
}
SORTS = {Kind.PERSON: ObjectClass.PERSON, Kind.VEHICLE: ObjectClass.CAR}


class ColourDetector:
    """Finds the largest patch of the colour of each kind. Keeps what it was shown."""

    def __init__(self, registry, id, threads=None):
        self.entry, self.id, self.shown = registry[id], id, []

    def prepare(self, sizes):
        pass

    def find(self, picture, threshold, kinds=None):
        self.shown.append(picture.shape)
        return [found for kind in kinds or self.entry.finds if (found := self._patch(picture, kind))]

    def _patch(self, picture, kind):
        near = (np.abs(picture.astype(int) - COLOURS[kind]) < 128).all(axis=2).astype(np.uint8)
        count, _, stats, _ = cv2.connectedComponentsWithStats(near)
        if count < 2:
            return None
        x, y, width, height, _ = max(stats[1:], key=lambda row: row[cv2.CC_STAT_AREA])
        return Detection(kind, Box(x, y, x + width, y + height), 0.9, self.id, SORTS.get(kind))


@pytest.fixture(autouse=True)
def colours(monkeypatch):
    monkeypatch.setattr(detector, "Detector", ColourDetector)
    monkeypatch.setattr(module, "check", lambda detector, size: None)


def looker(*hide, geometry=None):
    return FrameDetector(Detectors(Registry.load()), geometry or Geometry(*SIZE), hide)


def scene(*patches, geometry=None):
    """A stored frame of whose displayed picture `patches` {kind: box} are painted, in this order."""
    geometry = geometry or Geometry(*SIZE)
    picture = np.full((geometry.height, geometry.width, 3), 60, np.uint8)
    for kind, box in patches:
        x1, y1, x2, y2 = (round(value) for value in box_to_stored(geometry, box))
        picture[y1:y2, x1:x2] = COLOURS[kind]
    return RawFrame(av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv444p", threads=1), 0, 0)


def boxes(found, kind):
    return [d.box for d in found if d.kind is kind]


PLACE = Box(300, 200, 420, 360)


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
    assert models == {*looker(*hide).weights}


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("kind", [Kind.FACE, Kind.PLATE, Kind.PERSON, Kind.TEXT, Kind.SCREEN])
def test_what_is_found_is_where_it_is_displayed(kind, rotation):
    geometry = Geometry(*SIZE, rotation)
    found = looker(kind, geometry=geometry).detect(scene((kind, PLACE), geometry=geometry), FULL_SCOPE)
    assert [PLACE] == [pytest.approx(box, abs=8) for box in boxes(found, kind)]


def test_a_face_is_looked_for_at_several_sizes_and_told_once():
    looking = looker(Kind.FACE)
    (face,) = [
        d for d in looking.detect(scene((Kind.FACE, PLACE)), Scope(full_frame_plates=False)) if d.kind is Kind.FACE
    ]
    assert len(looking._detectors[FACE].shown) > 1
    assert 1 == face.score  # looks that agree are more certain than one


def test_persons_are_told_for_their_heads_and_vehicles_are_not():
    found = looker(Kind.FACE, Kind.PLATE).detect(scene((Kind.PERSON, PLACE), (Kind.VEHICLE, PLACE.translate(600, 0))))
    assert {Kind.PERSON} == {d.kind for d in found}


def test_vehicles_are_told_where_they_are_counted():
    looking = FrameDetector(Detectors(Registry.load()), Geometry(*SIZE), {Kind.FACE, Kind.VEHICLE})
    found = looking.detect(scene((Kind.PERSON, PLACE), (Kind.VEHICLE, PLACE.translate(600, 0))))
    assert {(Kind.PERSON, ObjectClass.PERSON), (Kind.VEHICLE, ObjectClass.CAR)} == {
        (d.kind, d.object_class) for d in found
    }


def test_bodies_seen_at_two_sizes_are_told_once_and_more_certain():
    two = DetectionProfile(body_sizes=(512, 960))
    looking = FrameDetector(Detectors(Registry.load()), Geometry(*SIZE), {Kind.PERSON, Kind.VEHICLE}, two)
    found = looking.detect(scene((Kind.PERSON, PLACE), (Kind.VEHICLE, PLACE.translate(600, 0))))
    assert {(Kind.PERSON, ObjectClass.PERSON, 1), (Kind.VEHICLE, ObjectClass.CAR, 1)} == {
        (d.kind, d.object_class, d.score) for d in found
    }
    assert 2 == len(found)
    assert {512, 960} == {max(shape[:2]) for shape in looking._detectors[BODY].shown}


CAR, ON_CAR = Box(800, 300, 1300, 700), Box(1000, 560, 1120, 600)


@pytest.mark.parametrize("deep", [False, True])
def test_a_plate_on_a_vehicle_is_found_in_every_look(deep):
    """In a close-up of the vehicle, so that it is told in the picture's own pixels."""
    found = looker(Kind.PLATE).detect(scene((Kind.VEHICLE, CAR), (Kind.PLATE, ON_CAR)), Scope(full_frame_plates=deep))
    assert [ON_CAR] == [pytest.approx(box, abs=10) for box in boxes(found, Kind.PLATE)]


@pytest.mark.parametrize(("deep", "count"), [(False, 0), (True, 1)])
def test_a_plate_without_a_vehicle_is_found_in_a_deep_look(deep, count):
    found = looker(Kind.PLATE).detect(scene((Kind.PLATE, Box(200, 600, 400, 660))), Scope(full_frame_plates=deep))
    assert count == len(boxes(found, Kind.PLATE))


def test_text_where_a_plate_would_be_is_taken_for_one():
    found = looker(Kind.PLATE).detect(scene((Kind.VEHICLE, CAR), (Kind.TEXT, ON_CAR)), Scope(full_frame_plates=False))
    assert [ON_CAR] == [pytest.approx(box, abs=10) for box in boxes(found, Kind.PLATE)]


def test_text_elsewhere_is_no_more_than_a_trace():
    for reach in (FULL_SCOPE, Scope(full_frame_plates=False)):
        found = looker(Kind.PLATE).detect(scene((Kind.VEHICLE, CAR), (Kind.TEXT, Box(100, 100, 400, 160))), reach)
        assert [TEXT_SUPPORT_SCORE] == [d.score for d in found if d.kind is Kind.PLATE]


def test_what_is_not_to_be_hidden_is_not_told():
    found = looker(Kind.FACE).detect(scene((Kind.PLATE, PLACE), (Kind.SCREEN, PLACE.translate(600, 0))), FULL_SCOPE)
    assert [] == found


def test_nothing_is_looked_at_larger_than_it_is():
    small = Geometry(200, 100)
    looking = looker(Kind.FACE, Kind.PLATE, geometry=small)
    looking.detect(scene(geometry=small), FULL_SCOPE)
    assert {(100, 200, 3)} == {shape for detector in looking._detectors.values() for shape in detector.shown}


def test_no_look_before_every_model_has_shown_that_it_is_alive(monkeypatch):
    checked = []
    monkeypatch.setattr(module, "check", lambda detector, size: checked.append(detector.id))
    looking = looker(Kind.FACE, Kind.PLATE)
    looking.wait_until_ready()
    assert sorted(looking.weights) == sorted(checked)
    looking.run_known_answer_test()
    assert sorted([*looking.weights] * 2) == sorted(checked)


def test_what_asks_a_model_waits_until_it_has_shown_that_it_is_alive(monkeypatch):
    proven, asked = threading.Event(), threading.Event()
    monkeypatch.setattr(module, "check", lambda detector, size: proven.wait(60))
    looking = looker(Kind.FACE)
    faces = looking._detectors[FACE]
    find = faces.detect
    monkeypatch.setattr(faces, "find", lambda *given: asked.set() or find(*given))
    with ThreadPoolExecutor(1) as pool:
        look = pool.submit(looking.detect, scene((Kind.FACE, PLACE)))
        assert not asked.wait(0.2)
        proven.set()
        assert Kind.FACE in {d.kind for d in look.result()}


def test_the_parts_of_a_look_find_what_the_look_finds():
    looking = looker(Kind.FACE, Kind.PLATE)
    frame = scene((Kind.FACE, PLACE), (Kind.PERSON, PLACE.translate(600, 0)), (Kind.PLATE, ON_CAR))
    parts = looking.tasks(frame, FULL_SCOPE)
    assert 2 == len(parts)
    with ThreadPoolExecutor(2) as pool:
        side_by_side = [pool.submit(part) for part in parts]
        assert looking.detect(frame, FULL_SCOPE) == [found for part in side_by_side for found in part.result()]


def test_what_a_run_has_proven_alive_is_proven_anew_at_intervals_only(monkeypatch):
    checked = []
    monkeypatch.setattr(module, "check", lambda detector, size: checked.append((detector.id, size)))
    detectors = Detectors(Registry.load())
    first = FrameDetector(detectors, Geometry(*SIZE), (Kind.FACE,))
    first.wait_until_ready()
    again = FrameDetector(detectors, Geometry(*SIZE), (Kind.FACE,))
    again.wait_until_ready()
    assert len(first.weights) == len(checked)
    FrameDetector(
        detectors, Geometry(*SIZE[::-1]), (Kind.FACE,)
    ).wait_until_ready()  # other sizes of picture are other networks
    assert 2 * len(first.weights) == len(checked)
    again.run_known_answer_test()
    assert 3 * len(first.weights) == len(checked)


def test_a_dead_model_is_an_error(monkeypatch):
    def dead(detector, size):
        raise DetectorError("It sees nothing.")

    monkeypatch.setattr(module, "check", dead)
    looking = looker(Kind.FACE)
    with pytest.raises(DetectorError):
        looking.detect(scene())
    with pytest.raises(DetectorError):
        looking.wait_until_ready()


def test_a_glance_sees_faces_alone_and_not_at_full_size():
    looking = looker(Kind.FACE, Kind.PLATE)
    found = looking.detect_faces_quick(
        scene((Kind.FACE, PLACE), (Kind.PERSON, PLACE.translate(600, 0)), (Kind.PLATE, ON_CAR))
    )
    assert [Kind.FACE] == [d.kind for d in found]
    assert max(looking._profile.face_sizes) > max(max(size) for size in looking._detectors[FACE].shown)
    assert [] == looker(Kind.PLATE).detect_faces_quick(scene((Kind.FACE, PLACE)))


def test_only_a_close_look_sees_faces_at_full_size():
    for close in (True, False):
        looking = looker(Kind.FACE)
        looking.detect(scene((Kind.FACE, PLACE)), Scope(full_res_faces=close))
        assert close is (1280 in [max(size) for size in looking._detectors[FACE].shown])


class Unsure(ColourDetector):
    """Sees people weakly, each size as it is told."""

    scores: dict[int, float] = {}  # noqa: RUF012

    def find(self, picture, threshold, kinds=None):
        score = self.scores.get(picture.shape[1], 0.0)
        return [replace(d, score=score) for d in super().find(picture, threshold, kinds) if score >= threshold]


def coat(place):
    """A frame with a person in stripes, so that it is not out of focus."""
    frame = scene((Kind.PERSON, place))
    picture = frame.picture.to_ndarray(format="bgr24")
    x1, y1, x2, y2 = (round(value) for value in place)
    for x in range(x1, x2, 40):
        picture[y1:y2, x : min(x + 20, x2), 1] = 110
    return RawFrame(av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv444p", threads=1), 0, 0)


LARGE, SMALL = Box(400, 100, 900, 700), Box(400, 100, 500, 300)


@pytest.mark.parametrize(
    ("scores", "place", "seen"),
    [
        ({512: 0.15, 256: 0.15}, LARGE, True),
        ({512: 0.15}, LARGE, False),
        ({256: 0.9}, LARGE, False),
        ({512: 0.15, 256: 0.9}, SMALL, False),
        ({512: 0.3}, SMALL, True),
    ],
)
def test_people_close_up_whom_two_sizes_see_weakly_are_people(scores, place, seen, monkeypatch):
    monkeypatch.setattr(detector, "Detector", Unsure)
    monkeypatch.setattr(Unsure, "scores", scores)
    found = looker(Kind.PERSON).detect(coat(place), FULL_SCOPE)
    assert seen == bool(boxes(found, Kind.PERSON))


def test_nobody_is_seen_in_what_is_out_of_focus(monkeypatch):
    monkeypatch.setattr(detector, "Detector", Unsure)
    monkeypatch.setattr(Unsure, "scores", {512: 0.15, 256: 0.9})
    looking = looker(Kind.PERSON)
    assert [] == looking.detect(scene((Kind.PERSON, LARGE)), FULL_SCOPE)
    assert [Kind.PERSON] == [d.kind for d in looking.detect(coat(LARGE), FULL_SCOPE)]


@pytest.mark.parametrize("score", [0.15, 0.22])  # less and more than vehicles need, who are asked for together
def test_where_time_is_short_nobody_is_looked_at_twice(score, monkeypatch):
    monkeypatch.setattr(detector, "Detector", Unsure)
    monkeypatch.setattr(Unsure, "scores", {512: score, 256: 0.9})
    plain = FrameDetector(
        Detectors(Registry.load()), Geometry(*SIZE), (Kind.PERSON,), DetectionProfile(close_person_size=0)
    )
    assert [] == plain.detect(coat(LARGE), FULL_SCOPE)


def test_a_real_plate_that_fills_the_picture_is_found_and_other_writing_is_not(weights, monkeypatch):
    monkeypatch.undo()  # the models are real here
    looking = FrameDetector(Detectors(weights), Geometry(960, 540), (Kind.PLATE,))
    for words, paper, is_plate in (("B 4711 KX", 235, True), ("no plate", 60, False)):
        picture = av.VideoFrame.from_ndarray(plates.filling(words, paper), format="bgr24")
        found = looking.detect(RawFrame(picture.reformat(format="yuv420p", threads=1), 0, 0))
        sure = [d.box for d in found if d.kind is Kind.PLATE and d.score > TEXT_SUPPORT_SCORE]
        assert is_plate is any(Box(*plates.WORDS).containment(box) > 0.95 for box in sure)
