import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.head_boxes import SURE, head_of, with_heads, without_helpers

STANDING = Box(100, 50, 200, 400)


def person(box=STANDING, score=0.8):
    return Detection(Kind.PERSON, box, score, "body")


def face(box, score=0.9):
    return Detection(Kind.FACE, box, score, "faces")


def faces(found):
    return [d for d in with_heads(found) if d.kind is Kind.FACE]


@pytest.mark.parametrize(
    ("body", "head"),
    [
        # People are seven to eight heads tall, so the head of one who stands is about an eighth of the height.
        (STANDING, Box(132, 52, 168, 96)),
        (Box(0, 0, 60, 160), Box(21, 2, 39, 22)),
        # Who sits before a camera fills a wide box, and the face is in its upper half.
        (Box(0, 0, 300, 280), Box(100, 10, 200, 130)),
    ],
)
def test_the_head_is_at_the_top_in_the_middle_and_holds_the_face(body, head):
    box = head_of(body)
    assert 1 == head.inside(box)
    assert box.area < 0.5 * body.area
    assert box.y1 <= body.y1


def test_a_body_without_a_face_gives_a_head():
    (head,) = faces([person()])
    assert (head_of(STANDING), 0.8, "head:body") == (head.box, head.score, head.origin)


def test_a_sure_face_is_enough_for_its_body():
    sure = face(Box(135, 55, 165, 90), SURE)
    assert [sure] == faces([person(), sure])


def test_a_faint_face_where_a_head_is_gains_and_the_head_stays():
    faint = face(Box(135, 55, 165, 90), SURE / 2)
    stronger, head = faces([person(), faint])
    assert (faint.box, faint.origin) == (stronger.box, stronger.origin)
    assert stronger.score > faint.score
    assert head_of(STANDING) == head.box


def test_a_faint_face_in_a_body_gains_a_little():
    in_head, in_body = face(Box(135, 55, 165, 90), SURE / 3), face(Box(120, 200, 150, 240), SURE / 3)
    gained = [next(d.score for d in with_heads([person(), one]) if d.box == one.box) for one in (in_head, in_body)]
    assert gained[0] > gained[1] > SURE / 3


def test_a_faint_face_elsewhere_gains_nothing():
    faint = face(Box(500, 300, 530, 340), SURE / 2)
    assert faint in with_heads([person(), faint])


def test_a_face_elsewhere_does_not_stand_for_this_body():
    other = face(Box(500, 300, 530, 340))
    assert {other.box, head_of(STANDING)} == {d.box for d in faces([person(), other])}


def test_others_are_left_as_they_are():
    plate = Detection(Kind.PLATE, Box(0, 0, 9, 3), 0.4, "plates")
    assert {plate, person()} <= {*with_heads([plate, person()])}


def test_what_only_helped_is_left_out():
    found = with_heads([person()])
    assert [Kind.FACE] == [d.kind for d in without_helpers(found, (Kind.FACE, Kind.PLATE))]
    assert [Kind.PERSON] == [d.kind for d in without_helpers(found, (Kind.PERSON,))]


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
def test_a_person_whose_face_is_sure_has_no_second_head(face, heads):
    found = with_heads([CUT_OFF, Detection(Kind.FACE, face, 0.9, "test")])
    assert heads == sum(d.origin.startswith("head:") for d in found)
