"""The frames of a stream without a container, by its packets."""

import random

import pytest

from passerby.source.video.file import VideoFile
from passerby.source.video.frame_hash import frame_hash
from passerby.source.video.random_access import RandomAccessReader, build_frame_index
from tests import recorder_files

FRAMES = 130


@pytest.mark.parametrize("kind", ["h264", "open.h264", "h265", "open.h265", "fields.h265", "m2v", "mjpeg", "multipart"])
def test_any_frame_is_the_one_that_comes_there_in_order(tmp_path, monkeypatch, kind):
    path = recorder_files.stream(tmp_path / "c", kind, FRAMES)
    with VideoFile.open(path) as file:
        expected = [(frame.index, frame.time, frame_hash(frame)) for frame in file.frames()]
        keys = file.key_times(0)
    with VideoFile.open(path) as file:
        if kind not in ("fields.h265", "m2v"):  # whose packets do not tell
            monkeypatch.setattr(VideoFile, "_decode", None)
        index = build_frame_index(file, 0, len(expected))
        monkeypatch.undo()
        assert [time for _, time, _ in expected] == list(index.times)
        assert list(index.key_times) == [0] if kind == "open.h264" else keys
        reader = RandomAccessReader(file, 0, index)
        for number in [len(expected) - 1, 0, *random.Random(2).choices(range(len(expected)), k=20)]:
            frame = reader.frame(number)
            assert expected[number] == (frame.index, frame.time, frame_hash(frame))


def test_packets_that_are_not_as_many_as_the_frames(tmp_path):
    path = recorder_files.stream(tmp_path / "c", "h264", 30)
    with VideoFile.open(path) as file:
        assert not file.index_stream(0, 29)
        assert [] == file.key_times(0)
        assert file.index_stream(0, 30)
        assert [0, 40] == file.key_times(0)


@pytest.mark.parametrize("seconds", [0, 2.4])
def test_a_recording_that_cannot_be_sought_in(tmp_path, seconds):
    path = recorder_files.dahua(tmp_path / "c.dav", seconds)
    with VideoFile.open(path) as file:
        expected = [(frame.index, frame.time, frame_hash(frame)) for frame in file.frames()]
        index = build_frame_index(file, 0, len(expected))
        assert len(index.key_times) > 1
        reader = RandomAccessReader(file, 0, index)
        for number in (59, 0, 45, 21, 20):
            frame = reader.frame(number)
            assert expected[number] == (frame.index, frame.time, frame_hash(frame))
