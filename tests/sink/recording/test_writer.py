"""Parts: each plays after its head, begins with a whole picture, and lasts as long as its frames were apart."""

import io
import threading
import time
from dataclasses import replace
from itertools import pairwise

import av
import numpy as np
import pytest

from passerby.core.clock import Moment
from passerby.core.errors import OutputError
from passerby.sink.recording.fragment_encoder import PartEncoder
from passerby.sink.recording.writer import WAITING, PartWriter
from passerby.store.recordings.part import Part
from tests.clips import SIZE, picture, safe_frame
from tests.store.footage import RATE, encoded


def decoded(data):
    with av.open(io.BytesIO(data)) as container:
        return [(round(frame.time, 3), frame) for frame in container.decode(video=0)]


def packets(data):
    """(stands alone, time, duration) of each picture, seconds."""
    with av.open(io.BytesIO(data)) as container:
        found = [packet for packet in container.demux() if packet.pts is not None]
        return [(p.is_keyframe, float(p.pts * p.time_base), float(p.duration * p.time_base)) for p in found]


@pytest.fixture(scope="module")
def made():
    return encoded("yard", 25, covered={3, 12, 13})


def test_each_part_plays_after_the_head(made):
    assert [10, 10, 5] == [len(decoded(part.head + part.body)) for part in made]
    assert [10, 10, 5] == [part.frames for part in made]


def test_they_play_one_after_the_other(made):
    played = decoded(made[0].head + b"".join(part.body for part in made))
    assert [pytest.approx(n / RATE, abs=0.001) for n in range(25)] == [time for time, _ in played]
    for index, (_, frame) in enumerate(played):
        shown, drawn = (np.frombuffer(one.planes[0], np.uint8).astype(int) for one in (frame, picture(index)))
        assert np.abs(shown - drawn).mean() < 4


def test_each_begins_with_a_whole_picture_and_has_no_other(made):
    wholes = [[whole for whole, _, _ in packets(part.head + part.body)] for part in made]
    assert [[True] + [False] * (part.frames - 1) for part in made] == wholes


def test_all_have_the_same_head(made):
    assert 1 == len({part.head for part in made})
    assert b"Lavf" not in made[0].head


def test_covered_frames_are_counted(made):
    assert [1, 2, 0] == [part.covered for part in made]


def test_only_the_first_is_fresh(made):
    assert [True, False, False] == [part.fresh for part in made]


def test_pictures_last_until_the_next(made):
    times = [0, 0.1, 0.25, 0.3, 0.7, 1.0, 1.1]
    first, second = encoded("yard", len(times), times=times)
    lasting = [round(duration, 3) for _, _, duration in packets(first.head + first.body)]
    assert [0.1, 0.15, 0.05, 0.4, 0.3] == lasting
    assert (1_000_000, 1_000_000, 200_000) == (first.duration, second.start, second.duration)


def test_a_gap_ends_a_part_and_the_next_is_fresh():
    first, second = encoded("yard", 6, times=[0, 0.1, 0.2, 9.0, 9.1, 9.2])
    assert (300_000, 9_000_000, True) == (first.duration, second.start, second.fresh)
    assert [9.0, 9.1, 9.2] == [time for time, _ in decoded(second.head + second.body)]


def test_a_slow_camera_has_parts_of_one_frame():
    parts = encoded("yard", 3, times=[0, 1.1, 2.2])
    assert [1, 1, 1] == [part.frames for part in parts]
    assert [True, False, False] == [part.fresh for part in parts]


def test_frames_that_come_again_are_dropped():
    encoder = PartEncoder("yard", width=SIZE[0], height=SIZE[1], frame_rate=RATE)
    for index, shown in enumerate((0, 100_000, 100_000, 50_000, 200_000)):
        assert encoder.encode(safe_frame(index, shown), Moment(0, 0, True)) is None
    assert 2 == encoder.dropped
    assert 3 == encoder.flush().frames


