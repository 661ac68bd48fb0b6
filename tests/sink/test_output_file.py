"""A file is there whole or not at all."""

import contextlib
import errno
import os

import pytest

from passerby.core.errors import DiskFull, OutputError, OutputExists
from passerby.sink.output_file import OutputFile, output_error, write_text_atomically


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_commit_gives_the_name(tmp_path):
    with OutputFile(tmp_path / "o.mp4") as output:
        assert output.temp_path == tmp_path / "o.mp4.part"
        output.temp_path.write_bytes(b"whole")
        assert names(tmp_path) == ["o.mp4.part"]
        output.commit()
    assert names(tmp_path) == ["o.mp4"]
    assert (tmp_path / "o.mp4").read_bytes() == b"whole"


def test_nothing_is_left_without_a_commit(tmp_path):
    with OutputFile(tmp_path / "o.mp4") as output:
        output.temp_path.write_bytes(b"half")
    assert names(tmp_path) == []


def test_nothing_is_left_after_an_error(tmp_path):
    with contextlib.suppress(RuntimeError), OutputFile(tmp_path / "o.mp4") as output:
        output.temp_path.write_bytes(b"half")
        raise RuntimeError
    assert names(tmp_path) == []


def test_refuses_what_exists(tmp_path):
    path = tmp_path / "o.mp4"
    path.write_bytes(b"old")
    with pytest.raises(OutputExists, match="already exists.*--force"), OutputFile(path):
        pass
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["o.mp4"]


def test_force_replaces_only_on_commit(tmp_path):
    path = tmp_path / "o.mp4"
    path.write_bytes(b"old")
    with OutputFile(path, force=True) as output:
        output.temp_path.write_bytes(b"half")
    assert path.read_bytes() == b"old"
    with OutputFile(path, force=True) as output:
        output.temp_path.write_bytes(b"new")
        output.commit()
    assert path.read_bytes() == b"new"


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "o.mp4"
    with OutputFile(path) as output:
        path.write_bytes(b"somebody else's")
        with pytest.raises(OutputExists):
            output.commit()
    assert path.read_bytes() == b"somebody else's"
    assert names(tmp_path) == ["o.mp4"]


def test_stale_part_is_replaced(tmp_path):
    (tmp_path / "o.mp4.part").write_bytes(b"left by a killed run, longer than what follows")
    with OutputFile(tmp_path / "o.mp4") as output:
        assert output.temp_path.read_bytes() == b""
        output.temp_path.write_bytes(b"new")
        output.commit()
    assert (tmp_path / "o.mp4").read_bytes() == b"new"


def test_two_runs_at_once(tmp_path):
    path = tmp_path / "o.mp4"
    with OutputFile(path) as first:
        first.temp_path.write_bytes(b"first")
        with pytest.raises(OutputError, match="Another run is writing"), OutputFile(path):
            pass
        assert first.temp_path.read_bytes() == b"first"
        first.commit()
    assert path.read_bytes() == b"first"


@pytest.mark.parametrize("link", [None, os.link, os.symlink])
def test_never_the_source_itself(tmp_path, link):
    source = tmp_path / "s.mp4"
    source.write_bytes(b"original")
    path = source
    if link:
        path = tmp_path / "o.mp4"
        link(source, path)
    with pytest.raises(OutputError, match="is the source itself"), OutputFile(path, force=True, source=source):
        pass
    assert source.read_bytes() == b"original"


def test_never_a_source_that_is_named_like_a_part(tmp_path):
    source = tmp_path / "o.mp4.part"
    source.write_bytes(b"original")
    with pytest.raises(OutputError, match="is the source itself"), OutputFile(tmp_path / "o.mp4", source=source):
        pass
    assert source.read_bytes() == b"original"


def test_part_that_links_elsewhere_is_not_followed(tmp_path):
    elsewhere = tmp_path / "precious"
    elsewhere.write_bytes(b"precious")
    (tmp_path / "o.mp4.part").symlink_to(elsewhere)
    with pytest.raises(OutputError), OutputFile(tmp_path / "o.mp4"):
        pass
    assert elsewhere.read_bytes() == b"precious"


def test_folders(tmp_path):
    with pytest.raises(OutputError, match="is a folder"), OutputFile(tmp_path, force=True):
        pass
    with pytest.raises(OutputError, match="There is no folder.*Create it"), OutputFile(tmp_path / "no" / "o.mp4"):
        pass


def test_full_disk_at_commit(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with OutputFile(tmp_path / "o.mp4") as output:
        output.temp_path.write_bytes(b"whole")
        with pytest.raises(DiskFull, match="No room left.*another disk"):
            output.commit()
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "kind", "advice"),
    [
        (errno.ENOSPC, DiskFull, "Free some"),
        (errno.EDQUOT, DiskFull, "Free some"),
        (errno.EACCES, OutputError, "Choose a writable folder"),
        (errno.EROFS, OutputError, "Choose a writable folder"),
        (errno.EIO, OutputError, "Check the disk"),
    ],
)
def test_errors_say_what_to_do(tmp_path, number, kind, advice):
    error = output_error(tmp_path, OSError(number, os.strerror(number)))
    assert type(error) is kind
    assert advice in str(error)


def test_text_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "report.json"
    write_text_atomically(path, "größe\n")
    assert path.read_bytes() == "größe\n".encode()
    with pytest.raises(OutputExists):
        write_text_atomically(path, "other")
    write_text_atomically(path, "other", force=True)
    assert path.read_text() == "other"
    assert names(tmp_path) == ["report.json"]


def test_a_hard_link_planted_as_the_temporary_is_not_written_through(tmp_path):
    """Whoever may write into the folder could have any file of the user overwritten."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "o.mp4.part").hardlink_to(victim)
    with pytest.raises(OutputError, match="is a link to another file. Remove it"), OutputFile(tmp_path / "o.mp4"):
        pass
    assert "mine" == victim.read_text()
    assert not (tmp_path / "o.mp4").exists()
