"""A truncated file is recognised by the sizes that it declares."""

from fractions import Fraction

import numpy as np
import pytest

from passerby.source.video.file import VideoFile
from tests import clips


def decode(path):
    """(frames, tally of the run, what was known to be missing before)."""
    with VideoFile.open(path) as file:
        frames = list(file.frames())
        return frames, file.decode_stats[0], file.info.damage


def cut(path, keep):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    return path


def shows(frame, index, size):
    """Does the frame show `drawing(index)`?"""
    shown = frame.av_frame.to_ndarray(format="rgb24").astype(int)
    return np.mean(np.abs(shown - clips.drawing(index, size))) < 4


@pytest.mark.parametrize("keep", [0.4, 0.7, 0.99])
@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov+default_base_moof"])
def test_mp4_that_was_cut_off(tmp_path, keep, flags):
    path = clips.write_clip(
        tmp_path / "c.mp4", options={"g": "6"}, size=(320, 240), container_options={"movflags": flags}
    )
    assert decode(path)[1:] == (decode(path)[1], ())
    frames, tally, damage = decode(cut(path, keep))
    assert 5 <= len(frames) < clips.FRAMES
    assert all(shows(frame, n, (320, 240)) for n, frame in enumerate(frames) if not frame.damaged)
    assert "is truncated: it declares" in damage[0]
    if flags == "faststart":  # the index says how many there were
        assert len(frames) + tally.undecodable == clips.FRAMES


@pytest.mark.parametrize("keep", [0.4, 0.7, 0.99])
def test_matroska_that_was_cut_off(tmp_path, keep):
    path = clips.write_clip(tmp_path / "c.mkv", container="matroska", time_base=Fraction(1, 1000), size=(320, 240))
    frames, _, damage = decode(cut(path, keep))
    assert 5 <= len(frames) <= clips.FRAMES
    assert "is truncated" in damage[0]


def test_avi_that_was_cut_off(tmp_path):
    path = clips.write_clip(
        tmp_path / "c.avi",
        codec="mpeg4",
        container="avi",
        size=(320, 240),
        time_base=Fraction(1, 25),
        times=range(clips.FRAMES),
    )
    assert decode(path)[2] == ()
    frames, _, damage = decode(cut(path, 0.6))
    assert 5 <= len(frames) < clips.FRAMES
    assert "is truncated" in damage[0]
