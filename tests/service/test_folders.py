"""Names that others give stay in their folder."""

import pytest

from passerby.service.folders import MAX_NAME_BYTES, ServiceFolders, safe_name, size_of


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("clip.mp4", "clip.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\films\\clip.mp4", "clip.mp4"),
        ("..", "file"),
        ("/", "file"),
        (".hidden.mp4", "hidden.mp4"),
        ("-o.mp4", "o.mp4"),
        ("a\x1b[2Jb\n.mp4", "a_[2Jb_.mp4"),
        ("Überwachung 1.mp4", "Überwachung 1.mp4"),
        ("a\0b", "a_b"),
        ("x" * 300 + ".mp4", "x" * (MAX_NAME_BYTES - 4) + ".mp4"),
    ],
)
def test_a_name_is_made_safe(given, expected):
    assert expected == safe_name(given)


def test_a_long_name_of_wide_letters_is_cut_between_them():
    assert len(safe_name("猫" * 200 + ".png").encode()) <= MAX_NAME_BYTES


def test_folders_are_closed_to_others_and_removed(tmp_path):
    folders = ServiceFolders(tmp_path)
    folder = folders.make_upload("a")
    (folder / "x").write_bytes(b"12345")
    assert 0o700 == folder.stat().st_mode & 0o777
    assert 5 == size_of(folder)
    assert ["a"] == folders.unknown_uploads(set())
    assert [] == folders.unknown_uploads({"a"})
    folders.remove_upload("a")
    assert not folder.exists()
    assert [] == ServiceFolders(tmp_path / "none").unknown_uploads(set())
