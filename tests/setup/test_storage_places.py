import os

from passerby.setup.storage_places import place_at, storage_places
from passerby.store.data_folder import DataFolder


def mounts(tmp_path, *lines):
    file = tmp_path / "mountinfo"
    file.write_text("".join(f"36 25 8:1 / {place} rw - {system} /dev/x rw\n" for place, system in lines))
    return file


def test_the_folder_beside_the_file_comes_first(tmp_path):
    (first,) = storage_places(tmp_path / "new" / "site.yaml", mounts(tmp_path))
    assert tmp_path / "new" / "data" == first.folder
    assert 0 < first.free <= first.total
    assert not first.used
    assert not first.folder.exists()


def test_other_disks_are_offered_and_nothing_else(tmp_path):
    """/dev/shm stands for another disk: it is another file system than that of the test's folder."""
    other = "/dev/shm"
    assert os.stat(other).st_dev != os.stat(tmp_path).st_dev
    listed = mounts(tmp_path, (other, "ext4"), (other, "ext4"), (tmp_path, "ext4"), ("/proc", "proc"), ("/gone", "xfs"))
    assert [f"{other}/passerby"] == [str(place.folder) for place in storage_places(tmp_path / "site.yaml", listed)[1:]]
    memory = mounts(tmp_path, (other, "tmpfs"))
    assert [] == storage_places(tmp_path / "site.yaml", memory)[1:]


def test_a_place_whose_name_has_a_space(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: True)
    listed = mounts(tmp_path, ("/dev/shm\\040x", "ext4"))
    assert [] == storage_places(tmp_path / "site.yaml", listed)[1:]  # not there, but read without a fault


def test_a_folder_that_holds_recordings_is_known(tmp_path):
    DataFolder.create(tmp_path / "data").close()
    assert place_at(tmp_path / "data").used


def test_a_disk_that_the_service_may_not_look_into_is_no_fault(tmp_path, monkeypatch):
    """Python 3.11 to 3.13: Path.is_dir and Path.exists raise PermissionError there."""
    closed, usual = "/dev/shm", os.stat

    def stat(path, *more, **how):
        if str(path).startswith(f"{closed}/"):
            raise PermissionError(13, "Permission denied", str(path))
        return usual(path, *more, **how)

    monkeypatch.setattr(os, "stat", stat)
    listed = mounts(tmp_path, (closed, "ext4"))
    assert tmp_path / "data" == storage_places(tmp_path / "site.yaml", listed)[0].folder


def test_a_disk_that_fails_is_left_out(tmp_path, monkeypatch):
    usual = os.statvfs

    def statvfs(path):
        if str(path).startswith("/dev/shm"):
            raise OSError(5, "Input/output error", str(path))
        return usual(path)

    monkeypatch.setattr(os, "statvfs", statvfs)
    assert 1 == len(storage_places(tmp_path / "site.yaml", mounts(tmp_path, ("/dev/shm", "ext4"))))
