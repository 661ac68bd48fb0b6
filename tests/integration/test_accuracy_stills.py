"""Accuracy on stills: the promised figures, on annotated photos.

The photos may not be published, so they lie beside the project and not in it. Without them, these tests are skipped.
`make test` takes every thirtieth photo of each set, and only catches gross errors: a dozen photos prove no percentage.
The sets as a whole, against the promised figures, are for `make soak`, or by hand:

    passerby bench accuracy ../shared/eval/dev/faces
    passerby bench accuracy ../shared/eval/dev/plates
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EVAL = Path(__file__).parents[3] / "shared" / "eval"
PROGRAM = [sys.executable, "-m", "passerby"]

pytestmark = pytest.mark.skipif(
    not all((EVAL / "dev" / name / "annotations.json").exists() for name in ("faces", "plates")),
    reason=f"the evaluation photos are not at {EVAL}: they may not be published, and are not part of the project",
)

#: The share of faces and of plates that may be missed, and of all pixels that may be masked without need.
PROMISED = {"faces": ("face", 0.03, 0.04), "plates": ("plate", 0.015, None)}
#: The same for a few of them.
FEW = {"faces": ("face", 0.06, 0.08), "plates": ("plate", 0.08, None)}


def redacted(folder, every=1):
    """Every so many photos of each set after one run with default settings, side by side with the originals."""
    source, out = folder / "photos", folder / "out"
    for name in PROMISED:
        truth = json.loads((EVAL / "dev" / name / "annotations.json").read_text())
        truth["images"] = truth["images"][::every]
        for entry in truth["images"]:
            path = source / name / entry["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(EVAL / "dev" / name / entry["file"], path)
        (folder / f"{name}.json").write_text(json.dumps(truth))
    done = subprocess.run([*PROGRAM, "redact", source, "--out-dir", out], check=False)
    assert done.returncode == 0
    photos = sum(path.is_file() for path in source.rglob("*"))
    assert {"done": photos}.items() <= json.loads((out / "summary.json").read_text())["counts"].items()
    return folder


def scored(name, folder):
    """The scores of one set, by a scorer that reads pixels only."""
    files = ["--truth", folder / f"{name}.json", "--original", folder / "photos" / name]
    files += ["--redacted", folder / "out" / name, "--json", folder / f"{name}-score.json", "--worst", "5"]
    output = subprocess.run([sys.executable, EVAL / "score.py", *files], check=True, capture_output=True, text=True)
    print(output.stdout)
    return json.loads((folder / f"{name}-score.json").read_text())


def judge(score, kind, leaks, collateral):
    assert [] == score["problems"]
    assert score["fidelity"] >= 36
    assert score["kinds"][kind]["leaks"] <= leaks
    assert collateral is None or score["collateral"] <= collateral


@pytest.fixture(scope="module")
def few(tmp_path_factory, models):
    return redacted(tmp_path_factory.mktemp("few"), every=30)


@pytest.mark.parametrize("name", FEW)
def test_a_few_photos(name, few):
    judge(scored(name, few), *FEW[name])


@pytest.fixture(scope="module")
def all_of_them(tmp_path_factory, models):
    return redacted(tmp_path_factory.mktemp("all"))


@pytest.mark.soak
@pytest.mark.parametrize("name", PROMISED)
def test_all_photos(name, all_of_them):
    judge(scored(name, all_of_them), *PROMISED[name])
