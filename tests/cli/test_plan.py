import json

import pytest

from passerby.cli.app import main
from passerby.core.box import Box
from tests import clips
from tests.plans import permanent_track, plan_for


def run(*arguments):
    with pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    return end.value.code or 0


@pytest.fixture
def files(tmp_path):
    clip = clips.cfr(tmp_path / "yard.mp4")
    path = tmp_path / "yard.plan.json"
    path.write_text(plan_for(clip, permanent_track(1, Box(4, 4, 20, 20))).to_json())
    return clip, path


def test_every_frame_of_the_film_is_exported(files, tmp_path, capsys):
    clip, plan = files
    assert 0 == run("plan", "export", plan, "--out-dir", tmp_path / "out", "--source", clip)
    coco = json.loads((tmp_path / "out" / "annotations.json").read_text())
    assert (clips.FRAMES, clips.FRAMES) == (len(coco["images"]), len(coco["annotations"]))
    assert f"{clips.FRAMES} frames" in capsys.readouterr().out
    assert 1 == run("plan", "export", plan, "--out-dir", tmp_path / "out", "--source", clip)
    again = run("plan", "export", plan, "--out-dir", tmp_path / "out", "--source", clip, "--every", 5, "--force")
    coco = json.loads((tmp_path / "out" / "annotations.json").read_text())
    assert (0, -(-clips.FRAMES // 5)) == (again, len(coco["images"]))


def test_another_film_or_track_is_refused(files, tmp_path, capsys):
    clip, plan = files
    other = tmp_path / "other.mp4"
    other.write_bytes(clip.read_bytes() + b"\0")
    assert 0 != run("plan", "export", plan, "--out-dir", tmp_path / "out", "--source", other)
    assert 2 == run("plan", "export", plan, "--out-dir", tmp_path / "out", "--video", 3)
    assert "counted from 0" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
