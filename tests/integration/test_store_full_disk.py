"""A small file system, filled to the last byte."""

import re
import subprocess
import time

import pytest

from passerby.core.clock import Moment
from passerby.core.errors import DataFolderMissing
from passerby.sink.recording.writer import RecordingWriter
from passerby.store.data_folder import RESERVE_BYTES, RESERVE_FILE
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention import RetentionPolicy
from tests.clips import safe_frame
from tests.store.conftest import clock
from tests.store.db_helpers import all_play, everything
from tests.store.footage import RATE
from tests.store.recordings.test_index import record
from tests.store.small_disk import fill, mounted, small, tried

__all__ = ["clock", "small"]


def test_a_disk_that_is_not_mounted_is_an_error(tmp_path, clock):
    folder = tmp_path / "small"
    why = mounted("tmpfs", folder, tmp_path / "disk")
    if why:
        pytest.skip(why)
    try:
        Database.open(folder, create=True).close()
    finally:
        subprocess.run(["umount", str(folder)], check=True)
    with pytest.raises(DataFolderMissing, match="If its disk is not mounted, mount it"):
        Recordings.open(folder)
    assert [] == list(folder.iterdir())


def test_without_anything_to_delete_writing_stops_and_resumes(small, clock):
    with Recordings(Database.open(small, create=True), RetentionPolicy(min_free_bytes=0), boot="first") as recordings:
        writer = recordings.writer("yard")
        assert 3 == tried(writer, clock, 3)
        fill(small)
        before = everything(recordings)
        tried(writer, clock, 40)  # a few may fit into what the database has reserved
        assert 0 == tried(writer, clock, 10)
        assert (0, 0) == (recordings.status(clock.now()).free, recordings.status(clock.now()).available)
        assert all_play(recordings)
        assert before[0].id == everything(recordings)[0].id
        (small / "ballast").unlink()
        assert 5 == tried(writer, clock, 5)
        assert 50 == everything(recordings)[-1].frames
        assert all_play(recordings)
    with Database.open(small) as again, again.read_transaction() as connection:
        assert [("ok",)] == connection.exec_driver_sql("PRAGMA integrity_check").fetchall()


def test_writing_continues_while_old_recordings_can_be_deleted(small, clock):
    with Recordings(Database.open(small, create=True), RetentionPolicy(min_free_bytes=0), boot="first") as recordings:
        for _ in range(6):
            record(recordings, clock, 20)
        fill(small)
        writer = recordings.writer("hall")
        assert 40 == tried(writer, clock, 40)
        assert {"hall", "yard"} == {camera.camera for camera in recordings.cameras()}
        assert 6 > sum(segment.camera == "yard" for segment in everything(recordings))
        assert all_play(recordings)


@pytest.mark.parametrize("old", [3, 0], ids=["with old ones", "without"])
def test_it_starts_on_a_full_disk(small, clock, old):
    with Recordings(Database.open(small, create=True), RetentionPolicy(min_free_bytes=0), boot="first") as recordings:
        for _ in range(old):
            record(recordings, clock, 20)
    fill(small)
    with Recordings(Database.open(small), RetentionPolicy(min_free_bytes=0), boot="second") as recordings:
        assert recordings.recover().is_consistent
        writer = recordings.writer("yard")
        if old:
            assert 20 == tried(writer, clock, 20)
        else:
            fill(small)  # the reserve is used up as well
            tried(writer, clock, 20)
            assert 0 == tried(writer, clock, 5)
        (small / "ballast").unlink()
        assert 5 == tried(writer, clock, 5)
        assert all_play(recordings)
        assert not (small / RESERVE_FILE).exists()
        recordings.expire(clock.now())
        assert (small / RESERVE_FILE).stat().st_size == RESERVE_BYTES


def test_a_camera_writer_does_not_fail(small, clock):
    """`write` never fails; the state says what is lost, and that it is over."""

    def seconds(writer, first, count):
        for index in range(first * RATE, (first + count) * RATE):
            at = Moment(100 + index / RATE, 1.8e9 + index / RATE, True)
            writer.write(safe_frame(index % 100, index * 100_000), at)
        deadline = time.monotonic() + 30
        while writer._queue.qsize() and time.monotonic() < deadline:
            time.sleep(0.01)

    live = []
    with Recordings(Database.open(small, create=True), RetentionPolicy(min_free_bytes=0), boot="first") as recordings:
        writer = RecordingWriter("yard", recordings, width=128, height=96, frame_rate=RATE, live=live.append)
        seconds(writer, 0, 3)
        fill(small)
        for second in range(3, 60):
            seconds(writer, second, 1)
            if writer.state.failure:
                break
        assert "full" == writer.state.failure
        # Which of the two it is depends on what is written when the disk is full.
        assert re.search("Free (some|space) on this disk", writer.state.message)
        (small / "ballast").unlink()
        stored = writer.state.stored
        seconds(writer, second + 1, 4)
        writer.close()
        assert "" == writer.state.failure
        assert writer.state.stored >= stored + 3
        assert writer.state.lost >= 1
        assert len(live) == 5 * (writer.state.stored + writer.state.lost)  # the live view continued
        assert all_play(recordings)
