"""One look: every model where it should be, every place in some tile, one thing for what several models see."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.detect.known_answer_images import OBJECT_BOXES, SIDE, empty_image, object_image
from passerby.detect.model import Detectors
from passerby.detect.weights import Registry
from passerby.verify.checks.independent_detectors import (
    FACE,
    PLATE,
    SECOND_FACE,
    TEXT,
    TILE_OVERLAP,
    Ensemble,
    Pass,
    _fills,
    _merge,
    _tile_starts,
)


@pytest.fixture(scope="module")
def ensemble(models):
    return Ensemble(Detectors(Registry.load(), 1), (Kind.FACE, Kind.PLATE))


def shown(kind, at, side, size=(1280, 720)):
    """A known drawing of that side at a place of a large picture, and where the thing is."""
    picture = cv2.resize(empty_image(), size, interpolation=cv2.INTER_LINEAR)
    drawn = cv2.resize(object_image(kind), (side, side), interpolation=cv2.INTER_AREA)
    picture[at[1] : at[1] + side, at[0] : at[0] + side] = drawn
    place = Box(*(v * side / SIDE for v in OBJECT_BOXES[kind])).translate(*at)
    return np.ascontiguousarray(picture), place


@pytest.mark.parametrize(("at", "side"), [((100, 60), 160), ((1000, 500), 90), ((300, 100), 512)])
def test_a_face_is_detected_by_both_models_far_and_near(at, side, ensemble):
    picture, place = shown(Kind.FACE, at, side)
    best = max(ensemble.detect(picture, Pass(other_kinds=False)), key=lambda one: one.box.iou(place))
    assert best.box.iou(place) > 0.3
    assert {FACE, SECOND_FACE} <= best.scores.keys()


def test_nothing_is_detected_where_nothing_is(ensemble):
    picture = cv2.resize(empty_image(), (1280, 720), interpolation=cv2.INTER_LINEAR)
    assert [] == [one for one in ensemble.detect(picture) if one.score > 0.5]


def test_a_plate_is_detected_on_a_car(ensemble):
    picture, place = shown(Kind.PLATE, (500, 200), 400)
    plates = [
        one
        for one in ensemble.detect(picture, Pass(small_faces=False, face_sizes=(320,)))
        if one.kind is Kind.PLATE and one.box.iou(place) > 0.3
    ]
    assert {PLATE, TEXT} & set().union(*(one.scores for one in plates))


def test_a_region_is_searched_close_up(ensemble):
    picture, place = shown(Kind.FACE, (700, 300), 120)
    seen = ensemble.detect_close_up(picture, place.expand(0.2), Kind.FACE)
    assert seen is not None
    assert seen.box.iou(place) > 0.3
    assert ensemble.detect_close_up(picture, place.translate(-400, 0), Kind.FACE) is None
    assert ensemble.detect_close_up(picture, Box(5, 5, 8, 8).translate(-20, -20), Kind.FACE) is None


def test_what_is_not_to_be_hidden_is_not_detected(models):
    faces = Ensemble(Detectors(Registry.load(), 1), (Kind.FACE,))
    assert (SECOND_FACE, FACE) == faces.weights
    picture, _ = shown(Kind.PLATE, (500, 200), 400)
    assert {Kind.FACE} >= {one.kind for one in faces.detect(picture)}


@pytest.mark.parametrize("length", [300, 720, 1080, 1920, 3840])
@pytest.mark.parametrize("side", [192, 307, 576, 1075])
def test_tiles_cover_everything_and_overlap(length, side):
    starts = _tile_starts(length, side)
    assert 0 == starts[0]
    assert starts[-1] + side >= length
    assert all(b - a <= (1 - TILE_OVERLAP) * side + 1 for a, b in pairwise(starts))


def test_detections_of_one_object_by_several_models_are_one_sighting():
    face, forehead_too, other = Box(100, 100, 150, 160), Box(97, 85, 152, 162), Box(300, 100, 350, 160)
    runs = [
        [Detection(Kind.FACE, face, 0.6, FACE), Detection(Kind.FACE, other, 0.4, FACE)],
        [Detection(Kind.FACE, forehead_too, 0.8, SECOND_FACE)],
        [Detection(Kind.FACE, face, 0.7, FACE)],
    ]
    both, single = sorted(_merge(runs), key=lambda one: -len(one.scores))
    assert {FACE: 0.7, SECOND_FACE: 0.8} == both.scores  # not the sum: looks of one model are not independent
    assert {FACE: 0.4} == single.scores


def test_a_wide_mask_that_disappeared_was_that_of_a_plate(ensemble):
    """Where the plate model sees nothing, text that fills the place is enough; under another mask not."""
    picture = np.full((360, 640, 3), 40, np.uint8)
    picture[150:210, 200:440] = 230
    cv2.putText(picture, "AB 123 CD", (212, 195), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (20, 20, 20), 4)
    place = Box(200, 150, 440, 210)
    seen = ensemble.detect_close_up(picture, place, Kind.PLATE)
    assert seen is not None
    assert TEXT in seen.scores
    square = ensemble.detect_close_up(picture, Box(260, 110, 380, 250), Kind.PLATE)
    assert square is None or PLATE in square.scores


def test_so_was_one_that_a_leaning_plate_fills():
    place = Box(0, 0, 150, 100)
    assert _fills(Box(10, 10, 130, 70), place)
    assert not _fills(Box(10, 10, 100, 50), place)  # lettering on a cap
    assert not _fills(Box(10, 5, 140, 95), place)  # several lines
    assert not _fills(Box(-60, 10, 210, 70), place)  # a line that goes on beside it
