"""A case is released on the command line: rendering is real, the independent check is replaced."""

import zipfile

import pytest

from passerby.cases.case_folder import CaseFolder
from passerby.cases.release_lock import release_lock
from passerby.cli.app import main
from passerby.cli.common.case_release import load_case, office_reasons, split_ready
from passerby.core.errors import CaseError, UsageError
from passerby.core.kinds import Kind
from passerby.documents.case_report import CaseReportFile
from passerby.documents.plan_parts.journal import has_journal
from passerby.documents.reason_list import ReasonList, ReleaseReason
from passerby.documents.report import Report
from passerby.review.history import Change
from passerby.review.notes import ReviewNotes
from passerby.review.open_file import OpenFile
from tests.fake_detector import use_fake_detectors


def run(*arguments):
    with pytest.raises(SystemExit) as end:
        main(["redact", *map(str, arguments)])
    return end.value.code or 0


def reviewed(case, *names):
    for entry in case.case.files:
        if entry.source in names:
            case.paths(entry).notes.write_text(ReviewNotes(finished=True).to_json())


def _unchecked_file(entry, paths, report, reviewer):
    return CaseReportFile(
        path=entry.output, sha256=report.output.sha256, size=1, source=entry.source, verdict="unchecked"
    )


@pytest.fixture
def unchecked(monkeypatch):
    use_fake_detectors(monkeypatch)
    checked = []
    monkeypatch.setattr(
        "passerby.review.release.verification.verify_release", lambda paths, *_: checked.append(paths.output.name)
    )
    return checked


def test_reviewed_plans_are_rendered_and_packed(case, unchecked, capsys):
    reviewed(case, "a.mp4")
    assert 3 == run(case.folder, "--plans")
    told = capsys.readouterr().err
    assert "b.mp4: nobody has marked it as reviewed" in told
    assert "Released 1 of 2 files" in told
    assert ["a.redacted.mp4"] == unchecked
    (archive,) = case.folder.glob("*-release.zip")
    with zipfile.ZipFile(archive) as packed:
        assert "a.redacted.mp4" in packed.namelist()
    again = CaseFolder.load(case.folder)
    assert again.case.released
    assert [True, False] == [entry.plan_sha256 is not None for entry in again.case.files]


def stamps(case):
    return [case.paths(entry).output.stat().st_mtime_ns for entry in case.case.files]


def test_what_did_not_change_is_not_rendered_again_and_named(case, unchecked, capsys):
    reviewed(case, "a.mp4", "b.mp4")
    assert 0 == run(case.folder, "--plans", "--no-verify")
    assert [] == unchecked
    first = stamps(case)
    capsys.readouterr()
    plan = case.folder / "b.plan.json"
    plan.write_text(plan.read_text() + "\n")
    assert 0 == run(case.folder, "--plans", "--no-verify")
    told = capsys.readouterr().err
    assert "not rendered again without --force (1 files):\n  a.mp4\n" in told
    assert "Released 2 of 2 files" in told
    second = stamps(case)
    assert (True, False) == (first[0] == second[0], first[1] == second[1])
    assert 0 == run(case.folder, "--plans", "--no-verify", "--force")
    assert not set(second) & set(stamps(case))


def test_other_settings_render_again(case, unchecked):
    reviewed(case, "a.mp4", "b.mp4")
    run(case.folder, "--plans", "--no-verify")
    first = stamps(case)
    run(case.folder, "--plans", "--no-verify", "--style", "mosaic")
    assert not set(first) & set(stamps(case))


def test_a_copy_that_was_never_checked_is_checked_though_nothing_changed(case, unchecked, monkeypatch):
    reviewed(case, "a.mp4", "b.mp4")
    run(case.folder, "--plans")
    assert ["a.redacted.mp4", "b.redacted.mp4"] == unchecked
    first = stamps(case)
    run(case.folder, "--plans")  # the check that replaces the real one has left no report
    assert 4 == len(unchecked)
    monkeypatch.setattr("passerby.review.release.verification.load_earlier", lambda *_: object())
    monkeypatch.setattr("passerby.cases.package._released_file", _unchecked_file)
    run(case.folder, "--plans")
    assert (4, first) == (len(unchecked), stamps(case))


