"""A case with its files, released without models: the independent check is replaced, the rendering is real."""

import csv
import io
import json
import time
import zipfile

import pytest

from passerby.cases.open_case import OpenCase, missing_file
from passerby.cases.release_lock import release_lock
from passerby.config.settings import Audio
from passerby.core.errors import CaseError
from passerby.core.kinds import Kind
from passerby.documents.reason_list import ReasonList, ReleaseReason
from passerby.documents.report import Report
from passerby.review.commands import DeleteTrack
from passerby.review.errors import NotFoundError, ReviewError
from passerby.review.history import Change
from passerby.review.library import ReviewLibrary
from passerby.verify.report.signing import CONFIG_VARIABLE
from tests import stills
from tests.cases.fixtures import DETAILS, NUMBER, add_clip, found
from tests.fake_detector import use_fake_detectors


@pytest.fixture
def opened(case, monkeypatch):
    use_fake_detectors(monkeypatch)
    monkeypatch.setattr("passerby.review.release.export_job.ExportJob._verify", lambda *_: None)
    library = ReviewLibrary([], "J. Doe")
    opened = OpenCase(0, case, library)
    for item in library.items:
        item.file.prepare()
    return opened


def finished(opened, seconds=60):
    end = time.monotonic() + seconds
    while (response := opened.response()).release.progress.state == "running":
        assert time.monotonic() < end
        time.sleep(0.02)
    return response


def review(opened, *names):
    for item in opened.items():
        if item.file.paths.source.name in names:
            item.file.update_notes(finished=True)


def test_what_is_missing_is_said_before(opened):
    assert [("a.mp4", "not_reviewed"), ("b.mp4", "not_reviewed")] == [
        (file.name, file.reason) for file in opened.response().missing
    ]
    with pytest.raises(ReviewError, match="release nothing"):
        opened.start_release(ReasonList())
    review(opened, "a.mp4")
    assert ["b.mp4"] == [file.name for file in opened.response().missing]
    assert missing_file(opened.items()[0]) is None


def test_reviewed_files_are_rendered_and_packed_and_the_others_named(opened):
    review(opened, "a.mp4")
    opened.start_release(ReasonList())
    response = finished(opened)
    assert "done" == response.release.progress.state
    folder = opened.folder.folder
    assert ["released", "to_check"] == [row.state for row in response.files]
    assert (folder / "a.mp4").exists()
    with zipfile.ZipFile(folder / response.release.archive) as packed:
        names = packed.namelist()
        report = json.loads(packed.read("case-report.json"))["report"]
        assert packed.testzip() is None
    about = {"case-report.json", "case-report.html", "case-report.pdf"}
    assert {"a.redacted.mp4", "exemption-log.csv", *about} < set(names)
    assert not any(name.endswith((".plan.json", ".review.json")) or name.startswith("b.") for name in names)
    assert [("b.mp4", "not_reviewed")] == [(file["name"], file["reason"]) for file in report["missing"]]
    assert ["Plate 1"] == [item["item"] for item in report["withheld"]]
    assert {file["path"] for file in report["package"]} == set(names) - about - {"check.html"}


def test_what_did_not_change_is_not_rendered_again(opened):
    review(opened, "a.mp4", "b.mp4")
    opened.start_release(ReasonList())
    finished(opened)
    a, b = (item.file.paths.output for item in opened.items())
    before = a.stat().st_mtime_ns, b.stat().st_mtime_ns
    opened.items()[0].edits.apply(DeleteTrack(op="delete", track=1))
    assert ["outdated", "released"] == [row.state for row in opened.response().files]
    opened.start_release(ReasonList())
    response = finished(opened)
    assert ["released", "released"] == [row.state for row in response.files]
    assert (True, True) == (before[0] != a.stat().st_mtime_ns, before[1] == b.stat().st_mtime_ns)


