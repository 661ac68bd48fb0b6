"""Black areas are read off the picture, and one that vanishes for a moment is a place to look at."""

import av
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.verify.checks.blank_regions import blackness
from passerby.verify.checks.mask_dropouts import FRAMES, LASTING, Holes
from tests.verify.factories import textured

SIZE = (320, 240)
MASK = Box(100, 80, 160, 150)


def black(*boxes, full=False, dark=None, around=None):
    """A textured picture with black boxes, as it is read."""
    luma = textured(SIZE)
    if dark is not None:
        luma[20:80, 20:80] = dark
    if around is not None:
        box, values = around
        luma[box.y1 : box.y2, box.x1 : box.x2] = values
    for box in boxes:
        luma[round(box.y1) : round(box.y2), round(box.x1) : round(box.x2)] = 0 if full else 16
    frame = av.VideoFrame(*SIZE, "yuv420p")
    for plane, value in zip(frame.planes, (luma, None, None), strict=True):
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        rows[:, : plane.width] = 128 if value is None else value
    return blackness(RawFrame(frame, 0, 0), Geometry(*SIZE), full)


def looked_at(*pictures):
    """For each picture, the places to look at."""
    holes = Holes()
    return [[one.place for one in holes.step(picture, n / 25)] for n, picture in enumerate(pictures)]


@pytest.mark.parametrize("full", [False, True])
def test_masks_are_seen(full):
    (area,) = black(MASK, full=full).areas
    assert area.iou(MASK) > 0.9


def test_shadows_are_none():
    rng = np.random.default_rng(1)
    assert () == black(dark=np.clip(rng.normal(19, 2, (60, 60)), 16, 40).astype(np.uint8)).areas
    assert () == black(dark=21).areas


def test_a_mask_at_night_is_one_though_all_around_it_is_dark():
    night = Box(20, 20, 300, 220)
    luma = np.random.default_rng(3).normal(19.5, 0.8, (200, 280)).clip(18, 21)
    (area,) = black(MASK, around=(night, luma)).areas
    assert area.iou(MASK) > 0.9
    assert () == black(around=(night, luma)).areas


def test_how_black_a_place_is():
    seen = black(MASK)
    assert seen.inside(MASK) > 0.9
    assert seen.inside(MASK.translate(100, 0)) == 0
    assert 0.4 < seen.inside(MASK.translate(30, 0)) < 0.6
    assert 1.0 == seen.inside(Box(-50, -50, -10, -10))


def test_a_mask_that_is_gone_is_looked_for_at_its_place():
    there, gone = black(MASK), black()
    places = looked_at(*[there] * LASTING, gone, gone, gone, there)
    assert [0] * LASTING + [1, 1, 1, 0] == [len(one) for one in places]
    assert places[LASTING][0].iou(MASK) > 0.9


def test_but_not_for_long():
    places = looked_at(*[black(MASK)] * 5, *[black()] * 9)
    assert FRAMES == sum(map(len, places))


def test_one_that_moves_is_there():
    assert [] == [p for places in looked_at(*[black(MASK.translate(7 * n, 3 * n)) for n in range(10)]) for p in places]


def test_one_that_merges_with_another_is_there():
    other = Box(150, 90, 210, 140)
    assert [] == [p for places in looked_at(*[black(MASK)] * 5, *[black(MASK, other)] * 5) for p in places]


def test_one_beside_another_that_stays_is_missed():
    other = Box(200, 80, 260, 150)
    places = looked_at(*[black(MASK, other)] * 5, black(other))
    assert 1 == len(places[-1])


def test_what_was_black_for_a_moment_is_no_mask():
    assert [] == [p for places in looked_at(black(), black(MASK), black()) for p in places]


def test_it_takes_one_sure_look_or_two():
    holes = Holes()
    for _ in range(LASTING):
        holes.step(black(MASK), 0.0)
    (gone,) = holes.step(black(), 0.2)
    assert not gone.look(0.4, MASK)
    assert gone.look(0.4, MASK)
    assert not gone.look(0.9, MASK)  # told once
