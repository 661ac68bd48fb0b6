"""What a box looks like, and where the same is found in another frame."""

import av
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.images.pattern import LumaImage, find_pattern, take_pattern
from passerby.detect.images.pyramid import ImagePyramid

SIZE = (320, 180)
PLATE = Box(100.0, 80.0, 160.0, 96.0)


def picture(dx=0, dy=0, plate=True, light=1.0):
    """A plate with strokes on a dull wall, moved by (dx, dy)."""
    image = np.full((SIZE[1], SIZE[0], 3), 90.0) + np.random.default_rng(1).normal(0, 2, (SIZE[1], SIZE[0], 1))
    if plate:
        x, y = 100 + dx, 80 + dy
        image[y : y + 16, max(0, x) : x + 60] = 200
        for stroke in (6, 14, 19, 33, 45, 50):
            image[y + 3 : y + 13, max(0, x + stroke) : max(0, x + stroke + 3)] = 20
    pixels = np.clip(image * light, 0, 255).astype(np.uint8)
    frame = RawFrame(av.VideoFrame.from_ndarray(pixels, format="bgr24"), 0, 0)
    return LumaImage.of(ImagePyramid(frame, Geometry(*SIZE), 1280))


def test_it_is_found_where_it_has_gone():
    box, correlation = find_pattern(picture(dx=7, dy=-4), take_pattern(picture(), PLATE), PLATE)
    assert correlation > 0.9
    assert tuple(PLATE.translate(7, -4)) == pytest.approx(tuple(box), abs=2)


def test_it_is_found_in_another_light():
    _, correlation = find_pattern(picture(light=0.5), take_pattern(picture(), PLATE), PLATE)
    assert correlation > 0.9


def test_where_it_is_no_longer_nothing_correlates():
    _, correlation = find_pattern(picture(plate=False), take_pattern(picture(), PLATE), PLATE)
    assert correlation < 0.5


def test_it_is_not_found_far_away():
    _, correlation = find_pattern(picture(dx=80), take_pattern(picture(), PLATE), PLATE)
    assert correlation < 0.5


def test_what_the_edge_cuts_off_is_found_at_the_edge():
    """A plate that comes in from the left: a third of it is not in the frame yet."""
    cut = PLATE.translate(-120, 0)
    box, correlation = find_pattern(picture(dx=-116), take_pattern(picture(dx=-120), cut), cut.translate(2, 1))
    assert correlation > 0.8
    assert tuple(PLATE.translate(-116, 0)) == pytest.approx(tuple(box), abs=2.5)


@pytest.mark.parametrize(
    "box", [Box(10, 10, 70, 26), Box(-40, 80, 20, 96), Box(400, 80, 460, 96), Box(100, 80, 160, 81)]
)
def test_what_could_be_anywhere_gives_no_pattern(box):
    """A wall, what is half outside or wholly, and a line of pixels."""
    assert take_pattern(picture(), box) is None


def test_outside_the_frame_nothing_is_found():
    assert find_pattern(picture(), take_pattern(picture(), PLATE), PLATE.translate(1000, 0)) is None
