"""The output container, by file name."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from passerby.core.errors import UsageError
from passerby.sink.video.container import container_for, open_output


@pytest.mark.parametrize(
    ("name", "expected"), [("a.mp4", "mp4"), ("A.MOV", "mov"), ("a.mkv", "matroska"), ("a.webm", "webm")]
)
def test_extensions(name, expected):
    assert expected == container_for(Path(name))


@pytest.mark.parametrize("name", ["a.avi", "a"])
def test_other_extensions_are_refused(name):
    with pytest.raises(UsageError, match=r"cannot write.*choose \.mp4 or \.mkv with -o"):
        container_for(Path(name))


def test_times_of_several_time_bases_are_exact_in_mp4(tmp_path):
    bases = [Fraction(1, 25), Fraction(1001, 30000)]
    with open_output(tmp_path / "o.mp4", "mp4", bases) as output:
        for base in bases:
            stream = output.add_stream("mpeg4", rate=25, time_base=base, width=64, height=48)
            for time in (0, 1, 7):
                frame = av.VideoFrame(64, 48, "yuv420p")
                frame.pts, frame.time_base = time, base
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
    with av.open(tmp_path / "o.mp4") as opened:
        for stream, base in zip(opened.streams.video, bases, strict=True):
            times = [frame.pts * stream.time_base for frame in opened.decode(stream)]
            assert [0, base, 7 * base] == times
            opened.seek(0)