def test_live_pictures_come_in_halves():
    encoder = PartEncoder("yard", width=SIZE[0], height=SIZE[1], frame_rate=RATE)
    halves = [encoder.encode(safe_frame(index, index * 100_000), Moment(index, 0, True)) for index in range(23)]
    halves = [half for half in [*halves, encoder.flush()] if half is not None]
    assert [5, 5, 5, 5, 3] == [half.frames for half in halves]
    assert [True, False, True, False, True] == [half.independent for half in halves]
    assert [False, True, False, True, True] == [half.closes for half in halves]
    assert [0, 5, 10, 15, 20] == [half.at.monotonic for half in halves]
    assert 23 == len(decoded(halves[0].head + b"".join(half.body for half in halves)))


def test_a_time_line_that_jumps_back_begins_anew():
    first, second = encoded("yard", 4, times=[50, 50.1, 0, 0.1])
    assert [(2, True), (2, True)] == [(part.frames, part.fresh) for part in (first, second)]
    assert [0.0, 0.1] == [time for time, _ in decoded(second.head + second.body)]


def test_another_size_is_refused():
    encoder = PartEncoder("yard", width=64, height=48, frame_rate=RATE)
    with pytest.raises(OutputError, match="128x96 where 64x48 was agreed"):
        encoder.encode(safe_frame(0, 0), Moment(0, 0, True))


def test_an_odd_size_is_padded():
    (part,) = encoded("yard", 2, size=(101, 77))
    assert (102, 78) == (part.width, part.height)
    assert [(102, 78)] * 2 == [(f.width, f.height) for _, f in decoded(part.head + part.body)]


def test_a_part_survives_being_sent(made):
    part = replace(made[1], at=Moment(1.5, 2.5, False))
    assert part == Part.from_bytes(part.to_bytes())


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
    return PartWriter("yard", disk, width=SIZE[0], height=SIZE[1], frame_rate=RATE)


def test_recordings_get_whole_seconds():
    disk = Disk(lambda: None)
    with started(disk) as writer:
        written(writer, 3)
    assert [10, 10, 10] == [part.frames for part in disk.kept]
    assert all(part.independent for part in disk.kept)
    assert disk.closed
    assert (3, 0, "") == (writer.state.stored, writer.state.lost, writer.state.trouble)


def test_a_disk_that_does_nothing_holds_nobody_up():
    awake = threading.Event()
    disk = Disk(awake.wait)
    writer = started(disk)
    written(writer, WAITING + 6)  # the frames come, and the disk sleeps
    assert ("slow", True) == (writer.state.trouble, writer.state.lost >= 3)
    awake.set()
    writer.close()
    assert writer.state.lost + writer.state.stored == WAITING + 6


def test_what_comes_after_a_lost_part_is_fresh():
    awake = threading.Event()
    disk = Disk(awake.wait)
    writer = started(disk)
    written(writer, WAITING + 6)
    awake.set()
    while writer._waiting.qsize():
        time.sleep(0.01)
    written(writer, 2, first=WAITING + 6)
    writer.close()
    starts = [part.start // 1_000_000 for part in disk.kept]
    seams = [later for earlier, later in pairwise(starts) if later != earlier + 1]
    assert 1 == len(seams)
    assert [0, *seams] == [part.start // 1_000_000 for part in disk.kept if part.fresh]


def test_a_fault_costs_a_part_and_no_more():
    faults = [ValueError("what nobody foresaw")]

    def once():
        if faults:
            raise faults.pop()

    disk = Disk(once)
    with started(disk) as writer:
        written(writer, 3)
    assert (2, 1, "") == (writer.state.stored, writer.state.lost, writer.state.trouble)


def test_live_gets_each_part_without_recordings(made):
    seen = []
    with PartWriter("yard", None, width=SIZE[0], height=SIZE[1], frame_rate=RATE, live=seen.append) as writer:
        for index in range(12):
            writer.write(safe_frame(index, index * 100_000), Moment(index / 10, 0, True))
    assert [5, 5, 2] == [part.frames for part in seen]
