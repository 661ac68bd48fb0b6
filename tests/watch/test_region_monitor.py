import cv2
import numpy as np
import pytest

from passerby.config.regions import Region
from passerby.core.box import Box
from passerby.core.media import Geometry
from passerby.core.motion import MotionField
from passerby.core.raw_frame import RawFrame
from passerby.detect.optical_flow import MotionEstimator
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


def cover(hall, index, *runs, masks=()):
    """What is covered of a frame, with `runs`, all that there were: (frame, boxes of what was found in it) each."""
    runs = [DetectorRun(frame, found) for frame, found in runs]
    for run in runs:
        hall.add_run(run)
    return hall.cover(index, runs, masks)


def covers(boxes, box):
    return any(box.containment(one) == 1 for one in boxes)


def test_in_an_empty_hall_nothing_is_searched_and_nothing_covered():
    hall = monitor(HALL, HALL, HALL)
    assert [] == hall.regions(1, (0, 2))
    assert [] == cover(hall, 1, (0, []), (2, []))


def test_who_passes_between_two_detector_runs_is_searched_and_covered():
    hall = monitor(HALL, with_head(), HALL)
    assert covers(hall.regions(1, (0, 2)), HEAD)
    covered = cover(hall, 1, (0, []), (2, []))
    assert covers(covered, HEAD)
    assert sum(box.area for box in covered) < 2 * HEAD.area


def test_a_mask_needs_no_other_cover():
    assert [] == cover(monitor(HALL, with_head(), HALL), 1, (0, []), (2, []), masks=[HEAD.expand(0.1)])


def test_whoever_a_mask_has_left_behind_is_covered():
    """He was detected in both frames around, and stands where he stood; his mask is elsewhere."""
    standing = monitor(with_head(), with_head(), with_head())
    covered = cover(standing, 1, (0, [HEAD]), (2, [HEAD]), masks=[HEAD.translate(60, 0)])
    assert covers(covered, HEAD.expand(-0.1))


def test_whoever_stands_under_his_mask_needs_no_other_cover():
    standing = monitor(with_head(), with_head(), with_head())
    assert [] == cover(standing, 1, (0, [HEAD]), (2, [HEAD]), masks=[HEAD.expand(0.1)])


@pytest.mark.parametrize("cut", [2, 3])
def test_what_lies_on_the_other_side_of_a_cut_explains_nothing(cut):
    hall = monitor(HALL, HALL, HALL, HALL, HALL, cuts=[cut])
    other, own = (range(2), (3, 4)) if cut == 2 else ((3, 4), range(2))
    assert cover(hall, 2, *((frame, []) for frame in other)) is None
    assert [] == cover(hall, 2, *((frame, []) for frame in own))


def test_whoever_one_detector_run_missed_is_covered_next_to_it():
    """Blurred, he is missed by the run on frame 2; by the next one he has gone, and what he hid is seen."""
    hall = monitor(HALL, with_head(), with_head(), HALL)
    assert covers(cover(hall, 1, (0, []), (2, [])), HEAD)
    assert covers(cover(hall, 2, (3, [])), HEAD)


def test_whoever_stays_is_believed_to_be_nobody_once_two_runs_found_nobody():
    """A car that has been parked, a door that was opened."""
    hall = monitor(HALL, with_head(), with_head(), with_head())
    assert [] == cover(hall, 1, (0, []), (2, []), (3, []))


def test_what_somebody_hid_and_an_earlier_run_has_seen_is_shown():
    hall = monitor(HALL, HALL, with_head(), HALL, HALL)
    assert [] == cover(hall, 3, (0, []), (1, []), (2, [HEAD]))


def turning(*offsets):
    """A camera that has turned by each of `offsets`, in pixels, and sees a wide hall."""
    wide = cv2.GaussianBlur(textured(5, WIDTH + 300), (0, 0), 2)
    result = RegionMonitor(Geometry(WIDTH, HEIGHT))
    for index, offset in enumerate(offsets):
        forward = np.zeros((30, 53, 2), np.float32)
        forward[..., 0] = offsets[max(0, index - 1)] - offset
        motion = None if index == 0 else MotionField(forward, -forward, np.ones((30, 53), np.float32), 6.0)
        picture = np.ascontiguousarray(wide[:, offset : offset + WIDTH])
        result.add(index, RawFrame(video_frame(picture), index, index), motion)
    return result


def test_where_the_camera_turns_one_run_is_enough_and_only_what_came_in_is_covered():
    turned = cover(turning(0, 60, 120), 0, (0, []), (2, []))
    assert [] == turned
    assert [] == cover(turning(0, 60, 120), 1, (0, []), (2, []))