def test_a_file_that_cannot_be_rendered_does_not_stop_the_others(opened):
    review(opened, "a.mp4", "b.mp4")
    (opened.folder.folder / "a.mp4").write_bytes(b"no film any more")
    opened.start_release(ReasonList())
    response = finished(opened)
    assert ("done", 1) == (response.release.progress.state, sum(row.state == "released" for row in response.files))
    report = json.loads((opened.folder.release_folder / "case-report.json").read_text())["report"]
    assert [("a.mp4", "failed")] == [(file["name"], file["reason"]) for file in report["missing"]]
    # Why it failed names a path of this machine, which is nothing to the requestor.
    assert str(opened.folder.folder) not in (opened.folder.release_folder / "case-report.json").read_text()
    assert str(opened.folder.folder) not in (opened.folder.release_folder / "case-report.html").read_text()


def test_what_is_withdrawn_while_others_are_rendered_does_not_go_out(opened, monkeypatch):
    review(opened, "a.mp4", "b.mp4")
    a, b = opened.items()
    start = type(a).start_export

    def withdrawn(item, *how):
        if item is a:
            b.file.update_notes(finished=False)
        return start(item, *how)

    monkeypatch.setattr(type(a), "start_export", withdrawn)
    opened.start_release(ReasonList())
    finished(opened)
    report = json.loads((opened.folder.release_folder / "case-report.json").read_text())["report"]
    assert ["a.redacted.mp4"] == [file["path"] for file in report["files"]]


def test_a_file_that_fails_counts_as_a_problem_of_the_release(opened):
    review(opened, "a.mp4", "b.mp4")
    (opened.folder.folder / "a.mp4").write_bytes(b"no film any more")
    opened.start_release(ReasonList())
    assert 1 == finished(opened).release.problems


def test_a_type_that_is_shown_in_all_files_must_be_reviewed_again(opened):
    review(opened, "a.mp4", "b.mp4")
    assert 2 == opened.show_kind(Kind.PLATE, shown=True, reason=None).changed
    assert {"a.mp4": "not_reviewed", "b.mp4": "not_reviewed"} == {
        file.name: file.reason for file in opened.response().missing
    }


def test_files_come_and_go(opened, clip, tmp_path):
    other = add_clip(clip, tmp_path / "other", "c.mp4")
    opened.add(found(other))
    rows = opened.response().files
    assert ["a.mp4", "b.mp4", "c.mp4"] == [row.file.name for row in rows]
    assert opened.holds(rows[2].file.id)
    opened.remove(rows[0].file.id)
    assert ["b.mp4", "c.mp4"] == [row.file.name for row in opened.response().files]
    assert (opened.folder.folder / "a.mp4").exists()
    with pytest.raises(NotFoundError):
        opened.remove(rows[0].file.id)


def test_a_kind_is_shown_and_hidden_again_in_all_files(opened):
    def shown():
        return [bool(track.visible) for item in opened.items() for track in item.file.history.tracks(0)]

    response = opened.show_kind(Kind.PLATE, shown=True, reason="consent")
    assert (2, (), [True, True]) == (response.changed, response.not_searched, shown())
    assert 2 == opened.show_kind(Kind.PLATE, shown=False, reason=None).changed
    assert [False, False] == shown()
    response = opened.show_kind(Kind.TEXT, shown=True, reason=None)
    assert (0, ("a.mp4", "b.mp4")) == (response.changed, response.not_searched)


def test_the_default_reason_stands_in_the_report_of_each_file_and_in_the_exemption_log(opened):
    reasons = ReasonList(reasons=(ReleaseReason(code="b(6)", text="Privacy", default_for=(Kind.PLATE,)),))
    review(opened, "a.mp4")
    opened.start_release(reasons)
    finished(opened)
    paths = opened.items()[0].file.paths
    report = Report.model_validate_json(paths.report.read_bytes())
    assert ["b(6)"] == [entry.reason for entry in report.redaction_log]
    with zipfile.ZipFile(next(opened.folder.folder.glob("*-release.zip"))) as packed:
        (line,) = csv.DictReader(io.StringIO(packed.read("exemption-log.csv").decode()))
    assert ("b(6)", "Privacy", "program") == (line["code"], line["explanation"], line["by"])
    # With another default the report would say what is not so any more.
    before = paths.output.stat().st_mtime_ns
    opened.start_release(ReasonList(reasons=(ReleaseReason(code="b(5)", default_for=(Kind.PLATE,)),)))
    finished(opened)
    assert before != paths.output.stat().st_mtime_ns
    assert ["b(5)"] == [e.reason for e in Report.model_validate_json(paths.report.read_bytes()).redaction_log]


