"""Invariant 6: a track is masked before its first detection and after its last, and gaps are bridged by motion."""

from itertools import pairwise

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.confirmation import THRESHOLDS
from passerby.track.tracker import Tracker, TrackerSettings
from tests.track.motion_fields import SIZE, shift

SETTINGS = TrackerSettings(pre_roll=6, post_roll=7, max_age=20, max_search_interval=4)
TICKS = 100
#: The object starts here and moves by MOVE in each frame.
FIRST, MOVE = Box(40, 100, 80, 150), (5, 2)
STILL = shift(0, 0)
#: Too low for a single detection to confirm a track.
WEAK = 0.9 * THRESHOLDS[Kind.FACE].certain_score


def true_box(frame, move=MOVE):
    return FIRST.translate(move[0] * frame, move[1] * frame)


def detection(frame, score=0.9, kind=Kind.FACE, move=MOVE):
    return Detection(kind, true_box(frame, move), score, "test")


def confirmed(candidates):
    return [candidate.track for candidate in candidates if candidate.is_confirmed]


def track_all(frames, detections, cuts=(), move=MOVE, settings=SETTINGS):
    """All confirmed tracks of `frames` frames in which everything moves by `move`; `detections` is by frame."""
    tracker = Tracker(*SIZE, settings)
    ended = []
    for frame in range(frames):
        motion = None if frame == 0 or frame in cuts else shift(*move)
        ended += tracker.update(frame, frame * TICKS, motion, detections.get(frame))
    return confirmed(ended + tracker.finish())


def masked_share(track, frame, move=MOVE):
    """The share of the object that the track masks in that frame."""
    here = track.masked_at(frame * TICKS)
    return 0 if here is None else true_box(frame, move).containment(here.box)


