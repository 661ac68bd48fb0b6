"""Which file becomes which."""

import os
import re

import pytest

from passerby.core.errors import SourceError, UsageError
from passerby.jobs.inputs import collect_jobs
from tests import clips, stills


@pytest.fixture
def footage(tmp_path):
    """A folder with videos at two levels, and other things. Nothing in it can be decoded, and nothing here tries."""
    folder = tmp_path / "footage"
    names = ["b.mp4", "a.MOV", "sub/deep/c.mkv", "sub/d.webm", "notes.txt", "b.redacted.mp4", "b.redacted.report.json"]
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"no video")
    return folder


def written(given, output=None, out_dir=None):
    """{name of the source: path of the output}."""
    return {job.source.name: job.output for job in collect_jobs(given, output, out_dir).jobs}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("yard.mp4", "yard.redacted.mp4"),
        ("Yard.MOV", "Yard.redacted.MOV"),
        ("yard.mkv", "yard.redacted.mkv"),
        ("yard.webm", "yard.redacted.mp4"),
        ("a.b.mp4", "a.b.redacted.mp4"),
    ],
)
def test_beside_its_source_under_a_name_of_its_own(name, expected, tmp_path):
    (tmp_path / name).touch()
    assert {name: tmp_path / expected} == written([tmp_path / name])


def test_report_and_plan_go_with_the_output(tmp_path):
    (tmp_path / "yard.mp4").touch()
    (job,) = collect_jobs([tmp_path / "yard.mp4"], None, None).jobs
    assert ("yard.redacted.report.json", "yard.plan.json") == (job.report_path.name, job.plan_path.name)
    (job,) = collect_jobs([tmp_path / "yard.mp4"], None, tmp_path / "out").jobs
    expected = [tmp_path / "out" / name for name in ("yard.mp4", "yard.report.json", "yard.plan.json")]
    assert expected == [job.output, job.report_path, job.plan_path]


def test_output_has_the_given_name(tmp_path):
    (tmp_path / "yard.mp4").touch()
    assert {"yard.mp4": tmp_path / "x.mkv"} == written([tmp_path / "yard.mp4"], tmp_path / "x.mkv")


def test_a_folder_keeps_its_structure_below_another(footage, tmp_path):
    expected = {"a.MOV": "a.MOV", "b.mp4": "b.mp4", "d.webm": "sub/d.mp4", "c.mkv": "sub/deep/c.mkv"}
    assert {name: tmp_path / "out" / path for name, path in expected.items()} == written(
        [footage], None, tmp_path / "out"
    )


def test_a_folder_without_another_gets_its_results_inside(footage):
    expected = {"a.MOV": "a.redacted.MOV", "b.mp4": "b.redacted.mp4", "d.webm": "sub/d.redacted.mp4"}
    expected["c.mkv"] = "sub/deep/c.redacted.mkv"
    assert {name: footage / path for name, path in expected.items()} == written([footage])


def test_what_an_earlier_run_wrote_into_the_folder_is_no_input(footage):
    (footage / "out").mkdir()
    (footage / "out" / "b.mp4").touch()
    jobs = collect_jobs([footage], None, footage / "out").jobs
    assert ["a.MOV", "b.mp4", "c.mkv", "d.webm"] == sorted(job.source.name for job in jobs)


def test_folders_and_files_together(footage, tmp_path):
    (tmp_path / "e.mp4").touch()
    assert {"a.MOV", "b.mp4", "c.mkv", "d.webm", "e.mp4"} == {
        *written([footage, tmp_path / "e.mp4"], None, tmp_path / "o")
    }


def test_a_new_ending_takes_nobodys_name(tmp_path):
    for name in ("yard.webm", "yard.mp4", "yard.avi"):
        (tmp_path / name).touch()
    names = {"yard.webm": "yard.webm.mp4", "yard.mp4": "yard.mp4", "yard.avi": "yard.avi.mp4"}
    given = [tmp_path / name for name in names]
    assert {name: tmp_path / "out" / path for name, path in names.items()} == written(given, None, tmp_path / "out")
    names = {
        "yard.webm": "yard.webm.redacted.mp4",
        "yard.mp4": "yard.redacted.mp4",
        "yard.avi": "yard.avi.redacted.mp4",
    }
    assert {name: tmp_path / path for name, path in names.items()} == written(given)


def test_two_that_would_become_one_are_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "yard.mp4").touch()
    with pytest.raises(UsageError, match=r"would both be written to .*yard\.mp4.*two runs"):
        collect_jobs([tmp_path / "a" / "yard.mp4", tmp_path / "b" / "yard.mp4"], None, tmp_path / "out")


def test_a_photo_and_its_film_have_reports_of_their_own(tmp_path):
    """Phones and cameras store both under one name."""
    stills.image().save(tmp_path / "IMG_1.jpg")
    (tmp_path / "IMG_1.MOV").touch()
    (tmp_path / "IMG_2.MOV").touch()
    jobs = collect_jobs([tmp_path], None, tmp_path / "out").jobs
    assert {"IMG_1.jpg.report.json", "IMG_1.MOV.report.json", "IMG_2.report.json"} == {
        job.report_path.name for job in jobs
    }
    assert {"IMG_1.jpg.plan.json", "IMG_1.MOV.plan.json", "IMG_2.plan.json"} == {job.plan_path.name for job in jobs}
    jobs = collect_jobs([tmp_path], None, None).jobs
    assert 3 == len({job.report_path for job in jobs}) == len({job.plan_path for job in jobs})
    for job in jobs:
        job.output.touch()
        job.report_path.touch()
        job.plan_path.touch()
    assert 3 == len(collect_jobs([tmp_path], None, None).jobs)


