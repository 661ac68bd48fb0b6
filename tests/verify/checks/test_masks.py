"""Masks made weak on purpose are found, by the plan and against the original; good ones pass, in every style."""

import cv2
import numpy as np
import pytest

from passerby.config.settings import CELLS, Style
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.verification_report import Check
from passerby.verify.checks.findings import Suspects
from passerby.verify.checks.masks import MaskCheck
from passerby.verify.checks.residual_correlation import AgainstOriginal
from tests.verify.factories import showing, textured

FACE = Box(60, 40, 200, 200)
SMALL = Box(100, 100, 128, 132)
ROWS, COLUMNS = slice(40, 200), slice(60, 200)


def moved(number):
    """The same content, a little further each time, as a face that moves: the mask moves along."""
    whole = textured((400, 300), seed=5)
    return np.ascontiguousarray(whole[10 : 10 + 240, number * 2 : number * 2 + 320]), number * 2


def spread(picture, cells, how):
    part = cv2.resize(picture, (cells, cells), interpolation=cv2.INTER_AREA)
    return cv2.resize(part, picture.shape[::-1], interpolation=how)


def solid(part, number):
    return np.full_like(part, 16)


def half_transparent(part, number):
    return (part * 0.5 + 8).astype(np.uint8)


def feathered_inward(part, number):
    height, width = part.shape
    y, x = np.mgrid[0:height, 0:width]
    near = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
    share = np.clip(near / (0.25 * min(part.shape)), 0, 1)
    return (part * (1 - share) + 16 * share).astype(np.uint8)


def small_blur(part, number):
    return cv2.GaussianBlur(part, (0, 0), 5)


