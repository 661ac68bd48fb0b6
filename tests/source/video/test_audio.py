"""Audio tracks as packets and as samples, timed from the file's origin."""

from fractions import Fraction

import av
import pytest

from passerby.source.video.audio import AudioReader, is_decodable
from passerby.source.video.file import VideoFile
from tests import clips


@pytest.fixture
def opened(tmp_path):
    with VideoFile.open(clips.everything(tmp_path / "c.mp4")) as file:
        yield file


def test_packets_and_samples_cover_the_same_time(opened):
    (info,) = opened.info.audio_tracks
    with AudioReader(opened.path, opened.info, info) as reader:
        packets = list(reader.packets())
    with AudioReader(opened.path, opened.info, info) as reader:
        frames = list(reader.frames())
    times = [time for time, _ in packets]
    assert times == sorted(set(times))
    assert times[0] >= 0
    assert {info.sample_rate} == {frame.sample_rate for _, frame in frames}
    seconds = sum(frame.samples for _, frame in frames) / info.sample_rate
    assert float((times[-1] - times[0]) * info.time_base) == pytest.approx(seconds, abs=0.05)


def test_silence_is_bounded_by_an_hour_or_the_stated_duration(opened):
    (info,) = opened.info.audio_tracks
    with AudioReader(opened.path, opened.info, info) as reader:
        assert 3600.0 == reader.max_silence_s


def test_a_track_of_zeroes_is_not_decodable(opened, tmp_path):
    (info,) = opened.info.audio_tracks
    assert is_decodable(opened.path, info)
    with av.open(opened.path) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(audio=0) if packet.size]
    data = bytearray(opened.path.read_bytes())
    for position, size in packets:
        data[position : position + size] = b"\xff" * size
    (tmp_path / "broken.mp4").write_bytes(data)
    assert not is_decodable(tmp_path / "broken.mp4", info)
    assert Fraction(1, info.sample_rate) == info.time_base
