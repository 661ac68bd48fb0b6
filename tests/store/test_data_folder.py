"""A disk that is not mounted is an error, never a reason to write elsewhere."""

import os
import shutil

import pytest

from passerby.core.errors import DataFolderMissing, StoreError
from passerby.store.data_folder import IDENTITY_FILE, DataFolder


@pytest.fixture
def folder(tmp_path):
    created = DataFolder.create(tmp_path / "data")
    yield created
    created.close()


def test_it_keeps_its_identity(folder):
    again = DataFolder.create(folder.path)
    assert folder.identity == again.identity
    again.close()


def test_two_have_two_identities(folder, tmp_path):
    other = DataFolder.create(tmp_path / "other")
    assert folder.identity.id != other.identity.id
    other.close()


@pytest.mark.parametrize("there", [False, True], ids=["no folder", "empty folder"])
def test_a_missing_mount_is_an_error(tmp_path, there):
    path = tmp_path / "data"
    if there:
        path.mkdir()
    with pytest.raises(DataFolderMissing, match="If its disk is not mounted, mount it.*passerby recordings init"):
        DataFolder.open(path)
    assert there == path.exists()


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "letters").mkdir()
    with pytest.raises(StoreError, match="contains letters. Choose an empty"):
        DataFolder.create(tmp_path)


def test_a_new_file_system_is_accepted(tmp_path):
    (tmp_path / "lost+found").mkdir()
    DataFolder.create(tmp_path).close()
    assert (tmp_path / IDENTITY_FILE).exists()


def test_a_damaged_identity_file_is_an_error(folder):
    (folder.path / IDENTITY_FILE).write_text("{")
    with pytest.raises(StoreError, match="is damaged. Check the disk"):
        DataFolder.open(folder.path)


def test_an_unmounted_disk_is_detected(folder, tmp_path):
    folder.check()
    os.rename(folder.path, tmp_path / "elsewhere")  # to the program, as if it had been unmounted
    with pytest.raises(DataFolderMissing, match="Mount its disk again"):
        folder.check()
    (tmp_path / "data").mkdir()
    with pytest.raises(DataFolderMissing):
        folder.check()
    os.rmdir(folder.path)
    os.rename(tmp_path / "elsewhere", folder.path)
    folder.check()


def test_it_reopens_when_its_disk_is_mounted_again(folder, tmp_path):
    before = os.fstat(folder.descriptor)
    shutil.copytree(folder.path, tmp_path / "copy")  # another file system, to the program
    shutil.rmtree(folder.path)
    with pytest.raises(DataFolderMissing):
        folder.check()
    DataFolder.create(tmp_path / "other").close()
    os.rename(tmp_path / "other", folder.path)
    with pytest.raises(DataFolderMissing):
        folder.check()
    shutil.rmtree(folder.path)
    os.rename(tmp_path / "copy", folder.path)
    assert folder.check()
    assert not folder.check()
    assert not os.path.samestat(before, os.fstat(folder.descriptor))


def test_one_process_at_a_time_holds_the_lock(folder):
    other = DataFolder.open(folder.path)
    folder.lock()
    folder.lock()
    with pytest.raises(StoreError, match="Another passerby is recording.*Stop it first"):
        other.lock()
    folder.close()
    other.lock()
    other.close()


def test_free_and_total_space(folder):
    assert 0 < folder.free_bytes() <= folder.capacity_bytes()
