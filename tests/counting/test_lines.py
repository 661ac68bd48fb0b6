"""Line crossings: direction, hysteresis, anchors."""

import math

import pytest

from passerby.config.counting_config import Line
from passerby.core.box import Box
from passerby.counting.lines import MAX_PATH_POINTS, LineCounter

ASPECT = 16 / 9


def line_counter(points=((0.2, 0.5), (0.8, 0.5)), anchor="foot"):
    return LineCounter(Line(name="a", points=points, anchor=anchor), ASPECT)


def box(x, foot, height=0.3):
    return Box(x - 0.05, foot - height, x + 0.05, foot)


def crossings(line, *points):
    return [direction for point in points if (direction := line.update(1, box(*point)))]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(0.5, 0.4), (0.5, 0.6)], ["forward"]),  # downwards
        ([(0.5, 0.6), (0.5, 0.4)], ["backward"]),
        ([(0.5, 0.4), (0.5, 0.499), (0.5, 0.501), (0.5, 0.6)], ["forward"]),
        ([(0.5, 0.4), (0.5, 0.51), (0.5, 0.4)], []),  # turns back on the line
        ([(0.5, 0.4), (0.5, 0.6), (0.5, 0.4), (0.5, 0.6)], ["forward", "backward", "forward"]),
        ([(0.1, 0.4), (0.1, 0.6), (0.5, 0.6)], []),  # around its end
        ([(0.5, 0.4), (0.9, 0.4), (0.9, 0.6), (0.5, 0.6)], []),
        ([(0.5, 0.6)], []),  # appears beyond it
        ([(0.5, 0.2), (0.5, 0.9)], ["forward"]),  # between two detector runs
    ],
)
def test_crossing(points, expected):
    assert expected == crossings(line_counter(), *points)


def test_jitter_on_the_line_counts_once():
    line = line_counter()
    sway = [(0.5 + 0.01 * math.cos(i), 0.5 + 0.012 * math.sin(i)) for i in range(300)]
    assert ["forward"] == crossings(line, (0.5, 0.4), *sway, (0.5, 0.6))
    assert MAX_PATH_POINTS > len(line._tracks[1].path)


@pytest.mark.parametrize(("height", "expected"), [(0.2, ["forward"]), (0.6, [])])
def test_larger_objects_must_be_further_from_the_line(height, expected):
    """0.03 of the frame height is clear of the line for a small object, and not for one three times as large."""
    line = line_counter()
    assert expected == [direction for y in (0.45, 0.53) if (direction := line.update(1, box(0.5, y, height)))]


def test_a_line_with_a_bend():
    line = line_counter(points=((0.2, 0.2), (0.5, 0.5), (0.8, 0.2)))
    assert ["forward", "backward"] == crossings(line, (0.5, 0.3), (0.5, 0.7), (0.5, 0.3))
    line.remove(1)
    assert [] == crossings(line, (0.3, 0.9), (0.7, 0.9))


@pytest.mark.parametrize(("anchor", "foot"), [("foot", 0.6), ("middle", 0.75), ("head", 0.9)])
def test_anchor(anchor, foot):
    line = line_counter(anchor=anchor)
    assert [None, "forward"] == [line.update(1, box(0.5, foot - 0.2)), line.update(1, box(0.5, foot))]


def test_a_removed_track_starts_again():
    line = line_counter()
    line.update(1, box(0.5, 0.4))
    line.remove(1)
    assert line.update(1, box(0.5, 0.6)) is None