def exported(item, monkeypatch, audio=None, independent=True):
    """The tab Export of one file."""

    def checked(job, *_):
        job._verdict = job._verdict.model_copy(update={"independent": independent})

    monkeypatch.setattr("passerby.review.release.export_job.ExportJob._verify", checked)
    item.start_export(audio, {})
    item.export.job.wait(60)
    assert "done" == item.export.job.status.state


def test_an_export_of_a_reviewed_file_counts_as_released_and_is_not_made_again(opened, monkeypatch):
    a, b = opened.items()
    exported(a, monkeypatch)
    assert ["to_check", "to_check"] == [row.state for row in opened.response().files]
    review(opened, "a.mp4")
    assert ["released", "to_check"] == [row.state for row in opened.response().files]
    before = a.file.paths.output.stat().st_mtime_ns
    opened.start_release(ReasonList())
    finished(opened)
    assert before == a.file.paths.output.stat().st_mtime_ns
    assert not b.file.paths.output.exists()


@pytest.mark.parametrize("other", [{"audio": Audio.KEEP}, {"independent": False}], ids=str)
def test_an_export_that_the_release_would_make_otherwise_does_not_count(opened, monkeypatch, other):
    a, _ = opened.items()
    review(opened, "a.mp4")
    exported(a, monkeypatch, **other)
    assert "reviewed" == opened.response().files[0].state


def test_an_export_of_an_earlier_plan_does_not_count(opened, monkeypatch):
    a, _ = opened.items()
    exported(a, monkeypatch)
    a.edits.apply(DeleteTrack(op="delete", track=1))
    review(opened, "a.mp4")
    assert "reviewed" == opened.response().files[0].state


def test_the_report_on_the_case_carries_name_and_logo_of_the_agency(opened, tmp_path, monkeypatch):
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "config"))
    (tmp_path / "config").mkdir()
    stills.image().save(tmp_path / "config" / "logo.png")
    (tmp_path / "config" / "agency.toml").write_text('name = "Records of Exampleton"\nlogo = "logo.png"')
    review(opened, "a.mp4")
    opened.start_release(ReasonList())
    finished(opened)
    folder = opened.folder.release_folder
    assert "Records of Exampleton" == json.loads((folder / "case-report.json").read_text())["report"]["agency"]
    page = (folder / "case-report.html").read_text()
    assert '<img class="logo" alt="Records of Exampleton" src="data:image/png;base64,' in page


def test_a_type_in_all_files_is_undone_in_one_step(opened):
    def shown():
        return [bool(track.visible) for item in opened.items() for track in item.file.history.tracks(0)]

    opened.show_kind(Kind.PLATE, shown=True, reason=None)
    assert [True, True] == shown()
    response = opened.undo_kind()
    assert (2, (), [False, False]) == (response.changed, response.changed_since, shown())
    assert 0 == opened.undo_kind().changed  # once
    assert [False, False] == shown()


def test_undoing_a_type_leaves_files_that_were_changed_since(opened):
    opened.show_kind(Kind.PLATE, shown=True, reason=None)
    a, b = opened.items()
    a.edits.apply(DeleteTrack(op="delete", track=1))
    response = opened.undo_kind()
    assert (1, ("a.mp4",)) == (response.changed, response.changed_since)
    assert [] == a.file.history.tracks(0)
    assert not b.file.history.track(0, 1).visible


def test_an_export_after_a_box_was_followed_is_up_to_date(opened, monkeypatch):
    """While a box is followed, a correction takes the place of the one before: the plan has fewer than were made."""
    a, _ = opened.items()
    history = a.file.history
    track = history.track(0, 1)

    def follow(keys, group=None):
        made = track.model_copy(update={"keyframes": track.keyframes[:keys]})
        return a.file.edit([Change(0, 1, made)], group)[0]

    group = follow(1)
    follow(2, group)
    follow(1, group)
    assert history.revision > len(history.plan.corrections)
    exported(a, monkeypatch)
    assert not a.export.status().stale
    review(opened, "a.mp4")
    assert "released" == opened.response().files[0].state
    follow(2, group)  # the plan has as many corrections as before, and another content
    assert a.export.status().stale
    assert "outdated" == opened.response().files[0].state


