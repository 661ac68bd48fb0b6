import threading
import time
from fractions import Fraction

import pytest

from passerby.documents.plan_parts.spans import AudioSpan
from passerby.review.errors import NotFoundError, ReviewError
from passerby.review.history import Change
from passerby.review.library import ReviewLibrary
from tests import recorder_files
from tests.plans import plan_for
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


def test_a_closed_library_opens_nothing(paths):
    library = ReviewLibrary([paths], "J. Doe")
    library.close()
    library._open(with_plan=True)
    assert "waiting" == library.item(0).file.state


def test_files_that_are_added_later_are_opened_and_have_numbers_of_their_own(paths, tmp_path):
    library = ReviewLibrary([], "J. Doe")
    library.start()
    (first,) = library.add([paths])
    wait_for(lambda: first.file.state == "ready")
    (second,) = library.add([review_paths(tmp_path / "none.mp4")])
    wait_for(lambda: second.file.state == "failed")
    assert [0, 1] == [item.file.id for item in library.items]
    library.close()


def test_a_file_that_is_dropped_is_not_opened(paths):
    library = ReviewLibrary([paths], "J. Doe")
    library.drop(library.item(0))
    library.start()
    (later,) = library.add([paths])
    wait_for(lambda: later.file.state == "ready")
    assert "waiting" == library.item(0).file.state
    library.close()


def test_a_plan_does_not_wait_for_files_that_must_be_analysed(paths, tmp_path, monkeypatch):
    """An analysis takes minutes, and a file with a plan is ready at once."""
    release = threading.Event()
    monkeypatch.setattr("passerby.review.open_file.make_plan", lambda *_: release.wait(20))
    library = ReviewLibrary([review_paths(tmp_path / "none.mp4"), paths], "J. Doe")
    library.start()
    wait_for(lambda: library.item(1).file.state == "ready")
    wait_for(lambda: "analysing" == library.item(0).file.state)  # another thread opens it: it may be later
    release.set()
    library.close()


def test_a_file_that_failed_is_opened_again_when_its_cause_is_gone(paths):
    good = paths.source.read_bytes()
    paths.source.write_bytes(b"no film")
    library = ReviewLibrary([paths], "J. Doe")
    library.start()
    item = library.item(0)
    wait_for(lambda: item.file.state == "failed")
    library.retry(item)
    wait_for(lambda: item.file.state == "failed" and item.file.error is not None)  # it is still broken
    paths.source.write_bytes(good)
    library.retry(item)
    wait_for(lambda: item.file.state == "ready")
    assert item.file.error is None
    library.retry(item)  # it is open: nothing happens
    assert "ready" == item.file.state
    library.close()


def test_a_stream_without_times_is_searched_again_at_another_rate(tmp_path, monkeypatch):
    paths = review_paths(recorder_files.stream(tmp_path / "gate.264", "h264", 12))
    rates = []

    def analyse(source, settings=None, **_):
        rates.append(None if settings is None else settings.frame_rate)
        return plan_for(source, settings=settings)

    monkeypatch.setattr("passerby.review.files.api.analyse", analyse)
    library = ReviewLibrary([paths], "J. Doe")
    (item,) = library.items
    item.file.prepare()
    library._waiting.clear()
    assert 25 == item.file.viewer.stream_rate
    library.search_again(item, Fraction(30000, 1001))
    assert ("waiting", False, [item]) == (item.file.state, paths.plan.exists(), library._waiting)
    item.file.prepare()
    assert ("ready", [None, Fraction(30000, 1001)]) == (item.file.state, rates)
    assert Fraction(30000, 1001) == item.file.viewer.stream_rate
    item.file.edit([Change(audio=(AudioSpan(start=0, end=0.1),))])
    with pytest.raises(ReviewError, match="rate corrected"):
        library.search_again(item, Fraction(12))
    assert paths.plan.exists()


def test_a_file_with_times_has_no_rate(item):
    with pytest.raises(ReviewError, match="no rate"):
        item.search_at(Fraction(12))
