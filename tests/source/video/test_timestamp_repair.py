"""Times that cannot be followed are mended by one rule, and no frame is lost."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.source.video.file import VideoFile
from passerby.source.video.timestamp_repair import MAX_BROADCAST_GAP_S, MAX_GAP_S, MAX_HELD_FRAMES, TimestampRepair
from tests import clips

BASE = Fraction(1, 1000)


def mended(stated, step=40, ahead=MAX_GAP_S):
    clock = TimestampRepair(BASE, step, ahead)
    timed = list(clock.repaired((time, n) for n, time in enumerate(stated)))
    assert [n for _, n in timed] == list(range(len(stated)))
    return [time for time, _ in timed], (clock.repairs.wrong, clock.repairs.jumps)


@pytest.mark.parametrize(
    ("stated", "expected", "repairs"),
    [
        ([0, 40, 80], [0, 40, 80], (0, 0)),
        ([25, 65, 205, 3_600_000], [25, 65, 205, 3_600_000], (0, 0)),  # variable, and an hour of stillness
        ([0, 40, 40, 120], [0, 40, 80, 120], (1, 0)),
        ([0, 40, None, None, 160], [0, 40, 80, 120, 160], (2, 0)),
        ([0, 40, 20, 30, 100], [0, 40, 60, 80, 100], (2, 0)),
        ([None, 40, 80], [0, 40, 80], (1, 0)),
        ([-80, 40, 80], [0, 40, 80], (1, 0)),
        ([None] * 4, [0, 40, 80, 120], (4, 0)),
        ([0, 5000, 5040, 0, 40, 80], [0, 5000, 5040, 5080, 5120, 5160], (0, 1)),  # a counter that began anew
        ([0, 40, 10**15, 10**15 + 40], [0, 40, 80, 120], (0, 1)),
        ([0, 40, None, 10**15], [0, 40, 80, 120], (1, 1)),
        ([0, 1, 1, 2, 3, 9], [0, 1, 2, 3, 6, 9], (2, 0)),  # no room between: pushed until there is
    ],
)
def test_rule(stated, expected, repairs):
    times, counted = mended(stated)
    assert times == expected
    assert counted[1] == repairs[1]
    assert (counted[0] > 0) == (repairs[0] > 0)


def test_broadcast_clocks_may_not_stand_still_for_long():
    assert mended([0, 40, 60_000, 60_040], ahead=MAX_BROADCAST_GAP_S)[0] == [0, 40, 80, 120]
    assert mended([0, 40, 9_000, 9_040], ahead=MAX_BROADCAST_GAP_S)[0] == [0, 40, 9_000, 9_040]


def test_many_missing_times_do_not_hold_many_frames():
    given, out = 0, 0
    clock = TimestampRepair(BASE, 40, MAX_GAP_S)

    def items():
        nonlocal given
        for n in range(100):
            given += 1
            assert given - out <= MAX_HELD_FRAMES + 2
            yield (0 if n == 0 else None), n

    for n, (time, item) in enumerate(clock.repaired(items())):
        out += 1
        assert (time, item) == (40 * n, n)


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(0, 3000), max_size=60), st.integers(1, 100))
def test_whatever_is_stated_times_rise_and_no_frame_is_lost(stated, step):
    times, _ = mended(stated, step)
    assert len(times) == len(stated)
    assert all(time >= 0 for time in times[:1])
    assert all(a < b for a, b in pairwise(times))
    assert times == mended(stated, step)[0]


def test_repeated_times_in_a_file(tmp_path):
    """Matroska keeps milliseconds, so frames of another clock may end up under the same time."""
    path = clips.write_clip(
        tmp_path / "c.mkv", container="matroska", time_base=Fraction(1, 90000), times=range(0, 240, 10)
    )
    with VideoFile.open(path) as file:
        frames = list(file.frames())
        again = [frame.time for frame in file.frames()]
    assert len(frames) == clips.FRAMES
    assert all(a.time < b.time for a, b in pairwise(frames))
    assert [frame.time for frame in frames] == again
    assert file.decode_stats[0].damage == ()
    assert "repaired" in file.decode_stats[0].notes[0]


def test_clock_that_restarts(tmp_path):
    """Two recordings in one stream, as security recorders write them."""
    path = tmp_path / "c.ts"
    parts = [
        clips.write_clip(tmp_path / f"{n}.ts", container="mpegts", time_base=Fraction(1, 90000), times=times)
        for n, times in enumerate([clips.constant(first=9_000_000, step=3003), clips.constant(step=3003)])
    ]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    with VideoFile.open(path) as file:
        times = [frame.time for frame in file.frames()]
    assert len(times) == 2 * clips.FRAMES
    assert times[0] == 0
    assert {b - a for a, b in pairwise(times)} == {3003}
    assert file.decode_stats[0].notes == ("the source's timestamps jump 1 times; the jumps were removed",)


@pytest.mark.parametrize("first", [0, 63, 90000, 8_000_000_000])
def test_broadcast_clock_begins_anywhere(tmp_path, first):
    path = clips.write_clip(
        tmp_path / "c.ts",
        container="mpegts",
        time_base=Fraction(1, 90000),
        times=clips.constant(first=first, step=3003),
        container_options={"muxdelay": "0"},
    )
    with VideoFile.open(path) as file:
        assert [frame.time for frame in file.frames()] == list(clips.constant(step=3003))


def test_late_beginning_is_kept(tmp_path):
    with VideoFile.open(clips.write_clip(tmp_path / "c.mp4", times=clips.constant(first=15015))) as file:
        assert next(file.frames()).time == 15015
