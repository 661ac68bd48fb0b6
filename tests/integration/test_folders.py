"""A shelf of files as it is typed: all of it is done or told of, and done again only where something is missing."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from passerby import Report
from passerby.core.kinds import Kind
from tests import clips, stills

REGIONS = ["--hide-regions", "10,20,40,50; 80,10,120,10,80,60", "--keep-regions", "0,0,160,112"]
PROGRAM = [sys.executable, "-m", "passerby"]


def run(*arguments):
    done = subprocess.run([*PROGRAM, "redact", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done


def states(folder):
    summary = json.loads((folder / "summary.json").read_text())
    return {line["file"].rpartition("/")[2]: line["state"] for line in summary["files"]}, summary["counts"]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory, models):
    """A folder after a first run with two files at a time: (what lies in it, what was written)."""
    shelf, out = tmp_path_factory.mktemp("shelf"), tmp_path_factory.mktemp("out")
    (shelf / "2030" / "march").mkdir(parents=True)
    stills.image().save(shelf / "2030" / "photo.jpg")
    stills.image().save(shelf / "2030" / "march" / "screen.png")
    clips.write_clip(shelf / "2030" / "march" / "clip.mp4", times=clips.constant(4))
    (shelf / "2030" / "broken.jpg").write_bytes((shelf / "2030" / "photo.jpg").read_bytes()[:900])
    (shelf / "notes.txt").write_text("nothing to see")
    done = run(shelf, "--out-dir", out, "--jobs", "2", *REGIONS)
    return shelf, out, done


def test_each_file_is_done_or_reported(shelf):
    _, out, done = shelf
    written = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    expected = {"2030/photo.jpg", "2030/photo.report.json", "2030/march/screen.png", "2030/march/screen.report.json"}
    expected |= {"2030/march/clip.mp4", "2030/march/clip.report.json", "summary.json"}
    assert expected == written
    assert 1 == done.returncode
    files, counts = states(out)
    assert {"broken.jpg": "failed", "notes.txt": "unsupported", "clip.mp4": "done"}.items() <= files.items()
    assert {"photo.jpg": "done", "screen.png": "done"}.items() <= files.items()
    assert (3, 1, 1) == (counts["done"], counts["failed"], counts["unsupported"])
    for line in ("Summary", "failed", "unsupported"):
        assert line in done.stdout
    assert "broken.jpg" in done.stderr


def test_resume_does_what_is_missing_and_no_more(shelf):
    source, out, _ = shelf
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.*") if path.name != "summary.json"}
    (source / "2030" / "broken.jpg").unlink()
    assert 0 == run(source, "--out-dir", out, "--resume", *REGIONS).returncode
    files, _ = states(out)
    assert {"already done"} == {files[name] for name in ("clip.mp4", "photo.jpg", "screen.png")}
    assert before == {path: path.stat().st_mtime_ns for path in before}
    # Another source under the same name, and an output that was tampered with: each is done again.
    stills.image(seed=9).save(source / "2030" / "photo.jpg")
    (out / "2030" / "march" / "screen.png").write_bytes(b"")
    assert 0 == run(source, "--out-dir", out, "--resume", *REGIONS).returncode
    files, _ = states(out)
    assert {"clip.mp4": "already done", "photo.jpg": "done", "screen.png": "done"}.items() <= files.items()


def test_what_needed_a_person_still_does_when_it_is_resumed(shelf):
    source, out, _ = shelf
    path = out / "2030" / "march" / "clip.report.json"
    summary = Report.model_validate_json(path.read_bytes())
    path.write_text(summary.model_copy(update={"damage": ("2 frames could not be decoded",)}).to_json())
    done = run(source, "--out-dir", out, "--resume", *REGIONS)
    assert 3 == done.returncode
    assert "already done, needs review" in done.stdout


def test_regions_are_hidden_in_all_of_them(shelf):
    """A box and a polygon; --keep-regions leaves findings alone, and takes nothing out of them."""
    source, out, _ = shelf
    name = "2030/march/screen.png"
    old, new = (np.asarray(Image.open(folder / name).convert("RGB")).astype(int) for folder in (source, out))
    rows, columns = np.mgrid[0 : new.shape[0], 0 : new.shape[1]]
    hidden = (columns >= 10) & (columns < 40) & (rows >= 20) & (rows < 50)
    # The corner at (80, 10), along to (120, 10), and down to (80, 60): x from 80 to where the slanted side is.
    slant = (columns - 80) / 40 + (rows - 10) / 50
    triangle = (columns > 80) & (rows > 10) & (slant < 1)
    assert 0 == new[hidden].max()
    assert 0 == new[triangle].max()
    around = (columns < 8) | (columns > 122) | (rows > 62) | ((slant > 1.1) & (columns > 80))
    assert (old[around & ~hidden] == new[around & ~hidden]).all()
    report = Report.model_validate_json((out / "2030/march/screen.report.json").read_bytes())
    assert {Kind.FACE: 0, Kind.PLATE: 0, Kind.REGION: 2} == {kind.kind: kind.tracks for kind in report.hidden}
    for _, picture in clips.decoded(out / "2030/march/clip.mp4"):
        assert picture[24:46, 14:36].max() < 30
        assert picture[12:30, 82:94].max() < 30
