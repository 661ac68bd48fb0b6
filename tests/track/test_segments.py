"""Where the stretches of a film lie, and whether those who looked at spans of it saw the same."""

from array import array
from fractions import Fraction

import pytest

from passerby.track.segments import BESIDE, LENGTH, VARIABLE, Lengths, Looked, Span, Stretches, same

TICKS = Fraction(1, 30000)


def test_a_stretch_is_ten_minutes_and_the_one_before_goes_on_for_ten_seconds(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert (LENGTH, BESIDE) == (600, 10) == (Lengths.here().each, Lengths.here().beside)
    stretches = Stretches(TICKS)
    second = 30000
    assert [0, 0, 1, 1, 2] == [
        stretches.number(time) for time in (0, 600 * second - 1, 600 * second, 601 * second, 36000000)
    ]
    assert [0, 600 * second, 1200 * second] == [stretches.start(number) for number in range(3)]
    assert [False, False, True] == [stretches.alone(1, (600 + n) * second) for n in (0, 9, 10)]


@pytest.mark.parametrize("time_base", [Fraction(1, 1000), Fraction(1001, 30000), Fraction(1, 90000), Fraction(1, 7)])
def test_a_stretch_begins_with_the_first_tick_that_lies_in_it(time_base):
    stretches = Stretches(time_base, Lengths(1.5, 0.5))
    for number in range(1, 50):
        start = stretches.start(number)
        assert (number - 1, number) == (stretches.number(start - 1), stretches.number(start))


def test_lengths_come_from_the_environment():
    assert Lengths(600, 10) == Lengths.here({})
    assert Lengths(30, 0.5) == Lengths.here({VARIABLE: "30,0.5"})
    assert Lengths(2, 1) == Lengths.here({VARIABLE: "2"})
    assert Lengths(60, 10) == Lengths.here({VARIABLE: "60"})


def test_they_are_handed_on(monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")
    Lengths(30, 0.5).set()
    assert Lengths(30, 0.5) == Lengths.here()


def test_what_was_followed_where_another_stretch_was_too_meets_it():
    stretches = Stretches(TICKS, Lengths(10, 2))
    second = 30000
    assert [True, False, True, True] == [
        stretches.meets(1, start * second, end * second) for start, end in ((11, 13), (12, 19), (12, 20), (18, 22))
    ]
    assert not stretches.meets(0, 0, 9 * second)


def looked(first, times, before=None, after=(), last=True):
    hashes = array("Q", (time * 7 for time in times))
    seen = [(time, time * 7) for time in after]
    before = None if before is None else (before, before * 7)
    return Looked(Span(first, first if last else None), array("q", times), hashes, before=before, after=seen)


def test_spans_that_saw_the_same_frames_fit():
    assert same(
        [looked(0, [0, 1, 2], after=[3, 4]), looked(1, [3, 4, 5], before=2, after=[6]), looked(2, [6], before=5)]
    )
    assert same([looked(0, [0, 1])])
    # Nothing shows in the second one, nor at the end.
    assert same(
        [looked(0, [0, 1], after=[9, 10]), looked(1, [], before=1, after=[9, 10]), looked(2, [9, 10], before=1)]
    )
    assert same([looked(0, [0, 1]), looked(1, [], before=1)])


@pytest.mark.parametrize(
    "spans",
    [
        [looked(0, [0, 1, 2], after=[3, 5]), looked(1, [3, 4, 5], before=2)],
        [looked(0, [0, 1, 2], after=[3, 4]), looked(1, [3, 4, 5], before=1)],
        [looked(0, [0, 1, 2], after=[3, 4]), looked(1, [3], before=2)],
        [looked(0, [0, 1, 2]), looked(1, [3, 4, 5], before=2)],
        [looked(0, [0, 1, 2], after=[3]), looked(1, [3, 4, 5])],
    ],
)
def test_spans_that_did_not_do_not(spans):
    assert not same(spans)
