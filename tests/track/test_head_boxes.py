import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.head_boxes import CONFIDENT_FACE, add_head_boxes, head_box, keep_requested_kinds

STANDING = Box(100, 50, 200, 400)


def person(box=STANDING, score=0.8):
    return Detection(Kind.PERSON, box, score, "body")


def face(box, score=0.9):
    return Detection(Kind.FACE, box, score, "faces")


def faces(found):
    return [d for d in add_head_boxes(found) if d.kind is Kind.FACE]


@pytest.mark.parametrize(
    ("body", "head"),
    [
        # People are seven to eight heads tall, so the head of a standing person is about an eighth of the height.
        (STANDING, Box(132, 52, 168, 96)),
        (Box(0, 0, 60, 160), Box(21, 2, 39, 22)),
        # Somebody who sits in front of a camera fills a wide box, and the face is in its upper half.
        (Box(0, 0, 300, 280), Box(100, 10, 200, 130)),
    ],
)
def test_the_head_is_at_the_top_in_the_middle_and_contains_the_face(body, head):
    box = head_box(body)
    assert 1 == head.containment(box)
    assert box.area < 0.5 * body.area
    assert box.y1 <= body.y1


def test_a_body_without_a_face_gives_a_head():
    (head,) = faces([person()])
    assert (head_box(STANDING), 0.8, "head:body") == (head.box, head.score, head.origin)


def test_a_confident_face_replaces_the_head_of_its_body():
    confident = face(Box(135, 55, 165, 90), CONFIDENT_FACE)
    assert [confident] == faces([person(), confident])


def test_the_score_of_a_weak_face_in_a_head_rises_and_the_head_stays():
    weak = face(Box(135, 55, 165, 90), CONFIDENT_FACE / 2)
    stronger, head = faces([person(), weak])
    assert (weak.box, weak.origin) == (stronger.box, stronger.origin)
    assert stronger.score > weak.score
    assert head_box(STANDING) == head.box


def test_the_score_of_a_weak_face_in_a_body_rises_less():
    in_head, in_body = (
        face(Box(135, 55, 165, 90), CONFIDENT_FACE / 3),
        face(Box(120, 200, 150, 240), CONFIDENT_FACE / 3),
    )
    raised = [next(d.score for d in add_head_boxes([person(), one]) if d.box == one.box) for one in (in_head, in_body)]
    assert raised[0] > raised[1] > CONFIDENT_FACE / 3


def test_the_score_of_a_weak_face_elsewhere_stays():
    weak = face(Box(500, 300, 530, 340), CONFIDENT_FACE / 2)
    assert weak in add_head_boxes([person(), weak])


def test_a_face_elsewhere_does_not_replace_the_head_of_this_body():
    other = face(Box(500, 300, 530, 340))
    assert {other.box, head_box(STANDING)} == {d.box for d in faces([person(), other])}


def test_other_kinds_are_unchanged():
    plate = Detection(Kind.PLATE, Box(0, 0, 9, 3), 0.4, "plates")
    assert {plate, person()} <= {*add_head_boxes([plate, person()])}


def test_persons_detected_for_their_heads_are_dropped_unless_requested():
    found = add_head_boxes([person()])
    assert [Kind.FACE] == [d.kind for d in keep_requested_kinds(found, (Kind.FACE, Kind.PLATE))]
    assert [Kind.PERSON] == [d.kind for d in keep_requested_kinds(found, (Kind.PERSON,))]


#: Cut off by the frame below the chest: the face fills more of such a person, and lies lower, than of one who stands.
CUT_OFF = Detection(Kind.PERSON, Box(100, 100, 400, 420), 0.9, "test")


@pytest.mark.parametrize(
    ("face", "heads"),
    [
        (Box(200, 220, 320, 380), 0),  # their own: below where the head should be, and of a head's size
        (Box(240, 290, 262, 318), 1),  # somebody far behind them
        (Box(200, 390, 320, 420), 1),  # too low to be theirs
    ],
)
def test_a_person_with_a_confident_face_has_no_second_head(face, heads):
    found = add_head_boxes([CUT_OFF, Detection(Kind.FACE, face, 0.9, "test")])
    assert heads == sum(d.origin.startswith("head:") for d in found)


def test_legs_and_torsos_have_no_head_to_hide():
    legs = Detection(Kind.PERSON, Box(0, 0, 390, 360), 0.9, "headless:body")
    assert [] == faces([legs])
    assert [legs] == add_head_boxes([legs])
