from dataclasses import FrozenInstanceError

import pytest

from passerby.core.raw_frame import RawFrame
from tests.clips import video_frame


def test_a_frame_cannot_be_given_another_picture():
    frame = RawFrame(video_frame(0), index=3, time=7)
    assert (3, 7, False) == (frame.index, frame.time, frame.damaged)
    with pytest.raises(FrozenInstanceError):
        frame.av_frame = video_frame(1)
