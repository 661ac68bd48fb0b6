from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.preprocess import fit_size, to_bgr, to_luma, to_upright

WIDTH, HEIGHT = 128, 64
TURNS = [(rotation, mirrored) for rotation in (0, 90, 180, 270) for mirrored in (False, True)]


def quarters():
    """A picture, BGR, whose four quarters differ: black, blue, green and red."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[: HEIGHT // 2, WIDTH // 2 :, 0] = 255
    picture[HEIGHT // 2 :, : WIDTH // 2, 1] = 255
    picture[HEIGHT // 2 :, WIDTH // 2 :, 2] = 255
    return picture


def shown(picture, rotation, mirrored):
    """What a player shows: mirrored, then turned clockwise."""
    picture = picture[:, ::-1] if mirrored else picture
    return np.rot90(picture, -rotation // 90)


def frame(pixel_format):
    made = av.VideoFrame.from_ndarray(quarters(), format="bgr24").reformat(format=pixel_format, threads=1)
    return RawFrame(made, 0, 0)


def middles(picture):
    """The colour in the middle of each quarter."""
    height, width = picture.shape[:2]
    return np.array([picture[y, x] for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)], int)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p", "yuv420p10le", "rgb24"])
@pytest.mark.parametrize(("rotation", "mirrored"), TURNS)
def test_models_see_what_a_player_shows(rotation, mirrored, pixel_format):
    geometry = Geometry(WIDTH, HEIGHT, rotation, mirrored)
    width, height = (size // 2 for size in geometry.display_size)
    image = to_bgr(frame(pixel_format), geometry, (width, height))
    assert (height, width, 3) == image.shape
    assert np.uint8 == image.dtype
    assert middles(shown(quarters(), rotation, mirrored)) == pytest.approx(middles(image), abs=8)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p", "yuv420p10le", "rgb24"])
@pytest.mark.parametrize(("rotation", "mirrored"), TURNS)
def test_luma_for_motion_equals_that_of_a_grey_frame(rotation, mirrored, pixel_format):
    geometry = Geometry(WIDTH, HEIGHT, rotation, mirrored)
    width, height = (size // 2 for size in geometry.display_size)
    image = to_luma(frame(pixel_format), geometry, (width, height))
    assert (height, width) == image.shape
    assert np.uint8 == image.dtype
    expected = middles(shown(quarters(), rotation, mirrored)) @ (0.114, 0.587, 0.299)
    # In limited range black is 16 and white 235; RGB has no such range, which motion does not mind.
    assert expected == pytest.approx((middles(image) - 16) * 255 / 219, abs=20 if pixel_format == "rgb24" else 4)


def test_wide_pixels_are_seen_square():
    geometry = Geometry(WIDTH, HEIGHT, pixel_aspect=Fraction(2))
    assert (256, 64) == fit_size(geometry, 999)
    assert (32, 128, 3) == to_bgr(frame("yuv420p"), geometry, fit_size(geometry, 128)).shape


@pytest.mark.parametrize(("longest", "size"), [(64, (64, 32)), (128, (128, 64)), (1000, (128, 64)), (1, (1, 1))])
def test_a_picture_is_made_smaller_to_fit_and_never_larger(longest, size):
    assert size == fit_size(Geometry(WIDTH, HEIGHT), longest)
    assert size[::-1] == fit_size(Geometry(WIDTH, HEIGHT, 90), longest)


def test_upright_turns_arrays_of_both_shapes():
    picture = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert [[3, 0], [4, 1], [5, 2]] == to_upright(picture, Geometry(3, 2, 90)).tolist()
    assert [[2, 1, 0], [5, 4, 3]] == to_upright(picture, Geometry(3, 2, 0, True)).tolist()
