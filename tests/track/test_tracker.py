"""Invariant 6: a track is hidden before it is found and after it is lost, and gaps are bridged by motion."""

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.confirmation import THRESHOLDS
from passerby.track.tracker import Following, Tracker
from tests.track.fields import SIZE, shift

FOLLOWING = Following(reach_back=6, hold=7, patience=20)
TICKS = 100
#: The thing starts here and moves by MOVE in each frame.
FIRST, MOVE = Box(40, 100, 80, 150), (5, 2)
STILL = shift(0, 0)
#: Too faint for one look alone to believe it.
FAINT = 0.9 * THRESHOLDS[Kind.FACE].certain


def where(frame, move=MOVE):
    return FIRST.translate(move[0] * frame, move[1] * frame)


def seen(frame, score=0.9, kind=Kind.FACE, move=MOVE):
    return Detection(kind, where(frame, move), score, "test")


def follow(frames, looks, cuts=(), move=MOVE, following=FOLLOWING):
    """All tracks of `frames` frames in which everything moves by `move`; `looks` is {frame: detections}."""
    tracker = Tracker(*SIZE, following)
    tracks = []
    for frame in range(frames):
        motion = None if frame == 0 or frame in cuts else shift(*move)
        tracks += tracker.step(frame, frame * TICKS, motion, looks.get(frame))
    return tracks + list(tracker.finish())


def hidden(track, frame, move=MOVE):
    """The share of the thing that the track hides in that frame."""
    here = track.at(frame * TICKS)
    return 0 if here is None else where(frame, move).containment(here.box)


