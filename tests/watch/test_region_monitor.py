import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.media import Geometry
from passerby.core.motion import MotionField
from passerby.core.raw_frame import RawFrame
from passerby.watch.region_monitor import DetectorRun, RegionMonitor
from tests.watch.simulated import HEIGHT, WIDTH, textured, video_frame

HALL = textured(5)
EVERYTHING = Box(0, 0, WIDTH, HEIGHT)
HEAD = Box(140, 60, 170, 100)


def still():
    zero = np.zeros((30, 53, 2), np.float32)
    return MotionField(zero, zero, np.ones((30, 53), np.float32), 6.0)


def with_head(box=HEAD, luma=240):
    picture = HALL.copy()
    picture[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] = luma
    return picture


def monitor(*pictures, cuts=()):
    result = RegionMonitor(Geometry(WIDTH, HEIGHT))
    for index, picture in enumerate(pictures):
        motion = None if index == 0 or index in cuts else still()
        result.add(index, RawFrame(video_frame(picture), index, index), motion)
    return result


def covers(boxes, box):
    return any(box.containment(one) == 1 for one in boxes)


def test_in_an_empty_hall_nothing_is_searched_and_nothing_covered():
    hall = monitor(HALL, HALL, HALL)
    assert [] == hall.regions(1, (0, 2))
    assert [] == hall.cover(1, [DetectorRun(0, []), DetectorRun(2, [])], [])


def test_who_passes_between_two_detector_runs_is_searched_and_covered():
    hall = monitor(HALL, with_head(), HALL)
    assert covers(hall.regions(1, (0, 2)), HEAD)
    covered = hall.cover(1, [DetectorRun(0, []), DetectorRun(2, [])], [])
    assert covers(covered, HEAD)
    assert sum(box.area for box in covered) < 2 * HEAD.area


def test_a_mask_needs_no_other_cover():
    assert [] == monitor(HALL, with_head(), HALL).cover(1, [DetectorRun(0, []), DetectorRun(2, [])], [HEAD.expand(0.1)])


def test_whoever_a_mask_has_left_behind_is_covered():
    """He was detected in both frames around, and stands where he stood; his mask is elsewhere."""
    standing = monitor(with_head(), with_head(), with_head())
    covered = standing.cover(1, [DetectorRun(0, [HEAD]), DetectorRun(2, [HEAD])], [HEAD.translate(60, 0)])
    assert covers(covered, HEAD.expand(-0.1))


def test_whoever_stands_under_his_mask_needs_no_other_cover():
    standing = monitor(with_head(), with_head(), with_head())
    assert [] == standing.cover(1, [DetectorRun(0, [HEAD]), DetectorRun(2, [HEAD])], [HEAD.expand(0.1)])


@pytest.mark.parametrize("cut", [1, 2])
def test_what_lies_on_the_other_side_of_a_cut_explains_nothing(cut):
    hall = monitor(HALL, HALL, HALL, cuts=[cut])
    other = 0 if cut == 1 else 2
    assert hall.cover(1, [DetectorRun(other, [])], []) is None
    assert [] == hall.cover(1, [DetectorRun(2 - other, [])], [])


def test_a_frame_that_is_not_known_is_covered_whole():
    hall = monitor(HALL, HALL)
    hall.forget(1)
    assert [] == hall.regions(0, (0, 1))
    assert hall.cover(0, [DetectorRun(1, [])], []) is None


def test_of_a_flood_of_changes_the_frame_is_covered_whole():
    assert monitor(HALL, textured(6), HALL).cover(1, [DetectorRun(0, []), DetectorRun(2, [])], []) is None


def test_a_part_is_seen_empty_only_where_two_detector_runs_found_nobody_and_nothing_changed():
    hall = monitor(HALL, HALL, HALL, with_head())
    assert hall.is_seen_empty(1, [DetectorRun(0, []), DetectorRun(2, [])], HEAD)
    assert not hall.is_seen_empty(1, [DetectorRun(0, [])], HEAD)
    assert not hall.is_seen_empty(1, [DetectorRun(0, [HEAD]), DetectorRun(2, [])], HEAD)
    assert not hall.is_seen_empty(1, [DetectorRun(0, []), DetectorRun(3, [])], HEAD)
    assert not hall.is_seen_empty(9, [DetectorRun(0, []), DetectorRun(2, [])], HEAD)
