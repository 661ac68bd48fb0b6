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
from passerby.detect.profiles import PLATE, TEXT, DetectionProfile

SIZE = (1280, 640)
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


class Text:
    """Detects a line of text in one place of the whole frame."""

    def __init__(self, box):
        self.box = box

    def detect(self, image, threshold):
        return [Detection(Kind.TEXT, self.box, 0.9, TEXT)]


class InStrongLight:
    """Detects a light plate in a close look alone, and only if it stands out from what lies around it."""

    def __init__(self, contrast):
        self.contrast = contrast

    def detect(self, image, threshold):
        luma = image.mean(axis=2)
        if image.shape[:2] != (CLOSE_LOOK_SIZE, CLOSE_LOOK_SIZE) or np.ptp(luma) < self.contrast:
            return []
        rows, columns = np.nonzero(luma > luma.min() + np.ptp(luma) / 2)
        return [Detection(Kind.PLATE, Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1), 0.6, PLATE)]


def found(model, plates, sizes=(1280,), text=None, luma=255):
    image = np.full((SIZE[1], SIZE[0], 3), 60, np.uint8)
    for plate in plates:
        x1, y1, x2, y2 = (round(v) for v in plate)
        image[y1:y2, x1:x2] = luma
    frame = RawFrame(av.VideoFrame.from_ndarray(image, format="bgr24"), 0, 0)
    profile = DetectionProfile(plate_sizes=sizes, fine_text_size=1280 if text else 0)
    detector = PlateDetector(lambda id: model if id == PLATE else text or NoText(), profile)
    return detector.in_frame(ImagePyramid(frame, Geometry(*SIZE), 1280), [], [])


def test_a_weak_plate_is_looked_at_closely_and_both_scores_count():
    for far, score in ((0.12, 0.72), (0.05, 0.6)):
        (plate,) = found(NearSighted(far, 0.6), PLATES[:1])
        assert pytest.approx(score) == plate.score
        assert plate.box.iou(PLATES[0]) > 0.6


def test_what_is_nothing_from_near_gains_nothing():
    (wall,) = found(NearSighted(0.12, 0.0), PLATES[:1])
    assert pytest.approx(0.12) == wall.score


def test_a_line_of_text_is_looked_at_closely_where_the_model_saw_nothing():
    plate = PLATES[0]
    assert [] == found(NearSighted(0.0, 0.6), [plate])
    (seen,) = found(NearSighted(0.0, 0.6), [plate], text=Text(plate))
    assert (pytest.approx(0.6), True) == (seen.score, seen.box.iou(plate) > 0.6)


@pytest.mark.parametrize("near", [0.0, 0.2])
def test_text_that_is_no_plate_from_near_masks_nothing(near):
    """Less is believed where the plate model saw nothing in the whole frame."""
    assert [] == found(NearSighted(0.0, near), [PLATES[0]], text=Text(PLATES[0]))


def test_text_of_no_plates_shape_is_not_looked_at():
    model = NearSighted(0.0, 0.6)
    assert [] == found(model, [PLATES[0]], text=Text(Box(60, 420, 80, 450)))
    assert 0 == model.looks


def test_a_close_look_is_repeated_with_more_contrast():
    """A plate in the dark, lighter than the car by 14 of 255 steps."""
    plate = PLATES[0]
    assert [] == found(InStrongLight(60), [plate], text=Text(plate), luma=74)
    (seen,) = found(InStrongLight(20), [plate], text=Text(plate), luma=74)
    assert seen.box.iou(plate) > 0.5


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
    plates = found(model, [Box(20 + 100 * i, 420, 50 + 100 * i, 430) for i in range(MAX_CLOSE_LOOKS + 2)])
    assert MAX_CLOSE_LOOKS == model.looks
    assert MAX_CLOSE_LOOKS == sum(plate.score > 0.5 for plate in plates)


def test_a_large_plate_counts_in_a_small_image_alone():
    """What is a sign at full size is seen as a plate there, by a model that never saw one so large."""
    sign = Box(300, 200, 700, 360)
    assert [] == found(NearSighted(0.8, 0.0), [sign])
    (plate,) = found(NearSighted(0.8, 0.0), [sign], sizes=(1280, 320))
    assert plate.box.iou(sign) > 0.9
