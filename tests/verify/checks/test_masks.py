"""Masks made weak on purpose are found by the plan; good ones pass, in every style."""

import cv2
import numpy as np
import pytest

from passerby.config.settings import MOSAIC_CELLS, Style
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.verify.checks.findings import FindingCollector
from passerby.verify.checks.masks import MaskCheck
from tests.verify.checks.weak_masks import (
    FACE,
    SMALL,
    WEAK,
    constant_cells,
    fixed_cells_of_20_px,
    frames,
    half_transparent,
    moved,
    small_blur,
    solid,
    spread,
)
from tests.verify.factories import showing


def findings_of(fill, style=Style.SOLID, kind=Kind.FACE, box=FACE):
    findings = FindingCollector()
    check = MaskCheck(0, style, False, findings)
    for number, (_, released) in enumerate(frames(fill, box)):
        check.step(released, [showing(1, box, kind)], number, number / 25)
    assert check.measured
    return findings.listed()


@pytest.mark.parametrize("box", [FACE, SMALL], ids=["large", "small"])
def test_a_solid_mask_passes(box):
    assert () == findings_of(solid, box=box)


@pytest.mark.parametrize("weak", WEAK)
@pytest.mark.parametrize("kind", [Kind.FACE, Kind.PLATE])
def test_a_weak_mask_is_found(weak, kind):
    found = findings_of(weak, kind=kind)
    assert [1] * len(found) == [one.track for one in found]
    assert found
    assert (0.0, 0.28) == (found[0].start, found[0].end)


# Weak styles within their limits: few colours, aligned and constant


@pytest.mark.parametrize(
    ("style", "interpolation"), [(Style.MOSAIC, cv2.INTER_NEAREST), (Style.BLUR, cv2.INTER_LINEAR)]
)
def test_a_weak_fill_within_its_limits_passes(style, interpolation):
    assert () == findings_of(constant_cells(interpolation), style)


@pytest.mark.parametrize("style", [Style.MOSAIC, Style.BLUR])
@pytest.mark.parametrize("weak", [half_transparent, small_blur, fixed_cells_of_20_px])
def test_a_finer_one_does_not(style, weak):
    assert {"the mask of track 1 (face) shows more than 4 by 4 colours can"} <= {
        one.description for one in findings_of(weak, style)
    }


def test_colours_recomputed_in_each_frame_are_found():
    found = findings_of(
        lambda part, number: spread(np.roll(part, 25 * number, 1), MOSAIC_CELLS, cv2.INTER_NEAREST), Style.MOSAIC
    )
    assert ["the mask of track 1 (face) changes its colours from frame to frame"] == [one.description for one in found]


def test_overlapping_masks_are_measured_where_they_are_visible():
    """A solid plate over a weak face: the colours of the face are measured where they are visible."""
    findings = FindingCollector()
    check = MaskCheck(0, Style.MOSAIC, False, findings)
    fill = constant_cells(cv2.INTER_NEAREST)
    for number, (_, released) in enumerate(frames(fill)):
        released[150:180, 80:160] = 16
        check.step(released, [showing(1, FACE), showing(2, Box(80, 150, 160, 180), Kind.PLATE)], number, number / 25)
    assert () == findings.listed()


def test_a_mask_at_the_edge_of_the_frame_is_measured():
    findings = FindingCollector()
    check = MaskCheck(0, Style.SOLID, False, findings)
    original, _ = moved(0)
    check.step(original, [showing(1, Box(-40, -30, 50, 60))], 0, 0.0)
    assert 1 == len(findings.listed())
    original[0:60, 0:50] = 16
    check.step(original, [showing(2, Box(-40, -30, 50, 60))], 1, 0.04)
    assert 1 == len(findings.listed())
