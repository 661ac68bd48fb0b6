import pytest

from passerby.bench.flicker import flicker_starts

TIMES = [number / 10 for number in range(30)]


def track(*leaking):
    return [number in leaking for number in range(30)]


@pytest.mark.parametrize(
    ("leaking", "begins"),
    [
        ((), []),
        ((5,), [5]),
        ((5, 6, 7), [5]),
        ((5, 12, 20), [5, 12, 20]),
        ((0, 1), []),
        ((28, 29), []),
        (range(5, 15), [5]),
        (range(5, 16), []),
        (range(30), []),
    ],
    ids=[
        "hidden",
        "one frame",
        "three frames in a row",
        "three times",
        "late",
        "ended early",
        "gone for one second",
        "gone for longer",
        "never hidden",
    ],
)
def test_a_mask_that_disappears_for_less_than_a_second(leaking, begins):
    assert begins == flicker_starts(TIMES, track(*leaking))


def test_time_counts_and_not_frames():
    slow = [number / 2 for number in range(30)]
    assert [5] == flicker_starts(slow, track(5, 6))
    assert [] == flicker_starts(slow, track(5, 6, 7))
