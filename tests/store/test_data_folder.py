"""A disk that is not mounted is an error, never a reason to write elsewhere."""

import os
import shutil

import pytest

from passerby.core.errors import FolderGone, StoreError
from passerby.store.data_folder import IDENTITY, DataFolder


@pytest.fixture
def folder(tmp_path):
    made = DataFolder.make(tmp_path / "data")
    yield made
    made.close()


def test_it_keeps_its_identity(folder):
    again = DataFolder.make(folder.path)
    assert folder.identity == again.identity
    again.close()


def test_two_have_two_identities(folder, tmp_path):
    other = DataFolder.make(tmp_path / "other")
    assert folder.identity.id != other.identity.id
    other.close()


@pytest.mark.parametrize("there", [False, True], ids=["no folder", "empty folder"])
def test_a_missing_mount_is_an_error(tmp_path, there):
    path = tmp_path / "data"
    if there:
        path.mkdir()
    with pytest.raises(FolderGone, match="If its disk is not mounted, mount it.*passerby recordings init"):
        DataFolder.open(path)
    assert there == path.exists()


def test_a_folder_with_other_things_is_not_taken(tmp_path):
    (tmp_path / "letters").mkdir()
    with pytest.raises(StoreError, match="holds letters. Choose an empty"):
        DataFolder.make(tmp_path)


def test_a_new_file_system_is_taken(tmp_path):
    (tmp_path / "lost+found").mkdir()
    DataFolder.make(tmp_path).close()
    assert (tmp_path / IDENTITY).exists()


def test_a_damaged_identity_is_told_of(folder):
    (folder.path / IDENTITY).write_text("{")
    with pytest.raises(StoreError, match="is damaged. Check the disk"):
        DataFolder.open(folder.path)


def test_it_is_missed_when_its_disk_goes(folder, tmp_path):
    folder.check()
    os.rename(folder.path, tmp_path / "elsewhere")  # to the program, as if it had been unmounted
    with pytest.raises(FolderGone, match="Mount its disk again"):
        folder.check()
    (tmp_path / "data").mkdir()
    with pytest.raises(FolderGone):
        folder.check()
    os.rmdir(folder.path)
    os.rename(tmp_path / "elsewhere", folder.path)
    folder.check()


def test_it_goes_on_when_its_disk_is_there_again(folder, tmp_path):
    before = os.fstat(folder.descriptor)
    shutil.copytree(folder.path, tmp_path / "copy")  # another file system, to the program
    shutil.rmtree(folder.path)
    with pytest.raises(FolderGone):
        folder.check()
    DataFolder.make(tmp_path / "other").close()
    os.rename(tmp_path / "other", folder.path)
    with pytest.raises(FolderGone):
        folder.check()
    shutil.rmtree(folder.path)
    os.rename(tmp_path / "copy", folder.path)
    assert folder.check()
    assert not folder.check()
    assert not os.path.samestat(before, os.fstat(folder.descriptor))


def test_one_program_at_a_time_puts_it_right(folder):
    other = DataFolder.open(folder.path)
    folder.claim()
    folder.claim()
    with pytest.raises(StoreError, match="Another passerby is recording.*Stop it first"):
        other.claim()
    folder.close()
    other.claim()
    other.close()


def test_it_knows_how_much_room_there_is(folder):
    assert 0 < folder.free() <= folder.capacity()
