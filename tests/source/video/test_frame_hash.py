"""The hash sees every visible sample, and nothing else."""

import numpy as np
import pytest

from passerby.core.raw_frame import RawFrame
from passerby.source.video.frame_hash import frame_hash
from tests import clips

FORMATS = ("yuv420p", "yuv420p10le", "yuv422p", "nv12", "p010le", "rgb24", "gray")
SIZE = (130, 98)  # lines are padded


def frame(pixel_format):
    return RawFrame(clips.video_frame(3, SIZE, pixel_format), 0, 0)


def plane_bytes(plane):
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)


@pytest.mark.parametrize("pixel_format", FORMATS)
def test_padding_does_not_count(pixel_format):
    one, two = frame(pixel_format), frame(pixel_format)
    width = {"nv12": 130, "p010le": 260, "rgb24": 390, "yuv420p10le": 260}.get(pixel_format, 130)
    padding = plane_bytes(two.av_frame.planes[0])[:, width:]
    assert padding.size
    padding[:] = 77
    assert frame_hash(one) == frame_hash(two)


@pytest.mark.parametrize("pixel_format", FORMATS)
def test_every_corner_of_every_plane_counts(pixel_format):
    original = frame_hash(frame(pixel_format))
    seen = {original}
    changes = 0
    for number, plane in enumerate(frame(pixel_format).av_frame.planes):
        wide = {"nv12": (1, 2), "p010le": (2, 4), "rgb24": (3,), "yuv420p10le": (2, 2, 2)}
        last = plane.width * wide.get(pixel_format, (1, 1, 1))[number] - 1
        for row, column in ((0, 0), (0, last), (plane.height - 1, 0), (plane.height - 1, last)):
            changed = frame(pixel_format)
            plane_bytes(changed.av_frame.planes[number])[row, column] ^= 1
            seen.add(frame_hash(changed))
            changes += 1
    assert len(seen) == 1 + changes


def test_time_does_not_count():
    picture = clips.video_frame(1)
    assert frame_hash(RawFrame(picture, 1, 5)) == frame_hash(RawFrame(picture, 2, 9))
