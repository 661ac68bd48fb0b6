import random

import pytest

from passerby.core.errors import SourceChanged
from passerby.source.video.file import VideoFile
from passerby.source.video.frame_hash import frame_hash
from passerby.source.video.random_access import RandomAccessReader, build_frame_index
from tests import clips

KINDS = [clips.cfr, clips.vfr, clips.b_frames_with_edit_list, clips.ten_bit_hevc, clips.vp9]


def in_order(video):
    return [(frame.index, frame.time, frame_hash(frame)) for frame in video.frames()]


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_any_frame_is_the_one_that_comes_there_in_order(make, tmp_path):
    video = VideoFile.open(make(tmp_path / ("clip.webm" if make is clips.vp9 else "clip.mp4")))
    expected = in_order(video)
    index = build_frame_index(video, 0, len(expected))
    assert [time for _, time, _ in expected] == list(index.times)
    seeker = RandomAccessReader(video, 0, index)
    order = [*range(len(expected) - 1, -1, -3), *random.Random(1).choices(range(len(expected)), k=20)]
    for number in order:
        frame = seeker.frame(number)
        assert expected[number] == (frame.index, frame.time, frame_hash(frame))


def test_without_an_index_frames_are_reached_from_the_beginning(tmp_path):
    video = VideoFile.open(clips.cfr(tmp_path / "clip.mp4"))
    expected = in_order(video)
    index = build_frame_index(video, 0, len(expected) + 1)  # as when packets do not tell how many frames there are
    assert not index.key_times
    seeker = RandomAccessReader(video, 0, index)
    for number in (20, 3, 11):
        assert expected[number] == ((frame := seeker.frame(number)).index, frame.time, frame_hash(frame))


def test_decoding_starts_before_the_frame_and_continues_to_the_end(tmp_path):
    video = VideoFile.open(clips.cfr(tmp_path / "clip.mp4"))
    index = build_frame_index(video, 0, clips.FRAMES)
    numbers = [frame.index for frame in RandomAccessReader(video, 0, index).clone().frames_from(15)]
    assert numbers[0] <= 15
    assert clips.FRAMES - 1 == numbers[-1]


def test_a_changed_file_is_reported(tmp_path):
    path = clips.cfr(tmp_path / "clip.mp4")
    video = VideoFile.open(path)
    seeker = RandomAccessReader(video, 0, build_frame_index(video, 0, clips.FRAMES))
    path.write_bytes(clips.vfr(tmp_path / "other.mp4").read_bytes())
    with pytest.raises(SourceChanged, match="Start the review again"):
        [seeker.frame(number) for number in range(clips.FRAMES)]
