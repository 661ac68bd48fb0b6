"""A part of a file is never taken for the whole, and a guess of the decoder never for a picture."""

import struct
from fractions import Fraction

import av
import pytest

from passerby.base.errors import DamagedSource, UnsupportedSource
from passerby.source.file import VideoFile
from tests import clips


def decode(path):
    with VideoFile.open(path) as file:
        return len(list(file.frames()))


def packets(path):
    with av.open(path) as container:
        return [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]


def cut(path, keep):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    return path


@pytest.mark.parametrize("keep", [0.4, 0.7, 0.99])
@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov+default_base_moof"])
def test_mp4_that_was_cut_off(tmp_path, keep, flags):
    path = clips.write_clip(
        tmp_path / "c.mp4", options={"g": "6"}, size=(320, 240), container_options={"movflags": flags}
    )
    assert decode(path) == clips.FRAMES
    with pytest.raises(DamagedSource, match="cut off.*Copy it again"):
        decode(cut(path, keep))


def test_mp4_without_its_index(tmp_path):
    with pytest.raises(DamagedSource, match="begins like a mp4 file.*index is missing.*copy it again"):
        decode(cut(clips.cfr(tmp_path / "c.mp4"), 0.7))


@pytest.mark.parametrize("keep", [0.4, 0.7, 0.99])
def test_matroska_that_was_cut_off(tmp_path, keep):
    path = clips.write_clip(tmp_path / "c.mkv", container="matroska", time_base=Fraction(1, 1000), size=(320, 240))
    with pytest.raises(DamagedSource, match="cut off.*Copy it again"):
        decode(cut(path, keep))


def test_index_that_lists_more_than_there_is(tmp_path):
    """Sizes of boxes may fit, and the samples still lie beyond the end."""
    path = clips.write_clip(tmp_path / "c.mp4", container_options={"movflags": "faststart"})
    data = bytearray(path.read_bytes())
    start = clips.boxes(bytes(data), b"mdat")[0] - 8
    data = data[: start + (len(data) - start) // 2]
    struct.pack_into(">I", data, start, len(data) - start)
    path.write_bytes(data)
    with pytest.raises(DamagedSource, match="after [0-9]+ frames"):
        decode(path)


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libsvtav1"])
def test_broken_frame_in_the_middle(tmp_path, codec):
    path = clips.write_clip(tmp_path / "c.mp4", codec=codec, size=(320, 240), options={"crf": "5"})
    data = bytearray(path.read_bytes())
    position, size = max(packets(path)[1:], key=lambda place: place[1])
    data[position + 7 : position + size] = bytes(size - 7)  # what a bad sector reads as
    path.write_bytes(data)
    with pytest.raises(DamagedSource, match="is damaged.*Copy it again"):
        decode(path)


def test_what_was_decoded_before_is_told(tmp_path):
    path = clips.write_clip(tmp_path / "c.mp4", options={"g": "1"}, size=(320, 240))
    data = bytearray(path.read_bytes())
    position, size = packets(path)[10]
    data[position + 4 : position + size] = bytes(size - 4)
    path.write_bytes(data)
    with VideoFile.open(path) as file:
        frames = file.frames()
        seen = []
        with pytest.raises(DamagedSource) as caught:
            seen.extend(frame.index for frame in frames)
    assert f"after {10} frames" in str(caught.value) or f"after {9} frames" in str(caught.value)


def test_empty_sample_is_no_damage(tmp_path):
    """A sample without a byte of picture says that the frame before it lasts longer."""
    path = clips.write_clip(tmp_path / "c.mp4", options={"g": "1"})
    data = bytearray(path.read_bytes())
    sizes = clips.boxes(bytes(data), b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsz")[0]
    struct.pack_into(">I", data, sizes + 12 + 4 * (clips.FRAMES - 1), 0)
    path.write_bytes(data)
    assert decode(path) == clips.FRAMES - 1


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
    with pytest.raises(UnsupportedSource, match="changes from 128x96 to 64x64 after 5 frames. Cut it there"):
        decode(path)


def test_times_that_run_backwards(tmp_path):
    """Two frames under one time: which of them a plan speaks of could not be told."""
    path = clips.write_clip(
        tmp_path / "c.mp4", container="matroska", time_base=Fraction(1, 90000), times=range(0, 240, 10)
    )
    with pytest.raises(DamagedSource, match="times of its frames do not go forward"):
        decode(path)


def test_all_frames_broken(tmp_path):
    path = clips.cfr(tmp_path / "c.mp4")
    data = bytearray(path.read_bytes())
    for position, size in packets(path):
        data[position : position + size] = bytes(size)
    path.write_bytes(data)
    with pytest.raises(DamagedSource, match="not one frame|has no frames"):
        decode(path)
