"""A plate that is too small for the plate model in the whole frame, and is looked at more closely."""

from __future__ import annotations

import av
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.images.pyramid import ImagePyramid
from passerby.detect.plates.plate_detector import CLOSE_LOOK_SIZE, MAX_CLOSE_LOOKS, PlateDetector
from passerby.detect.profiles import PLATE, DetectionProfile

SIZE = (1280, 640)
SIGN = Box(900, 100, 960, 130)
PLATES = [Box(60 + 200 * i, 420, 90 + 200 * i, 430) for i in range(6)]


class NearSighted:
    """Detects white rectangles: with `far` in the whole frame and with `near` in a close look."""

    def __init__(self, far, near):
        self.far, self.near, self.looks = far, near, 0

    def detect(self, image, threshold):
        close = image.shape[:2] == (CLOSE_LOOK_SIZE, CLOSE_LOOK_SIZE)
        self.looks += close
        score = self.near if close else self.far
        rows, columns = np.nonzero((image > 200).all(axis=2))
        if score < threshold or not len(rows):
            return []
        boxes = self._boxes(rows, columns)
        return [Detection(Kind.PLATE, box, score, PLATE) for box in boxes]

    def _boxes(self, rows, columns):
        cuts = np.nonzero(np.diff(np.unique(columns)) > 8)[0]
        for part in np.split(np.unique(columns), cuts + 1):
            inside = np.isin(columns, part)
            yield Box(part[0], rows[inside].min(), part[-1] + 1, rows[inside].max() + 1)


class NoText:
    def detect(self, image, threshold):
        return []


def found(model, plates, sizes=(1280,)):
    image = np.full((SIZE[1], SIZE[0], 3), 60, np.uint8)
    for plate in plates:
        x1, y1, x2, y2 = (round(v) for v in plate)
        image[y1:y2, x1:x2] = 255
    frame = RawFrame(av.VideoFrame.from_ndarray(image, format="bgr24"), 0, 0)
    detector = PlateDetector(lambda id: model if id == PLATE else NoText(), DetectionProfile(plate_sizes=sizes))
    return detector.in_frame(ImagePyramid(frame, Geometry(*SIZE), 1280), [], [])


def test_a_weak_plate_is_looked_at_closely_and_both_scores_count():
    for far, score in ((0.12, 0.72), (0.05, 0.6)):
        (plate,) = found(NearSighted(far, 0.6), PLATES[:1])
        assert pytest.approx(score) == plate.score
        assert plate.box.iou(PLATES[0]) > 0.6


def test_what_is_nothing_from_near_gains_nothing():
    (wall,) = found(NearSighted(0.12, 0.0), PLATES[:1])
    assert pytest.approx(0.12) == wall.score


def test_what_is_large_enough_to_be_known_in_the_whole_frame_is_not_looked_at_again():
    model = NearSighted(0.12, 0.6)
    (sign,) = found(model, [Box(300, 300, 420, 340)])
    assert (pytest.approx(0.12), 0) == (sign.score, model.looks)


def test_a_plate_that_is_certain_needs_no_second_look():
    model = NearSighted(0.6, 0.6)
    assert 6 == len(found(model, PLATES))
    assert 0 == model.looks


def test_only_so_many_are_looked_at():
    model = NearSighted(0.12, 0.6)
    plates = found(model, [*PLATES, SIGN, SIGN.translate(0, 100)])
    assert MAX_CLOSE_LOOKS == model.looks
    assert MAX_CLOSE_LOOKS == sum(plate.score > 0.5 for plate in plates)


def test_a_large_plate_counts_in_a_small_image_alone():
    """What is a sign at full size is seen as a plate there, by a model that never saw one so large."""
    sign = Box(300, 200, 700, 360)
    assert [] == found(NearSighted(0.8, 0.0), [sign])
    (plate,) = found(NearSighted(0.8, 0.0), [sign], sizes=(1280, 320))
    assert plate.box.iou(sign) > 0.9
