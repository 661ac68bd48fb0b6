"""Parts play after their initialisation section, begin with a keyframe, and last as long as their frames."""

import io
from dataclasses import replace

import av
import numpy as np
import pytest

from passerby.core.clock import Moment
from passerby.core.errors import OutputError
from passerby.sink.recording.fragment_encoder import FragmentEncoder
from passerby.store.recordings.part import Part
from tests.clips import SIZE, safe_frame, video_frame
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


def test_each_part_plays_after_the_init_section(made):
    assert [10, 10, 5] == [len(decoded(part.init + part.body)) for part in made]
    assert [10, 10, 5] == [part.frames for part in made]


def test_they_play_one_after_the_other(made):
    played = decoded(made[0].init + b"".join(part.body for part in made))
    assert [pytest.approx(n / RATE, abs=0.001) for n in range(25)] == [time for time, _ in played]
    for index, (_, frame) in enumerate(played):
        shown, drawn = (np.frombuffer(one.planes[0], np.uint8).astype(int) for one in (frame, video_frame(index)))
        assert np.abs(shown - drawn).mean() < 4


def test_each_begins_with_a_whole_picture_and_has_no_other(made):
    wholes = [[whole for whole, _, _ in packets(part.init + part.body)] for part in made]
    assert [[True] + [False] * (part.frames - 1) for part in made] == wholes


def test_all_have_the_same_head(made):
    assert 1 == len({part.init for part in made})
    assert b"Lavf" not in made[0].init


def test_covered_frames_are_counted(made):
    assert [1, 2, 0] == [part.covered for part in made]


def test_only_the_first_part_is_a_discontinuity(made):
    assert [True, False, False] == [part.discontinuity for part in made]


def test_pictures_last_until_the_next(made):
    times = [0, 0.1, 0.25, 0.3, 0.7, 1.0, 1.1]
    first, second = encoded("yard", len(times), times=times)
    lasting = [round(duration, 3) for _, _, duration in packets(first.init + first.body)]
    assert [0.1, 0.15, 0.05, 0.4, 0.3] == lasting
    assert (1_000_000, 1_000_000, 200_000) == (first.duration, second.start, second.duration)


def test_a_gap_ends_a_part_and_starts_a_discontinuity():
    first, second = encoded("yard", 6, times=[0, 0.1, 0.2, 9.0, 9.1, 9.2])
    assert (300_000, 9_000_000, True) == (first.duration, second.start, second.discontinuity)
    assert [9.0, 9.1, 9.2] == [time for time, _ in decoded(second.init + second.body)]


def test_a_slow_camera_has_parts_of_one_frame():
    parts = encoded("yard", 3, times=[0, 1.1, 2.2])
    assert [1, 1, 1] == [part.frames for part in parts]
    assert [True, False, False] == [part.discontinuity for part in parts]


def test_frames_that_come_again_are_dropped():
    encoder = FragmentEncoder("yard", width=SIZE[0], height=SIZE[1], frame_rate=RATE)
    for index, shown in enumerate((0, 100_000, 100_000, 50_000, 120_000)):
        assert encoder.encode(safe_frame(index, shown), Moment(0, 0, True)) is None
    assert 2 == encoder.dropped
    assert 3 == encoder.flush().frames


def test_live_parts_last_a_fifth_of_a_second():
    encoder = FragmentEncoder("yard", width=SIZE[0], height=SIZE[1], frame_rate=RATE)
    fifths = [encoder.encode(safe_frame(index, index * 100_000), Moment(index, 0, True)) for index in range(23)]
    fifths = [part for part in [*fifths, encoder.flush()] if part is not None]
    assert [*[2] * 11, 1] == [part.frames for part in fifths]
    assert ([True, *[False] * 4] * 3)[:12] == [part.independent for part in fifths]
    assert [*([*[False] * 4, True] * 3)[:11], True] == [part.ends_gop for part in fifths]
    assert list(range(0, 23, 2)) == [part.captured_at.monotonic for part in fifths]
    assert 23 == len(decoded(fifths[0].init + b"".join(part.body for part in fifths)))


def test_a_backward_jump_starts_a_discontinuity():
    first, second = encoded("yard", 4, times=[50, 50.1, 0, 0.1])
    assert [(2, True), (2, True)] == [(part.frames, part.discontinuity) for part in (first, second)]
    assert [0.0, 0.1] == [time for time, _ in decoded(second.init + second.body)]


def test_another_size_is_refused():
    encoder = FragmentEncoder("yard", width=64, height=48, frame_rate=RATE)
    with pytest.raises(OutputError, match="128x96 where 64x48 was configured"):
        encoder.encode(safe_frame(0, 0), Moment(0, 0, True))


def test_an_odd_size_is_padded():
    (part,) = encoded("yard", 2, size=(101, 77))
    assert (102, 78) == (part.width, part.height)
    assert [(102, 78)] * 2 == [(f.width, f.height) for _, f in decoded(part.init + part.body)]


def test_a_part_survives_being_sent(made):
    part = replace(made[1], captured_at=Moment(1.5, 2.5, False))
    assert part == Part.from_bytes(part.to_bytes())
