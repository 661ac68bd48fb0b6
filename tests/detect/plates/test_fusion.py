import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.detect.plates.fusion import (
    FULL_FRAME_SCORE,
    HINTED_PLATE_SCORE,
    TEXT_SUPPORT_SCORE,
    VEHICLE_TEXT_WEIGHT,
    enlarged_size,
    full_frame_candidates,
    full_frame_plates,
    model_hinted_plates,
    plate_shaped,
    text_plates_on_vehicles,
    text_support,
)

CAR = Box(100, 100, 500, 400)


def text(box, score=0.9):
    return Detection(Kind.TEXT, box, score, "ppocr-det")


def hint(box, score=0.04):
    return Detection(Kind.PLATE, box, score, "plate-yolov8s")


def test_text_of_a_plates_shape_on_a_vehicle_is_taken_for_its_plate():
    plate = Box(250, 330, 350, 360)
    assert [Detection(Kind.PLATE, plate, 0.9 * VEHICLE_TEXT_WEIGHT, "ppocr-det")] == text_plates_on_vehicles(
        [text(plate)], [CAR]
    )


def test_text_that_no_plate_could_be_is_left_alone():
    elsewhere = Box(600, 100, 700, 130)
    as_wide_as_the_car = Box(110, 200, 490, 250)
    as_high_as_the_door = Box(200, 150, 330, 300)
    a_column = Box(300, 200, 320, 280)
    for box in (elsewhere, as_wide_as_the_car, as_high_as_the_door, a_column):
        assert [] == text_plates_on_vehicles([text(box)], [CAR])


def test_text_without_a_vehicle_is_a_plate_only_where_the_plate_model_has_a_hint():
    sign, plate = text(Box(0, 0, 400, 90)), text(Box(300, 300, 700, 390))
    found = model_hinted_plates([sign, plate], [hint(Box(310, 300, 690, 400))])
    assert [Detection(Kind.PLATE, plate.box, HINTED_PLATE_SCORE, "ppocr-det")] == found


def test_a_hint_around_the_text_is_a_hint_too():
    assert 1 == len(model_hinted_plates([text(Box(300, 300, 700, 390))], [hint(Box(0, 0, 800, 600))]))


def test_unsure_text_and_tall_text_get_no_help_from_a_hint():
    here = hint(Box(300, 300, 700, 390))
    assert [] == model_hinted_plates([text(here.box, 0.4)], [here])
    assert [] == model_hinted_plates([text(Box(300, 300, 340, 390))], [hint(Box(300, 300, 340, 390))])


def test_text_of_a_plates_shape_is_a_trace_but_where_a_plate_is_known():
    plate, sign, column = text(Box(300, 300, 700, 390)), text(Box(0, 0, 400, 90)), text(Box(800, 0, 840, 200))
    found = text_support([plate, sign, column, text(Box(0, 500, 400, 590), 0.4)], [hint(plate.box)])
    assert [Detection(Kind.PLATE, sign.box, TEXT_SUPPORT_SCORE, "ppocr-det")] == found


def test_text_that_may_be_a_plate_by_its_shape_and_height():
    plate, two_rows = text(Box(300, 300, 345, 310)), text(Box(300, 300, 330, 320))
    others = [Box(300, 300, 310, 320), Box(300, 300, 400, 310), Box(300, 300, 315, 305)]
    assert [plate, two_rows] == plate_shaped([plate, two_rows, *map(text, others), text(plate.box, 0.4)])


def test_text_fills_the_picture_when_it_is_wide_and_of_a_plates_shape():
    line = text(Box(100, 100, 600, 200))
    assert [line] == full_frame_candidates(
        [line, text(Box(0, 0, 390, 90)), text(Box(0, 0, 500, 450)), text(line.box, 0.4)], 1000
    )


def test_text_that_fills_the_frame_is_a_plate_where_the_plate_model_agrees_at_a_small_size():
    plate, poster = text(Box(100, 100, 600, 200)), text(Box(100, 400, 600, 500))
    detections = [
        hint(Box(80, 80, 640, 220), 0.3),
        hint(Box(90, 90, 600, 210), 0.4),
        hint(poster.box, FULL_FRAME_SCORE - 0.01),
    ]
    assert [Detection(Kind.PLATE, plate.box, 0.4, "ppocr-det")] == full_frame_plates([plate, poster], detections)


@pytest.mark.parametrize(
    ("longer_side", "size", "enlarged"),
    [
        (640, 960, 960),
        (400, 960, 800),
        (176, 960, 352),
        (768, 960, 960),
        (800, 960, None),
        (1920, 960, None),
        (640, 0, None),
    ],
)
def test_small_frames_are_enlarged_at_most_twice(longer_side, size, enlarged):
    assert enlarged == enlarged_size(longer_side, size)
