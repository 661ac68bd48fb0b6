from dataclasses import replace

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.live_tracker import HiddenBox, LiveTracker, live_tracker_settings
from tests.track.motion_fields import SIZE, shift

FACE = Box(300, 100, 340, 150)
STILL = shift(0, 0)
RATE, HISTORY = 10, 30


def tracker(hide=(Kind.FACE,)):
    return LiveTracker(*SIZE, live_tracker_settings(RATE, 2.0), hide, HISTORY)


def face(score=0.9, box=FACE, kind=Kind.FACE):
    return [Detection(kind, box, score, "test")]


def advance_to(until, live, detections, motion=STILL):
    """Frames from 0 to `until`; `detections` by frame."""
    for n in range(until + 1):
        live.advance(n, n * 100_000, None if n == 0 else motion, detections.get(n))
    return live


def covers(masks, box):
    return any(box.containment(mask.box) == 1 for mask in masks)


def test_an_object_is_masked_two_seconds_before_its_first_detection():
    live = advance_to(25, tracker(), {25: face()})
    assert [n >= 5 for n in range(26)] == [covers(live.hidden_boxes(n), FACE) for n in range(26)]


def test_a_mask_is_propagated_back_along_the_motion():
    live = advance_to(25, tracker(), {25: face()}, shift(3, 0))
    assert covers(live.hidden_boxes(15), FACE.translate(-30, 0))
    assert not covers(live.hidden_boxes(15), FACE)


def test_a_lost_object_stays_masked_for_two_seconds():
    live = advance_to(24, tracker(), {0: face(), 10: [], 20: []})
    assert [True] * 21 + [False] * 4 == [covers(live.hidden_boxes(n), FACE) for n in range(25)]


def test_it_stays_masked_longer_while_no_detector_has_run():
    assert covers(advance_to(24, tracker(), {0: face()}).hidden_boxes(24), FACE)


def test_one_weak_detection_is_masked_until_misses_outweigh_it():
    assert covers(advance_to(6, tracker(), {5: face(0.2)}).hidden_boxes(5), FACE)
    assert covers(advance_to(12, tracker(), {5: face(0.2), 10: []}).hidden_boxes(5), FACE)
    assert not covers(advance_to(16, tracker(), {5: face(0.2), 10: [], 15: []}).hidden_boxes(12), FACE)


def test_a_track_that_ended_with_a_cut_is_still_masked_before_it():
    live = tracker()
    for n in range(12):
        live.advance(n, n, None if n in (0, 10) else STILL, face() if n == 5 else None)
    assert covers(live.hidden_boxes(9), FACE)
    assert [] == live.hidden_boxes(10)


def test_frames_that_are_forgotten_or_not_reached_raise():
    live = advance_to(50, tracker(), {0: face()})
    for frame in (19, 51):
        with pytest.raises(ValueError, match=r"is not among"):
            live.hidden_boxes(frame)


def test_memory_does_not_grow_however_long_an_object_stays():
    live = advance_to(1000, tracker(), {n: face() for n in range(0, 1000, 10)})
    (track,) = live._active
    assert HISTORY + 1 >= len(track.points)
    assert () == track.reducer.finish()


def test_only_requested_kinds_are_masked_and_all_are_tracked():
    body = Box(250, 80, 400, 350)
    live = advance_to(5, tracker(), {5: [*face(), *face(kind=Kind.PERSON, box=body)]})
    assert [Kind.FACE] == [obj.kind for obj in live.hidden_boxes(5)]
    assert {(Kind.FACE, 1), (Kind.PERSON, 2)} == {(obj.kind, obj.number) for obj in live.tracked_objects()}


def test_a_tracked_object_keeps_its_number_and_says_whether_it_was_detected():
    live = advance_to(10, tracker(), {0: face(), 10: face()})
    before = live.tracked_objects()
    live.advance(11, 11, STILL, [])
    after = live.tracked_objects()
    assert [(1, True, True)] == [(obj.number, obj.confirmed, obj.detected) for obj in before]
    assert [(1, True, False)] == [(obj.number, obj.confirmed, obj.detected) for obj in after]


def test_masks_are_padded_and_clipped_to_the_frame():
    (mask,) = advance_to(0, tracker(), {0: face(box=Box(0, 0, 40, 50))}).hidden_boxes(0)
    assert isinstance(mask, HiddenBox)
    assert (0, 0) == (mask.box.x1, mask.box.y1)
    assert mask.box.x2 > 40
    assert mask.box.y2 > 50


def hidden_in_one_frame(*boxes):
    tracker = LiveTracker(640, 360, live_tracker_settings(3.0, 2.0), {Kind.FACE}, 6)
    tracker.advance(0, 0, None, [Detection(Kind.FACE, box, 0.9, "test") for box in boxes])
    return [one.box for one in tracker.hidden_boxes(0)]


