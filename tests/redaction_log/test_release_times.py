"""When each frame of a source is shown in the release."""

import pytest

from passerby.documents.plan_parts.spans import TrimSpan
from passerby.redaction_log.release_times import ReleaseTimes, runs
from tests.redaction_log.plans import plan


def test_a_frame_is_shown_until_the_next_one():
    """The last one for as long as the one before it; frames of a variable rate last differently long."""
    times = ReleaseTimes.of(plan(), 0, [0, 10, 200, 230])
    assert [0, 0.1, 2, 2.3] == times.starts
    assert pytest.approx([0.1, 2, 2.3, 2.6]) == times.ends
    assert (0.1, 2.3) == times.seconds((1, 2))


def test_what_is_cut_is_missing_and_what_follows_moves_up():
    times = ReleaseTimes.of(plan(trim=(TrimSpan(start=0.1, end=2.1),)), 0, [0, 10, 200, 230])
    assert ([0, 230], [0, 3]) == (times.ticks, times.numbers)
    assert [0, 0.3] == times.starts
    assert times.between(10, 200) is None
    assert (1, 1) == times.between(10, 500)


def test_from_the_frames_of_a_release():
    cut = plan(trim=(TrimSpan(start=0.1, end=2.1),))
    of_source = ReleaseTimes.of(cut, 0, [0, 10, 200, 230, 240], [230])
    of_release = ReleaseTimes.of_release(cut, 0, of_source.starts, [False, True, False])
    assert (of_source.ticks, of_source.ends) == (of_release.ticks, of_release.ends)
    assert frozenset([230]) == of_release.covered


def test_pages_of_a_still_have_no_length():
    times = ReleaseTimes.of(plan(), 0, [0, 1, 2], timed=False)
    assert times.starts == times.ends


def test_no_frame_and_one_frame():
    assert ReleaseTimes.of(plan(), 0, []).end == 0
    assert ReleaseTimes.of(plan(), 0, [0]).end == pytest.approx(0.04)


def test_runs_are_of_equal_values():
    assert [((1, 2), "a"), ((3, 3), "b"), ((5, 5), "b")] == [*runs([None, "a", "a", "b", False, "b"])]
    assert [((4, 5), True)] == [*runs([True, True], 4)]
