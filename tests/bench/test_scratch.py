import pytest

from passerby.bench.scratch import scratch_folder


def fail_in(folders):
    with scratch_folder() as folder:
        (folder / "out.mp4").write_bytes(b"x")
        folders.append((folder, folder.stat().st_mode & 0o777))
        raise ZeroDivisionError


def test_the_folder_is_private_and_deleted_after_an_error():
    folders = []
    with pytest.raises(ZeroDivisionError):
        fail_in(folders)
    ((folder, mode),) = folders
    assert (0o700, False) == (mode, folder.exists())
