"""A damaged file is decoded up to the damage and beyond it, a guess of the decoder is never taken for a picture, and
what is lost is counted."""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.core.errors import DamagedSource
from passerby.source.video.file import VideoFile
from tests import clips


def decode(path):
    """(frames, tally of the run, what was known to be missing before)."""
    with VideoFile.open(path) as file:
        frames = list(file.frames())
        return frames, file.decode_stats[0], file.info.damage


def packets(path):
    with av.open(path) as container:
        return [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]


def cut(path, keep):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    return path


def erase(path, number, spared=7):
    """Zeroes where frame `number` (in order of storage) was: what a bad sector reads as."""
    data = bytearray(path.read_bytes())
    position, size = packets(path)[number]
    data[position + spared : position + size] = bytes(size - spared)
    path.write_bytes(data)
    return path


def shows(frame, index, size):
    """Does the frame show `drawing(index)`?"""
    shown = frame.av_frame.to_ndarray(format="rgb24").astype(int)
    return np.mean(np.abs(shown - clips.drawing(index, size))) < 4


def test_mp4_without_its_index(tmp_path):
    with pytest.raises(DamagedSource, match="starts like a mp4 file.*index is missing.*copy it again"):
        decode(cut(clips.cfr(tmp_path / "c.mp4"), 0.7))


