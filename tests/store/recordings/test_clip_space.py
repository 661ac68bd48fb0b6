"""Clips give way before recordings do."""

import os
from dataclasses import dataclass

import pytest

from passerby.core.errors import DiskFull
from passerby.store.data_folder import DataFolder
from passerby.store.recordings.clip_space import (
    EXPORT_FOLDER,
    LENT_SHARE,
    clip_bytes,
    delete_clips,
    lent_to_clips,
    stored_clips,
)
from passerby.store.recordings.retention import RetentionPolicy
from tests.store.footage import parts

KIB = 1024


def clip(folder, name, size, age=0):
    path = folder.path / EXPORT_FOLDER / name
    path.mkdir(parents=True)
    (path / "yard.mp4").write_bytes(b"\xaa" * size)
    os.utime(path, (1000 - age, 1000 - age))
    return path


@dataclass
class Disk:
    """A disk of so many bytes, for what recordings and clips take of it."""

    database: object
    bytes: int

    def free(self, *_):
        return self.bytes - clip_bytes(self.database.folder) - self.used()

    def used(self):
        folder = self.database.folder.path / "recordings"
        return sum(file.stat().st_size for file in folder.rglob("*.mp4"))


@pytest.fixture
def disk(recordings, monkeypatch):
    disk = Disk(recordings.database, 1 << 40)
    monkeypatch.setattr(DataFolder, "free_bytes", disk.free)
    return disk


def test_the_oldest_clips_are_deleted_first(recordings):
    folder = recordings.database.folder
    for name, size, age in (("1", 10, 5), ("2", 20, 9), ("3", 30, 1)):
        clip(folder, name, size, age)
    assert (["2", "1", "3"], 60) == ([found.folder.name for found in stored_clips(folder)], clip_bytes(folder))
    assert 0 == delete_clips(folder, 0)
    assert 20 == delete_clips(folder, 5)
    assert 10 == delete_clips(folder, 1000, keep=30)
    assert ["3"] == [found.folder.name for found in stored_clips(folder)]
    assert 30 == delete_clips(folder, 1000)
    assert 0 == delete_clips(folder, 1000)


def test_a_part_of_what_is_left_free_is_lent_to_clips(recordings):
    folder = recordings.database.folder
    assert 0 == lent_to_clips(folder, 1000)
    clip(folder, "1", 300)
    assert 300 == lent_to_clips(folder, 1000)
    assert 1000 * LENT_SHARE / 2 == lent_to_clips(folder, 500)


def test_clips_are_deleted_and_no_recording(recordings, clock, disk):
    writer, made = recordings.writer("yard"), parts(clock, count=30)
    recordings.retention.policy = RetentionPolicy(min_free_bytes=4 * KIB)
    for _ in range(10):
        writer.append(next(made))
    for n in range(8):
        clip(recordings.database.folder, str(n), 100 * KIB, age=9 - n)
    disk.bytes = disk.used() + 800 * KIB + 4 * KIB  # recordings, clips, and what is to be left free
    for _ in range(10):
        writer.append(next(made))
    writer.close()
    assert 20 == sum(segment.frames for segment in recordings.between("yard", 0, 4e9)) // 10
    assert 0 < len(stored_clips(recordings.database.folder)) < 8


def test_on_a_disk_that_recordings_fill_a_small_clip_stays(recordings, clock, disk):
    writer, made = recordings.writer("yard"), parts(clock, count=200)
    recordings.retention.policy = RetentionPolicy(min_free_bytes=64 * KIB)
    disk.bytes = 400 * KIB
    clip(recordings.database.folder, "1", 20 * KIB)
    for _ in range(150):
        clock.go(60)  # each in a segment of its own, so that there is something to delete
        writer.append(next(made))
    assert ["1"] == [found.folder.name for found in stored_clips(recordings.database.folder)]
    assert disk.free() >= 64 * KIB - 20 * KIB


def test_where_nothing_else_is_left_even_small_clips_go(recordings, clock, disk):
    clip(recordings.database.folder, "1", 20 * KIB)
    assert 20 * KIB <= recordings.retention.free_disk(1)
    assert [] == stored_clips(recordings.database.folder)
    disk.bytes = 0
    recordings.retention.policy = RetentionPolicy(min_free_bytes=64 * KIB)
    with pytest.raises(DiskFull):
        recordings.writer("yard").append(next(parts(clock, count=1)))
