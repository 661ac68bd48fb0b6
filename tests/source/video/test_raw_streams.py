"""Streams without a container are recognised by their content, and their rate is given, stated or assumed."""

from fractions import Fraction

import pytest

from passerby.source.video.container_sniff import sniff_file
from passerby.source.video.file import VideoFile
from passerby.source.video.raw_streams import RAW_DEMUXERS, find_raw, sniff_raw
from tests import recorder_files

KINDS = {
    "h264": "h264",
    "open.h264": "h264",
    "h265": "hevc",
    "open.h265": "hevc",
    "fields.h265": "hevc",
    "m2v": "mpegvideo",
    "m4v": "mpeg4",
    "mjpeg": "mjpeg",
    "multipart": "multipart",
    "obu": "obu",
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_encoders_write_is_recognised_whatever_it_is_called(tmp_path, kind):
    path = recorder_files.stream(tmp_path / "holiday.mp4", kind)
    assert KINDS[kind] == sniff_file(path)
    assert KINDS[kind] in RAW_DEMUXERS


@pytest.mark.parametrize("kind", ["h264", "h265"])
def test_a_stream_behind_a_header_of_the_recorder(tmp_path, kind):
    path = recorder_files.behind_a_header(tmp_path / "c.bvr", kind)
    assert KINDS[kind] == sniff_file(path)
    with VideoFile.open(path) as file:
        assert 12 == len(list(file.frames()))


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\0\0\1",
        b"\0\0\1\xba",
        bytes(100),
        b"\0\0\1\xe0\0",
        b"%PDF-1.7",
        b"\0\0\1\0\2\0\x10\x10\0\0",  # an icon of Windows
        b"\0\0\0\1Bud1\0\0",  # a folder's view in macOS
        b"\0\0\1\xb3\0\0\0\0",
        b"--boundary\r\nContent-Type: text/html\r\n\r\n",
    ],
)
def test_other_files(head):
    assert (None, None) == (sniff_raw(head), find_raw(head))


def rate_of(path, given=None):
    with VideoFile.open(path, frame_rate=given) as file:
        (track,) = file.info.videos
        times = [frame.time * track.time_base for frame in file.frames()]
        assert [n / track.frame_rate for n in range(len(times))] == times
        return track.frame_rate, track.notes[-1]


def test_the_rate_that_the_stream_states(tmp_path):
    rate, note = rate_of(recorder_files.stream(tmp_path / "c.264", "h264", rate="30000/1001"))
    assert Fraction(25) == rate
    assert "25 frames a second, as the stream states" in note


def test_the_rate_that_is_given(tmp_path):
    rate, note = rate_of(recorder_files.stream(tmp_path / "c.264", "h264"), Fraction(30000, 1001))
    assert Fraction(30000, 1001) == rate
    assert "29.970 frames a second, as given" in note


def test_the_rate_that_is_assumed(tmp_path):
    rate, note = rate_of(recorder_files.stream(tmp_path / "c.mjpeg", "mjpeg"))
    assert Fraction(25) == rate
    assert "assumed" in note
    assert "--frame-rate" in note


def test_a_stream_that_states_no_rate(tmp_path):
    path = recorder_files.stream(tmp_path / "c.264", "h264", **{"x264-params": "force-cfr=0:vfr-input=1:nal-hrd=none"})
    data = path.read_bytes()
    with VideoFile.open(path) as file:
        estimate, rate = file.info.videos[0].frames_estimate, file.info.videos[0].bit_rate
    assert 12 == estimate
    assert len(data) * 8 * 25 / 12 == pytest.approx(rate, rel=0.01)


def test_a_rate_does_not_change_other_files(tmp_path):
    path = recorder_files.stream(tmp_path / "c.ivf", "ivf")
    with VideoFile.open(path, frame_rate=Fraction(7)) as file:
        assert list(range(12)) == [frame.time for frame in file.frames()]
        assert Fraction(25) == file.info.videos[0].frame_rate