def fixed_cells_of_20_px(part, number):
    height, width = part.shape
    return cv2.resize(cv2.resize(part, (width // 20, height // 20), interpolation=cv2.INTER_AREA), (width, height),
                      interpolation=cv2.INTER_NEAREST)  # fmt: skip


def a_strip_left_out(part, number):
    filled = solid(part, number)
    filled[50:70] = part[50:70]
    return filled


WEAK = [half_transparent, feathered_inward, small_blur, fixed_cells_of_20_px, a_strip_left_out]


def frames(fill, box=FACE, count=8):
    """(original, released) luma, frame by frame; the mask stays where the content moves."""
    rng = np.random.default_rng(2)
    for number in range(count):
        original, _ = moved(number)
        released = np.clip(original + rng.normal(0, 1.5, original.shape), 0, 255).astype(np.uint8)
        rows, columns = slice(round(box.y1), round(box.y2)), slice(round(box.x1), round(box.x2))
        part = np.ascontiguousarray(original[rows, columns])
        noise = rng.normal(0, 0.4, part.shape)
        released[rows, columns] = np.clip(fill(part, number) + noise, 0, 255).astype(np.uint8)
        yield original, released


def by_plan(fill, style=Style.SOLID, kind=Kind.FACE, box=FACE):
    suspects = Suspects()
    check = MaskCheck(0, style, False, suspects)
    for number, (_, released) in enumerate(frames(fill, box)):
        check.step(released, [showing(1, box, kind)], number, number / 25)
    assert check.measured
    return suspects.listed()


def by_original(fill, style=Style.SOLID, plan=True, box=FACE):
    suspects = Suspects()
    check = AgainstOriginal(0, style, suspects)
    for number, (original, released) in enumerate(frames(fill, box)):
        if plan:
            check.planned(released, original, [showing(1, box)], number, number / 25)
        else:
            check.changed(released, original, number, number / 25)
    check.finish()
    assert check.measured
    return suspects.listed()


@pytest.mark.parametrize("box", [FACE, SMALL], ids=["large", "small"])
def test_a_solid_mask_passes(box):
    assert () == by_plan(solid, box=box)
    assert () == by_original(solid, box=box)
    assert () == by_original(solid, plan=False, box=box)


@pytest.mark.parametrize("weak", WEAK)
@pytest.mark.parametrize("kind", [Kind.FACE, Kind.PLATE])
def test_a_weak_mask_is_found_by_the_plan(weak, kind):
    found = by_plan(weak, kind=kind)
    assert [1] * len(found) == [one.track for one in found]
    assert found
    assert (0.0, 0.28) == (found[0].start, found[0].end)


@pytest.mark.parametrize("weak", WEAK)
@pytest.mark.parametrize("plan", [True, False], ids=["with the plan", "without"])
def test_a_weak_mask_is_found_against_the_original(weak, plan):
    found = by_original(weak, plan=plan)
    assert {Check.SOURCE} == {one.check for one in found}
    assert found[0].box is not None


# Weak styles, as they are agreed: few colours, locked and frozen


def frozen(how):
    kept = []

    def fill(part, number):
        if not kept:
            kept.append(cv2.resize(part, (CELLS, CELLS), interpolation=cv2.INTER_AREA))
        return cv2.resize(kept[0], part.shape[::-1], interpolation=how)

    return fill


@pytest.mark.parametrize(("style", "how"), [(Style.MOSAIC, cv2.INTER_NEAREST), (Style.BLUR, cv2.INTER_LINEAR)])
def test_the_agreed_weak_fill_passes(style, how):
    assert () == by_plan(frozen(how), style)
    assert () == by_original(frozen(how), style)


@pytest.mark.parametrize("style", [Style.MOSAIC, Style.BLUR])
@pytest.mark.parametrize("weak", [half_transparent, small_blur, fixed_cells_of_20_px])
def test_a_finer_one_does_not(style, weak):
    assert {"the mask of track 1 (face) shows more than 4 by 4 colours can"} <= {
        one.what for one in by_plan(weak, style)
    }
    assert by_original(weak, style)


def test_colours_drawn_anew_in_each_frame_are_found():
    found = by_plan(lambda part, number: spread(np.roll(part, 25 * number, 1), CELLS, cv2.INTER_NEAREST), Style.MOSAIC)
    assert ["the mask of track 1 (face) changes its colours from frame to frame"] == [one.what for one in found]


def test_a_grid_that_is_not_locked_is_found_when_frames_are_averaged():
    """Noise in each frame hides what the mean of all frames shows: here, the source at a tenth of its strength."""
    rng = np.random.default_rng(4)

    def fill(part, number):
        return np.clip(90 + 0.12 * (part.astype(float) - part.mean()) + rng.normal(0, 9, part.shape), 0, 255)

    whole = textured((400, 300), seed=5)[10:250, :320]
    suspects = Suspects()
    check = AgainstOriginal(0, Style.SOLID, suspects)
    for number in range(60):
        released = whole.copy()
        released[ROWS, COLUMNS] = fill(whole[ROWS, COLUMNS], number)
        check.planned(released, whole, [showing(1, FACE)], number, number / 25)
    check.finish()
    assert ["averaged" in one.what or "through" in one.what for one in suspects.listed()] == [True]


def test_masks_that_overlap_are_not_mistaken():
    """A solid plate over a weak face: the face's colours are measured where they are seen."""
    suspects = Suspects()
    check = MaskCheck(0, Style.MOSAIC, False, suspects)
    fill = frozen(cv2.INTER_NEAREST)
    for number, (_, released) in enumerate(frames(fill)):
        released[150:180, 80:160] = 16
        check.step(released, [showing(1, FACE), showing(2, Box(80, 150, 160, 180), Kind.PLATE)], number, number / 25)
    assert () == suspects.listed()


def test_a_mask_at_the_edge_of_the_picture_is_measured():
    suspects = Suspects()
    check = MaskCheck(0, Style.SOLID, False, suspects)
    original, _ = moved(0)
    check.step(original, [showing(1, Box(-40, -30, 50, 60))], 0, 0.0)
    assert 1 == len(suspects.listed())
    original[0:60, 0:50] = 16
    check.step(original, [showing(2, Box(-40, -30, 50, 60))], 1, 0.04)
    assert 1 == len(suspects.listed())
