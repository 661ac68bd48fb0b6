"""Masks left out on purpose, in footage with known truth: a part of what benchmarks/verify.py does with 20 files.

The footage may not be published, so it lies beside the project and not in it. Without it, this is skipped.
"""

import json
import runpy
from pathlib import Path

import pytest

from passerby import Plan
from passerby.detect.model import Detectors
from passerby.detect.weights import Registry
from passerby.engine.api import redact
from passerby.verify.verify import verify

ROOT = Path(__file__).parents[2]
MOVING = ROOT.parent / "shared" / "eval" / "dev" / "moving"
CLIP = "clip03.mp4"

pytestmark = pytest.mark.skipif(
    not (MOVING / "annotations.json").exists(),
    reason=f"the evaluation footage is not at {MOVING}: it may not be published, and is not part of the project",
)


@pytest.fixture(scope="module")
def bench():
    return runpy.run_path(str(ROOT / "benchmarks" / "verify.py"))


@pytest.fixture(scope="module")
def truth():
    videos = json.loads((MOVING / "annotations.json").read_text())["videos"]
    return next(video for video in videos if video["file"] == CLIP)


@pytest.fixture(scope="module")
def detectors(models):
    return Detectors(Registry.load(), 1)


@pytest.fixture(scope="module")
def redacted(models, tmp_path_factory):
    out = tmp_path_factory.mktemp("eval") / CLIP
    report = redact(MOVING / CLIP, out, save_plan=out.with_suffix(".plan.json"), verify=False)
    out.with_suffix(".report.json").write_text(report.to_json())
    return out


def test_as_it_was_redacted_nothing_is_found(redacted, detectors):
    plan = redacted.with_suffix(".plan.json")
    assert () == verify(redacted, plan=plan, original=MOVING / CLIP, detectors=detectors).findings


@pytest.mark.parametrize("left_out", ["one second", "three frames"])
def test_masks_left_out_are_found_where_and_when_they_were(left_out, redacted, bench, truth, detectors, tmp_path):
    dropouts = bench["with_dropouts"](Plan.load(redacted.with_suffix(".plan.json")), truth)
    boxes, dropout, damaged_plan = next(rest for name, *rest in dropouts if name == left_out)
    out = tmp_path / CLIP
    report = redact(MOVING / CLIP, out, plan=damaged_plan, verify=False)
    out.with_suffix(".report.json").write_text(report.to_json())
    assert bench["hits"](verify(out, detectors=detectors), boxes, dropout)


def test_the_untouched_clip_is_full_of_faces(truth, detectors):
    report = verify(MOVING / CLIP, detectors=detectors)
    faces = {box["track"] for frame in truth["frames"] for box in frame["boxes"] if not box["ignore"]}
    assert report.needs_review
    assert len([one for one in report.findings if one.box is not None]) >= len(faces)
