"""HEVC that is coded in fields becomes frames again."""

from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.source.video.field_pairs import weave
from passerby.source.video.file import VideoFile
from tests import clips, recorder_files

SIZE = (128, 96)


def interlaced(path, order="tff", container="hevc", frames=6, lossless=True, pixel_format="yuv420p"):
    """Frames whose lines were taken at two times, coded as fields: the drawings 2n and 2n+1 are those of frame n."""
    base = {"hevc": Fraction(1, 50), "mpegts": Fraction(1, 90000)}.get(container, Fraction(1, 1000))
    params = f"log-level=none:keyint=20:interlace={order}:fps=50" + (":lossless=1" if lossless else "")
    with av.open(path, "w", format=container) as output:
        stream = output.add_stream("libx265", rate=50, width=SIZE[0], height=SIZE[1] // 2, time_base=base)
        stream.pix_fmt, stream.options = pixel_format, {"x265-params": params, "preset": "ultrafast"}
        for number in range(2 * frames):
            parity = number % 2 if order == "tff" else 1 - number % 2
            field = av.VideoFrame.from_ndarray(clips.drawing(number, SIZE)[parity::2].copy())
            frame = field.reformat(format=pixel_format, threads=1)
            frame.pts, frame.time_base = int(Fraction(number, 50) / base), base
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def luma(frame):
    plane = frame.av_frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]


def field_luma(number, parity):
    field = av.VideoFrame.from_ndarray(clips.drawing(number, SIZE)[parity::2].copy()).reformat(
        format="yuv420p", threads=1
    )
    plane = field.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]


@pytest.mark.parametrize("container", ["hevc", "matroska", "mp4", "mpegts"])
@pytest.mark.parametrize("order", ["tff", "bff"])
def test_each_field_is_in_its_lines(tmp_path, container, order):
    path = interlaced(tmp_path / "c", order, container)
    with VideoFile.open(path) as file:
        (track,) = file.info.videos
        frames = list(file.frames())
    assert SIZE == track.geometry.display_size
    assert (True, order == "tff", Fraction(25)) == (track.interlaced, track.top_first, track.frame_rate)
    assert [Fraction(n, 25) for n in range(6)] == [frame.time * track.time_base for frame in frames]
    for n, frame in enumerate(frames):
        for parity in (0, 1):
            number = 2 * n + (parity if order == "tff" else 1 - parity)
            assert np.array_equal(field_luma(number, parity), luma(frame)[parity::2])
    assert not any(frame.damaged for frame in frames)


def test_a_field_whose_other_one_is_missing_is_damaged(tmp_path):
    path = interlaced(tmp_path / "c.h265")
    units = list(recorder_files.nal_units(path.read_bytes()))
    pictures = [n for n, unit in enumerate(units) if unit[3] >> 1 < 32]
    path.write_bytes(b"".join(units[: pictures[-1]]))
    with VideoFile.open(path) as file:
        frames = list(file.frames())
    assert (6, 1) == (len(frames), sum(frame.damaged for frame in frames))
    assert {SIZE} == {(frame.av_frame.width, frame.av_frame.height) for frame in frames}


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"])
@pytest.mark.parametrize("size", [(64, 34), (66, 35), (2, 2)])
def test_lines_of_all_planes_alternate(pixel_format, size):
    top, bottom = (clips.video_frame(n, (max(size[0], 16), size[1] + 6), pixel_format) for n in (0, 3))
    woven = weave(top, bottom)
    assert (top.width, 2 * top.height) == (woven.width, woven.height)
    for plane, *fields in zip(woven.planes, top.planes, bottom.planes, strict=True):
        lines, *parts = (
            np.frombuffer(p, np.uint8).reshape(p.height, p.line_size)[:, : p.width] for p in (plane, *fields)
        )
        for parity, part in enumerate(parts):
            assert np.array_equal(part[: len(lines[parity::2])], lines[parity::2])