def test_two_programs_do_not_release_one_case_at_once(case, unchecked, capsys):
    reviewed(case, "a.mp4")
    with release_lock(case.folder):
        assert 1 == run(case.folder, "--plans")
    assert "Another program is releasing this case" in capsys.readouterr().err
    assert not case.release_folder.exists()


def test_without_a_reviewed_file_nothing_is_rendered(case, capsys):
    assert 2 == run(case.folder, "--plans")
    assert "No file of the case is reviewed" in capsys.readouterr().err
    assert not case.release_folder.exists()


@pytest.mark.parametrize("option", [("--resume",), ("--out-dir", "x"), ("-o", "x"), ("--plan", "x")])
def test_options_that_contradict_are_refused(case, option):
    assert 2 == run(case.folder, "--plans", *option)


def test_a_folder_that_is_no_case_is_refused(tmp_path):
    with pytest.raises(UsageError, match="passerby review"):
        load_case([tmp_path])


def test_what_is_missing_is_known_before(case):
    (case.folder / "b.plan.json").unlink()
    (case.folder / "a.mp4").unlink()
    ready, missing = split_ready(case)
    assert ([], ["failed", "waiting"]) == (ready, [file.reason for file in missing])


def test_reasons_are_those_of_the_office(case):
    assert ReasonList() == office_reasons(case)
    reasons = ReasonList(reasons=(ReleaseReason(code="b(6)"),))
    (case.folder.parent / "reasons.json").write_text(reasons.to_json())
    assert reasons == office_reasons(case)
    (case.folder.parent / "reasons.json").write_text("{")
    with pytest.raises(CaseError):
        office_reasons(case)


def test_a_run_that_ignores_a_plan_says_so(case, tmp_path, capsys, monkeypatch):
    use_fake_detectors(monkeypatch)
    run(case.folder, "--out-dir", tmp_path / "out", "--no-verify")
    assert "NOTE: a.plan.json, b.plan.json not used" in capsys.readouterr().err
    run(case.folder / "a.mp4", "--plan", case.folder / "a.plan.json", "--no-verify")
    assert "NOTE" not in capsys.readouterr().err


def test_the_default_reasons_of_the_office_stand_in_the_report(case, unchecked):
    reasons = ReasonList(reasons=(ReleaseReason(code="b(6)", default_for=(Kind.PLATE,)),))
    (case.folder.parent / "reasons.json").write_text(reasons.to_json())
    reviewed(case, "a.mp4")
    run(case.folder, "--plans", "--no-verify")
    report = Report.model_validate_json(case.paths(case.case.files[0]).report.read_bytes())
    assert ["b(6)"] == [entry.reason for entry in report.redaction_log]


def test_what_a_page_has_not_written_into_its_plan_yet_is_released(case, unchecked):
    """The plan of an open file has its latest corrections in the journal; a release never uses an earlier state."""
    reviewed(case, "a.mp4", "b.mp4")
    opened = OpenFile(0, case.paths(case.case.files[0]), "J. Doe")
    opened.prepare()
    assert 0 == run(case.folder, "--plans", "--no-verify")
    before = stamps(case)
    opened.edit([Change(0, 1, None, "a sign")])
    assert has_journal(opened.paths.plan)
    assert 0 == run(case.folder, "--plans", "--no-verify")
    report = Report.model_validate_json(opened.paths.report.read_bytes())
    assert 1 == report.corrections
    assert (True, False) == tuple(a != b for a, b in zip(before, stamps(case), strict=True))
    opened.close()  # the plan is written, and is the one that was released
    assert not has_journal(opened.paths.plan)
    rendered = stamps(case)
    assert 0 == run(case.folder, "--plans", "--no-verify")
    assert rendered == stamps(case)