def frames_of(track):
    return range(track.start // TICKS, track.end // TICKS + 1)


def test_a_mask_begins_before_the_first_sighting_and_goes_on_after_the_last():
    (track,) = follow(50, {16: [], 20: [seen(20)], 24: [seen(24)], 28: []})
    assert range(20 - 6, 24 + 7 + 1) == frames_of(track)
    assert [1] * 18 == [pytest.approx(hidden(track, frame)) for frame in frames_of(track)]


def test_a_gap_is_bridged_by_motion():
    """Seen, then not for 15 frames in which it goes 75 pixels, nearly twice its own width."""
    (track,) = follow(60, {5: [seen(5)], 10: [], 15: [], 20: [seen(20)]})
    assert [1] * 22 == [pytest.approx(hidden(track, frame)) for frame in range(5, 27)]


def test_where_motion_is_wrong_both_ways_are_covered():
    """The field says that nothing moves, but it was here and is there: between, the mask holds both ends."""
    tracker = Tracker(*SIZE, FOLLOWING)
    tracks = []
    for frame in range(12):
        look = {0: [seen(0)], 4: [Detection(Kind.FACE, FIRST.translate(16, 0), 0.9, "test")]}.get(frame)
        tracks += tracker.step(frame, frame * TICKS, STILL if frame else None, look)
    (track,) = [*tracks, *tracker.finish()]
    for frame in (1, 2, 3):
        here = track.at(frame * TICKS).box
        assert FIRST.hull(FIRST.translate(16, 0)).containment(here) == pytest.approx(1, abs=0.02)


def test_masks_stop_at_cuts():
    cut = {20: [seen(20)], 28: [seen(28)]}
    tracks = follow(50, cut, cuts=(17, 31))
    assert [range(17, 31)] == [frames_of(track) for track in tracks]


def test_no_track_goes_through_a_cut():
    before, after = follow(50, {10: [seen(10)], 12: [seen(12)]}, cuts=(11,))
    assert (10, 12 - 1) == (frames_of(before)[-1], frames_of(after)[0])


def test_the_first_and_the_last_frame_are_not_passed():
    (track,) = follow(5, {0: [seen(0)], 4: [seen(4)]})
    assert range(5) == frames_of(track)


def test_what_is_lost_for_long_comes_back_as_another_track():
    one, two = follow(90, {5: [seen(5)], 10: [], 35: [], 40: [seen(40)]}, move=(1, 0))
    assert frames_of(one)[-1] == 5 + 7
    assert frames_of(two)[0] == 40 - 6


def test_where_nobody_has_searched_it_may_have_been_and_may_still_be():
    """Plates are searched for more seldom than a mask reaches: it reaches from search to search."""
    everything, no_plates = frozenset(Kind), frozenset(Kind) - {Kind.PLATE}
    tracker, tracks = Tracker(*SIZE, FOLLOWING), []
    for frame in range(60):
        look = [seen(frame, kind=Kind.PLATE)] if frame == 20 else [] if frame % 4 == 0 else None
        searched = everything if frame in (8, 20, 36) else no_plates
        tracks += tracker.step(frame, frame * TICKS, shift(*MOVE) if frame else None, look, searched)
    (track,) = [*tracks, *tracker.finish()]
    assert range(8, 36 + 1) == frames_of(track)


def test_a_look_that_did_not_search_says_nothing_against_a_thing():
    """Seen faintly in each of four searches, which is enough; with nine looks beside that might have denied it."""
    faint = 0.9 * THRESHOLDS[Kind.PLATE].certain
    for searched, count in ((frozenset(Kind) - {Kind.PLATE}, 1), (frozenset(Kind), 0)):
        tracker, tracks = Tracker(*SIZE, FOLLOWING), []
        for frame in range(40):
            deep = frame % 10 == 0
            look = [seen(frame, faint, Kind.PLATE)] if deep else [] if frame % 3 == 0 else None
            tracks += tracker.step(
                frame, frame, shift(*MOVE) if frame else None, look, frozenset(Kind) if deep else searched
            )
        assert count == len([*tracks, *tracker.finish()])


def test_traces_keep_a_plate_and_begin_none():
    """One sure sighting, then traces, on a plate that motion does not tell of; and a sign of which all is trace."""
    sign = Detection(Kind.PLATE, Box(400, 50, 480, 80), 0.01, "text")
    tracker, tracks = Tracker(*SIZE, FOLLOWING), []
    for frame in range(30):
        here = Detection(Kind.PLATE, FIRST.translate(2 * frame, 0), 0.9 if frame == 0 else 0.01, "test")
        tracks += tracker.step(frame, frame * TICKS, STILL if frame else None, [here, sign] if frame % 5 == 0 else None)
    (track,) = [*tracks, *tracker.finish()]
    assert range(30) == frames_of(track)
    assert 1 == pytest.approx(FIRST.translate(2 * 25, 0).containment(track.at(25 * TICKS).box))


def test_what_leaves_the_picture_is_no_longer_hidden_there():
    """It is seen in every frame until it is out at the right, in frame 56 or so."""
    move = (10, 0)
    looks = {frame: [seen(frame, move=move)] for frame in range(0, 60, 4)}
    (track,) = follow(100, looks, move=move)
    assert track.end // TICKS <= 62
    assert all(key.box.inside(Box(0, 0, *SIZE)) == pytest.approx(1) for key in track.keyframes)
    shown = [frame for frame in range(58) if where(frame, move).clipped(*SIZE).area > 0]
    for frame in shown:  # but for the pixel that a path may be off by where it bends, at the rim
        place = where(frame, move).clipped(SIZE[0] - 1, SIZE[1])
        assert place.containment(track.at(frame * TICKS).box) == pytest.approx(1)


def test_two_things_are_two_tracks_with_numbers_of_their_own():
    other = Detection(Kind.FACE, Box(400, 50, 440, 100), 0.9, "test")
    tracks = follow(30, {10: [seen(10), other], 14: [seen(14), other]})
    assert [1, 2] == sorted(track.number for track in tracks)


def test_a_face_and_a_plate_in_one_place_are_two_tracks():
    looks = {10: [seen(10), seen(10, kind=Kind.PLATE)]}
    assert {Kind.FACE, Kind.PLATE} == {track.kind for track in follow(30, looks)}


def test_what_is_seen_faintly_and_once_is_a_wall():
    assert [] == follow(30, {10: [seen(10, FAINT)]})


def test_what_is_seen_faintly_and_stays_is_hidden_from_the_start():
    looks = {frame: [seen(frame, FAINT)] for frame in range(10, 40, 3)}
    (track,) = follow(50, looks)
    assert 10 - 6 == frames_of(track)[0]


def test_who_asks_is_told_of_every_track_with_what_speaks_for_it():
    told = []
    tracker = Tracker(*SIZE, FOLLOWING, lambda *one: told.append(one))
    looks = {5: [seen(5, FAINT)], 45: [seen(45)]}
    tracks = [one for n in range(60) for one in tracker.step(n, n * TICKS, shift(*MOVE) if n else None, looks.get(n))]
    tracks += tracker.finish()
    (faint, one), (sure, other) = told
    assert [sure] == tracks
    assert (FAINT, 1) == (one.best, one.sightings)
    assert (0.9, 1) == (other.best, other.sightings)
    assert faint.start <= 5 * TICKS <= faint.end


def test_a_mask_is_larger_than_what_was_found():
    (track,) = follow(30, {10: [seen(10)]})
    here = track.at(10 * TICKS).box
    assert 1 == where(10).expand(0, 0.5).containment(here)


def test_where_it_was_seen_the_score_says_so_and_elsewhere_motion_does():
    (track,) = follow(30, {10: [seen(10, score=0.9)]})
    assert 0 == track.keyframes[0].score == track.keyframes[-1].score
    assert {"test"} == {key.origin for key in track.keyframes}


def test_the_past_is_kept_no_longer_than_the_ring():
    """A camera keeps only so many frames; tracks reach back no further than these, however long the clip."""
    following = Following(reach_back=50, hold=2, patience=4)
    (track,) = follow(60, {40: [seen(40)]}, following=following)
    assert 40 - following.patience == frames_of(track)[0]


@pytest.mark.parametrize("rate", [5, 10, 25, 29.97, 60, 120])
def test_masks_reach_over_the_same_time_at_any_rate(rate):
    following = Following.at(rate)
    assert following.reach_back / rate == pytest.approx(0.5, abs=0.35)
    assert following.hold / rate == pytest.approx(0.5, abs=0.35)
    assert following.patience > following.hold
    assert following.patience > following.reach_back


def part(frame, score):
    """Its left half was seen."""
    there = where(frame)
    return Detection(Kind.FACE, Box(there.x1, there.y1, there.x1 + there.width / 2, there.y2), score, "test")


def test_a_weak_sighting_of_a_part_does_not_uncover_the_rest():
    certain = THRESHOLDS[Kind.FACE].certain
    (track,) = follow(30, {5: [seen(5)], 15: [part(15, 0.9 * certain)], 25: [seen(25)]})
    assert all(hidden(track, frame) > 0.99 for frame in range(5, 26))


def test_a_certain_sighting_sets_the_mask_right():
    (track,) = follow(16, {5: [seen(5)], 15: [part(15, 0.9)]})
    assert hidden(track, 15) < 0.9
