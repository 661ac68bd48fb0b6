"""What one look at a still is enough for, and how much room there is around it."""

import pytest

from passerby.config.regions import Region
from passerby.config.settings import Profile, Settings
from passerby.core.box import Box
from passerby.core.kinds import HIDEABLE, Detection, Kind
from passerby.track.still_selection import ENOUGH, FACES, FaceEvidence, hidden_in

SIZE = (400, 300)
NEED = FaceEvidence()
FACE = Box(100, 100, 140, 150)
#: Somebody who stands, with FACE at the middle of the head.
BODY_BOX = Box(60, 90, 180, 290)


def seen(kind, box, score, origin="model"):
    return Detection(kind, box, score, origin)


def boxes(*found, hide=(Kind.FACE,), keep=(), profile=Profile.BALANCED):
    settings = Settings(hide=hide, keep_regions=keep, profile=profile)
    return [track.keyframes[0].box for track in hidden_in(found, settings, SIZE, 3)]


@pytest.mark.parametrize("kind", HIDEABLE)
def test_the_threshold_decides(kind):
    enough = NEED.enough if kind is Kind.FACE else ENOUGH[kind]
    assert [] == boxes(seen(kind, FACE, enough - 0.01), hide=(kind,))
    (box,) = boxes(seen(kind, FACE, enough), hide=(kind,))
    assert FACE.containment(box) == 1
    assert box.area > FACE.area


@pytest.mark.parametrize("kind", HIDEABLE)
def test_only_what_is_asked_for(kind):
    others = tuple(other for other in HIDEABLE if other is not kind)
    assert [] == boxes(seen(kind, Box(10, 10, 30, 30), 0.9), hide=tuple(o for o in others if o is not Kind.FACE))


def test_a_weak_face_counts_where_a_head_is():
    weak = seen(Kind.FACE, FACE, NEED.in_head)
    assert [] == boxes(weak)
    with_body = boxes(weak, seen(Kind.PERSON, BODY_BOX, NEED.body))
    assert any(FACE.containment(box) == 1 for box in with_body)
    assert [] == boxes(weak, seen(Kind.PERSON, BODY_BOX, NEED.body - 0.01))
    elsewhere = seen(Kind.PERSON, BODY_BOX.translate(200, 0), NEED.body)
    assert not any(FACE.overlap(box) for box in boxes(weak, elsewhere))


def test_a_body_without_a_sure_face_hides_its_head():
    body = seen(Kind.PERSON, BODY_BOX, NEED.body, "bodies")
    (track,) = hidden_in([body], Settings(hide=(Kind.FACE,)), SIZE, 0)
    assert ("head:bodies", Kind.FACE) == (track.keyframes[0].origin, track.kind)
    assert track.keyframes[0].box.y2 < BODY_BOX.y1 + 0.4 * BODY_BOX.height
    (box,) = boxes(body, seen(Kind.FACE, Box(105, 95, 135, 130), max(NEED.sure, NEED.enough)))
    assert 95 > box.y1 > 70


def test_bodies_are_not_painted_unless_asked_for():
    body = seen(Kind.PERSON, BODY_BOX, 0.9)
    assert not any(box.height > 100 for box in boxes(body))
    assert any(box.height > 190 for box in boxes(body, hide=(Kind.FACE, Kind.PERSON)))


def test_room_is_larger_above_a_face_than_below():
    (box,) = boxes(seen(Kind.FACE, FACE, 0.9))
    side, above, below, pixels = NEED.room
    expected = (
        100 - 40 * side - pixels,
        100 - 50 * above - pixels,
        140 + 40 * side + pixels,
        150 + 50 * below + pixels,
    )
    assert expected == pytest.approx(box)


def test_masks_end_with_the_picture_and_what_lies_outside_is_nothing():
    (box,) = boxes(seen(Kind.FACE, Box(-20, 270, 20, 320), 0.9))
    assert (box.x1, box.y2) == (0, 300)
    assert [] == boxes(seen(Kind.FACE, Box(450, 10, 480, 40), 0.9))


def test_pieces_of_a_thing_are_no_things():
    whole, piece = seen(Kind.FACE, FACE, 0.9), seen(Kind.FACE, Box(102, 102, 118, 148), 0.8)
    assert 1 == len(boxes(whole, piece)) == len(boxes(piece, whole)) == len(boxes(whole, whole))
    assert 2 == len(boxes(whole, seen(Kind.PLATE, Box(110, 110, 120, 120), 0.8), hide=(Kind.FACE, Kind.PLATE)))


def test_what_a_person_wants_left_alone_is_left_alone():
    keep = Region(polygon=((90, 90), (160, 90), (160, 160), (90, 160)))
    assert [] == boxes(seen(Kind.FACE, FACE, 0.9), keep=(keep,))
    assert 1 == len(boxes(seen(Kind.FACE, FACE, 0.9), keep=(keep.model_copy(update={"start": 4.0}),)))


def test_numbers_time_and_order():
    found = [
        seen(Kind.PLATE, Box(10, 10, 60, 20), 0.5),
        seen(Kind.FACE, FACE, 0.9),
        seen(Kind.FACE, FACE.translate(150, 0), 0.9),
    ]
    tracks = hidden_in(found, Settings(), SIZE, 7)
    assert [1, 2, 3] == [track.number for track in tracks]
    assert {7} == {track.start for track in tracks} | {track.end for track in tracks}
    assert tracks == hidden_in(found[::-1], Settings(), SIZE, 7)


def test_the_thorough_profile_believes_less_and_hides_more_around_a_face():
    weak = seen(Kind.FACE, FACE, FACES[Profile.THOROUGH].enough)
    assert [] == boxes(weak) == boxes(weak, profile=Profile.FAST)
    (hidden,) = boxes(weak, profile=Profile.THOROUGH)
    (usual,) = boxes(seen(Kind.FACE, FACE, 0.9))
    assert usual.containment(hidden) == 1
    assert usual.area < hidden.area
