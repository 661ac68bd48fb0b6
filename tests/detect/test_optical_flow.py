"""Motion and scene cuts, from real frames."""

import av
import cv2
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.optical_flow import MotionEstimator
from passerby.mask.planes import LAYOUTS, planes_of
from passerby.track.tracker import Tracker, TrackerSettings

WIDTH, HEIGHT = 640, 360
GEOMETRY = Geometry(WIDTH, HEIGHT)


def texture(seed, size=(WIDTH, HEIGHT)):
    """Something to see, BGR: light and shade as in a real scene, with detail in it."""
    random = np.random.default_rng(seed)
    layers = [(50, 3), (5, 1)]  # (size of the blobs in pixels, weight)
    picture = np.zeros((size[1], size[0], 3), np.float32)
    for coarse, weight in layers:
        blurred = cv2.GaussianBlur(random.normal(size=picture.shape), (0, 0), coarse)
        picture += weight * blurred / blurred.std()
    return cv2.normalize(picture, None, 20, 235, cv2.NORM_MINMAX).astype(np.uint8)


WALL, OBJECT = texture(1), texture(2, (90, 110))


def at(index):
    """Where the object is in frame `index`: it moves right, and down and up again."""
    x, y = 60 + 8 * index, 120 + round(40 * np.sin(index / 6))
    return Box(x, y, x + OBJECT.shape[1], y + OBJECT.shape[0])


def frame(index, picture=None):
    if picture is None:
        picture = WALL.copy()
        x1, y1, x2, y2 = (int(value) for value in at(index))
        picture[y1:y2, x1:x2] = OBJECT
    made = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
    return RawFrame(made.reformat(format="yuv420p", threads=1), index, index)


def shifted(dx, dy):
    return np.roll(WALL, (dy, dx), axis=(0, 1))


