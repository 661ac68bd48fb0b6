import numpy as np
import pytest

from passerby.bench.frames import find_result, geometry, read_still, read_video
from passerby.core.errors import SourceError
from tests.bench.footage import RATE, SIZE, texture, write_still, write_video


@pytest.mark.parametrize("name", ["yard.mkv", "yard.mp4", "yard_anonymized.mp4", "yard.redacted.mov"])
def test_results_of_other_tools_are_found(name, tmp_path):
    for path in (name, "yard2.mkv", "yard.report.json"):
        (tmp_path / path).touch()
    assert tmp_path / name == find_result(tmp_path, "yard.mkv")


def test_a_result_of_another_file_is_not_found(tmp_path):
    (tmp_path / "yard2.mkv").touch()
    assert None is find_result(tmp_path, "yard.mkv")
    assert None is find_result(tmp_path / "gone", "yard.mkv")


def test_frames_of_a_video_come_with_their_times(tmp_path):
    path = write_video(tmp_path / "yard.mkv", [texture(), texture(seed=4)])
    frames = list(read_video(path))
    assert [0.0, 1 / RATE] == pytest.approx([time for time, _ in frames])
    assert [(SIZE[1], SIZE[0], 3)] * 2 == [picture.shape for _, picture in frames]
    assert SIZE == geometry(path).display_size


def test_a_still_is_read_in_bgr(tmp_path):
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[..., 0] = 200
    assert (picture == read_still(write_still(tmp_path / "a.png", picture))).all()


def test_a_file_that_is_no_still_is_an_error(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no still")
    with pytest.raises(SourceError, match="not a readable still"):
        read_still(tmp_path / "a.png")
