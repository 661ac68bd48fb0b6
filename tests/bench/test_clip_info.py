import pytest

from passerby.bench.clip_info import draw_one_frame, examine
from passerby.bench.frames import read_film
from passerby.core.errors import SourceError
from tests.bench.footage import texture, write_film


def test_a_clip_is_counted_in_packets(tmp_path):
    clip = examine(write_film(tmp_path / "a.mkv", [texture()] * 20))
    assert (160, 120, 20) == (clip.width, clip.height, clip.frames)
    assert 2.0 == pytest.approx(clip.seconds)
    assert clip.bit_rate == pytest.approx((tmp_path / "a.mkv").stat().st_size * 8 / 2, rel=0.1)


def test_what_is_no_video_is_refused(tmp_path):
    (tmp_path / "a.mkv").write_text("no video")
    with pytest.raises(SourceError, match="is not a video that can be read"):
        examine(tmp_path / "a.mkv")


def test_one_frame_is_drawn_in_the_size_that_is_asked_for(tmp_path):
    drawn = draw_one_frame(tmp_path / "one.mp4", 320, 180)
    assert (320, 180, 1) == (examine(drawn).width, examine(drawn).height, examine(drawn).frames)
    ((_, picture),) = read_film(drawn)
    assert picture.std() > 40
