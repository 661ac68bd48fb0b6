"""The output container, by file name."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from passerby.config.settings import Settings
from passerby.core.errors import UsageError
from passerby.sink.video.codec_choice import choose_encoding
from passerby.sink.video.container import container_for, open_output
from passerby.sink.video.encoded_track import EncodedVideoTrack
from tests import clips


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
    videos = [clips.video_info(time_base=base) for base in (Fraction(1, 25), Fraction(1001, 30000))]
    with open_output(tmp_path / "o.mp4", "mp4", [video.time_base for video in videos]) as container:
        tracks = [EncodedVideoTrack(container, video, choose_encoding(video, Settings(), "mp4")) for video in videos]
        container.start_encoding()
        for track in tracks:
            for number, time in enumerate((0, 1, 7)):
                container.mux(list(track.encode(clips.safe_frame(number, time), time)))
            container.mux(list(track.flush()))
    with av.open(tmp_path / "o.mp4") as opened:
        found = [(packet.stream.index, packet.pts * packet.time_base) for packet in opened.demux() if packet.size]
    for number, video in enumerate(videos):
        expected = [0, video.time_base, 7 * video.time_base]
        assert expected == sorted(time for index, time in found if index == number)
