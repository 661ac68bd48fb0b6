"""What remains of the original under masks made weak on purpose is found; good masks pass, in every style."""

import cv2
import numpy as np
import pytest

from passerby.config.settings import Style
from passerby.documents.verification_report import Check
from passerby.verify.checks.findings import FindingCollector
from passerby.verify.checks.residual_correlation import ResidualCheck
from tests.verify.checks.weak_masks import (
    COLUMNS,
    FACE,
    ROWS,
    SMALL,
    WEAK,
    constant_cells,
    fixed_cells_of_20_px,
    frames,
    half_transparent,
    small_blur,
    solid,
)
from tests.verify.factories import showing, textured


def findings_of(fill, style=Style.SOLID, plan=True, box=FACE):
    findings = FindingCollector()
    check = ResidualCheck(0, style, findings)
    for number, (original, released) in enumerate(frames(fill, box)):
        if plan:
            check.compare_masks(released, original, [showing(1, box)], number, number / 25)
        else:
            check.compare_changes(released, original, number, number / 25)
    check.finish()
    assert check.measured
    return findings.listed()


@pytest.mark.parametrize("box", [FACE, SMALL], ids=["large", "small"])
def test_a_solid_mask_passes(box):
    assert () == findings_of(solid, box=box)
    assert () == findings_of(solid, plan=False, box=box)


@pytest.mark.parametrize("weak", WEAK)
@pytest.mark.parametrize("plan", [True, False], ids=["with the plan", "without"])
def test_a_weak_mask_is_found(weak, plan):
    found = findings_of(weak, plan=plan)
    assert {Check.RESIDUAL} == {one.check for one in found}
    assert found[0].box is not None


@pytest.mark.parametrize(
    ("style", "interpolation"), [(Style.MOSAIC, cv2.INTER_NEAREST), (Style.BLUR, cv2.INTER_LINEAR)]
)
def test_a_weak_fill_within_its_limits_passes(style, interpolation):
    assert () == findings_of(constant_cells(interpolation), style)


@pytest.mark.parametrize("style", [Style.MOSAIC, Style.BLUR])
@pytest.mark.parametrize("weak", [half_transparent, small_blur, fixed_cells_of_20_px])
def test_a_finer_one_does_not(style, weak):
    assert findings_of(weak, style)


def test_a_moving_grid_is_found_when_frames_are_averaged():
    """Noise in each frame hides what the mean of all frames shows: here, the source at a tenth of its amplitude."""
    rng = np.random.default_rng(4)

    def fill(part):
        return np.clip(90 + 0.12 * (part.astype(float) - part.mean()) + rng.normal(0, 9, part.shape), 0, 255)

    whole = textured((400, 300), seed=5)[10:250, :320]
    findings = FindingCollector()
    check = ResidualCheck(0, Style.SOLID, findings)
    for number in range(60):
        released = whole.copy()
        released[ROWS, COLUMNS] = fill(whole[ROWS, COLUMNS])
        check.compare_masks(released, whole, [showing(1, FACE)], number, number / 25)
    check.finish()
    (finding,) = findings.listed()
    assert "shows the original" in finding.description
