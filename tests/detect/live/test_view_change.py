from fractions import Fraction

import cv2
import numpy as np
import pytest

from passerby.core.media import Geometry
from passerby.core.motion import MotionField
from passerby.detect.live.view_change import IDENTITY, ViewImage, any_of, camera_motion, is_identity, out_of_view
from tests.watch.simulated import textured, video_frame

SIZE = 480, 270
WORLD = cv2.GaussianBlur(textured(3, SIZE[0] + 140, SIZE[1] + 90), (0, 0), 2)[: SIZE[1] + 90, : SIZE[0] + 140]


def scene(x=0, y=0):
    """What the camera sees when it has turned by (x, y) pixels."""
    return WORLD[40 + y : 40 + y + SIZE[1], 50 + x : 50 + x + SIZE[0]].copy()


def with_head(picture, x, y, side=12, luma=20):
    result = picture.copy()
    cv2.ellipse(result, (x, y), (side // 2, side // 2), 0, 0, 360, luma, -1)
    return result


def changed(reference, now, transform=IDENTITY):
    return ~ViewImage(now).unchanged(ViewImage(reference), transform)


def shifted(dx, dy):
    return np.array([[1.0, 0, dx], [0, 1, dy], [0, 0, 1]])


def test_nothing_changes_in_a_picture_that_stands_still():
    assert not changed(scene(), scene()).any()


@pytest.mark.parametrize("sigma", [2, 6, 12])
def test_noise_is_no_change(sigma):
    rng = np.random.default_rng(1)
    noisy = [np.clip(scene() + rng.normal(0, sigma, SIZE[::-1]), 0, 255).astype(np.uint8) for _ in range(2)]
    assert changed(*noisy).mean() < 0.001


@pytest.mark.parametrize("side", [6, 12, 40])
def test_a_head_that_came_is_a_change_all_over(side):
    there = changed(scene(), with_head(scene(), 240, 130, side, 250))
    assert there[130 - side // 4 : 130 + side // 4, 240 - side // 4 : 240 + side // 4].mean() > 0.8
    assert there[:, :180].sum() == there[:, 300:].sum() == 0


@pytest.mark.parametrize("side", [12, 40])
def test_somebody_faint_is_a_change(side):
    """In the dark, a face differs from the wall behind it by a few steps of luma."""
    wall = np.full(SIZE[::-1], 40, np.uint8)
    there = changed(wall, with_head(wall, 240, 130, side, 45))
    assert there[130 - side // 4 : 130 + side // 4, 240 - side // 4 : 240 + side // 4].all()
    assert there[:, :180].sum() == there[:, 300:].sum() == 0


def test_the_cameras_own_motion_is_no_change():
    moved = changed(scene(), scene(12, 5), shifted(-12, -5))
    assert not moved[10:-10, 15:-15].any()
    assert moved[:, -10:].all()


def test_a_motion_that_was_estimated_badly_is_estimated_again():
    assert changed(scene(), scene(12, 5), shifted(-10, -4))[15:-15, 20:-20].mean() < 0.02


def test_somebody_who_walks_while_the_camera_turns_is_a_change():
    there = changed(scene(), with_head(scene(12, 5), 240, 130, 24, 250), shifted(-12, -5))
    assert there[122:138, 232:248].mean() > 0.8


def test_brightness_that_changes_is_a_change():
    assert changed(scene(), np.clip(scene().astype(int) + 60, 0, 255).astype(np.uint8)).mean() > 0.9


def test_the_small_image_of_a_frame_has_the_displayed_shape():
    frame = video_frame(textured(0, 1280, 720))
    from passerby.core.raw_frame import RawFrame

    assert (270, 480) == ViewImage.of(RawFrame(frame, 0, 0), Geometry(1280, 720, 0, Fraction(1))).shape


def field(dx, dy, walker=0.0):
    """Motion of everything by (dx, dy), but of a share of the columns by twenty pixels more."""
    forward = np.zeros((45, 80, 2), np.float32)
    forward[...] = dx, dy
    forward[:, : round(80 * walker), 0] += 20
    return MotionField(forward, -forward, np.ones((45, 80), np.float32), 16.0)


def test_the_motion_of_a_camera_that_stands_still_is_none_at_all():
    motion = camera_motion(field(0.05, 0, walker=0.3), 0.375)
    assert motion is not None
    assert is_identity(motion)


def test_the_motion_of_most_of_the_picture_is_that_of_the_camera():
    motion = camera_motion(field(8, -4, walker=0.3), 0.5)
    assert motion is not None
    assert np.abs(motion - shifted(4, -2)).max() < 0.1


def test_a_picture_that_does_not_move_as_one_tells_nothing_of_the_camera():
    vectors = np.random.default_rng(1).uniform(-20, 20, (45, 80, 2)).astype(np.float32)
    assert camera_motion(MotionField(vectors, -vectors, np.ones((45, 80), np.float32), 16.0), 0.5) is None


@pytest.mark.parametrize("gain", [0.6, 0.85, 1.4])
def test_an_iris_that_opens_or_closes_is_no_change_and_whoever_comes_meanwhile_is_one(gain):
    def lit(picture):
        return np.clip(picture * gain, 0, 255).astype(np.uint8)

    assert changed(scene(), lit(scene())).mean() < 0.01
    there = changed(scene(), lit(with_head(scene(), 240, 130, 24, 20)))
    assert there[122:138, 232:248].mean() > 0.8
    assert there.mean() < 0.05


def with_window(picture, x, side=200):
    """With part of another wall, which moves by itself."""
    result = picture.copy()
    result[20:250, x : x + side] = textured(9, 480, 270)[20:250, :side] // 2
    return result


def test_what_passes_otherwise_than_the_rest_is_no_change_where_the_camera_turns_and_is_one_where_it_shakes():
    far = scene(60, 0), shifted(-60, 0)
    assert changed(with_window(scene(), 140), with_window(far[0], 160), far[1])[30:240, 175:345].mean() < 0.1
    near = scene(6, 0), shifted(-6, 0)
    assert changed(with_window(scene(), 140), with_window(near[0], 160), near[1])[30:240, 175:345].mean() > 0.5


def test_what_stands_still_in_the_picture_of_a_camera_that_moves_is_no_change():
    there = changed(with_window(scene(), 140), with_window(scene(60, 0), 140), shifted(-60, 0))
    assert there[30:240, 160:320].mean() < 0.05


def test_a_motion_of_the_camera_that_the_picture_disagrees_with_is_none():
    """Somebody who fills half of the picture and walks is taken for the camera's motion."""
    now = ViewImage(scene())
    assert not now.has_turned(ViewImage(scene()), shifted(-60, 0))
    assert now.unchanged(ViewImage(scene()), shifted(-60, 0)).all()
    assert ViewImage(scene(60, 0)).has_turned(ViewImage(scene()), shifted(-60, 0))
    assert not ViewImage(scene(12, 0)).has_turned(ViewImage(scene()), shifted(-12, 0))


WINDOW = (160, 20, 360, 250)


def grid():
    """Points of a picture, and where they were: all 60 pixels further right, those in WINDOW 60 pixels further left."""
    x, y = np.meshgrid(np.arange(3, 480, 6), np.arange(3, 270, 6))
    now = np.stack([x, y], axis=-1).reshape(-1, 2).astype(np.float32)
    x1, y1, x2, y2 = WINDOW
    inside = (now[:, 0] >= x1) & (now[:, 0] < x2) & (now[:, 1] >= y1) & (now[:, 1] < y2)
    before = now.copy()
    before[:, 0] += np.where(inside, -60, 60)
    return now, before, 6.0


BEFORE, NOW = with_window(scene(), 100), with_window(scene(60, 0), 160)


def explained(now, camera, reference=BEFORE):
    return ViewImage(now).explain(ViewImage(reference), camera, grid)


def unexplained(now, camera, reference=BEFORE):
    return ~any_of([one.same for one in explained(now, camera, reference)])


def test_what_flow_says_has_passed_as_one_is_no_change_and_whoever_came_meanwhile_is_one():
    assert unexplained(NOW, shifted(-60, 0))[30:240, 175:345].mean() < 0.02
    there = unexplained(with_head(NOW, 240, 130, 30, 250), shifted(-60, 0))
    assert there[122:138, 232:248].all()


def test_before_a_camera_that_stands_nothing_that_passes_as_one_is_explained():
    """It is somebody close up: of whom only the face is masked, and not always all of it."""
    now = with_window(scene(), 160)
    assert unexplained(now, IDENTITY)[30:240, 175:345].mean() > 0.4


def test_what_flow_says_is_not_believed_where_the_picture_disagrees():
    now = scene(60, 0)
    now[20:250, 160:360] = textured(7, 480, 270)[20:250, :200] // 2
    assert unexplained(now, shifted(-60, 0))[30:240, 175:345].mean() > 0.4


def test_what_a_layer_explains_lies_where_it_is():
    """Elsewhere a picture may look like it by chance."""
    layer = next(one for one in explained(NOW, shifted(-60, 0)) if one.transform[0, 2] > 50)
    assert layer.same[60:200, 180:340].all()
    assert not layer.same[:, :100].any()


def test_out_of_view_is_what_came_in_with_what_has_moved():
    wide = np.random.default_rng(4).integers(0, 255, (270, 520)).astype(np.uint8)
    wide = cv2.normalize(cv2.GaussianBlur(wide, (0, 0), 4), None, 0, 255, cv2.NORM_MINMAX)
    now, before = ViewImage(wide[:, 40:].copy()), ViewImage(wide[:, :480].copy())
    came_in = out_of_view(now.explain(before, shifted(-40, 0)))
    assert came_in[:, 445:].mean() > 0.97
    assert not came_in[5:-5, 5:430].any()
    assert not out_of_view(before.explain(before, IDENTITY)).any()
