"""The intact part of a fragmented MP4, whatever was torn or overwritten."""

import pytest

from passerby.store.recordings.fmp4_scan import scan
from tests.store.footage import Clock, parts


@pytest.fixture
def file(tmp_path):
    """A file of three one-second parts."""
    made = list(parts(Clock()))
    path = tmp_path / "segment.mp4"
    path.write_bytes(made[0].init + b"".join(part.body for part in made))
    with path.open("r+b") as opened:
        yield opened


def test_an_intact_file_is_read_whole(file):
    result = scan(file)
    file.seek(0, 2)
    assert (file.tell(), 30, 3_000_000) == (result.size, result.frames, result.duration)
    assert (128, 96) == (result.width, result.height)
    assert result.init_size == result.fragments[0].offset
    starts = [fragment.start for fragment in result.fragments]
    assert starts == sorted(starts)
    assert result.fragments[0].independent


@pytest.mark.parametrize("check_samples", [True, False])
def test_a_torn_fragment_is_left_out(file, check_samples):
    whole = scan(file)
    file.truncate(whole.size - 1)
    torn = scan(file, check_samples=check_samples)
    assert whole.fragments[:-1] == torn.fragments
    assert whole.fragments[-1].offset == torn.size


def test_zeros_in_the_samples_are_found_only_when_they_are_read(file):
    whole = scan(file)
    last = whole.fragments[-1]
    file.seek(last.offset + last.size - 100)
    file.write(b"\0" * 100)
    file.flush()
    assert whole.fragments[:-1] == scan(file).fragments
    assert whole.fragments == scan(file, check_samples=False).fragments


def test_only_the_first_bytes_are_read(file):
    whole = scan(file)
    first = whole.fragments[0]
    assert (first,) == scan(file, first.offset + first.size).fragments
    assert () == scan(file, first.offset + first.size - 1).fragments


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"\0\0\0\x10ftypisomisom", b"not a video at all" * 10])
def test_what_has_no_initialisation_section_has_nothing(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with (tmp_path / "file").open("rb") as file:
        result = scan(file)
    assert (0, 0, ()) == (result.init_size, result.size, result.fragments)
