"""Streams without a container: every picture in its place, from the beginning and from any keyframe."""

import numpy as np
import pytest

from passerby.core.errors import DamagedSource
from passerby.source.video.file import VideoFile
from passerby.source.video.frame_hash import frame_hash
from tests import clips, recorder_files
from tests.recorder_files import nal_units

FRAMES = 230
PROGRESSIVE = ["h264", "open.h264", "h265", "open.h265", "m2v", "m4v", "mjpeg"]


@pytest.fixture(scope="module")
def stream(tmp_path_factory):
    """A stream of FRAMES pictures; each is made once."""
    made = {}

    def of(kind):
        if kind not in made:
            made[kind] = recorder_files.stream(tmp_path_factory.mktemp("stream") / f"c.{kind}", kind, FRAMES)
        return made[kind]

    return of


def shown(frame):
    """The number of the drawing that a frame shows, within those nearby."""
    luma = frame.av_frame.to_ndarray()[:96].astype(int)
    nearby = range(max(0, frame.index - 6), frame.index + 7)
    return min(nearby, key=lambda n: np.abs(luma - drawn(n)).sum())


def drawn(number):
    return clips.video_frame(number).to_ndarray()[:96].astype(int)


@pytest.mark.parametrize("kind", PROGRESSIVE)
def test_pictures_come_in_order_each_at_its_time(stream, kind):
    with VideoFile.open(stream(kind)) as file:
        frames = list(file.frames())
    assert [2 * n for n in range(FRAMES)] == [frame.time for frame in frames]
    if kind != "mjpeg":  # whose full range makes it another drawing
        some = frames[::23]
        assert [frame.index for frame in some] == [shown(frame) for frame in some]


@pytest.mark.parametrize("kind", [*PROGRESSIVE, "fields.h265"])
def test_from_any_keyframe_the_same_pictures_come_at_the_same_times(stream, kind):
    with VideoFile.open(stream(kind)) as file:
        all_of_it = [(frame.time, frame_hash(frame)) for frame in file.frames()]
        assert file.key_times(0)[:2] == [0, {"mjpeg": 2, "m2v": 30, "m4v": 30, "fields.h265": 20}.get(kind, 40)]
        for start in (150, 190, 221):
            part = [(frame.time, frame_hash(frame)) for frame in file.frames(0, start)]
            assert all_of_it[-len(part) :] == part
            assert 0 < part[0][0] <= start  # from a keyframe, and not from the beginning


def test_before_it_was_decoded_the_same_comes_from_the_beginning(stream):
    with VideoFile.open(stream("h264")) as file:
        assert 0 == next(file.frames(0, 300)).time


def test_lost_pictures_do_not_move_what_follows(stream, tmp_path):
    units = list(nal_units(stream("h264").read_bytes()))
    pictures = [n for n, unit in enumerate(units) if unit[3] & 0x1F in (1, 5)]
    lost = pictures[70:75]
    path = tmp_path / "c.264"
    path.write_bytes(b"".join(unit for n, unit in enumerate(units) if n not in lost))
    with VideoFile.open(path) as file:
        times = [frame.time for frame in file.frames()]
    assert times == sorted(set(times))
    # Nothing says that pictures are missing before the file is decoded; what is left keeps its rate.
    assert FRAMES - 5 <= len(times) <= FRAMES


def test_a_stream_that_begins_in_the_middle(stream, tmp_path):
    units = list(nal_units(stream("open.h265").read_bytes()))
    path = tmp_path / "c.h265"
    path.write_bytes(b"".join(units[units.index(next(u for u in units[60:] if u[3] >> 1 in range(16, 22))) :]))
    with VideoFile.open(path) as file:
        frames = list(file.frames())
        assert 0 == frames[0].time
        assert [2 * n for n in range(len(frames))] == [frame.time for frame in frames]


def test_a_stream_without_a_keyframe(stream, tmp_path):
    units = [unit for unit in nal_units(stream("h264").read_bytes()) if unit[3] & 0x1F != 5]
    path = tmp_path / "c.264"
    path.write_bytes(b"".join(units))
    with pytest.raises(DamagedSource), VideoFile.open(path) as file:
        list(file.frames())
