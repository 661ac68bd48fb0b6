import io

import pytest

from passerby.core.errors import UsageError
from passerby.library.streams import STREAM_NAME, is_stream, readable, to_path, written


def test_a_stream_is_read_under_a_path_that_is_gone_afterwards(tmp_path):
    with readable(io.BytesIO(b"content")) as path:
        assert (b"content", STREAM_NAME) == (path.read_bytes(), path.name)
        assert path.is_symlink()  # to a file without a name
    assert not path.exists()
    (tmp_path / "a.mp4").write_bytes(b"film")
    with (tmp_path / "a.mp4").open("rb") as file, readable(file) as path:
        assert ("a.mp4", b"film") == (path.name, path.read_bytes())


def test_a_path_is_used_as_it_is(tmp_path):
    with readable(str(tmp_path)) as path:
        assert tmp_path == path
    assert tmp_path / "x" == written(tmp_path / "x", ".mp4", lambda path: path)


def test_what_is_written_goes_to_the_stream():
    output = io.BytesIO()
    assert ".mkv" == written(output, ".mkv", lambda path: path.write_bytes(b"film") and path.suffix)
    assert b"film" == output.getvalue()


def test_what_is_neither_is_refused():
    assert not is_stream("a.mp4")
    with pytest.raises(UsageError, match="is no path"):
        to_path(3)
