"""What a track knows about itself between two searches."""

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.active_track import MIN_CROP_MISSES, ActiveTrack
from passerby.track.keyframes import TrackPoint
from passerby.track.own_motion import OwnMotion

FIRST = Box(100, 100, 140, 150)


def track(age=2, crop_misses=0):
    """Found in frame 0, and carried by 2 px a frame since."""
    points = [TrackPoint(n, n, FIRST.translate(2 * n, 0), 0.9, "test") for n in range(1)]
    active = ActiveTrack(Kind.FACE, points, OwnMotion(0, FIRST))
    active.points += [TrackPoint(n, n, FIRST.translate(2 * n, 0), 0.0, "test") for n in range(1, age + 1)]
    active.crop_misses = crop_misses
    return active


def detection(by):
    return Detection(Kind.FACE, FIRST.translate(by, 0), 0.5, "test")


def test_a_new_track_counts_as_searched_in_its_first_frame():
    active = track()
    assert (0, 2, 1) == (active.last_hit, active.age, active.cadence.passed_over(2))


@pytest.mark.parametrize(("by", "crop_misses", "carried"), [(4, 0, True), (14, 0, True), (40, 0, False), (4, 1, False)])
def test_motion_has_carried_it_to_what_overlaps_unless_a_crop_missed_it(by, crop_misses, carried):
    assert carried == track(crop_misses=crop_misses).is_carried_to(detection(by).box)


@pytest.mark.parametrize(
    ("age", "crop_misses", "is_quick", "by", "doubtful"),
    [
        (2, MIN_CROP_MISSES, False, 30, True),
        (2, MIN_CROP_MISSES, False, 4, False),
        (2, 0, False, 30, False),
        (0, 0, True, 30, True),
        (0, 0, False, 30, False),
    ],
)
def test_what_lies_beside_a_track_is_doubtful_where_crops_know_better(age, crop_misses, is_quick, by, doubtful):
    assert doubtful == track(age, crop_misses).is_doubtful(detection(by), is_quick)


def test_a_hit_makes_good_for_misses():
    active = track(crop_misses=3)
    active.add_hit(2, FIRST.translate(4, 0))
    assert (0, 0, 2) == (active.age, active.crop_misses, active.cadence.last)
    assert active.is_passed_over
