"""Interlaced frames are converted field by field."""

from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.mask.interlacing import convert_format


def two_fields(pixel_format="yuv422p"):
    """One field black, the other white; chroma follows it."""
    frame = av.VideoFrame(16, 16, pixel_format)
    frame.pts, frame.time_base = 0, Fraction(1, 25)
    for plane, (dark, light) in zip(frame.planes, ((16, 235), (64, 192), (64, 192)), strict=True):
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)
        rows[0::2], rows[1::2] = dark, light
    return frame


def chroma(frame):
    plane = frame.planes[1]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)[:, : plane.width]


def test_fields_are_not_mixed():
    converted = convert_format(two_fields(), "yuv420p", interlaced=True)
    assert "yuv420p" == converted.format.name
    assert [{64}, {192}] == [set(chroma(converted)[parity::2].ravel()) for parity in (0, 1)]


def test_progressive_frames_are_interpolated():
    converted = convert_format(two_fields(), "yuv420p", interlaced=False)
    assert set(chroma(converted).ravel()) - {64, 192}


@pytest.mark.parametrize("interlaced", [False, True])
def test_the_same_format_is_not_copied(interlaced):
    frame = two_fields()
    assert frame is convert_format(frame, "yuv422p", interlaced)