def test_files_of_one_name_from_two_folders_are_told_apart(opened, clip, tmp_path):
    for folder in ("north", "south"):
        opened.add(found(add_clip(clip, tmp_path / folder, "cam.mp4")))
    for item in opened.items():
        if item.file.state == "waiting":
            item.file.prepare()
    first, second = (item for item in opened.items() if item.file.paths.source.name == "cam.mp4")
    assert {"a.mp4", "b.mp4", "north/cam.mp4", "south/cam.mp4"} == {file.name for file in opened.response().missing}
    first.file.update_notes(finished=True)
    opened.start_release(ReasonList())
    finished(opened)
    report = json.loads((opened.folder.release_folder / "case-report.json").read_text())["report"]
    assert [("cam.redacted.mp4", "north/cam.mp4")] == [(file["path"], file["source"]) for file in report["files"]]
    assert {"a.mp4", "b.mp4", "south/cam.mp4"} == {file["name"] for file in report["missing"]}
    assert {"cam.redacted.mp4"} == {item["file"] for item in report["withheld"]}
    page = (opened.folder.release_folder / "case-report.html").read_text()
    assert "north/cam.mp4" in page
    assert str(tmp_path) not in page
    assert second.file.state == "ready"


def test_what_was_released_under_another_number_or_of_a_file_taken_out_is_gone(opened):
    review(opened, "a.mp4", "b.mp4")
    opened.start_release(ReasonList())
    first = finished(opened)
    release = opened.folder.release_folder
    (release / "b.redacted.mp4.part").write_bytes(b"of a run that was killed")
    (release / "letter.txt").write_text("of the officer")
    opened.remove(opened.items()[1].file.id)
    opened.set_details(DETAILS)
    opened.start_release(ReasonList())
    second = finished(opened)
    assert [f"{NUMBER}-release.zip"] == [path.name for path in opened.folder.folder.glob("*.zip")]
    assert first.release.archive != second.release.archive
    assert not [path.name for path in release.rglob("*") if path.name.startswith("b.")]
    assert (release / "letter.txt").exists()
    assert (release / "a.redacted.mp4").exists()


def test_a_file_that_is_withdrawn_does_not_stay_among_what_is_released(opened):
    review(opened, "a.mp4", "b.mp4")
    opened.start_release(ReasonList())
    finished(opened)
    a, b = opened.items()
    b.file.update_notes(finished=False)
    opened.start_release(ReasonList())
    assert ["released", "to_check"] == [row.state for row in finished(opened).files]
    assert (True, False) == (a.file.paths.output.exists(), b.file.paths.output.exists())


def test_a_case_that_another_program_releases_is_not_released_at_the_same_time(opened):
    review(opened, "a.mp4")
    with release_lock(opened.folder.folder), pytest.raises(CaseError, match="Another program is releasing"):
        opened.start_release(ReasonList())
    opened.start_release(ReasonList())
    assert "done" == finished(opened).release.progress.state
    with release_lock(opened.folder.folder):
        pass


def test_another_default_reason_makes_what_was_released_outdated(case, opened):
    review(opened, "a.mp4")
    reasons = ReasonList(reasons=(ReleaseReason(code="b(6)", default_for=(Kind.PLATE,)),))
    office = [reasons]
    opened = OpenCase(0, case, opened._library, lambda: office[0])
    for item in opened.items():
        item.file.prepare()
    opened.start_release(reasons)
    assert "released" == finished(opened).files[0].state
    office[0] = ReasonList(reasons=(ReleaseReason(code="b(7)", default_for=(Kind.PLATE,)),))
    assert "outdated" == opened.response().files[0].state
    # Of faces nothing is withheld, so a reason for them changes nothing.
    office[0] = ReasonList(reasons=(*reasons.reasons, ReleaseReason(code="b(5)", default_for=(Kind.FACE,))))
    assert "released" == opened.response().files[0].state
    office[0] = ReasonList()
    opened.start_release(ReasonList())
    assert "released" == finished(opened).files[0].state
