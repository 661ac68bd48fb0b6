"""Verification of an export and its random sample: the editor's only access to `passerby.verify`.

Its results are reduced to what the page needs. `passerby.verify` is imported on first use: a file opens sooner without
its models.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from passerby.core.model import FrozenModel
from passerby.core.progress import Progress
from passerby.documents.report import Report
from passerby.documents.trim import Trims
from passerby.documents.verification_report import (
    NOT_ANSWERABLE,
    Check,
    CheckOutcome,
    FindingAnswer,
    FrameSample,
    SignedVerificationReport,
    UpperBound,
    Verdict,
    VerificationReport,
)
from passerby.review.files import ReviewPaths
from passerby.review.notes import ReviewNotes, ReviewSample, ReviewSampleFrame
from passerby.review.page_text import without_commands
from passerby.review.release.judgements import answers_for, bound_for
from passerby.sink.output_file import write_bytes_atomically
from passerby.source.fingerprint import fingerprint

REPORT_JSON, REPORT_HTML = "report.json", "report.html"


class ReleaseFinding(FrozenModel):
    """A finding in the release. `time` in seconds of the source, which is what the page shows. `check` is None for the
    self-check of redact; `description` is in English. `number` is that in the report; `reason` and `by` are the answer
    of a person, by whom it is no problem; `answerable`: it can have one."""

    number: int = 0
    time: float
    description: str
    check: Check | None = None
    video: int = 0
    box: tuple[float, float, float, float] | None = None
    score: float | None = None
    answerable: bool = False
    reason: str | None = None
    by: str | None = None


class ReleaseCheck(FrozenModel):
    """One check and its outcome; both None for a warning of the run. `detail` is in English."""

    check: Check | None = None
    outcome: CheckOutcome | None = None
    detail: str


class ReleaseVerdict(FrozenModel):
    """Verdict on a release. `independent`: by `passerby verify`; otherwise only by the self-check of redact, and
    `verdict` is None."""

    independent: bool
    clean: bool
    verdict: Verdict | None = None
    findings: tuple[ReleaseFinding, ...]
    checks: tuple[ReleaseCheck, ...] = ()
    has_report: bool = False


def verdict_of_report(report: Report, trims: Trims) -> ReleaseVerdict:
    """The verdict of redact's self-check."""
    findings = tuple(
        ReleaseFinding(
            time=_source_seconds(finding.time, trims),
            description=finding.description,
            box=finding.box,
            score=finding.score,
        )
        for finding in report.check.findings
    )
    return ReleaseVerdict(
        independent=False,
        clean=not report.needs_review,
        findings=findings,
        checks=tuple(
            ReleaseCheck(detail=text) for line in (*report.damage, *report.warnings) if (text := without_commands(line))
        ),
    )


def verdict_of_verification(report: VerificationReport, trims: Trims) -> ReleaseVerdict:
    """The verdict of `passerby verify`."""
    findings = (
        ReleaseFinding(
            number=finding.number,
            answerable=finding.check not in NOT_ANSWERABLE,
            reason=finding.answer.reason if finding.answer is not None else None,
            by=finding.answer.by if finding.answer is not None else None,
            time=_source_seconds(finding.time or 0.0, trims),
            description=finding.description,
            check=finding.check,
            video=finding.video,
            box=finding.box,
            score=finding.score,
        )
        for finding in report.findings
    )
    checks = (
        ReleaseCheck(
            check=result.check, outcome=result.outcome, detail=without_commands(result.limitation or result.method)
        )
        for result in report.checks
    )
    return ReleaseVerdict(
        independent=True,
        clean=not report.needs_review,
        verdict=report.verdict,
        findings=tuple(findings),
        checks=tuple(checks),
        has_report=True,
    )


def _source_seconds(seconds: float, trims: Trims) -> float:
    """A time of the release as a time of the source: ranges may have been cut before it."""
    return round(float(trims.to_source_time(round(seconds / trims.time_base)) * trims.time_base), 3)


def verify_release(
    paths: ReviewPaths, plan_content: bytes, notes: ReviewNotes, progress: Progress
) -> VerificationReport:
    """Run `passerby verify` with all that there is: the plan as it was rendered, the original, and what a person has
    judged about this very file. Saves the signed report. Raises PasserbyError."""
    from passerby.verify.verify import answer_findings, verify

    sha256, _ = fingerprint(paths.output)
    report = verify(
        paths.output,
        report=paths.report,
        plan=paths.plan,
        plan_content=plan_content,
        original=paths.source,
        bound=bound_for(notes, paths.output, sha256),
        progress=progress,
    )
    report = answer_findings(report, answers_for(notes, report))
    _save(report, paths.verification)
    return report


def answer(report: VerificationReport, answers: Mapping[int, FindingAnswer], folder: Path) -> VerificationReport:
    """The report with these answers to its findings, saved again. Raises VerificationError."""
    from passerby.verify import verify

    updated = verify.answer_findings(report, answers)
    _save(updated, folder)
    return updated


def add_upper_bound(report: VerificationReport, bound: UpperBound, folder: Path) -> VerificationReport:
    """The report with the result of a judged sample, saved again."""
    from passerby.verify import verify

    updated = verify.add_upper_bound(report, bound)
    _save(updated, folder)
    return updated


def load_earlier(folder: Path, sha256: str) -> VerificationReport | None:
    """The report of an earlier run, if there is one and it is about the file with this hash."""
    try:
        report = SignedVerificationReport.model_validate_json((folder / REPORT_JSON).read_bytes()).report
    except (OSError, ValidationError):
        return None
    return report if report.file.sha256 == sha256 else None


def _save(report: VerificationReport, folder: Path) -> None:
    from passerby.verify.report import files, signing
    from passerby.verify.report.agency import load_agency

    agency = load_agency(signing.config_folder(os.environ))
    _, content = files.report_files(report, signing.load_key(), agency)
    folder.mkdir(exist_ok=True)
    for name in files.NAMES:
        if name in content:
            write_bytes_atomically(folder / name, content[name], force=True)
        else:
            (folder / name).unlink(missing_ok=True)  # of an earlier report


def draw_sample(output: Path, sha256: str, count: int) -> ReviewSample:
    """A new random sample of frames of a released file. Raises PasserbyError."""
    from passerby.verify.report import random_draw

    sample = random_draw.draw_sample(output, count)
    frames = tuple(
        ReviewSampleFrame(number=frame.number, video=frame.video, frame=frame.frame, time=frame.time)
        for frame in sample.frames
    )
    return ReviewSample(sha256=sha256, frames=frames, verify_sample=sample.model_dump_json())


def sample_images(output: Path, sample: ReviewSample) -> Iterator[tuple[int, bytes]]:
    """(number, PNG) of all frames of the sample. Raises PasserbyError."""
    from passerby.verify.report import random_draw

    for frame, png in random_draw.sample_images(output, _verify_sample(sample)):
        yield frame.number, png


def _verify_sample(sample: ReviewSample) -> FrameSample:
    return FrameSample.model_validate_json(sample.verify_sample)