def swaying_by(sway, head_in=None):
    hall = RegionMonitor(Geometry(WIDTH, HEIGHT))
    wide = cv2.GaussianBlur(textured(5, WIDTH + 300), (0, 0), 2)
    for index, offset in enumerate((0, sway)):
        forward = np.zeros((30, 53, 2), np.float32)
        forward[..., 0] = -sway
        picture = np.ascontiguousarray(wide[:, offset : offset + WIDTH])
        if index == head_in:
            picture[int(HEAD.y1) : int(HEAD.y2), int(HEAD.x1) : int(HEAD.x2)] = 240
        motion = None if index == 0 else MotionField(forward, -forward, np.ones((30, 53), np.float32), 6.0)
        hall.add(index, RawFrame(video_frame(picture), index, index), motion)
    return cover(hall, 1, (0, []), (1, []))


def test_where_the_camera_sways_by_less_than_a_tenth_one_run_is_enough_only_where_the_other_cannot_have_looked():
    sway = round(0.07 * WIDTH)
    assert covers(swaying_by(sway, head_in=1), HEAD)
    assert [] == swaying_by(sway)


def test_what_a_turning_camera_had_in_view_between_two_runs_only_is_covered():
    there_and_back = cover(turning(0, 60, 0), 1, (0, []), (2, []))
    assert covers(there_and_back, Box(WIDTH - 58, 0, WIDTH, HEIGHT))
    assert sum(box.area for box in there_and_back) < 0.4 * WIDTH * HEIGHT


def parallax(*offsets, heads=()):
    """A camera turns, and something near, which fills a third of the picture, passes the other way; with a head on it
    in some frames. The motion is that of the real optical flow."""
    width, height = 480, 270
    wide, near = (cv2.GaussianBlur(textured(seed, width + 120, 280)[:height], (0, 0), 2) for seed in (5, 9))
    geometry = Geometry(width, height)
    result, estimator = RegionMonitor(geometry), MotionEstimator(geometry)
    for index, x in enumerate(offsets):
        picture = wide[:, 9 * index : 9 * index + width].copy()
        picture[30:240, x : x + 220] = near[30:240, :220]
        if index in heads:
            picture[100:160, x + 90 : x + 140] = 240
        frame = RawFrame(video_frame(picture), index, index)
        motion, _ = estimator.estimate(frame)
        result.add(index, frame, motion)
    return result


PASSING = [20 + 12 * index for index in range(9)]
#: Where something near is in the fifth frame.
NEAR = Box(72 + 50, 40, 72 + 180, 230)


def area(boxes, within):
    return sum(box.intersection(within) for box in boxes)


def test_what_passes_as_one_while_the_camera_turns_was_seen_where_it_was():
    covered = cover(parallax(*PASSING), 4, (0, []), (8, []))
    assert covered is not None
    assert 0 == area(covered, NEAR)


def test_somebody_whom_a_run_found_on_it_moves_with_it_and_is_covered_where_he_has_no_mask():
    everywhere = range(9)
    found = [(index, [Box(PASSING[index] + 88, 98, PASSING[index] + 142, 162)]) for index in (0, 8)]
    head = Box(PASSING[4] + 90, 100, PASSING[4] + 140, 160)
    assert covers(cover(parallax(*PASSING, heads=everywhere), 4, *found), head)
    assert 0 == area(cover(parallax(*PASSING, heads=everywhere), 4, *found, masks=[head.expand(0.2)]), head)


def test_whoever_is_on_it_between_two_runs_only_is_covered():
    head = Box(PASSING[4] + 90, 100, PASSING[4] + 140, 160)
    assert covers(cover(parallax(*PASSING, heads=[4]), 4, (0, []), (8, [])), head)


def dimmed(heads=()):
    """From the first to the last, all has grown darker by more than is compensated."""
    wall = cv2.GaussianBlur(HALL, (0, 0), 2)
    pictures = [wall.copy() for _ in range(4)]
    for index in heads:
        pictures[index][int(HEAD.y1) : int(HEAD.y2), int(HEAD.x1) : int(HEAD.x2)] = 240
    lights = (1.0, 0.75, 0.55, 0.45)
    return monitor(*((picture * light).astype(np.uint8) for picture, light in zip(pictures, lights, strict=True)))


def test_two_runs_that_share_too_little_confirm_each_other_by_the_frames_between_them():
    assert [] == cover(dimmed(), 1, (0, []), (3, []))


