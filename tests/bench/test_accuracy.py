"""Footage whose figures are known by construction: each figure is wrong when what makes it is."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from passerby.bench.accuracy import read_ground_truth, redact_all, score
from passerby.bench.aggregate import summarise
from passerby.core.errors import PasserbyError, UsageError
from passerby.source.fingerprint import fingerprint
from tests.bench.footage import (
    BOX,
    annotate,
    annotated_video,
    box_entry,
    painted,
    texture,
    write_still,
    write_video,
)

EVAL = Path(__file__).parents[3] / "shared" / "eval"
SHOWN = [index in (4, 5, 12) for index in range(20)]


def metrics(folder, redacted, worst=0):
    entries = read_ground_truth(folder)
    return summarise(score(entries, redacted), len(entries), "passerby", None, worst)


def test_a_film_in_which_three_of_twenty_frames_leak(tmp_path):
    found = metrics(*annotated_video(tmp_path, SHOWN), worst=9)
    face = found.kinds["face"]
    assert (20, 3 / 20, 1, 1.0) == (face.boxes, face.leaks, face.tracks, face.track_leaks)
    assert 3 / 20 == pytest.approx(face.retained, abs=0.01)
    # Twice within 20 frames at 10 a second: two seconds are a thirtieth of a minute.
    assert (60.0, 0.033) == (face.flicker, face.track_minutes)
    assert ["40-96"] == list(face.sizes)
    assert [4, 5, 12] == [leak.frame for leak in found.worst]
    assert (0.0, ()) == (found.collateral, found.problems)
    assert found.fidelity > 70


def test_a_track_that_never_shows_does_not_leak(tmp_path):
    face = metrics(*annotated_video(tmp_path, [False] * 20)).kinds["face"]
    assert (0.0, 0.0, 0.0) == (face.leaks, face.track_leaks, face.flicker)


def test_frames_that_are_missing_count_as_shown(tmp_path):
    found = metrics(*annotated_video(tmp_path, [False] * 20, result=lambda pictures: pictures[:15]))
    assert (20, 5 / 20) == (found.kinds["face"].boxes, found.kinds["face"].leaks)
    assert ("yard.mkv: fewer frames than the original, from 15 on",) == found.problems


def test_extra_frames_are_reported(tmp_path):
    found = metrics(*annotated_video(tmp_path, [False] * 20, result=lambda pictures: [*pictures, pictures[0]]))
    assert ("yard.mkv: more frames than the original, from 20 on",) == found.problems


def test_a_file_that_is_missing_counts_as_shown(tmp_path):
    folder, out = annotated_video(tmp_path, [False] * 20)
    (out / "yard.mkv").unlink()
    found = metrics(folder, out)
    assert (20, 1.0, 1.0) == (found.kinds["face"].boxes, found.kinds["face"].leaks, found.kinds["face"].track_leaks)
    assert ("yard.mkv: no redacted file",) == found.problems


def test_a_result_of_another_size_is_compared_and_reported(tmp_path):
    def larger(pictures):
        return [cv2.resize(picture, (160, 128), interpolation=cv2.INTER_CUBIC) for picture in pictures]

    found = metrics(*annotated_video(tmp_path, SHOWN, result=larger))
    assert 3 / 20 == found.kinds["face"].leaks
    assert ("yard.mkv: 160x120 became 160x128",) == found.problems


def test_what_is_hidden_without_need(tmp_path):
    picture = np.full((120, 160, 3), 255, np.uint8)
    write_still(tmp_path / "dev" / "a.png", picture)
    write_still(tmp_path / "out" / "a.png", painted(picture, (120, 4, 140, 24)))
    annotate(tmp_path / "dev", images=[{"file": "a.png", "boxes": []}])
    assert round((24 * 24 - 4) / (120 * 160), 5) == metrics(tmp_path / "dev", tmp_path / "out").collateral


def test_kinds_and_sizes_apart(tmp_path):
    """Of two faces and a plate in a still, the small face and the plate show."""
    picture, small, plate = texture(), (10, 10, 26, 28), (110, 90, 150, 106)
    write_still(tmp_path / "dev" / "in" / "a.png", picture)
    write_still(tmp_path / "out" / "in" / "a.png", painted(picture, BOX))
    boxes = [box_entry(), box_entry(small), box_entry(plate, "plate")]
    annotate(tmp_path / "dev", images=[{"file": "in/a.png", "boxes": boxes}])
    kinds = metrics(tmp_path / "dev", tmp_path / "out").kinds
    assert (0.5, 1.0) == (kinds["face"].leaks, kinds["plate"].leaks)
    assert {"12-20": 1.0, "40-96": 0.0} == {size: those.leaks for size, those in kinds["face"].sizes.items()}
    assert None is kinds["face"].tracks is kinds["face"].flicker


def test_a_case_is_scored_on_its_own_frames_only(tmp_path):
    picture = texture()
    source = write_video(tmp_path / "originals" / "yard.mkv", [picture] * 6)
    write_video(tmp_path / "out" / "late.mkv", [painted(picture, BOX)] * 3 + [painted(picture, (0, 0, 40, 30))] * 3)
    frames = [{"index": i, "time": i / 10, "boxes": [{"kind": "face", "box": BOX, "track": 1}]} for i in (2, 3)]
    case = {"source": {"path": "../originals/yard.mkv", "sha256": fingerprint(source)[0]}, "frames": frames}
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "late.case.json").write_text(json.dumps(case))
    found = metrics(tmp_path / "cases", tmp_path / "out")
    assert (2, 0.5, 0.0) == (found.kinds["face"].boxes, found.kinds["face"].leaks, found.collateral)


def test_a_folder_without_annotations_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="has no annotations.json"):
        read_ground_truth(tmp_path)


COPY = """
import pathlib, shutil, sys
given, _, out = sys.argv[-3:]
for path in pathlib.Path(given).rglob("*.*"):
    target = pathlib.Path(out, path.relative_to(given))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
