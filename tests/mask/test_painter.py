"""Invariants 4 and 5: the fill does not depend on what it hides, and what is painted stays painted."""

from fractions import Fraction
from itertools import permutations

import av
import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from passerby.config.settings import ALWAYS_SOLID, MOSAIC_CELLS, Style
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.core.media import Colour, Geometry
from passerby.core.raw_frame import RawFrame
from passerby.documents.plan import Keyframe, Track
from passerby.mask.painter import Painter
from passerby.mask.planes import planes_of
from passerby.mask.shapes import Shape, to_shape
from tests import clips

WIDTH, HEIGHT = 96, 64
FORMATS = ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"]
WEAK = [Style.MOSAIC, Style.BLUR]


def noise(seed, pixel_format="yuv420p"):
    """A frame of which no two pixels need be alike."""
    picture = av.VideoFrame(WIDTH, HEIGHT, pixel_format)
    picture.pts, picture.time_base = 1000 * seed, Fraction(1, 30000)
    random = np.random.default_rng(seed)
    top = 1023 if "10" in pixel_format else 255
    for plane in planes_of(picture):
        plane[:] = random.integers(0, top + 1, plane.shape)
    return RawFrame(picture, seed, 1000 * seed)


def painter(pixel_format="yuv420p", full_range=None):
    video = clips.video_info((WIDTH, HEIGHT), pixel_format=pixel_format, colour=Colour(full_range=full_range))
    return Painter(video, pixel_format)


def boxed(box, track=1, style=Style.SOLID):
    x1, y1, x2, y2 = box
    return Shape(track, style, np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], float))


def polygon(*corners, track=1):
    return Shape(track, Style.SOLID, np.array(corners, float))


def planes(safe):
    return [plane.copy() for plane in planes_of(safe.av_frame)]


def at_full_size(plane):
    return cv2.resize(plane, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)


def changed(before, after):
    """Which pixels differ in any plane, shape (HEIGHT, WIDTH)."""
    pairs = zip(before, after, strict=True)
    return np.any([at_full_size((a != b).astype(np.uint8)) for a, b in pairs], axis=0)


def inside(corners):
    """Which pixels have a quarter of theirs or more in the polygon: found by trying 8 by 8 points in each."""
    fine = np.zeros((HEIGHT * 8, WIDTH * 8), np.uint8)
    points = np.round(np.array(corners) * 8 * 16 - 8).astype(np.int32)
    cv2.fillPoly(fine, [points], 1, shift=4)
    return fine.reshape(HEIGHT, 8, WIDTH, 8).mean(axis=(1, 3)) >= 1 / 4


sides = st.tuples(st.floats(-20, 110), st.floats(-20, 80), st.floats(0.5, 60), st.floats(0.5, 60))
boxes = sides.map(lambda s: Box(s[0], s[1], s[0] + s[2], s[1] + s[3]))


@given(boxes, st.sampled_from(FORMATS))
def test_solid_is_one_colour_over_the_whole_box_whatever_lies_there(box, pixel_format):
    one, other = (planes(painter(pixel_format).paint(noise(n, pixel_format), [boxed(box)])) for n in (1, 2))
    cut = box.clip(WIDTH, HEIGHT)
    rows = slice(int(np.floor(cut.y1)), int(np.ceil(cut.y2)))
    columns = slice(int(np.floor(cut.x1)), int(np.ceil(cut.x2)))
    black = (16, 128, 128) if pixel_format[-2:] != "le" else (64, 512, 512)
    for a, b, value in zip(one, other, black, strict=True):
        for plane in (a, b):
            assert set() == {*at_full_size(plane)[rows, columns].ravel()} - {value}


@given(boxes)
def test_outside_the_box_the_picture_is_as_it_was(box):
    frame = noise(1)
    safe = painter().paint(frame, [boxed(box)])
    touched = changed(planes_of(frame.av_frame), planes(safe))
    near = np.zeros((HEIGHT, WIDTH), bool)
    cut = box.expand(0, 2).clip(WIDTH, HEIGHT)
    near[int(np.floor(cut.y1)) : int(np.ceil(cut.y2)), int(np.floor(cut.x1)) : int(np.ceil(cut.x2))] = True
    assert not (touched & ~near).any()