def test_index_that_lists_more_than_there_is(tmp_path):
    """Sizes of boxes may fit, and the samples still lie beyond the end."""
    path = clips.write_clip(tmp_path / "c.mp4", container_options={"movflags": "faststart"})
    data = bytearray(path.read_bytes())
    start = clips.boxes(bytes(data), b"mdat")[0] - 8
    data = data[: start + (len(data) - start) // 2]
    struct.pack_into(">I", data, start, len(data) - start)
    path.write_bytes(data)
    frames, tally, damage = decode(path)
    assert len(frames) + tally.undecodable == clips.FRAMES
    assert tally.undecodable > 2
    assert damage == ()
    assert "could not be decoded" in tally.damage[0]


@pytest.mark.parametrize(
    # AV1's decoder hands pictures out two packets late, so two that were whole are taken for broken.
    ("codec", "late"),
    [("libx264", 0), ("libx265", 0), ("libsvtav1", 2), ("mpeg2video", 0), ("mpeg4", 0)],
)
def test_broken_frame_in_the_middle(tmp_path, codec, late):
    """Frame 12 is broken, 18 begins anew: those between may show anything, those after it are as they were."""
    path = clips.write_clip(
        tmp_path / "c.mp4",
        codec=codec,
        size=(320, 240),
        time_base=Fraction(1, 25),
        times=range(clips.FRAMES),
        options={"g": "6", "bf": "0"} | clips.CLOSED.get(codec, {}),
    )
    frames, tally, _ = decode(path)
    assert (len(frames), tally.damaged, tally.undecodable) == (clips.FRAMES, 0, 0)
    whole = {frame.time: n for n, frame in enumerate(frames)}
    frames, tally, _ = decode(erase(path, 12))
    lost = clips.FRAMES - len(frames)
    assert lost == tally.undecodable
    assert 1 <= tally.damaged + lost <= 6 + late
    good = [whole[frame.time] for frame in frames if not frame.damaged]
    assert good == [*range(12 - late), *range(18, clips.FRAMES)]
    assert all(shows(frame, whole[frame.time], (320, 240)) for frame in frames if not frame.damaged)
    assert [frame.index for frame in frames] == list(range(len(frames)))


def test_a_damaged_intra_frame_affects_no_other(tmp_path):
    path = clips.write_clip(tmp_path / "c.mp4", options={"g": "1"}, size=(320, 240))
    frames, tally, _ = decode(erase(path, 10, spared=4))
    assert tally.damaged + tally.undecodable == 1
    assert len([frame for frame in frames if not frame.damaged]) == clips.FRAMES - 1


def test_two_runs_of_a_damaged_file_give_the_same(tmp_path):
    path = erase(clips.write_clip(tmp_path / "c.mp4", options={"g": "6"}, size=(320, 240)), 12)
    first, second = ([(f.index, f.time, f.damaged) for f in decode(path)[0]] for _ in range(2))
    assert first == second


def test_empty_sample_is_no_damage(tmp_path):
    """A sample without a byte of picture says that the frame before it lasts longer."""
    path = clips.write_clip(tmp_path / "c.mp4", options={"g": "1"})
    data = bytearray(path.read_bytes())
    sizes = clips.boxes(bytes(data), b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsz")[0]
    struct.pack_into(">I", data, sizes + 12 + 4 * (clips.FRAMES - 1), 0)
    path.write_bytes(data)
    frames, tally, _ = decode(path)
    assert (len(frames), tally.damage) == (clips.FRAMES - 1, ())


def test_size_that_changes_in_the_middle(tmp_path):
    small = clips.write_clip(tmp_path / "s.mp4", size=(64, 64), times=clips.constant(5))
    path = tmp_path / "c.mkv"
    # Parameter sets within the stream let a picture change its size, as some cameras do when they are turned.
    with av.open(path, "w", format="matroska") as output:
        stream = output.add_mux_stream("h264", width=128, height=96, time_base=Fraction(1, 1000))
        time = 0
        for part in (clips.write_clip(tmp_path / "b.mp4", times=clips.constant(5)), small):
            with av.open(part) as opened:
                video = opened.streams.video[0]
                to_annexb = av.BitStreamFilterContext("h264_mp4toannexb", video)
                for packet in opened.demux(video):
                    for filtered in to_annexb.filter(packet if packet.size else None):
                        copy = av.Packet(bytes(filtered))
                        copy.stream, copy.is_keyframe = stream, filtered.is_keyframe
                        copy.time_base, copy.pts, copy.dts = Fraction(1, 1000), time, time
                        time += 40
                        output.mux(copy)
    frames, tally, _ = decode(path)
    assert [(frame.av_frame.width, frame.av_frame.height) for frame in frames] == [(128, 96)] * 10
    assert tally.notes == ("the resolution changes to 64x64; those frames were scaled to the first one",)
    assert tally.damage == ()


def test_all_frames_broken(tmp_path):
    path = clips.cfr(tmp_path / "c.mp4")
    data = bytearray(path.read_bytes())
    for position, size in packets(path):
        data[position : position + size] = bytes(size)
    path.write_bytes(data)
    with pytest.raises(DamagedSource, match="not one frame"):
        decode(path)


def begun_in_the_middle(path, options, cut):
    """A transport stream without its first packets, as a recorder writes it that joins a broadcast; the share `cut`."""
    clips.write_clip(
        path, container="mpegts", time_base=Fraction(1, 90000), times=range(0, 3600 * 150, 3600),
        options={"x264-params": f"scenecut=0:repeat-headers=1:{options}", "preset": "medium"},
    )  # fmt: skip
    data = path.read_bytes()
    packets = len(data) // 188
    path.write_bytes(data[: 188 * 3] + data[188 * int(packets * cut) :])
    return path


GOP = "keyint=75:min-keyint=75:open-gop=1:bframes=3"


@pytest.mark.parametrize(("options", "cut", "seconds"), [
    (GOP, 0.0, 0), (GOP, 0.1, 2.5), (GOP, 0.45, 0.5), ("keyint=50:intra-refresh=1:bframes=0", 0.3, 0.0),
])  # fmt: skip
def test_what_lies_before_the_first_frame_is_said(tmp_path, options, cut, seconds):
    path = begun_in_the_middle(tmp_path / "c.ts", options, cut)
    with VideoFile.open(path) as file:
        frames = list(file.frames())
        stats = file.decode_stats[0]
    assert stats.undecodable_start_s == pytest.approx(seconds, abs=0.6)
    if seconds > 1:
        assert f"{stats.undecodable_start} frames at the start" in stats.damage[0]
        assert stats.undecodable_start + len(frames) == pytest.approx(150 * (1 - cut), abs=8)
    elif stats.undecodable_start:
        assert any("frames at the start" in line for line in stats.notes)
    else:
        assert not [line for line in (*stats.notes, *stats.damage) if "at the start" in line]
    if "intra-refresh" in options:
        assert stats.undecodable_start or stats.damaged
