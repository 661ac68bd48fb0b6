"""Accuracy on video: the promised figures, on annotated footage.

The footage may not be published, so it lies beside the project and not in it. Without it, these tests are skipped. By
hand, in the folder that holds the project and `shared`:

    passerby redact shared/eval/dev/moving --out-dir out --no-verify
    python shared/eval/score.py --truth shared/eval/dev/moving/annotations.json \
        --original shared/eval/dev/moving --redacted out --worst 10
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EVAL = Path(__file__).parents[3] / "shared" / "eval"

pytestmark = pytest.mark.skipif(
    not (EVAL / "dev" / "moving" / "annotations.json").exists(),
    reason=f"the evaluation footage is not at {EVAL}: it may not be published, and is not part of the project",
)


#: The test suite takes one clip in so many; the soak tests take all of them.
EVERY = 3


@pytest.fixture(
    scope="module", params=[EVERY, pytest.param(1, marks=pytest.mark.soak)], ids=[f"one in {EVERY}", "every clip"]
)
def scored(models, tmp_path_factory, request):
    """The scores of the moving set after a run with default settings, by a scorer that reads pixels only."""
    folder, out = tmp_path_factory.mktemp("moving"), tmp_path_factory.mktemp("redacted")
    truth = json.loads((EVAL / "dev" / "moving" / "annotations.json").read_text())
    truth["videos"] = truth["videos"][:: request.param]
    (folder / "annotations.json").write_text(json.dumps(truth))
    for video in truth["videos"]:
        (folder / video["file"]).symlink_to(EVAL / "dev" / "moving" / video["file"])
    program = [sys.executable, "-m", "passerby"]
    clips = sorted(folder.glob("*.mp4"))
    redacted = subprocess.run([*program, "redact", *clips, "--out-dir", out, "--no-verify"], check=False)
    assert redacted.returncode in (0, 3)
    files = ["--truth", folder / "annotations.json", "--original", folder, "--redacted", out]
    scorer = [sys.executable, EVAL / "score.py", *files, "--json", out / "score.json", "--worst", "5"]
    output = subprocess.run(scorer, check=True, capture_output=True, text=True).stdout
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n{output}")  # the figures are of interest even when all tests pass
    return json.loads((out / "score.json").read_text())


@pytest.mark.parametrize(
    ("kind", "figure", "most"),
    [("face", "leaks", 0.07), ("face", "track_leaks", 0.20), ("plate", "leaks", 0.10)],
)
def test_leaks_are_below_the_promised_share(kind, figure, most, scored):
    assert scored["kinds"][kind][figure] <= most


def test_collateral_is_below_the_promised_share(scored):
    assert scored["collateral"] <= 0.05


def test_fidelity_outside_masks_is_above_the_promised_psnr(scored):
    assert scored["fidelity"] >= 36


def test_every_frame_is_written_in_its_size(scored):
    assert [] == scored["problems"]