def test_whoever_one_of_them_missed_is_covered_though_most_is_confirmed_by_the_frames_between():
    covered = cover(dimmed(heads=(0, 1)), 1, (0, []), (3, []))
    assert covers(covered, HEAD)
    assert sum(box.area for box in covered) < 3 * HEAD.area


def test_a_camera_that_shakes_covers_no_rim():
    assert [] == cover(turning(0, 2, 0), 1, (0, []), (2, []))


def test_a_clock_in_a_keep_region_is_shown_and_what_changes_beside_it_covered():
    clock, beside = Box(20, 20, 80, 40), Box(200, 100, 230, 130)
    corners = ((12, 12), (88, 12), (88, 48), (12, 48))
    hall = RegionMonitor(Geometry(WIDTH, HEIGHT), [Region(polygon=corners)])
    for index in range(3):
        picture = with_head(beside, 240) if index == 1 else HALL.copy()
        picture[20:40, 20:80] = 40 + 60 * index
        hall.add(index, RawFrame(video_frame(picture), index, index), None if index == 0 else still())
    covered = cover(hall, 1, (0, []), (2, []))
    assert covers(covered, beside)
    assert 0 == sum(box.intersection(clock) for box in covered)


def test_one_run_alone_is_not_enough():
    assert cover(monitor(HALL, HALL), 1, (0, [])) is None


def test_a_frame_that_is_not_known_is_covered_whole():
    hall = monitor(HALL, HALL)
    hall.forget(1)
    assert [] == hall.regions(0, (0, 1))
    assert cover(hall, 0, (1, [])) is None


def test_of_a_flood_of_changes_the_frame_is_covered_whole():
    assert cover(monitor(HALL, textured(6), HALL), 1, (0, []), (2, [])) is None


def test_a_part_is_seen_empty_only_where_two_detector_runs_found_nobody_and_nothing_changed():
    hall = monitor(HALL, HALL, HALL, with_head())
    assert hall.is_seen_empty(1, [DetectorRun(0, []), DetectorRun(2, [])], HEAD)
    assert not hall.is_seen_empty(1, [DetectorRun(0, [])], HEAD)
    assert not hall.is_seen_empty(1, [DetectorRun(0, [HEAD]), DetectorRun(2, [])], HEAD)
    assert not hall.is_seen_empty(1, [DetectorRun(0, []), DetectorRun(3, [])], HEAD)
    assert not hall.is_seen_empty(9, [DetectorRun(0, []), DetectorRun(2, [])], HEAD)


# At night: infrared, grey and noisy.

NIGHT = (cv2.GaussianBlur(HALL, (0, 0), 2) // 4 + 15).astype(np.uint8)
RNG = np.random.default_rng(8)


def noisy(picture, sigma=5):
    return np.clip(picture + RNG.normal(0, sigma, picture.shape), 0, 255).astype(np.uint8)


def with_rain(picture, drops=40):
    """Streaks that the lamp of the camera lights up, in other places in every picture."""
    result = picture.copy()
    for x, y in zip(RNG.integers(0, WIDTH, drops), RNG.integers(0, HEIGHT, drops), strict=True):
        cv2.line(result, (int(x), int(y)), (int(x) - 2, int(y) + 14), 120, 1)
    return result


def night(change, scene=noisy):
    """Seven pictures of a night, the fourth of which is changed; what is covered of that one, as a share and boxes."""
    pictures = [scene(change(NIGHT.copy()) if index == 3 else NIGHT) for index in range(7)]
    boxes = cover(monitor(*pictures), 3, (2, []), (4, []), (0, []), (6, []))
    return boxes, 1.0 if boxes is None else sum(box.area for box in boxes) / (WIDTH * HEIGHT)


def face_at_night(picture):
    cv2.ellipse(picture, (155, 80), (15, 20), 0, 0, 360, 95, -1)
    return picture


def blinding_lamp(picture):
    cv2.circle(picture, (240, 60), 40, 255, -1)
    return picture


def test_the_noise_of_a_night_covers_nothing():
    assert 0.0 == night(lambda picture: picture)[1]


def test_whoever_passes_in_the_noise_of_a_night_is_covered():
    boxes, share = night(face_at_night)
    assert covers(boxes, Box(143, 64, 167, 96))
    assert share < 0.1


def test_a_lamp_that_blinds_covers_itself_and_not_the_night():
    boxes, share = night(blinding_lamp)
    assert covers(boxes, Box(206, 26, 274, 94))
    assert share < 0.3


def test_rain_covers_its_drops_and_whoever_passes_and_not_everything():
    def scene(picture):
        return noisy(with_rain(picture))

    boxes, share = night(face_at_night, scene)
    assert covers(boxes, Box(143, 64, 167, 96))
    assert share < 0.6
