"""What a person decided and answered, in the report of a verification: shown on purpose, no problem, judged frames."""

import pytest

from passerby import redact
from passerby.core.errors import VerificationError
from passerby.core.kinds import Kind
from passerby.documents.report import Report
from passerby.documents.verification_report import Check, CheckOutcome, FindingAnswer, Verdict
from passerby.verify.report.files import report_files
from passerby.verify.report.random_draw import bound_from_answers, draw_sample
from passerby.verify.report.signing import load_key
from passerby.verify.verify import add_upper_bound, answer_findings, verify
from tests import clips
from tests.fake_detector import use_fake_detectors
from tests.plans import plan_for
from tests.verify.fake_ensemble import bright, face, use_ensemble
from tests.verify.released_clip import FACE, found, outcomes, release
from tests.verify.shown_release import shown_on_purpose
from tests.white_patch import PATCH


@pytest.fixture
def source(tmp_path, monkeypatch):
    use_fake_detectors(monkeypatch)
    use_ensemble(monkeypatch)
    return clips.cfr(tmp_path / "yard.mp4")


def test_reasons_and_authors_are_reported(source):
    plan_file = source.with_name("p.json")
    plan = plan_for(source, FACE.model_copy(update={"reason": "FOIA (b)(6)"}))
    plan_file.write_text(plan.to_json())
    out = source.with_name("out.mp4")
    report = redact(source, out, plan=plan, verify=False)
    out.with_name("out.report.json").write_text(report.to_json())
    (one,) = verify(out, plan=plan_file).release.redaction_log
    assert ("FOIA (b)(6)", None, Kind.FACE) == (one.reason, one.by, one.kind)


@pytest.mark.parametrize("kept", [True, False])
def test_what_is_shown_on_purpose_is_no_finding(kept, source, monkeypatch):
    """Somebody who is kept visible, or of whom the mask was removed. Beside them, or without the plan, it is one."""
    use_ensemble(monkeypatch, bright(PATCH))
    out, plan_file = shown_on_purpose(source, kept=kept)
    checked = verify(out, plan=plan_file, original=source)
    assert () == checked.findings
    assert "of what is shown on purpose do not count" in checked.checks[1].method
    assert [Check.FACES] == found(verify(out))
    use_ensemble(monkeypatch, lambda picture: [face(PATCH.translate(60, 40))])
    assert [Check.FACES] == found(verify(out, plan=plan_file))


def test_a_signed_report_explains_whom_it_names_and_nobody_else(source, monkeypatch, tmp_path):
    use_ensemble(monkeypatch, bright(PATCH))
    out, plan_file = shown_on_purpose(source)
    key, other = load_key(tmp_path / "key"), load_key(tmp_path / "other")
    checked = verify(out, plan=plan_file)
    folder = tmp_path / "out.verification"
    folder.mkdir()
    for name, content in report_files(checked, key)[1].items():
        (folder / name).write_bytes(content)
    assert [Check.FACES] == found(verify(out))  # whose signature it is is not known
    assert [Check.FACES] == found(verify(out, trusted=[other.fingerprint]))
    believed = verify(out, trusted=[key.fingerprint])
    assert () == believed.findings
    assert f"signed with the key {key.fingerprint[:16]}" in believed.checks[1].method
    use_ensemble(monkeypatch, lambda picture: [face(PATCH.translate(60, 40))])
    assert [Check.FACES] == found(verify(out, trusted=[key.fingerprint]))
    # A report that was changed after it was signed is not believed.
    use_ensemble(monkeypatch, bright(PATCH))
    path = out.with_name("out.report.json")
    path.write_text(path.read_text() + "\n")
    assert [Check.FACES] == found(verify(out, trusted=[key.fingerprint]))


def test_a_report_from_which_a_line_was_taken_is_found(source):
    out, plan = release(source, FACE)
    path = out.with_name(f"{out.stem}.report.json")
    honest = verify(out, plan=plan, original=source)
    assert () == honest.findings
    assert "compared with the plan, line by line" in honest.checks[0].method
    path.write_text(Report.model_validate_json(path.read_text()).model_copy(update={"redaction_log": ()}).to_json())
    (finding,) = verify(out, plan=plan).findings
    assert (Check.REPORT, True) == (
        finding.check,
        "does not list what the plan says: Masked, Face 1" in finding.description,
    )


def test_answered_findings_make_the_verdict_reviewed(source, monkeypatch):
    use_ensemble(monkeypatch, lambda picture: [face(PATCH), face(PATCH.translate(60, 40))])
    report = verify(release(source)[0])
    answer = FindingAnswer(by="B", created="2026-03-01T10:30:00+00:00", reason="a poster")
    one, two = (finding.number for finding in report.findings)
    assert (Verdict.FINDINGS, True) == (report.verdict, report.needs_review)
    assert Verdict.FINDINGS is answer_findings(report, {one: answer}).verdict
    reviewed = answer_findings(report, {one: answer, two: answer})
    assert (Verdict.REVIEWED, False) == (reviewed.verdict, reviewed.needs_review)
    assert answer == reviewed.findings[1].answer
    assert Verdict.FINDINGS is answer_findings(reviewed, {}).verdict


def test_a_frame_that_a_person_judged_to_show_something_has_no_answer(source, monkeypatch):
    use_ensemble(monkeypatch, lambda picture: [face(PATCH)])
    out, _ = release(source)
    report = verify(out)
    answer = FindingAnswer(by="B", created="2026-03-01T10:30:00+00:00", reason="a poster")
    reviewed = answer_findings(report, {finding.number: answer for finding in report.findings})
    for shows, verdict in ((False, Verdict.REVIEWED), (True, Verdict.FINDINGS)):
        bound = bound_from_answers(draw_sample(out, 2), {1: False, 2: shows}, "B", "2026-03-04")
        assert verdict is add_upper_bound(reviewed, bound).verdict


def test_that_the_file_is_not_that_of_its_report_cannot_be_answered(source):
    out, _ = release(source, FACE)
    out.write_bytes(out.read_bytes() + b"x")
    report = verify(out)
    answer = FindingAnswer(by="B", created="2026-03-01T10:30:00+00:00", reason="never mind")
    with pytest.raises(VerificationError, match="cannot be answered"):
        answer_findings(report, {report.findings[0].number: answer})


def test_a_bound_of_another_file_is_refused(source):
    out, _ = release(source, FACE)
    drawn = draw_sample(source, 3)
    bound = bound_from_answers(drawn, dict.fromkeys((1, 2, 3), False), "X", "today")
    with pytest.raises(VerificationError, match="another file"):
        verify(out, bound=bound)
    with pytest.raises(VerificationError, match="another file"):
        add_upper_bound(verify(out), bound)


def test_an_upper_bound_can_be_added_without_another_check(source):
    out, _ = release(source, FACE)
    report = verify(out)
    drawn = draw_sample(out, 3)
    good = add_upper_bound(report, bound_from_answers(drawn, dict.fromkeys((1, 2, 3), False), "X", "today"))
    assert CheckOutcome.PASSED is outcomes(good)[Check.RANDOM_SAMPLE]
    bad = add_upper_bound(report, bound_from_answers(drawn, {1: True, 2: False, 3: False}, "X", "today"))
    assert (Verdict.FINDINGS, CheckOutcome.FINDINGS) == (bad.verdict, outcomes(bad)[Check.RANDOM_SAMPLE])
