from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.mask.planes import LAYOUTS, copy_frame, planes_of


def empty(pixel_format, size=(34, 18)):
    picture = av.VideoFrame(*size, pixel_format)
    picture.pts, picture.time_base = 5, Fraction(1, 25)
    return picture


@pytest.mark.parametrize("pixel_format", LAYOUTS)
def test_the_layout_is_ffmpegs_own(pixel_format):
    layout, known = LAYOUTS[pixel_format], av.VideoFormat(pixel_format)
    planes = planes_of(empty(pixel_format))
    assert layout.bits == known.components[0].bits
    assert len(known.components) == len(planes) == len(layout.steps) == len(layout.black(full_range=False))
    for plane, (across, down) in zip(planes, layout.steps, strict=True):
        assert (18 // down, 34 // across) == plane.shape


@pytest.mark.parametrize("pixel_format", LAYOUTS)
def test_what_is_written_into_planes_is_in_the_picture(pixel_format):
    picture = empty(pixel_format)
    for number, plane in enumerate(planes_of(picture)):
        plane[:] = number + 1
    assert [{1 + n} for n in range(len(picture.planes))] == [{*plane.ravel()} for plane in planes_of(picture)]


@pytest.mark.parametrize("pixel_format", LAYOUTS)
def test_black_is_black(pixel_format):
    """By FFmpeg's own conversion to RGB, in the format's usual range."""
    picture = empty(pixel_format)
    full = pixel_format.startswith(("yuvj", "gray", "gb"))
    for plane, value in zip(planes_of(picture), LAYOUTS[pixel_format].black(full), strict=True):
        plane[:] = value
    assert picture.to_ndarray(format="rgb24").max() <= 1


def test_a_copy_shares_no_memory():
    picture = empty("yuv420p")
    for plane in planes_of(picture):
        plane[:] = 7
    copy = copy_frame(picture)
    for plane in planes_of(copy):
        assert {7} == {*plane.ravel()}
        plane[:] = 9
    assert [{7}] * 3 == [{*plane.ravel()} for plane in planes_of(picture)]
    assert not any(np.shares_memory(a, b) for a, b in zip(planes_of(picture), planes_of(copy), strict=True))


def test_a_copy_keeps_time_and_colour_description():
    picture = empty("yuv420p")
    picture.colorspace, picture.color_range, picture.color_primaries, picture.color_trc = 9, 2, 9, 16
    copy = copy_frame(picture)
    names = ("pts", "time_base", "colorspace", "color_range", "color_primaries", "color_trc")
    assert [getattr(picture, name) for name in names] == [getattr(copy, name) for name in names]