"""


def test_the_program_is_shown_what_is_annotated_and_nothing_else(tmp_path):
    folder, _ = annotated_video(tmp_path, SHOWN)
    write_still(folder / "other.png", texture())
    (tmp_path / "work").mkdir()
    results = redact_all(read_ground_truth(folder), tmp_path / "work", [sys.executable, "-c", COPY], quiet=True)
    assert ["yard.mkv"] == [path.name for path in results.iterdir()]
    assert 1.0 == metrics(folder, results).kinds["face"].leaks


def test_a_program_that_does_nothing_is_an_error_with_its_words(tmp_path):
    folder, _ = annotated_video(tmp_path, SHOWN)
    work = tmp_path / "work"
    work.mkdir()
    with pytest.raises(PasserbyError, match="ended with exit code 1. Its output:\nno models"):
        redact_all(read_ground_truth(folder), work, [sys.executable, "-c", "raise SystemExit('no models')"], quiet=True)


def halved(folder, out, images, videos):
    """Results in which the left half of every picture is black, coarsely coded, and a truth of these files alone."""
    for entry in images:
        picture = cv2.imread(str(folder / entry["file"]))
        height, width = picture.shape[:2]
        path = out / entry["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), painted(picture, (0, 0, width // 2, height)), [cv2.IMWRITE_JPEG_QUALITY, 60])
    for entry in videos:
        black = "drawbox=w=iw/2:h=ih:color=black:t=fill"
        command = ["ffmpeg", "-y", "-v", "error", "-i", folder / entry["file"], "-vf", black, "-frames:v", "30"]
        subprocess.run([*command, "-preset", "ultrafast", out / entry["file"]], check=True, stdin=subprocess.DEVNULL)
    truth = out / "annotations.json"
    truth.write_text(json.dumps({"images": images, "videos": videos}))
    return truth


@pytest.mark.skipif(
    not (EVAL / "score.py").exists(), reason=f"the scorer and its footage are not at {EVAL}: not part of the project"
)
@pytest.mark.parametrize("part", ["faces", "moving"])
def test_the_figures_are_those_of_the_scorer_of_the_footage(part, tmp_path):
    """Two implementations of one definition, on pictures of which one half is hidden and the other coded anew."""
    folder = EVAL / "dev" / part
    annotations = json.loads((folder / "annotations.json").read_text())
    images = annotations.get("images", [])[:20]
    videos = [video for video in annotations.get("videos", []) if video["file"] in ("clip00.mp4",)]
    truth = halved(folder, tmp_path, images, videos)
    files = ["--truth", truth, "--original", folder, "--redacted", tmp_path, "--json", tmp_path / "score.json"]
    subprocess.run([sys.executable, EVAL / "score.py", *files], check=True, capture_output=True)
    theirs = json.loads((tmp_path / "score.json").read_text())

    here = tmp_path / "truth"
    here.mkdir()
    (here / "annotations.json").write_text(truth.read_text())
    for entry in images + videos:
        (here / entry["file"]).parent.mkdir(exist_ok=True)
        (here / entry["file"]).symlink_to(folder / entry["file"])
    ours = metrics(here, tmp_path)

    assert theirs["kinds"].keys() == ours.kinds.keys()
    for kind, their in theirs["kinds"].items():
        our = ours.kinds[kind]
        assert 0.05 < their["leaks"] < 0.95  # or the comparison says nothing
        assert (their["boxes"], their["leaks"]) == (our.boxes, our.leaks)
        assert (their.get("tracks"), their.get("track_leaks")) == (our.tracks, our.track_leaks)
        assert their["retained"] == pytest.approx(our.retained, abs=0.0005)
    assert theirs["collateral"] == pytest.approx(ours.collateral, abs=0.00001)
    assert theirs["fidelity"] == ours.fidelity
