import shutil
import time

import pytest

from passerby.review.errors import NotFoundError
from passerby.review.library import ReviewLibrary
from tests.review.fixtures import review_paths


def wait_for(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_files_are_opened_in_the_background(paths, tmp_path):
    other = review_paths(tmp_path / "none.mp4")
    library = ReviewLibrary([other, paths], "J. Doe")
    library.start()
    wait_for(lambda: [item.file.state for item in library.items] == ["failed", "ready"])
    library.close()
    assert [0, 1] == [item.file.id for item in library.items]
    assert library.item(1) is library.items[1]
    with pytest.raises(NotFoundError, match="no file"):
        library.item(2)


def test_a_changed_source_is_found_after_opening(paths, tmp_path):
    data = bytearray(paths.source.read_bytes())
    data[-1] ^= 1  # the same size, so that the file opens
    paths.source.write_bytes(bytes(data))
    library = ReviewLibrary([paths], "J. Doe")
    library.start()
    wait_for(lambda: library.item(0).file.state == "failed")
    assert "file_mismatch" == library.item(0).file.error.code


def test_a_closed_library_opens_nothing(paths, tmp_path):
    shutil.copy(paths.source, tmp_path / "other.mp4")
    library = ReviewLibrary([paths], "J. Doe")
    library.close()
    library._open_all()
    assert "waiting" == library.item(0).file.state
