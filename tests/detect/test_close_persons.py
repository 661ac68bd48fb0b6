from dataclasses import replace

import av
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.raw_frame import RawFrame
from passerby.detect.close_persons import HEAD_CROP_SIZE, confirm_by_second_size, in_focus
from passerby.detect.profiles import BODY, FACE, DetectionProfile
from passerby.detect.schedule import FULL_SCOPE
from tests.detect.colour_detector import ColourDetector, boxes, detector, scene

PERSON_BOX = Box(100, 40, 300, 280)


def person(box=PERSON_BOX, score=0.15):
    return Detection(Kind.PERSON, box, score, "body")


def test_what_two_sizes_see_weakly_counts_and_covers_what_both_saw():
    (confirmed,) = confirm_by_second_size([person()], [person(PERSON_BOX.translate(20, 10), 0.12)], 0.25)
    assert (pytest.approx(0.27), PERSON_BOX.hull(PERSON_BOX.translate(20, 10))) == (confirmed.score, confirmed.box)


@pytest.mark.parametrize(
    "others",
    [[], [person(score=0.09)], [person(PERSON_BOX.translate(150, 0), 0.2)], [person(PERSON_BOX.expand(1.0), 0.2)]],
)
def test_a_weak_detection_at_one_size_only_is_dropped(others):
    assert [] == confirm_by_second_size([person()], others, 0.25)


def test_a_score_is_never_above_one():
    assert 1.0 == confirm_by_second_size([person(score=0.6)], [person(score=0.7)], 0.25)[0].score


def waves(height):
    """A picture of stripes, so many luma steps from valley to crest, 16 px apart."""
    row = 128 + height / 2 * np.sin(np.arange(512) * 2 * np.pi / 16)
    return np.repeat(np.tile(row, (288, 1))[:, :, None], 3, axis=2).astype(np.uint8)


@pytest.mark.parametrize(("height", "sharp"), [(160, True), (20, False), (0, False)])
def test_what_is_out_of_focus_shows_no_edges(height, sharp):
    assert sharp is in_focus(waves(height), PERSON_BOX)


def test_only_the_upper_half_has_to_be_in_focus():
    above, below = waves(160), waves(160)
    above[160:], below[:160] = 128, 128
    assert in_focus(above, PERSON_BOX)
    assert not in_focus(below, PERSON_BOX)


def test_a_box_beyond_the_picture_is_not_in_focus():
    assert not in_focus(waves(0), Box(600, 400, 700, 500))


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


#: Somebody close up whom the top of the frame cuts off, and a whole person.
CUT_OFF, WHOLE = Box(200, 0, 800, 760), Box(1000, 100, 1200, 780)


class FaceInCrop(ColourDetector):
    """The face model sees a face in crops alone: one that is blurred, or cut off by the frame."""

    def detect(self, picture, threshold, kinds=None):
        if self.id == FACE and max(picture.shape[:2]) > HEAD_CROP_SIZE:
            return []
        return super().detect(picture, threshold, kinds)


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
