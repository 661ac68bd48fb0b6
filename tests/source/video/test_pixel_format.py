"""Any pixel format becomes planar YUV of the same chroma resolution."""

import av
import numpy as np
import pytest

from passerby.core.media import Colour
from passerby.source.video.pixel_format import conversion_notes, planar_colour, planar_format, to_planar


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("yuv420p", "yuv420p"),
        ("nv12", "yuv420p"),
        ("yuvj422p", "yuvj422p"),
        ("yuvj440p", "yuvj444p"),
        ("yuyv422", "yuv422p"),
        ("yuv444p12le", "yuv444p10le"),
        ("yuva420p", "yuv420p"),
        ("rgb24", "yuv444p"),
        ("pal8", "yuv444p"),
        ("gray", "yuv420p"),
        ("gray16le", "yuv420p10le"),
    ],
)
def test_planar_format(name, expected):
    assert expected == planar_format(name)


def test_what_a_conversion_loses_is_reported():
    assert () == conversion_notes("yuv420p10le")
    assert ("RGB colour was converted to YUV (BT.709)",) == conversion_notes("rgb24")
    assert ("16 bits per sample were reduced to 10",) == conversion_notes("yuv420p16le")
    assert ("transparency was dropped",) == conversion_notes("yuva420p")


def test_colour_descriptions():
    colour = Colour(9, 16, 9, None, 0)
    assert colour == planar_colour("yuv420p", colour)
    assert Colour(9, 16, 1, False, 0) == planar_colour("rgb24", colour)
    assert Colour(9, 16, 9, True, 0) == planar_colour("gray", colour)


def test_a_frame_that_is_planar_already_is_not_copied():
    frame = av.VideoFrame(16, 8, "yuv420p")
    assert frame is to_planar(frame, "yuv420p", (16, 8))


def test_rgb_white_is_white_in_limited_range():
    frame = av.VideoFrame.from_ndarray(np.full((8, 16, 3), 255, np.uint8), format="rgb24")
    planes = to_planar(frame, "yuv444p", (16, 8)).to_ndarray()
    assert [235, 128, 128] == [int(np.median(plane)) for plane in planes]