@pytest.mark.parametrize(
    ("other", "low", "high"),
    [(Box(182, 104, 222, 160), "x1", "x2"), (Box(105, 200, 150, 250), "y1", "y2")],
    ids=["beside", "below"],
)
def test_the_strip_between_two_masks_that_nearly_touch_is_masked(other, low, high):
    """Two tracks on one head, neither of which covers its middle."""
    a, b, strip = hidden_in_one_frame(Box(100, 100, 150, 160), other)
    assert (getattr(a, high), getattr(b, low)) == (getattr(strip, low), getattr(strip, high))
    assert a.hull(b) == strip.hull(a).hull(b)
    assert 0 == strip.intersection(a) == strip.intersection(b)


def two_tracks(gap, together):
    """Masks of two faces of 40 px, found by one detector run or by two."""
    b = FACE.translate(FACE.width * 1.5 + gap, 0)
    runs = {0: face(), 5: face(box=b)} if not together else {0: [*face(), *face(box=b)]}
    return advance_to(5, tracker(), runs).hidden_boxes(4)


def test_two_faces_that_one_run_found_are_two_heads_and_less_is_masked_between_them():
    assert (2, 3) == (len(two_tracks(15, together=True)), len(two_tracks(15, together=False)))
    assert 3 == len(two_tracks(3, together=True))


def test_between_a_head_and_a_much_smaller_one_nothing_is_masked():
    assert 2 == len(hidden_in_one_frame(Box(100, 100, 150, 160), Box(175, 120, 190, 138)))


def test_a_weak_track_is_masked_from_the_run_that_had_missed_it_to_the_one_that_misses_it_again():
    live = advance_to(22, tracker(), {0: [], 6: [], 12: face(0.2), 18: []})
    assert [6 <= n <= 18 for n in range(23)] == [covers(live.hidden_boxes(n), FACE) for n in range(23)]
    live = advance_to(22, tracker(), {0: [], 6: [], 12: face(0.9), 18: []})
    assert all(covers(live.hidden_boxes(n), FACE) for n in range(23))


@pytest.mark.parametrize("other", [Box(300, 100, 350, 160), Box(190, 300, 240, 350)], ids=["far", "diagonal"])
def test_two_people_apart_are_two_masks(other):
    assert 2 == len(hidden_in_one_frame(Box(100, 100, 150, 160), other))


def test_where_motion_loses_somebody_his_mask_goes_straight_from_one_detection_to_the_next():
    """He runs 90 px while the picture, and so his mask, stands still; a detector run of the whole frame finds him."""
    live = advance_to(3, tracker(), {0: face()})
    (track,) = live._active
    there = FACE.translate(90, 0)
    live.advance(4, 4, STILL, None)
    live._apply_hits([(track, replace(track.points[-1], box=there, score=0.9))])
    assert all(covers(live.hidden_boxes(n), FACE.lerp(there, n / 4)) for n in range(5))


def test_where_motion_follows_somebody_no_more_than_he_is_masked():
    live = advance_to(10, tracker(), {0: face(), 10: face(box=FACE.translate(30, 0))}, shift(3, 0))
    assert not covers(live.hidden_boxes(5), FACE.hull(FACE.translate(30, 0)))
    assert covers(live.hidden_boxes(5), FACE.translate(15, 0))


def test_where_somebody_was_is_what_was_detected_in_a_frame_and_not_where_motion_took_it():
    live = advance_to(10, tracker(), {0: face(), 10: face()})
    assert [FACE] == live.detected_boxes(0) == live.detected_boxes(10)
    assert [] == live.detected_boxes(5)


def test_before_and_after_its_detections_the_mask_of_what_moves_is_an_extension():
    live = tracker()
    for n in range(21):
        found = face(box=FACE.translate(10 * n, 0)) if 5 <= n <= 15 else None
        live.advance(n, n, None if n == 0 else STILL, found)
    extended = {n: [mask.extended for mask in live.hidden_boxes(n)] for n in (2, 5, 10, 15, 18)}
    assert {2: [True], 5: [False], 10: [False], 15: [False], 18: [True]} == extended


def test_the_mask_of_what_stands_still_is_no_extension():
    live = advance_to(18, tracker(), {5: face(), 15: face()})
    assert [False] == [mask.extended for mask in live.hidden_boxes(18)]


def test_a_mask_is_no_smaller_than_what_the_whole_frame_showed():
    """The crop finds the upper half of the face only."""
    half = Box(FACE.x1, FACE.y1, FACE.x2, FACE.centre[1] + 5)
    live = tracker()
    live.advance(0, 0, None, face())
    live.advance(1, 1, STILL, face(), search=lambda frame, kind, box: [])
    for n in range(2, 5):
        live.advance(n, n, STILL, None, frozenset(), lambda frame, kind, box: face(box=half))
    (mask,) = live.hidden_boxes(4)
    assert mask.box.height > FACE.height
    assert covers([mask], half)
