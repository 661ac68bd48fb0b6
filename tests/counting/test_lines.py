import math

import pytest

from passerby.config.counting_config import Line
from passerby.core.box import Box
from passerby.counting.lines import LONGEST_PATH, LineWatch

ASPECT = 16 / 9


def watch(points=((0.2, 0.5), (0.8, 0.5)), at="foot"):
    return LineWatch(Line(name="a", points=points, at=at), ASPECT)


def box(x, foot, height=0.3):
    return Box(x - 0.05, foot - height, x + 0.05, foot)


def passes(line, *spots):
    return [way for spot in spots if (way := line.see(1, box(*spot)))]


@pytest.mark.parametrize(
    ("spots", "expected"),
    [
        ([(0.5, 0.4), (0.5, 0.6)], ["forward"]),  # downwards
        ([(0.5, 0.6), (0.5, 0.4)], ["back"]),
        ([(0.5, 0.4), (0.5, 0.499), (0.5, 0.501), (0.5, 0.6)], ["forward"]),
        ([(0.5, 0.4), (0.5, 0.51), (0.5, 0.4)], []),  # turned round on the line
        ([(0.5, 0.4), (0.5, 0.6), (0.5, 0.4), (0.5, 0.6)], ["forward", "back", "forward"]),
        ([(0.1, 0.4), (0.1, 0.6), (0.5, 0.6)], []),  # round its end
        ([(0.5, 0.4), (0.9, 0.4), (0.9, 0.6), (0.5, 0.6)], []),
        ([(0.5, 0.6)], []),  # came into sight beyond it
        ([(0.5, 0.2), (0.5, 0.9)], ["forward"]),  # between two looks
    ],
)
def test_crossing(spots, expected):
    assert expected == passes(watch(), *spots)


def test_swaying_on_the_line_is_not_crossing_again_and_again():
    line = watch()
    sway = [(0.5 + 0.01 * math.cos(i), 0.5 + 0.012 * math.sin(i)) for i in range(300)]
    assert ["forward"] == passes(line, (0.5, 0.4), *sway, (0.5, 0.6))
    assert LONGEST_PATH > len(line._passages[1].path)


def test_who_is_near_must_be_further_from_the_line():
    """0.03 of the picture's height is clear for somebody small, and not for somebody whose step is as long."""
    assert ["forward"] == [way for y in (0.45, 0.53) if (way := watch_small.see(1, box(0.5, y, 0.2)))]
    assert [] == [way for y in (0.45, 0.53) if (way := watch_large.see(1, box(0.5, y, 0.6)))]


watch_small, watch_large = watch(), watch()


def test_a_line_with_a_bend():
    line = watch(points=((0.2, 0.2), (0.5, 0.5), (0.8, 0.2)))
    assert ["forward", "back"] == passes(line, (0.5, 0.3), (0.5, 0.7), (0.5, 0.3))
    line.forget(1)
    assert [] == passes(line, (0.3, 0.9), (0.7, 0.9))


@pytest.mark.parametrize(("at", "foot"), [("foot", 0.6), ("middle", 0.75), ("head", 0.9)])
def test_the_point_that_has_to_cross(at, foot):
    line = watch(at=at)
    assert [None, "forward"] == [line.see(1, box(0.5, foot - 0.2)), line.see(1, box(0.5, foot))]


def test_a_track_that_is_forgotten_begins_anew():
    line = watch()
    line.see(1, box(0.5, 0.4))
    line.forget(1)
    assert line.see(1, box(0.5, 0.6)) is None
