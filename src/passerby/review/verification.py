"""Verification of an export and its random sample: the editor's only access to `passerby.verify`.

Its results are reduced to what the page needs. `passerby.verify` is imported on first use: a file opens sooner without
its models.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from passerby.core.model import FrozenModel
from passerby.core.progress import Progress
from passerby.documents.report import Report
from passerby.documents.trim import Trims
from passerby.documents.verification_report import (
    Check,
    CheckOutcome,
    FrameSample,
    SignedVerificationReport,
    UpperBound,
    Verdict,
    VerificationReport,
)
from passerby.review.files import ReviewPaths, save_text
from passerby.review.notes import ReviewSample, ReviewSampleFrame

REPORT_JSON, REPORT_HTML = "report.json", "report.html"


class ReleaseFinding(FrozenModel):
    """A finding in the release. `time` in seconds of the source, which is what the page shows. `check` is None for the
    self-check of redact; `description` is in English."""

    time: float
    description: str
    check: Check | None = None
    video: int = 0
    box: tuple[float, float, float, float] | None = None
    score: float | None = None


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
        checks=tuple(ReleaseCheck(detail=line) for line in (*report.damage, *report.warnings)),
    )


def verdict_of_verification(report: VerificationReport, trims: Trims) -> ReleaseVerdict:
    """The verdict of `passerby verify`."""
    findings = (
        ReleaseFinding(
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
        ReleaseCheck(check=result.check, outcome=result.outcome, detail=result.limitation or result.method)
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


def verify_release(paths: ReviewPaths, progress: Progress, bound: UpperBound | None = None) -> VerificationReport:
    """Run `passerby verify` and save its signed report, JSON and HTML. Raises PasserbyError."""
    from passerby.verify.verify import verify

    report = verify(paths.output, report=paths.report, plan=paths.plan, bound=bound, progress=progress)
    _save(report, paths.verification)
    return report


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
    from passerby.verify.report import html, signing

    signed = signing.sign(report, signing.load_key())
    folder.mkdir(exist_ok=True)
    save_text(folder / REPORT_JSON, signing.to_json(signed))
    save_text(folder / REPORT_HTML, html.render_report(signed))


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


def upper_bound(sample: ReviewSample) -> UpperBound:
    """The confidence bound of a judged sample. Raises VerificationError while a frame is not judged."""
    from passerby.verify.report import random_draw

    leaks = {number: judgement.leak for number, judgement in sample.judgements.items()}
    last = max(sample.judgements.values(), key=lambda judgement: judgement.time)
    return random_draw.bound_from_answers(_verify_sample(sample), leaks, last.reviewer, last.time)


def _verify_sample(sample: ReviewSample) -> FrameSample:
    return FrameSample.model_validate_json(sample.verify_sample)
