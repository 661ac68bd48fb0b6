import os
from pathlib import Path

import pytest

from passerby.documents.file_names import plan_path, report_path
from passerby.jobs.output_names import is_media, is_own_output, is_video, output_beside, output_name
from tests import clips, stills


@pytest.mark.parametrize(
    "name",
    [
        "a.redacted.mp4",
        "a.report.json",
        "a.plan.json",
        "summary.json",
        "a.mp4.part",
        "a.mp4.0003.piece",
        "a.redacted.preview-3.jpg",
    ],
)
def test_outputs_of_an_earlier_run_are_recognised(name):
    assert is_own_output(Path(name))


@pytest.mark.parametrize("name", ["a.mp4", "redacted.mp4", "a.json", "parts.mp4", "party.preview-1.jpg"])
def test_other_files_are_not(name):
    assert not is_own_output(Path(name))


@pytest.mark.parametrize(("name", "expected"), [("a.MOV", "a.MOV"), ("a.webm", "a.mp4"), ("a.b.avi", "a.b.mp4")])
def test_the_suffix_changes_only_for_containers_that_are_not_written(name, expected):
    assert expected == output_name(Path(name))


def test_the_content_decides_over_the_suffix(tmp_path):
    clips.write_clip(tmp_path / "video.jpg", container="mp4", times=clips.constant(2))
    stills.image().save(tmp_path / "photo.mp4", "JPEG")
    assert ("video.mp4", "photo.jpg") == (output_name(tmp_path / "video.jpg"), output_name(tmp_path / "photo.mp4"))
    assert is_video(tmp_path / "video.jpg")
    assert not is_video(tmp_path / "photo.mp4")


def test_the_default_output_lies_beside_its_source():
    assert Path("in/a.redacted.mp4") == output_beside(Path("in/a.webm"))
    assert Path("in/a.redacted.png") == output_beside(Path("in/a.jpg"), "a.png")


def test_media_is_recognised_by_suffix_or_content(tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    stills.image().save(tmp_path / "photo", "PNG")
    (tmp_path / "notes.txt").write_text("text")
    found = [is_media(tmp_path / name) for name in ("broken.mp4", "photo", "notes.txt", "missing.txt")]
    assert [True, True, False, False] == found


@pytest.mark.parametrize("letter", ["a", "ä", "\udcff"])
def test_a_long_name_leaves_room_for_those_of_report_and_plan(tmp_path, letter):
    length = 250 // len(os.fsencode(letter))
    names = [f"{letter * length}{end}.mp4" for end in "12"]
    outputs = [output_beside(tmp_path / name) for name in names]
    assert outputs[0] != outputs[1]
    for output in outputs:
        assert is_own_output(output)
        for path in (output, report_path(output), report_path(output, whole_name=True), plan_path(output)):
            (tmp_path / f"{path.name}.part").touch()
    assert Path(f"{'a' * 200}.redacted.mp4") == output_beside(Path(f"{'a' * 200}.mp4"))
