"""Frames of one track become packets with exactly their times."""

import io

import av
import numpy as np
import pytest

from passerby.config.settings import Settings
from passerby.core.errors import OutputError
from passerby.sink.video.codec_choice import choose_encoding
from passerby.sink.video.container import open_output
from passerby.sink.video.encoded_track import EncodedVideoTrack, relabelled
from tests import clips


@pytest.fixture
def track(tmp_path):
    video = clips.video_info()
    with open_output(tmp_path / "o.mp4", "mp4", [video.time_base]) as container:
        yield EncodedVideoTrack(container, video, choose_encoding(video, Settings(), "mp4"))


def encoded(track, times):
    frames = (clips.safe_frame(n, time) for n, time in enumerate(times))
    packets = [packet for frame in frames for packet in track.encode(frame, frame.time)]
    return [*packets, *track.flush()]


def test_a_long_frame_keeps_its_time(track):
    times = [0, clips.STEP, 2 * clips.STEP, 500_000, 500_000 + clips.STEP]
    assert times == sorted(packet.pts for packet in encoded(track, times))
    assert 500_000 + clips.STEP == track.last_pts


def test_times_must_increase_from_zero(track):
    with pytest.raises(OutputError, match="negative timestamp"):
        list(track.encode(clips.safe_frame(0, -1), -1))
    list(track.encode(clips.safe_frame(0, 10), 10))
    with pytest.raises(OutputError, match="does not follow the previous one"):
        list(track.encode(clips.safe_frame(1, 10), 10))


def test_nothing_in_nothing_out(track):
    assert [] == list(track.flush())
    assert 0.0 == track.bit_rate


def test_bits_per_second(track):
    packets = encoded(track, clips.constant())
    seconds = len(clips.constant()) * clips.STEP * clips.TIME_BASE
    assert 8 * sum(packet.size for packet in packets) / float(seconds) == pytest.approx(track.bit_rate)


def test_a_row_is_repeated_where_the_frame_is_larger():
    frame = av.VideoFrame.from_ndarray(np.arange(6 * 8, dtype=np.uint8).reshape(6, 8)[:, :8], format="gray")
    larger = relabelled(frame, "gray", (8, 7)).to_ndarray()
    np.testing.assert_array_equal(frame.to_ndarray(), larger[:6])
    np.testing.assert_array_equal(larger[5], larger[6])
    assert io.BytesIO(larger.tobytes()).getbuffer().nbytes == 56
