import os
import shutil

import pytest

from passerby.cases.case_rows import FileHashes, case_row, is_up_to_date
from passerby.config.settings import Settings
from passerby.core.kinds import Kind
from passerby.documents.case_file import CaseEntry
from passerby.documents.reason_list import ReasonList, ReleaseReason
from passerby.documents.redaction_log import LogEntry
from passerby.documents.report import OutputSummary, QuickCheck, Report
from passerby.review.commands import DeleteTrack
from passerby.review.open_file import OpenFile
from passerby.review.release.verification import ReleaseFinding, ReleaseVerdict
from passerby.review.review_item import ReviewItem
from tests import stills

ENTRY = CaseEntry(source="yard.mp4", plan="yard.plan.json", output="yard.redacted.mp4")


@pytest.fixture
def hashes():
    return FileHashes()


def test_a_row_has_length_state_and_a_picture(item, hashes):
    row = case_row(item, ENTRY, hashes)
    assert ("to_check", False, None) == (row.state, row.still, row.verdict)
    assert 0 < row.seconds < 2
    assert 8 == row.thumbnail_frame
    item.file.update_notes(finished=True)
    assert "reviewed" == case_row(item, ENTRY, hashes).state


def test_a_file_that_is_not_open_says_so(paths, hashes):
    row = case_row(ReviewItem.of(OpenFile(0, paths, "J. Doe")), ENTRY, hashes)
    assert ("waiting", None, None, 0) == (row.state, row.seconds, row.thumbnail_frame, row.open_entries)


def test_a_broken_file_has_failed(tmp_path, paths, hashes):
    paths.plan.unlink()
    paths.source.write_bytes(b"no film")
    item = ReviewItem.of(OpenFile(0, paths, "J. Doe"))
    item.file.prepare()
    row = case_row(item, ENTRY, hashes)
    assert ("failed", "UnsupportedSource") == (row.state, row.file.error.code)


def test_a_photo_is_a_still(tmp_path, paths, hashes):
    photo = tmp_path / "photo.jpg"
    stills.image().save(photo)
    item = ReviewItem.of(OpenFile(0, type(paths)(photo, paths.output, paths.report, paths.plan), "J. Doe"))
    assert case_row(item, ENTRY, hashes).still


@pytest.mark.parametrize(
    ("independent", "clean", "findings", "said"),
    [(True, True, 0, "clean"), (True, True, 1, "reviewed"), (True, False, 1, "review"), (False, True, 0, "unchecked")],
)
def test_findings_that_a_person_has_answered_are_not_said_to_be_none(
    released, hashes, monkeypatch, independent, clean, findings, said
):
    found = tuple(ReleaseFinding(time=0, description="a face", reason="a poster") for _ in range(findings))
    verdict = ReleaseVerdict(independent=independent, clean=clean, findings=found)
    monkeypatch.setattr(released.export, "_verdict", verdict)
    assert said == case_row(released, ENTRY, hashes).verdict


@pytest.fixture
def released(item):
    """A file with a released copy and its report."""
    paths = item.file.paths
    shutil.copy(paths.source, paths.output)
    masked = LogEntry(number=1, action="masked", start=0, end=1, kind=Kind.FACE, video=0, track=1, decided_by="program")
    report = Report(
        redaction_log=(masked,), program="passerby", created="",
        source=item.file.history.plan.source, settings=Settings(), weights=(),
        output=OutputSummary(name="yard.redacted.mp4", sha256="0" * 64, size=1, codec="h264", frames=24),
        plan_edited=True, hidden=(), dropped=(), warnings=(), check=QuickCheck(ran=True),
    )  # fmt: skip
    paths.report.write_text(report.to_json())
    return item


def test_a_released_copy_is_outdated_when_the_plan_changes(released, hashes):
    item, paths = released, released.file.paths
    entry = ENTRY.model_copy(
        update={"plan_sha256": hashes.sha256(paths.plan), "output_sha256": hashes.sha256(paths.output)}
    )
    assert "released" == case_row(item, entry, hashes).state
    assert is_up_to_date(entry, paths, ReasonList(), hashes)
    item.edits.apply(DeleteTrack(op="delete", track=1))
    assert "outdated" == case_row(item, entry, hashes).state
    assert not is_up_to_date(entry, paths, ReasonList(), hashes)


def test_a_released_copy_with_other_default_reasons_in_its_report_is_not_up_to_date(released, hashes):
    paths = released.file.paths
    entry = ENTRY.model_copy(
        update={"plan_sha256": hashes.sha256(paths.plan), "output_sha256": hashes.sha256(paths.output)}
    )
    assert is_up_to_date(entry, paths, ReasonList(), hashes)
    other = ReasonList(reasons=(ReleaseReason(code="b(6)", default_for=(Kind.FACE,)),))
    assert not is_up_to_date(entry, paths, other, hashes)
    paths.report.unlink()
    assert not is_up_to_date(entry, paths, ReasonList(), hashes)


def test_a_released_copy_that_was_changed_is_not_up_to_date(released, hashes):
    paths = released.file.paths
    entry = ENTRY.model_copy(
        update={"plan_sha256": hashes.sha256(paths.plan), "output_sha256": hashes.sha256(paths.output)}
    )
    paths.output.write_bytes(b"something else")
    assert not is_up_to_date(entry, paths, ReasonList(), hashes)
    assert not is_up_to_date(ENTRY, paths, ReasonList(), hashes)


def test_a_file_is_hashed_again_when_it_changed(tmp_path, hashes):
    path = tmp_path / "x"
    assert hashes.sha256(path) is None
    path.write_bytes(b"1")
    first = hashes.sha256(path)
    path.write_bytes(b"2")
    os.utime(path, ns=(1, 1))
    assert first != hashes.sha256(path)