def frames_of(track):
    return range(track.start // TICKS, track.end // TICKS + 1)


def test_a_mask_begins_before_the_first_detection_and_goes_on_after_the_last():
    (track,) = track_all(50, {16: [], 20: [detection(20)], 24: [detection(24)], 28: []})
    assert range(20 - 6, 24 + 7 + 1) == frames_of(track)
    assert [1] * 18 == [pytest.approx(masked_share(track, frame)) for frame in frames_of(track)]


def test_a_gap_is_bridged_by_motion():
    """Detected, then not for 15 frames in which it moves 75 pixels, nearly twice its own width."""
    (track,) = track_all(60, {5: [detection(5)], 10: [], 15: [], 20: [detection(20)]})
    assert [1] * 22 == [pytest.approx(masked_share(track, frame)) for frame in range(5, 27)]


def test_where_motion_is_wrong_both_paths_are_covered():
    """The motion field says that nothing moves, but the object did: between, the mask covers both ends."""
    tracker = Tracker(*SIZE, SETTINGS)
    tracks = []
    for frame in range(12):
        detected = {0: [detection(0)], 4: [Detection(Kind.FACE, FIRST.translate(16, 0), 0.9, "test")]}.get(frame)
        tracks += tracker.update(frame, frame * TICKS, STILL if frame else None, detected)
    (track,) = confirmed(tracks + tracker.finish())
    for frame in (1, 2, 3):
        here = track.masked_at(frame * TICKS).box
        assert FIRST.hull(FIRST.translate(16, 0)).containment(here) == pytest.approx(1, abs=0.02)


def test_masks_stop_at_cuts():
    detections = {20: [detection(20)], 28: [detection(28)]}
    tracks = track_all(50, detections, cuts=(17, 31))
    assert [range(17, 31)] == [frames_of(track) for track in tracks]


def test_no_track_crosses_a_cut():
    before, after = track_all(50, {10: [detection(10)], 12: [detection(12)]}, cuts=(11,))
    assert (10, 12 - 1) == (frames_of(before)[-1], frames_of(after)[0])


def test_no_track_extends_beyond_the_first_and_the_last_frame():
    (track,) = track_all(5, {0: [detection(0)], 4: [detection(4)]})
    assert range(5) == frames_of(track)


def test_an_object_lost_for_longer_than_max_age_comes_back_as_another_track():
    one, two = track_all(90, {5: [detection(5)], 10: [], 35: [], 40: [detection(40)]}, move=(1, 0))
    assert frames_of(one)[-1] == 5 + 7
    assert frames_of(two)[0] == 40 - 6


def test_a_mask_extends_to_the_previous_and_the_next_run_that_searched_for_its_kind():
    """Plates are searched for less often than the pre-roll is long: the mask extends from search to search."""
    everything, no_plates = frozenset(Kind), frozenset(Kind) - {Kind.PLATE}
    tracker, tracks = Tracker(*SIZE, SETTINGS), []
    for frame in range(60):
        detected = [detection(frame, kind=Kind.PLATE)] if frame == 20 else [] if frame % 4 == 0 else None
        searched = everything if frame in (8, 20, 36) else no_plates
        tracks += tracker.update(frame, frame * TICKS, shift(*MOVE) if frame else None, detected, searched)
    (track,) = confirmed(tracks + tracker.finish())
    assert range(8, 36 + 1) == frames_of(track)


def test_a_run_that_did_not_search_for_a_kind_is_no_miss():
    """Detected weakly in each of four searches, which is enough; with nine other runs that might have missed it."""
    faint = 0.9 * THRESHOLDS[Kind.PLATE].certain_score
    for searched, count in ((frozenset(Kind) - {Kind.PLATE}, 1), (frozenset(Kind), 0)):
        tracker, tracks = Tracker(*SIZE, SETTINGS), []
        for frame in range(40):
            deep = frame % 10 == 0
            detected = [detection(frame, faint, Kind.PLATE)] if deep else [] if frame % 3 == 0 else None
            tracks += tracker.update(
                frame, frame, shift(*MOVE) if frame else None, detected, frozenset(Kind) if deep else searched
            )
        assert count == len(confirmed(tracks + tracker.finish()))


def test_text_support_keeps_a_plate_and_starts_none():
    """One confident detection, then text support alone, on a plate that motion loses; and a sign with text support
    alone."""
    sign = Detection(Kind.PLATE, Box(400, 50, 480, 80), 0.01, "text")
    tracker, tracks = Tracker(*SIZE, SETTINGS), []
    for frame in range(30):
        here = Detection(Kind.PLATE, FIRST.translate(2 * frame, 0), 0.9 if frame == 0 else 0.01, "test")
        tracks += tracker.update(
            frame, frame * TICKS, STILL if frame else None, [here, sign] if frame % 5 == 0 else None
        )
    (track,) = confirmed(tracks + tracker.finish())
    assert range(30) == frames_of(track)
    assert 1 == pytest.approx(FIRST.translate(2 * 25, 0).containment(track.masked_at(25 * TICKS).box))


def test_an_object_that_leaves_the_frame_is_no_longer_masked():
    """It is detected until it is out at the right, in frame 56 or so."""
    move = (10, 0)
    detections = {frame: [detection(frame, move=move)] for frame in range(0, 60, 4)}
    (track,) = track_all(100, detections, move=move)
    assert track.end // TICKS <= 62
    assert all(key.box.containment(Box(0, 0, *SIZE)) == pytest.approx(1) for key in track.keyframes)
    shown = [frame for frame in range(58) if true_box(frame, move).clip(*SIZE).area > 0]
    for frame in shown:  # but for the pixel that keyframe reduction may be off by at a bend, at the edge
        box = true_box(frame, move).clip(SIZE[0] - 1, SIZE[1])
        assert box.containment(track.masked_at(frame * TICKS).box) == pytest.approx(1)


def test_two_objects_are_two_tracks_with_numbers_of_their_own():
    other = Detection(Kind.FACE, Box(400, 50, 440, 100), 0.9, "test")
    tracks = track_all(30, {10: [detection(10), other], 14: [detection(14), other]})
    assert [1, 2] == sorted(track.number for track in tracks)


def test_a_face_and_a_plate_in_one_place_are_two_tracks():
    detections = {10: [detection(10), detection(10, kind=Kind.PLATE)]}
    assert {Kind.FACE, Kind.PLATE} == {track.kind for track in track_all(30, detections)}


def test_a_single_weak_detection_is_a_false_positive():
    assert [] == track_all(30, {10: [detection(10, WEAK)]})


def test_weak_detections_that_persist_are_masked_from_the_start():
    detections = {frame: [detection(frame, WEAK)] for frame in range(10, 40, 3)}
    (track,) = track_all(50, detections)
    assert 10 - 6 == frames_of(track)[0]


def test_every_ended_track_is_returned_with_its_evidence_confirmed_or_not():
    tracker = Tracker(*SIZE, SETTINGS)
    detections = {5: [detection(5, WEAK)], 45: [detection(45)]}
    motion = shift(*MOVE)
    ended = [end for n in range(60) for end in tracker.update(n, n * TICKS, motion if n else None, detections.get(n))]
    weak, sure = ended + tracker.finish()
    assert (False, True) == (weak.is_confirmed, sure.is_confirmed)
    assert (0, 1) == (weak.track.number, sure.track.number)
    assert (WEAK, 1) == (weak.evidence.best_score, weak.evidence.hits)
    assert (0.9, 1) == (sure.evidence.best_score, sure.evidence.hits)
    assert weak.track.start <= 5 * TICKS <= weak.track.end


def test_a_mask_is_larger_than_what_was_detected():
    (track,) = track_all(30, {10: [detection(10)]})
    here = track.masked_at(10 * TICKS).box
    assert 1 == true_box(10).expand(0, 0.5).containment(here)


def test_detected_keyframes_have_a_score_and_propagated_ones_none():
    (track,) = track_all(30, {10: [detection(10, score=0.9)]})
    assert 0 == track.keyframes[0].score == track.keyframes[-1].score
    assert {"test"} == {key.origin for key in track.keyframes}


def test_no_track_reaches_back_beyond_the_frame_buffer():
    """Only so many frames are buffered; tracks reach back no further than these, however long the clip."""
    settings = TrackerSettings(pre_roll=50, post_roll=2, max_age=4)
    (track,) = track_all(60, {40: [detection(40)]}, settings=settings)
    assert 40 - settings.max_age == frames_of(track)[0]


@pytest.mark.parametrize("rate", [5, 10, 25, 29.97, 60, 120])
def test_masks_extend_over_the_same_time_at_any_frame_rate(rate):
    settings = TrackerSettings.for_frame_rate(rate)
    assert settings.pre_roll / rate == pytest.approx(0.5, abs=0.35)
    assert settings.post_roll / rate == pytest.approx(0.5, abs=0.35)
    assert settings.max_age > settings.post_roll
    assert settings.max_age > settings.pre_roll


def part(frame, score):
    """Only its left half was detected."""
    whole = true_box(frame)
    return Detection(Kind.FACE, Box(whole.x1, whole.y1, whole.x1 + whole.width / 2, whole.y2), score, "test")


def test_a_weak_detection_of_a_part_does_not_uncover_the_rest():
    certain = THRESHOLDS[Kind.FACE].certain_score
    (track,) = track_all(30, {5: [detection(5)], 15: [part(15, 0.9 * certain)], 25: [detection(25)]})
    assert all(masked_share(track, frame) > 0.99 for frame in range(5, 26))


def test_a_certain_detection_corrects_the_mask():
    (track,) = track_all(16, {5: [detection(5)], 15: [part(15, 0.9)]})
    assert masked_share(track, 15) < 0.9


def search_for_walker(seen=lambda frame: True, searched=None):
    """A search in crops that finds the walker where he is, in the frames for which `seen`, if he is in the crop."""

    def search(frame, kind, box):
        if searched is not None:
            searched.append(frame)
        there = true_box(frame)
        x, y = there.centre
        crop = box.expand(0.75)
        inside = crop.x1 <= x <= crop.x2 and crop.y1 <= y <= crop.y2
        return [Detection(Kind.FACE, there, 0.4, "crop")] if seen(frame) and inside else []

    return search


def track_walker(frames, detections, search):
    """Somebody who moves by MOVE before a background that stands still, so that motion says that nothing moves."""
    tracker = Tracker(*SIZE, SETTINGS)
    ended = []
    for frame in range(frames):
        ended += tracker.update(
            frame, frame * TICKS, STILL if frame else None, detections.get(frame), frozenset(Kind), search
        )
    return confirmed(ended + tracker.finish())


def test_a_mask_follows_whoever_walks_over_a_still_background():
    """Motion alone leaves the box behind, on the background around the head."""
    detections = {0: [detection(0)], 15: [detection(15)]}
    alone = track_walker(20, detections, None)
    assert min(max(masked_share(track, frame) for track in alone) for frame in range(16)) < 0.5
    (track,) = track_walker(20, detections, search_for_walker())
    assert [1] * 16 == [pytest.approx(masked_share(track, frame)) for frame in range(16)]
    assert 70 > max(track.masked_at(frame * TICKS).box.width for frame in range(16))


def test_who_is_detected_late_is_found_back_to_where_he_came_in():
    (track,) = track_walker(20, {5: [], 15: [detection(15)]}, search_for_walker(lambda frame: frame >= 2))
    assert [1] * 14 == [pytest.approx(masked_share(track, frame)) for frame in range(2, 16)]


def test_who_is_hidden_for_a_moment_is_covered_where_his_velocity_takes_him():
    """Somebody passes in front of him: neither motion nor crops see him for five frames."""
    search = search_for_walker(lambda frame: not 8 <= frame < 13)
    (track,) = track_walker(20, {0: [detection(0)], 19: [detection(19)]}, search)
    assert [1] * 20 == [pytest.approx(masked_share(track, frame), abs=0.01) for frame in range(20)]


def found_where(place, searched=None):
    """A search in crops that finds a face, certain, at `place` in each frame."""

    def search(frame, kind, box):
        if searched is not None:
            searched.append(frame)
        return [Detection(Kind.FACE, place(frame), 0.9, "crop")]

    return search


def test_what_motion_carries_well_is_searched_for_less_and_less_often():
    searched = []
    certain = [Detection(Kind.FACE, FIRST, 0.9, "test")]
    (track,) = track_walker(40, {0: certain}, found_where(lambda frame: FIRST, searched))
    assert max(b - a for a, b in pairwise(searched)) == SETTINGS.max_search_interval > 2
    assert [1] * 40 == [pytest.approx(masked_share(track, frame, (0, 0))) for frame in range(40)]


def test_the_frames_that_were_passed_over_are_searched_once_motion_was_wrong():
    """Somebody stands, and walks off just after a search, while motion says that nothing moves."""
    for start in range(16, 24):

        def place(frame, start=start):
            return FIRST.translate(max(0, frame - start + 1) * 12, 0)

        certain = [Detection(Kind.FACE, FIRST, 0.9, "test")]
        (track,) = track_walker(40, {0: certain}, found_where(place))
        masks = {n: track.masked_at(n * TICKS).box for n in range(start, 40)}
        assert [1] * len(masks) == [pytest.approx(place(n).containment(mask), abs=0.02) for n, mask in masks.items()]


def test_an_unconfirmed_track_that_crops_miss_is_searched_for_less_often():
    searched = []

    def search(frame, kind, box):
        searched.append(frame)
        return []

    track_walker(30, {0: [Detection(Kind.FACE, FIRST, 0.2, "test")]}, search)
    assert list(range(1, 6)) == searched[:5]
    assert len(searched) < 16


def test_a_track_that_was_lost_does_not_take_somebody_elses_detection():
    """A false positive stays on the background. Whoever then appears beside it is a track of its own, found back."""
    wrong = Detection(Kind.FACE, true_box(15).translate(22, 0), 0.9, "false positive")
    detections = {0: [wrong], 15: [detection(15)]}
    tracks = track_walker(20, detections, search_for_walker(lambda frame: frame >= 5))
    late = max(tracks, key=lambda track: masked_share(track, 10))
    assert [1] * 11 == [pytest.approx(masked_share(late, frame)) for frame in range(5, 16)]


def test_what_moves_by_itself_needs_less_evidence():
    """A weak score that walks is somebody; the same on what stands still is a wall."""
    weak = THRESHOLDS[Kind.FACE].start_score
    walking = [Detection(Kind.FACE, true_box(0), weak, "test")]
    assert [] != track_walker(20, {0: walking, 19: []}, search_for_walker())

    def on_the_wall(frame, kind, box):
        return [Detection(Kind.FACE, FIRST, 0.4, "crop")]

    assert [] == track_walker(20, {0: walking, 19: []}, on_the_wall)


#: What a quick run has searched for to the end.
QUICK = frozenset()


def track_quickly(frames, runs, search=None):
    """As track_walker; `runs` is (searched kinds, detections) by frame."""
    tracker = Tracker(*SIZE, SETTINGS)
    ended = []
    for frame in range(frames):
        kinds, found = runs.get(frame, (QUICK, None))
        ended += tracker.update(frame, frame * TICKS, STILL if frame else None, found, kinds, search, kinds == QUICK)
    return confirmed(ended + tracker.finish())


def test_who_passes_between_two_runs_of_all_detectors_is_found_by_a_quick_one():
    """In view for four frames; the runs before and after search for everything and see nobody."""
    runs = {0: (frozenset(Kind), []), 6: (QUICK, [detection(6)]), 10: (frozenset(Kind), []), 20: (frozenset(Kind), [])}
    (track,) = track_quickly(22, runs, search_for_walker(lambda frame: 5 <= frame < 9))
    assert [1] * 4 == [pytest.approx(masked_share(track, frame)) for frame in range(5, 9)]
    assert [] == track_quickly(22, {frame: run for frame, run in runs.items() if frame != 6})


def test_a_quick_run_does_not_move_a_mask_that_a_crop_of_the_same_frame_has_placed():
    """The second face model boxes the upper half of a masked face."""
    upper = Detection(Kind.FACE, Box(*true_box(4)[:3], true_box(4).centre[1]), 0.9, "quick")
    (track,) = track_quickly(6, {0: (frozenset(Kind), [detection(0)]), 4: (QUICK, [upper])}, search_for_walker())
    assert pytest.approx(1) == masked_share(track, 4)


def test_a_quick_run_that_finds_a_part_of_what_motion_has_moved_uncovers_nothing():
    part = Detection(Kind.FACE, Box(*FIRST[:3], FIRST.centre[1]), 0.9, "quick")
    (track,) = track_quickly(6, {0: (frozenset(Kind), [detection(0)]), 4: (QUICK, [part])})
    assert pytest.approx(1) == FIRST.containment(track.masked_at(4 * TICKS).box)


def test_somebody_beside_a_track_is_a_track_of_its_own_for_a_quick_run_too():
    other = Detection(Kind.FACE, true_box(4).translate(22, 0), 0.9, "quick")
    tracks = track_quickly(6, {0: (frozenset(Kind), [detection(0)]), 4: (QUICK, [other])}, search_for_walker())
    masks = [track.masked_at(4 * TICKS).box for track in tracks]
    assert 2 == len(tracks)
    assert pytest.approx(1) == max(other.box.containment(mask) for mask in masks)
    assert pytest.approx(1) == max(true_box(4).containment(mask) for mask in masks)
