"""Where segments lie, and whether ranges of them were decoded alike."""

from array import array
from fractions import Fraction

import pytest

from passerby.track.segments import (
    OVERLAP_S,
    SEGMENT_S,
    SEGMENT_VARIABLE,
    AnalysisResult,
    SegmentGrid,
    SegmentLengths,
    SegmentRange,
    decode_alike,
)

TICKS = Fraction(1, 30000)


def test_a_segment_is_ten_minutes_and_overlaps_the_next_for_ten_seconds():
    lengths = SegmentLengths.from_environment({})
    assert (SEGMENT_S, OVERLAP_S) == (600, 10) == (lengths.length_s, lengths.overlap_s)
    grid = SegmentGrid(TICKS, SegmentLengths())
    second = 30000
    assert [0, 0, 1, 1, 2] == [
        grid.index_at(time) for time in (0, 600 * second - 1, 600 * second, 601 * second, 36000000)
    ]
    assert [0, 600 * second, 1200 * second] == [grid.start_of(index) for index in range(3)]
    assert [False, False, True] == [grid.overlap_ended(1, (600 + n) * second) for n in (0, 9, 10)]


@pytest.mark.parametrize("time_base", [Fraction(1, 1000), Fraction(1001, 30000), Fraction(1, 90000), Fraction(1, 7)])
def test_a_segment_starts_with_the_first_tick_in_it(time_base):
    grid = SegmentGrid(time_base, SegmentLengths(1.5, 0.5))
    for index in range(1, 50):
        start = grid.start_of(index)
        assert (index - 1, index) == (grid.index_at(start - 1), grid.index_at(start))


def test_lengths_come_from_the_environment():
    assert SegmentLengths(600, 10) == SegmentLengths.from_environment({})
    assert SegmentLengths(30, 0.5) == SegmentLengths.from_environment({SEGMENT_VARIABLE: "30,0.5"})
    assert SegmentLengths(2, 1) == SegmentLengths.from_environment({SEGMENT_VARIABLE: "2"})
    assert SegmentLengths(60, 10) == SegmentLengths.from_environment({SEGMENT_VARIABLE: "60"})


def test_a_child_process_reads_the_same_lengths():
    lengths = SegmentLengths(30, 0.5)
    assert lengths == SegmentLengths.from_environment(lengths.as_environment())


def test_a_track_touches_the_overlap_with_either_neighbour():
    grid = SegmentGrid(TICKS, SegmentLengths(10, 2))
    second = 30000
    assert [True, False, True, True] == [
        grid.touches_overlap(1, start * second, end * second) for start, end in ((11, 13), (12, 19), (12, 20), (18, 22))
    ]
    assert not grid.touches_overlap(0, 0, 9 * second)


def result(first, times, before=None, after=(), last=True):
    hashes = array("Q", (time * 7 for time in times))
    frames_after = [(time, time * 7) for time in after]
    before = None if before is None else (before, before * 7)
    return AnalysisResult(
        SegmentRange(first, first if last else None),
        array("q", times),
        hashes,
        frame_before=before,
        frames_after=frames_after,
    )


def test_ranges_with_the_same_frames_decode_alike():
    assert decode_alike(
        [result(0, [0, 1, 2], after=[3, 4]), result(1, [3, 4, 5], before=2, after=[6]), result(2, [6], before=5)]
    )
    assert decode_alike([result(0, [0, 1])])
    # There are no frames in the second one, nor at the end.
    assert decode_alike(
        [result(0, [0, 1], after=[9, 10]), result(1, [], before=1, after=[9, 10]), result(2, [9, 10], before=1)]
    )
    assert decode_alike([result(0, [0, 1]), result(1, [], before=1)])


@pytest.mark.parametrize(
    "spans",
    [
        [result(0, [0, 1, 2], after=[3, 5]), result(1, [3, 4, 5], before=2)],
        [result(0, [0, 1, 2], after=[3, 4]), result(1, [3, 4, 5], before=1)],
        [result(0, [0, 1, 2], after=[3, 4]), result(1, [3], before=2)],
        [result(0, [0, 1, 2]), result(1, [3, 4, 5], before=2)],
        [result(0, [0, 1, 2], after=[3]), result(1, [3, 4, 5])],
    ],
)
def test_ranges_with_other_frames_do_not(spans):
    assert not decode_alike(spans)
