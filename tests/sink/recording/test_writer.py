"""Parts: each plays after its head, begins with a whole picture, and lasts as long as its frames were apart."""

import io
import threading
import time
from itertools import pairwise

import av
import pytest

from passerby.core.clock import Moment
from passerby.sink.recording.writer import MAX_QUEUED_PARTS, RecordingWriter
from tests.clips import SIZE, safe_frame
from tests.store.footage import RATE, encoded


def decoded(data):
    with av.open(io.BytesIO(data)) as container:
        return [(round(frame.time, 3), frame) for frame in container.decode(video=0)]


@pytest.fixture(scope="module")
def made():
    return encoded("yard", 25, covered={3, 12, 13})


class Disk:
    """Recordings whose disk does what the test says with each part: nothing, wait, or raise."""

    def __init__(self, does):
        self.does, self.kept, self.closed = does, [], False

    def writer(self, camera):
        return self

    def append(self, part):
        self.does()
        self.kept.append(part)

    def close(self):
        self.closed = True


def written(writer, seconds, first=0):
    for index in range(first * RATE, (first + seconds) * RATE):
        writer.write(safe_frame(index % 100, index * 100_000), Moment(index / 10, 0, True))


def started(disk):
    return RecordingWriter("yard", disk, width=SIZE[0], height=SIZE[1], frame_rate=RATE)


def test_recordings_get_whole_seconds():
    disk = Disk(lambda: None)
    with started(disk) as writer:
        written(writer, 3)
    assert [10, 10, 10] == [part.frames for part in disk.kept]
    assert all(part.independent for part in disk.kept)
    assert disk.closed
    assert (3, 0, "") == (writer.state.stored, writer.state.lost, writer.state.failure)


def test_a_hanging_disk_does_not_block_the_camera():
    awake = threading.Event()
    disk = Disk(awake.wait)
    writer = started(disk)
    written(writer, MAX_QUEUED_PARTS + 6)  # the frames come, and the disk sleeps
    assert ("slow", True) == (writer.state.failure, writer.state.lost >= 3)
    awake.set()
    writer.close()
    assert writer.state.lost + writer.state.stored == MAX_QUEUED_PARTS + 6


def test_a_discontinuity_follows_a_lost_part():
    awake = threading.Event()
    disk = Disk(awake.wait)
    writer = started(disk)
    written(writer, MAX_QUEUED_PARTS + 6)
    awake.set()
    while writer._queue.qsize():
        time.sleep(0.01)
    written(writer, 2, first=MAX_QUEUED_PARTS + 6)
    writer.close()
    starts = [part.start // 1_000_000 for part in disk.kept]
    seams = [later for earlier, later in pairwise(starts) if later != earlier + 1]
    assert 1 == len(seams)
    assert [0, *seams] == [part.start // 1_000_000 for part in disk.kept if part.discontinuity]


def test_an_exception_costs_one_part_only():
    faults = [ValueError("what nobody foresaw")]

    def once():
        if faults:
            raise faults.pop()

    disk = Disk(once)
    with started(disk) as writer:
        written(writer, 3)
    assert (2, 1, "") == (writer.state.stored, writer.state.lost, writer.state.failure)


def test_live_view_works_without_recordings(made):
    seen = []
    with RecordingWriter("yard", None, width=SIZE[0], height=SIZE[1], frame_rate=RATE, live=seen.append) as writer:
        for index in range(12):
            writer.write(safe_frame(index, index * 100_000), Moment(index / 10, 0, True))
    assert [2] * 6 == [part.frames for part in seen]
