import pytest

from passerby.bench.clip_info import probe, write_one_frame_clip
from passerby.bench.frames import read_video
from passerby.core.errors import SourceError
from tests.bench.footage import texture, write_video


def test_a_clip_is_counted_in_packets(tmp_path):
    clip = probe(write_video(tmp_path / "a.mkv", [texture()] * 20))
    assert (160, 120, 20) == (clip.width, clip.height, clip.frames)
    assert 2.0 == pytest.approx(clip.seconds)
    assert clip.bit_rate == pytest.approx((tmp_path / "a.mkv").stat().st_size * 8 / 2, rel=0.1)


def test_what_is_no_video_is_refused(tmp_path):
    (tmp_path / "a.mkv").write_text("no video")
    with pytest.raises(SourceError, match="is not a readable video"):
        probe(tmp_path / "a.mkv")


def test_one_frame_is_drawn_in_the_requested_size(tmp_path):
    drawn = write_one_frame_clip(tmp_path / "one.mp4", 320, 180)
    assert (320, 180, 1) == (probe(drawn).width, probe(drawn).height, probe(drawn).frames)
    ((_, picture),) = read_video(drawn)
    assert picture.std() > 40
