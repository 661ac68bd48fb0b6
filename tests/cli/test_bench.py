import json
import shutil
import sys

import pytest

from passerby.bench import tools
from passerby.cli.app import main
from tests.bench.footage import annotate, annotated_video, box_entry, texture, write_video

SHOWN = [index in (4, 5, 12) for index in range(20)]
#: Stands for passerby: the last of its words is the output, the one after `redact` the input.
COPY = (sys.executable, "-c", "import shutil, sys; shutil.copyfile(sys.argv[2], sys.argv[-1])")


def run(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    stdout = capsys.readouterr()
    return ended.value.code, stdout.out, stdout.err


def test_accuracy_as_json(tmp_path, capsys):
    folder, out = annotated_video(tmp_path, SHOWN)
    code, stdout, _ = run(capsys, "bench", "accuracy", folder, "--redacted", out, "--worst", 1, "--json")
    found = json.loads(stdout)
    assert 0 == code
    assert (0.15, 60.0) == (found["kinds"]["face"]["leaks"], found["kinds"]["face"]["flicker"])
    assert "profile" not in found  # nobody knows what made these results
    assert 1 == len(found["worst"])


def test_accuracy_for_people(tmp_path, capsys):
    folder, out = annotated_video(tmp_path, SHOWN)
    _, stdout, _ = run(capsys, "bench", "accuracy", folder, "--redacted", out, "--worst", 1)
    assert "15.00%" in stdout
    assert "collateral 0.00%" in stdout
    assert "frame 4: face (60, 36, 100, 84)" in stdout


#: Stands for passerby as well: copies whatever is in the folder that it is given.
COPY_ALL = (sys.executable, "-c", "import shutil, sys; shutil.copytree(sys.argv[-3], sys.argv[-1])")


def test_accuracy_runs_the_program_itself(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(tools, "PASSERBY_COMMAND", COPY_ALL)
    folder, _ = annotated_video(tmp_path, [True] * 3)
    code, stdout, _ = run(capsys, "bench", "accuracy", folder, "--profile", "fast", "--json")
    found = json.loads(stdout)
    assert 0 == code
    assert ("fast", 1.0, []) == (found["profile"], found["kinds"]["face"]["leaks"], found["problems"])
    assert {"dev", "out"} == {path.name for path in tmp_path.iterdir()}
    assert {"yard.mkv", "annotations.json"} == {path.name for path in folder.iterdir()}


@pytest.mark.soak
def test_both_with_the_program_as_it_is(sample, models, tmp_path, capsys):
    """The sample's poster shows a face, which is hidden; a real run is as fast as it is."""
    folder = tmp_path / "dev"
    face = box_entry((330, 100, 700, 420))
    annotate(folder, videos=[{"file": "yard.mp4", "frames": [{"index": 5, "boxes": [face]}]}])
    shutil.copyfile(sample, folder / "yard.mp4")
    _, stdout, _ = run(capsys, "bench", "accuracy", folder, "--json")
    assert [] == json.loads(stdout)["problems"]
    assert 38 < json.loads(stdout)["fidelity"] < 78
    _, stdout, _ = run(capsys, "bench", "speed", sample, "--rounds", 1, "--json")
    ours = json.loads(stdout)["tools"]["passerby"]
    assert 0 < ours["first_frame_s"]["median"] < 50 / ours["speed"]["median"]
    assert 200 < ours["memory"]["median"] < 3000
    assert 38 < ours["fidelity"] < 60


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("accuracy", "gone"), "has no annotations.json"),
        (("accuracy", ".", "--redacted", "gone"), "There is no folder gone"),
        (("speed", "gone.mp4"), "There is no file gone.mp4"),
    ],
)
def test_what_makes_no_sense(words, message, capsys):
    code, _, stdout = run(capsys, "bench", *words)
    assert 2 == code
    assert message in stdout


def test_speed_as_json(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(tools, "PASSERBY_COMMAND", COPY)
    clip = write_video(tmp_path / "yard.mkv", [texture()] * 20)
    code, stdout, _ = run(capsys, "bench", "speed", clip, "--against", "transcode", "--rounds", 1, "--json")
    found = json.loads(stdout)
    assert 0 == code
    assert ("yard.mkv", 20) == (found["clip"]["name"], found["clip"]["frames"])
    assert {"passerby", "transcode"} == set(found["tools"])
    assert {"transcode"} == set(found["ratios"])
    assert str(tmp_path) not in stdout  # results are published: they say nothing of where files lie


def test_speed_for_people(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(tools, "PASSERBY_COMMAND", COPY)
    clip = write_video(tmp_path / "yard.mkv", [texture()] * 20)
    code, stdout, stderr = run(capsys, "bench", "speed", clip, "--rounds", 2)
    assert 0 == code
    assert "yard.mkv: 160x120, 20 frames" in stdout
    assert "round 2: passerby:" in stderr
