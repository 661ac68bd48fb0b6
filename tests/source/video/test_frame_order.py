"""AVI and ASF state no times of frames: where a codec changes their order, places in the stream are taken for them."""

from fractions import Fraction

import numpy as np
import pytest

from passerby.source.video.file import VideoFile
from passerby.source.video.random_access import RandomAccessReader, build_frame_index
from tests import clips

SIZE = (160, 120)
BOTH_WAYS = {"preset": "medium", "bf": "3", "g": "12"}
CODECS = {
    "h264 avi": ("libx264", "avi", BOTH_WAYS),
    "h264, open groups avi": ("libx264", "avi", BOTH_WAYS | {"x264-params": "open-gop=1"}),
    "mpeg4 avi": ("mpeg4", "avi", {"bf": "2", "g": "12"}),
    "mpeg2 avi": ("mpeg2video", "avi", {"bf": "2", "g": "12"}),
    "h264 asf": ("libx264", "asf", BOTH_WAYS),
}


def clip(path, name):
    codec, container, options = CODECS[name]
    base = Fraction(1, 25) if container == "avi" else Fraction(1, 1000)
    times = range(0, clips.FRAMES * int(Fraction(1, 25) / base), int(Fraction(1, 25) / base))
    return clips.write_clip(
        path, codec=codec, container=container, options=options, size=SIZE, time_base=base, times=times
    )


def steps(frames, base):
    return [round(float((frame.time - frames[0].time) * base * 25), 2) for frame in frames]


def which(frame):
    """The number of the drawing that a frame shows."""
    shown = frame.av_frame.to_ndarray(format="rgb24").astype(int)
    return int(np.argmin([np.abs(shown - clips.drawing(n, SIZE)).mean() for n in range(clips.FRAMES)]))


@pytest.mark.parametrize("name", CODECS)
def test_frames_are_shown_evenly_and_in_order(tmp_path, name):
    with VideoFile.open(clip(tmp_path / "c", name)) as file:
        frames = list(file.frames())
        tally = file.decode_stats[0]
        assert list(range(clips.FRAMES)) == [which(frame) for frame in frames]
        assert list(range(clips.FRAMES)) == steps(frames, file.info.videos[0].time_base)
        assert frames[0].time * file.info.videos[0].time_base < 0.1
        assert ((), 0, 0) == (tally.damage, tally.repairs.wrong, tally.repairs.jumps)


@pytest.mark.parametrize("name", ["h264 avi", "mpeg4 avi"])
def test_a_lost_frame_shifts_none_beyond_the_next_keyframe(tmp_path, name):
    path = clip(tmp_path / "c.avi", name)
    data = bytearray(path.read_bytes())
    chunks = [at for at in range(len(data)) if data[at : at + 4] == b"00dc"][: clips.FRAMES]
    size = int.from_bytes(data[chunks[5] + 4 : chunks[5] + 8], "little")
    data[chunks[5] + 8 : chunks[5] + 8 + size] = bytes(size)
    path.write_bytes(data)
    with VideoFile.open(path) as file:
        frames = list(file.frames())
        tally = file.decode_stats[0]
    assert clips.FRAMES - 4 <= len(frames) <= clips.FRAMES
    assert tally.damage
    after = [frame for frame in frames if frame.time >= 12]
    assert [which(frame) for frame in after] == [frame.time for frame in after] == list(range(12, clips.FRAMES))


def test_a_frame_is_found_by_its_number(tmp_path):
    with VideoFile.open(clip(tmp_path / "c.avi", "h264 avi")) as file:
        seeker = RandomAccessReader(file, 0, build_frame_index(file, 0, clips.FRAMES))
        assert [20, 3, 11] == [which(seeker.frame(number)) for number in (20, 3, 11)]
        seeker.close()