def middle(vectors):
    return np.median(vectors[4:-4, 4:-4].reshape(-1, 2), axis=0)


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (6, 0), (-5, 4), (0, -9)])
def test_a_camera_that_pans(dx, dy):
    estimator = MotionEstimator(GEOMETRY)
    estimator.estimate(frame(0, WALL))
    field, scene = estimator.estimate(frame(1, shifted(dx, dy)))
    assert (dx, dy) == pytest.approx(tuple(middle(field.forward)), abs=0.5)
    assert (-dx, -dy) == pytest.approx(tuple(middle(field.backward)), abs=0.5)
    assert (HEIGHT // field.cell, WIDTH // field.cell) == field.confidence.shape
    assert field.confidence[4:-4, 4:-4].mean() > 0.8
    assert not scene.cut


def test_motion_is_in_displayed_pixels_at_any_measured_size():
    """A picture twice as large: the same move on the small one is twice as many pixels. Turned, it goes another way."""
    large = cv2.resize(WALL, (1280, 720), interpolation=cv2.INTER_CUBIC)
    estimator = MotionEstimator(Geometry(1280, 720, 90))
    estimator.estimate(frame(0, large))
    field, _ = estimator.estimate(frame(1, np.roll(large, 10, axis=1)))
    assert (0, 10) == pytest.approx(tuple(middle(field.forward)), abs=1)
    assert (720, 1280) == (field.confidence.shape[1] * field.cell, field.confidence.shape[0] * field.cell)


def test_the_first_frame_is_a_new_scene():
    field, scene = MotionEstimator(GEOMETRY).estimate(frame(0, WALL))
    assert field is None
    assert scene.cut


def test_another_picture_is_a_new_scene():
    estimator = MotionEstimator(GEOMETRY)
    pictures = [WALL, WALL, texture(7), texture(7)]
    assert [True, False, True, False] == [estimator.estimate(frame(n, p))[1].cut for n, p in enumerate(pictures)]


def test_a_moving_object_and_a_change_of_light_are_no_scene_cut():
    estimator = MotionEstimator(GEOMETRY)
    scenes = [estimator.estimate(frame(index))[1] for index in range(10)]
    scenes += [estimator.estimate(frame(n, (WALL * (1 - 0.05 * n)).astype(np.uint8)))[1] for n in range(4)]
    assert [True] == [scene.cut for scene in scenes if scene.cut]


def test_there_is_more_doubt_where_motion_cannot_be_track_object():
    def uncertainty(picture):
        estimator = MotionEstimator(GEOMETRY)
        estimator.estimate(frame(0, WALL))
        return estimator.estimate(frame(1, picture))[1].uncertainty

    noise = np.random.default_rng(5).integers(0, 255, WALL.shape, np.uint8)
    assert uncertainty(WALL) < uncertainty(shifted(4, 0)) < 0.3 < uncertainty(noise) <= 1


def test_what_appears_is_change_and_what_moves_with_the_camera_is_not():
    def change(picture):
        estimator = MotionEstimator(GEOMETRY)
        estimator.estimate(frame(0, WALL))
        return estimator.estimate(frame(1, picture))[1].change

    appeared = WALL.copy()
    appeared[100:260, 200:400] = 255
    assert change(appeared) > 2 * change(shifted(4, 0)) > 0
    assert 0 == change(WALL)


def test_brightness_is_that_of_the_picture():
    dark = MotionEstimator(GEOMETRY).estimate(frame(0, np.full_like(WALL, 0)))[1].brightness
    light = MotionEstimator(GEOMETRY).estimate(frame(0, np.full_like(WALL, 255)))[1].brightness
    assert (0.06, 0.92) == pytest.approx((dark, light), abs=0.01)


def test_the_same_frames_give_the_same_motion():
    """Whatever else is in memory: nothing that was there before may find its way into the answer."""
    results = []
    for filler in (0.0, np.nan, 1e9):
        estimator = MotionEstimator(GEOMETRY)
        fields = []
        for index in range(4):
            waste = [np.full((HEIGHT, WIDTH, 2), filler, np.float32) for _ in range(4)]
            del waste
            fields.append(estimator.estimate(frame(index))[0])
        results.append([(field.forward, field.backward, field.confidence) for field in fields[1:]])
    for others in results[1:]:
        for one, other in zip(results[0], others, strict=True):
            assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def track_object(detected, cuts=(), frames=50):
    """Tracks of the object by real motion, when a detector runs on every fourth frame and finds it in `detected`."""
    estimator, tracker, tracks = (
        MotionEstimator(GEOMETRY),
        Tracker(WIDTH, HEIGHT, TrackerSettings.for_frame_rate(25)),
        [],
    )
    for index in range(frames):
        field, scene = estimator.estimate(frame(index, texture(9) if index in cuts else None))
        found = [Detection(Kind.FACE, at(index), 0.9, "test")] if index in detected else None if index % 4 else []
        tracks += tracker.update(index, index, None if scene.cut else field, found)
    ended = tracks + tracker.finish()
    return [candidate.track for candidate in ended if candidate.is_confirmed]


def test_a_mask_reaches_back_forth_and_across_a_gap_by_what_really_moves():
    """Detected in two frames that are 16 apart; it moves 8 pixels a frame, in curves, in front of a still wall."""
    (track,) = track_object({16, 32})
    settings = TrackerSettings.for_frame_rate(25)
    expected = range(16 - settings.pre_roll, 32 + settings.post_roll + 1)
    assert (expected[0], expected[-1]) == (track.start, track.end)
    hidden = [at(index).containment(track.masked_at(index).box) for index in expected]
    assert min(hidden) > 0.85
    assert np.mean(hidden) > 0.97


def test_a_real_cut_ends_a_mask():
    """Another scene for two frames in the middle, then the object again, without a detection."""
    (track,) = track_object({10, 14}, cuts={20, 21})
    assert (0, 19) == (track.start, track.end)


#: From one pixel on, and around every multiple of 16: there FFmpeg pads no line.
SIDES = sorted({*range(1, 65), *(n + d for n in range(80, 497, 16) for d in (-1, 0, 1))})


@pytest.mark.parametrize("form", LAYOUTS)
def test_every_size_of_every_format(form):
    """FFmpeg pads lines to a multiple of 16 samples and more; the flow takes no padding, and no tiny image."""
    sides = SIDES if form == "yuv420p" else SIDES[::5]
    other = dict(zip(SIDES, [*SIDES[1::7], *SIDES[::-1]], strict=False))
    sizes = [(side, 16) for side in sides] + [(480, side) for side in sides] + list(other.items())
    for width, height in sizes:
        estimator = MotionEstimator(Geometry(width, height))
        for index in range(2):
            av_frame = av.VideoFrame(width, height, form)
            for plane in planes_of(av_frame):
                plane[:] = 60 + index
            field, scene = estimator.estimate(RawFrame(av_frame, index, index))
        assert np.isfinite(field.forward).all()
        assert scene.change < 0.05