def test_the_content_gives_the_ending(tmp_path):
    clips.write_clip(tmp_path / "film.jpg", container="mp4", times=clips.constant(2))
    stills.image().save(tmp_path / "photo.mp4", "JPEG")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    names = {"film.jpg": "film.mp4", "photo.mp4": "photo.jpg", "broken.jpg": "broken.jpg"}
    assert {name: tmp_path / "out" / path for name, path in names.items()} == written(
        [tmp_path], None, tmp_path / "out"
    )


def test_pipes_and_links_are_reported_and_do_not_block(footage, tmp_path):
    os.mkfifo(footage / "pipe")
    os.mkfifo(footage / "pipe.mp4")
    (footage / "nowhere").symlink_to(footage / "gone")
    (footage / "round.mp4").symlink_to(footage / "round.mp4")
    (footage / "sub" / "up").symlink_to(footage)
    inputs = collect_jobs([footage], None, tmp_path / "out")
    assert ["notes.txt", "nowhere", "pipe"] == [path.name for path in inputs.unsupported]
    assert {"pipe.mp4", "round.mp4"} <= {job.source.name for job in inputs.jobs}
    assert 6 == len(inputs.jobs)
    assert {"pipe.mp4": tmp_path / "o" / "pipe.mp4"} == written([footage / "pipe.mp4"], None, tmp_path / "o")


def test_an_unreadable_folder_is_reported(footage, monkeypatch):
    real = os.scandir

    def scandir(path):
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    inputs = collect_jobs([footage], None, None)
    assert [(footage / "sub", "Permission denied")] == inputs.unreadable
    assert {"a.MOV", "b.mp4"} == {job.source.name for job in inputs.jobs}


def test_one_name_for_many_is_refused(footage):
    with pytest.raises(UsageError, match="--out-dir"):
        collect_jobs([footage], footage / "x.mp4", None)
    with pytest.raises(UsageError, match="one of them"):
        collect_jobs([footage / "b.mp4"], footage / "x.mp4", footage / "out")


def test_what_is_not_there_and_what_holds_no_video(tmp_path):
    with pytest.raises(SourceError, match="There is no file"):
        collect_jobs([tmp_path / "none.mp4"], None, None)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="There is no video.*mp4"):
        collect_jobs([tmp_path / "empty"], None, None)


@pytest.mark.parametrize(
    "output", ["../x.mp4", "../../x.mp4", "a/../../x.mp4", "/tmp/x.mp4", "link/x.mp4", "s3://bucket/x.mp4"]
)
def test_a_manifest_writes_nothing_outside_the_folder(output, tmp_path):
    """Whoever wrote it chooses names; whoever runs it, the folder."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "link").symlink_to(tmp_path)
    (tmp_path / "clip.mp4").write_bytes(b"x")
    manifest = tmp_path / "list.csv"
    manifest.write_text(f"path,output\nclip.mp4,{output}\n")
    (row,) = collect_jobs([manifest], None, out).rejected
    assert re.search(r"Row 1 of .*list\.csv: `output` leads out of .*out\. .*--out-dir", row.reason)
    manifest.write_text("path,output\nclip.mp4,sub/x.mp4\n")
    assert [out / "sub" / "x.mp4"] == [job.output for job in collect_jobs([manifest], None, out).jobs]


def test_rows_that_are_wrong_do_not_stop_the_others(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"x")
    rows = ["a.mp4,x.mp4,1", "b.mp4,../x.mp4,2", "none.mp4,,3", "s3://archive/../secret.mp4,,4", ",c.mp4,5", "b.mp4,,6"]
    (tmp_path / "list.csv").write_text("path,output,case\n" + "\n".join(rows))
    found = collect_jobs([tmp_path / "list.csv"], None, tmp_path / "out")
    assert [("a.mp4", "1"), ("b.mp4", "6")] == [(job.source.name, job.carried["case"]) for job in found.jobs]
    assert ["2", "3", "4", "5"] == [row.carried["case"] for row in found.rejected]
    says = ["Row 2 .*leads out", "Row 3 .*There is no file", r"Row 4 .*a part `\.\.`", "Row 5 of list.csv has no path"]
    for row, text in zip(found.rejected, says, strict=True):
        assert re.search(text, row.reason)
    assert ["case"] == found.carried_columns


def test_names_do_not_depend_on_what_comes_later_where_they_are_to_be_stable(tmp_path):
    """A folder that is followed: old.avi is written first, old.mp4 and old.jpg come later."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "old.avi").write_bytes(b"no video")

    def named():
        jobs = collect_jobs([folder], None, out, stable_names=True).jobs
        return {job.source.name: (job.output.name, job.report_path.name) for job in jobs}

    alone = named()
    assert {"old.avi": ("old.avi.mp4", "old.avi.mp4.report.json")} == alone
    for name in ("old.mp4", "old.jpg"):
        (folder / name).write_bytes(b"no video")
    later = named()
    assert alone["old.avi"] == later["old.avi"]
    assert ("old.mp4", "old.mp4.report.json") == later["old.mp4"]
    assert 3 == len({output for output, _ in later.values()}) == len({report for _, report in later.values()})