@pytest.mark.parametrize("full_range", [None, False, True])
def test_black_is_black_in_the_ranges_own_terms(full_range):
    luma, *chroma = planes(painter(full_range=full_range).cover(noise(1)))
    assert {0 if full_range else 16} == {*luma.ravel()}
    assert {128} == {*np.concatenate([plane.ravel() for plane in chroma])}


corner = st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT))


@given(st.lists(corner, min_size=3, max_size=5), st.sampled_from(FORMATS))
def test_a_polygon_covers_every_pixel_that_has_some_of_it(corners, pixel_format):
    assume(all(len({*values}) > 1 for values in zip(*corners, strict=True)))  # a point has nothing in it to hide
    safe = planes(painter(pixel_format).paint(noise(1, pixel_format), [polygon(*corners)]))
    black = (16, 128, 128) if pixel_format[-2:] != "le" else (64, 512, 512)
    wanted = inside(corners)
    for plane, value in zip(safe, black, strict=True):
        assert not (wanted & (at_full_size(plane) != value)).any()


def test_a_polygon_hides_no_more_than_it_needs():
    corners = (20, 10), (60, 14), (50, 50)
    frame = noise(1)
    touched = changed(planes_of(frame.av_frame), planes(painter().paint(frame, [polygon(*corners)])))
    near = cv2.dilate(inside(corners).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert not (touched & ~near).any()


@pytest.mark.parametrize("style", WEAK)
def test_a_weak_fill_shows_a_few_colours_however_large_the_object(style):
    box = Box(8, 8, 72, 56)
    safe = planes(painter().paint(noise(1), [boxed(box, style=style)]))
    for plane, step in zip(safe, (1, 2, 2), strict=True):
        part = plane[8 // step : 56 // step, 8 // step : 72 // step]
        few = cv2.resize(part, (MOSAIC_CELLS, MOSAIC_CELLS), interpolation=cv2.INTER_AREA)
        how = cv2.INTER_NEAREST if style is Style.MOSAIC else cv2.INTER_LINEAR
        # All that is there can be told from CELLS x CELLS numbers.
        if style is Style.MOSAIC:
            assert len({*part.ravel()}) <= MOSAIC_CELLS * MOSAIC_CELLS
            assert np.array_equal(part, cv2.resize(few, part.shape[::-1], interpolation=how))
        else:
            assert np.abs(np.diff(part.astype(int), 2, axis=0)).max() <= 24
            assert part.std() < 20 < np.std(planes_of(noise(1).av_frame)[0])


@pytest.mark.parametrize("style", WEAK)
def test_a_weak_fill_is_frozen_when_it_is_first_drawn(style):
    """A film of a mosaic tells no more than one picture of it: later frames add nothing."""
    box = Box(10, 12, 42, 44)
    weak_painter = painter()
    first = planes(weak_painter.paint(noise(1), [boxed(box, style=style)]))
    for seed in (2, 3):
        later = planes(weak_painter.paint(noise(seed), [boxed(box, style=style)]))
        for a, b, step in zip(first, later, (1, 2, 2), strict=True):
            part = slice(12 // step, 44 // step), slice(10 // step, 42 // step)
            assert np.array_equal(a[part], b[part])


@pytest.mark.parametrize("style", WEAK)
def test_the_grid_moves_with_the_object(style):
    """The same picture moved on by 16 pixels: the fill moves with it, and so shows the same cells again."""
    weak_painter = painter()
    first = planes(weak_painter.paint(noise(1), [boxed(Box(10, 12, 42, 44), style=style)]))
    later = planes(weak_painter.paint(noise(2), [boxed(Box(26, 12, 58, 44), style=style)]))
    for a, b, step in zip(first, later, (1, 2, 2), strict=True):
        rows = slice(12 // step, 44 // step)
        assert np.array_equal(a[rows, 10 // step : 42 // step], b[rows, 26 // step : 58 // step])


@pytest.mark.parametrize("style", WEAK)
def test_each_track_has_its_own_colours(style):
    weak_painter = painter()
    pair = [boxed(Box(0, 0, 32, 32), 1, style), boxed(Box(40, 0, 72, 32), 2, style)]
    luma = planes(weak_painter.paint(noise(1), pair))[0]
    assert not np.array_equal(luma[:32, :32], luma[:32, 40:72])


@pytest.mark.parametrize("style", WEAK)
def test_a_weak_fill_is_sampled_when_the_object_enters_the_frame(style):
    weak_painter = painter()
    before = planes_of(noise(1).av_frame)
    assert not changed(before, planes(weak_painter.paint(noise(1), [boxed(Box(-40, 0, -8, 32), 1, style)]))).any()
    luma = planes(weak_painter.paint(noise(2), [boxed(Box(0, 0, 32, 32), 1, style)]))[0]
    assert len({*luma[:32, :32].ravel()}) < 32 * 32 / 4


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("style", list(Style))
def test_what_is_read_is_solid_in_every_style(kind, style):
    key = Keyframe(time=0, box=Box(0, 0, 20, 10), score=1, origin="")
    drawn = to_shape((Track(number=1, kind=kind, keyframes=(key,)), key), Geometry(WIDTH, HEIGHT), style)
    assert (Style.SOLID if kind in ALWAYS_SOLID else style) == drawn.style
    assert drawn.is_box


SHAPES = [
    boxed(Box(10, 10, 50, 50), 1, Style.MOSAIC),
    boxed(Box(20, 20, 60, 60), 2, Style.BLUR),
    boxed(Box(30, 5, 45, 60), 3),
    polygon((5, 25), (70, 20), (60, 40), track=4),
]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_no_mask_brings_back_what_another_has_hidden(order):
    """Every pixel that one mask alone would change is changed by all of them too, in whatever order they come."""
    frame = noise(1)
    before = planes_of(frame.av_frame)
    safe = planes(painter().paint(frame, [SHAPES[n] for n in order]))
    for one in SHAPES:
        alone = planes(painter().paint(frame, [one]))
        for old, single, all_of_them in zip(before, alone, safe, strict=True):
            # Noise may by chance be what a fill would be: such pixels tell nothing.
            assert not ((single != old) & (all_of_them == old)).mean() > 0.02


def test_the_stronger_fill_is_what_is_seen():
    safe = planes(painter().paint(noise(1), SHAPES))
    assert {16} == {*safe[0][5:60, 30:45].ravel()}


def test_the_decoders_own_picture_is_never_touched():
    frame = noise(1)
    before = [bytes(plane) for plane in frame.av_frame.planes]
    for style in Style:
        painter().paint(frame, [boxed(Box(0, 0, 90, 60), style=style)])
    painter().cover(frame)
    assert before == [bytes(plane) for plane in frame.av_frame.planes]


def test_covering_leaves_nothing_but_the_time():
    one, other = (painter().cover(noise(seed)) for seed in (1, 2))
    assert (1, 1000, True) == (one.index, one.time, one.covered)
    assert all(np.array_equal(a, b) for a, b in zip(planes(one), planes(other), strict=True))
    assert all(1 == len({*plane.ravel()}) for plane in planes(one))


def test_a_painted_frame_keeps_its_number_and_time():
    safe = painter().paint(noise(7), [])
    assert (7, 7000, False) == (safe.index, safe.time, safe.covered)


def test_only_samples_are_copied(tmp_path):
    """Messages that hang on a decoded frame, captions for one, stay behind; its colour description does not."""
    source = clips.turned(tmp_path / "turned.mp4", 90)
    with av.open(source) as container:
        picture = next(container.decode(video=0))
    assert len(picture.side_data)  # the display matrix: else the test would prove nothing
    video = clips.video_info((picture.width, picture.height))
    safe = Painter(video, "yuv420p").paint(RawFrame(picture, 0, picture.pts), [])
    assert 0 == len(safe.av_frame.side_data)
    assert (picture.colorspace, picture.color_range) == (safe.av_frame.colorspace, safe.av_frame.color_range)


def test_a_format_that_cannot_be_painted_is_refused():
    with pytest.raises(ValueError, match="rgb24"):
        Painter(clips.video_info(), "rgb24")
