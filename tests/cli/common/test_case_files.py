import os

import pytest

from passerby.cases.added_files import RefusedFile
from passerby.cli.common.case_files import find_media
from passerby.core.errors import SourceError


def write(folder, *names):
    for name in names:
        path = os.path.join(os.fsencode(folder), name if isinstance(name, bytes) else name.encode())
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"x")


def test_films_and_photos_are_found_by_the_rules_of_redact(tmp_path):
    write(tmp_path, "b.avi", "a.jpg", "notes.txt", "a.redacted.jpg", "x.mp4.upload.part")
    found = find_media([tmp_path]).files
    assert [("a.jpg", "a.jpg"), ("b.avi", "b.mp4")] == [(file.source.name, file.output_name) for file in found]
    with pytest.raises(SourceError):
        find_media([tmp_path / "none.mp4"])


def test_hidden_files_are_left_out_and_counted(tmp_path):
    write(tmp_path, "a.jpg", ".DS_Store", "Thumbs.db", "._a.jpg", "desktop.ini", ".git/b.mp4", "__MACOSX/._a.jpg")
    found = find_media([tmp_path])
    assert ["a.jpg"] == [file.source.name for file in found.files]
    assert 6 == found.left_out.hidden
    # The folder itself may lie in a hidden one: a person has chosen it.
    write(tmp_path, ".cache/films/b.mp4")
    assert ["b.mp4"] == [file.source.name for file in find_media([tmp_path / ".cache" / "films"]).files]


def test_a_name_that_cannot_be_used_does_not_keep_the_others_out(tmp_path):
    write(tmp_path, "a.jpg", b"caf\xe9.jpg", "turned\u202egpj.exe.jpg", "two\nlines.jpg", "z.jpg", b"d\xff/in.jpg")
    found = find_media([tmp_path])
    assert ["a.jpg", "z.jpg"] == [file.source.name for file in found.files]
    assert {
        RefusedFile(name="caf\ufffd.jpg", reason="not_text"),
        RefusedFile(name="in.jpg", reason="not_text"),
        RefusedFile(name="turned<U+202E>gpj.exe.jpg", reason="hidden_characters"),
        RefusedFile(name="two<U+000A>lines.jpg", reason="hidden_characters"),
    } == set(found.left_out.refused)


def test_one_folder_without_films_does_not_keep_the_others_out(tmp_path):
    write(tmp_path, "films/a.mp4", "texts/a.txt")
    found = find_media([tmp_path / "texts", tmp_path / "films", tmp_path / "films" / "a.mp4", tmp_path / "gone.mp4"])
    assert ["a.mp4"] == [file.source.name for file in found.files]  # once, though it was named twice
    assert {("texts", "no_media"), ("gone.mp4", "unreadable")} == {
        (one.name, one.reason) for one in found.left_out.refused
    }


def test_two_films_that_would_have_one_name_are_both_found(tmp_path):
    write(tmp_path, "old.avi", "old.mp4", "old.avi.mp4")
    assert 3 == len(find_media([tmp_path]).files)
