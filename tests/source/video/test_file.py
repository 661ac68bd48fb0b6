"""Every frame once, in order, at its time; and what the file holds."""

import numpy as np
import pytest

from passerby.source.video.file import VideoFile
from passerby.source.video.frame_hash import frame_hash
from tests import clips


def times(path):
    with VideoFile.open(path) as file:
        return [frame.time for frame in file.frames()]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (clips.cfr, clips.constant()),
        (clips.vfr, clips.VARIABLE),
        (clips.ten_bit_hevc, clips.constant()),
        (clips.vp9, clips.constant(step=33)),
        (clips.av1, clips.constant()),
        (clips.b_frames_with_edit_list, clips.constant(clips.FRAMES - 6)),
    ],
)
def test_every_time(tmp_path, make, expected):
    assert times(make(tmp_path / "clip")) == list(expected)


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libsvtav1"])
def test_frames_outside_the_edit_list_are_not_shown(tmp_path, codec):
    """What was cut off with a phone's editor is still in the file, and must stay there."""
    path = clips.write_clip(tmp_path / "c.mp4", codec=codec, times=clips.constant(first=-6 * clips.STEP))
    with VideoFile.open(path) as file:
        frames = list(file.frames())
    assert len(frames) == clips.FRAMES - 6
    assert (frames[0].index, frames[0].time) == (0, 0)
    shown = frames[0].av_frame.to_ndarray(format="rgb24").astype(int)
    assert np.mean(np.abs(shown - clips.drawing(6))) < np.mean(np.abs(shown - clips.drawing(5)))


@pytest.mark.parametrize("make", [clips.cfr, clips.ten_bit_hevc, clips.vp9, clips.av1])
def test_two_runs_give_the_same(tmp_path, make):
    with VideoFile.open(make(tmp_path / "clip")) as file:
        first = [(frame.index, frame.time, frame_hash(frame)) for frame in file.frames()]
        second = [(frame.index, frame.time, frame_hash(frame)) for frame in file.frames()]
    assert first == second
    assert [index for index, _, _ in first] == list(range(clips.FRAMES))
    assert len({digest for _, _, digest in first}) == clips.FRAMES


def test_threads_change_nothing(tmp_path):
    path = clips.cfr(tmp_path / "c.mp4")
    one, four = ([frame_hash(frame) for frame in VideoFile.open(path, threads=threads).frames()] for threads in (1, 4))
    assert one == four


def test_a_run_can_be_left_early(tmp_path):
    with VideoFile.open(clips.cfr(tmp_path / "c.mp4")) as file:
        frames = file.frames()
        next(frames)
        frames.close()
        assert len(list(file.frames())) == clips.FRAMES
