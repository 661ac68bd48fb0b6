"""Which detections in a still are masked, and how large the masks are."""

import pytest

from passerby.config.regions import Region
from passerby.config.settings import Profile, Settings
from passerby.core.box import Box
from passerby.core.kinds import HIDEABLE, Detection, Kind
from passerby.track.still_selection import FACE_THRESHOLDS, MIN_SCORES, FaceThresholds, select_tracks

SIZE = (400, 300)
THRESHOLDS = FaceThresholds()
FACE = Box(100, 100, 140, 150)
#: Somebody who stands, with FACE at the middle of the head.
BODY_BOX = Box(60, 90, 180, 290)


def detection(kind, box, score, origin="model"):
    return Detection(kind, box, score, origin)


def boxes(*found, hide=(Kind.FACE,), keep=(), profile=Profile.BALANCED):
    settings = Settings(hide=hide, keep_regions=keep, profile=profile)
    return [track.keyframes[0].box for track in select_tracks(found, settings, SIZE, 3)[0]]


@pytest.mark.parametrize("kind", HIDEABLE)
def test_the_score_decides(kind):
    enough = THRESHOLDS.min_score if kind is Kind.FACE else MIN_SCORES[kind]
    assert [] == boxes(detection(kind, FACE, enough - 0.01), hide=(kind,))
    (box,) = boxes(detection(kind, FACE, enough), hide=(kind,))
    assert FACE.containment(box) == 1
    assert box.area > FACE.area


@pytest.mark.parametrize("kind", HIDEABLE)
def test_only_requested_kinds_are_masked(kind):
    others = tuple(other for other in HIDEABLE if other is not kind)
    assert [] == boxes(detection(kind, Box(10, 10, 30, 30), 0.9), hide=tuple(o for o in others if o is not Kind.FACE))


def test_a_weak_face_is_masked_in_a_head():
    weak = detection(Kind.FACE, FACE, THRESHOLDS.min_score_in_head)
    assert [] == boxes(weak)
    with_body = boxes(weak, detection(Kind.PERSON, BODY_BOX, THRESHOLDS.min_body_score))
    assert any(FACE.containment(box) == 1 for box in with_body)
    assert [] == boxes(weak, detection(Kind.PERSON, BODY_BOX, THRESHOLDS.min_body_score - 0.01))
    elsewhere = detection(Kind.PERSON, BODY_BOX.translate(200, 0), THRESHOLDS.min_body_score)
    assert not any(FACE.intersection(box) for box in boxes(weak, elsewhere))


def test_a_body_without_a_confident_face_has_its_head_masked():
    body = detection(Kind.PERSON, BODY_BOX, THRESHOLDS.min_body_score, "bodies")
    ((track,), _) = select_tracks([body], Settings(hide=(Kind.FACE,)), SIZE, 0)
    assert ("head:bodies", Kind.FACE) == (track.keyframes[0].origin, track.kind)
    assert track.keyframes[0].box.y2 < BODY_BOX.y1 + 0.4 * BODY_BOX.height
    (box,) = boxes(
        body, detection(Kind.FACE, Box(105, 95, 135, 130), max(THRESHOLDS.confident_face, THRESHOLDS.min_score))
    )
    assert 95 > box.y1 > 70


def test_bodies_are_not_masked_unless_requested():
    body = detection(Kind.PERSON, BODY_BOX, 0.9)
    assert not any(box.height > 100 for box in boxes(body))
    assert any(box.height > 190 for box in boxes(body, hide=(Kind.FACE, Kind.PERSON)))


def test_the_margin_is_larger_above_a_face_than_below():
    (box,) = boxes(detection(Kind.FACE, FACE, 0.9))
    side, above, below, pixels = THRESHOLDS.padding
    expected = (
        100 - 40 * side - pixels,
        100 - 50 * above - pixels,
        140 + 40 * side + pixels,
        150 + 50 * below + pixels,
    )
    assert expected == pytest.approx(box)


def test_masks_are_clipped_and_what_lies_outside_is_dropped():
    (box,) = boxes(detection(Kind.FACE, Box(-20, 270, 20, 320), 0.9))
    assert (box.x1, box.y2) == (0, 300)
    assert [] == boxes(detection(Kind.FACE, Box(450, 10, 480, 40), 0.9))


def test_parts_within_a_mask_of_the_same_kind_are_dropped():
    whole, piece = detection(Kind.FACE, FACE, 0.9), detection(Kind.FACE, Box(102, 102, 118, 148), 0.8)
    assert 1 == len(boxes(whole, piece)) == len(boxes(piece, whole)) == len(boxes(whole, whole))
    assert 2 == len(boxes(whole, detection(Kind.PLATE, Box(110, 110, 120, 120), 0.8), hide=(Kind.FACE, Kind.PLATE)))


def test_detections_in_keep_regions_are_suppressed():
    keep = Region(polygon=((90, 90), (160, 90), (160, 160), (90, 160)))
    assert [] == boxes(detection(Kind.FACE, FACE, 0.9), keep=(keep,))
    assert 1 == len(boxes(detection(Kind.FACE, FACE, 0.9), keep=(keep.model_copy(update={"start": 4.0}),)))


def test_tracks_have_numbers_time_and_order():
    found = [
        detection(Kind.PLATE, Box(10, 10, 60, 20), 0.5),
        detection(Kind.FACE, FACE, 0.9),
        detection(Kind.FACE, FACE.translate(150, 0), 0.9),
    ]
    tracks, _ = select_tracks(found, Settings(), SIZE, 7)
    assert [1, 2, 3] == [track.number for track in tracks]
    assert {7} == {track.start for track in tracks} | {track.end for track in tracks}
    assert tracks == select_tracks(found[::-1], Settings(), SIZE, 7)[0]


def test_the_thorough_profile_accepts_lower_scores_and_has_wider_margins():
    weak = detection(Kind.FACE, FACE, FACE_THRESHOLDS[Profile.THOROUGH].min_score)
    assert [] == boxes(weak) == boxes(weak, profile=Profile.FAST)
    (hidden,) = boxes(weak, profile=Profile.THOROUGH)
    (usual,) = boxes(detection(Kind.FACE, FACE, 0.9))
    assert usual.containment(hidden) == 1
    assert usual.area < hidden.area
