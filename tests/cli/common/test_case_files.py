import pytest

from passerby.cli.common.case_files import find_media
from passerby.core.errors import SourceError


def test_films_and_photos_are_found_by_the_rules_of_redact(tmp_path):
    for name in ("b.avi", "a.jpg", "notes.txt", "a.redacted.jpg", "x.mp4.upload.part"):
        (tmp_path / name).write_bytes(b"x")
    found = find_media([tmp_path])
    assert [("a.jpg", "a.jpg"), ("b.avi", "b.mp4")] == [(file.source.name, file.output_name) for file in found]
    with pytest.raises(SourceError):
        find_media([tmp_path / "none.mp4"])
