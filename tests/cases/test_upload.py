import errno
from pathlib import Path

import pytest

from passerby.cases.upload import Upload
from passerby.core.errors import DiskFull
from passerby.jobs.output_names import is_own_output
from passerby.review.errors import ReviewError


def test_pieces_become_a_file_when_the_last_one_is_there(tmp_path):
    upload = Upload(tmp_path, "yard.mp4")
    assert upload.write(0, b"abc", last=False) is None
    (partial,) = tmp_path.iterdir()
    assert is_own_output(partial)  # it is not taken for a film
    assert tmp_path / "yard.mp4" == upload.write(3, b"de", last=True)
    assert b"abcde" == (tmp_path / "yard.mp4").read_bytes()
    assert [tmp_path / "yard.mp4"] == list(tmp_path.iterdir())


def test_a_file_that_is_there_is_kept(tmp_path):
    (tmp_path / "yard.mp4").write_bytes(b"old")
    assert tmp_path / "yard-2.mp4" == Upload(tmp_path, "yard.mp4").write(0, b"new", last=True)
    assert b"old" == (tmp_path / "yard.mp4").read_bytes()


@pytest.mark.parametrize("name", ["", ".hidden", "../x", "a/b", "a\\b", "a\0", "caf\udce9.mp4"])
def test_a_name_is_no_path(tmp_path, name):
    with pytest.raises(ReviewError, match="invalid name"):
        Upload(tmp_path, name)


def test_pieces_come_in_order(tmp_path):
    upload = Upload(tmp_path, "yard.mp4")
    with pytest.raises(ReviewError, match="upload order"):
        upload.write(3, b"de", last=True)
    upload.write(0, b"abc", last=False)
    with pytest.raises(ReviewError, match="upload order"):
        upload.write(7, b"de", last=True)
    assert not (tmp_path / "yard.mp4").exists()


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    def no_room(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", no_room)
    with pytest.raises(DiskFull):
        Upload(tmp_path, "yard.mp4").write(0, b"abc", last=False)
    assert [] == list(tmp_path.iterdir())


def test_characters_that_cannot_be_seen_are_refused(tmp_path):
    with pytest.raises(ReviewError, match="hidden characters"):
        Upload(tmp_path, "a\u202egpj.mp4")


def test_any_other_name_is_made_one_that_disks_take(tmp_path):
    assert tmp_path / "a_b_.mp4" == Upload(tmp_path, "a:b?.mp4").write(0, b"x", last=True)
    long = Upload(tmp_path, "\u76e3" * 200 + ".mp4").write(0, b"x", last=True)
    assert long.exists()
    assert ".mp4" == long.suffix
