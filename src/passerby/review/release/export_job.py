"""Export: render the plan, verify the release, and give the verdict; and the random sample that a person judges."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from passerby.config.settings import Audio, Settings
from passerby.core.kinds import Kind
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.documents.trim import Trims
from passerby.documents.verification_report import NOT_ANSWERABLE, FindingAnswer, UpperBound, VerificationReport
from passerby.review.answers import ExportResponse, SampleFrameResponse, SampleResponse
from passerby.review.background_job import BackgroundJob, JobProgress
from passerby.review.errors import NotFoundError, ReviewError
from passerby.review.files import render_export
from passerby.review.notes import Judgement, ReviewSample
from passerby.review.open_file import OpenFile
from passerby.review.release import verification
from passerby.review.release.judgements import ShownFrames, answers_for, bound_of, finding_key
from passerby.review.release.verification import ReleaseVerdict

#: Frames of a sample. If none of them leaks, at most about one frame in twenty does, at 95 % confidence.
SAMPLE_FRAMES = 60


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported: the state of the plan (the hash of its analysis, and the revision of its history), the
    settings, and the file that came out."""

    analysis_sha256: str | None
    revision: int
    settings: Settings
    output_sha256: str

    @classmethod
    def of(cls, report: Report, revision: int) -> Exported:
        return cls(report.analysis_sha256, revision, report.settings, report.output.sha256)


class ExportJob:
    """The export of one file, its verdict, and its random sample."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self.shown_frames = ShownFrames()
        self.job = BackgroundJob()
        self._verdict: ReleaseVerdict | None = None
        self._report: VerificationReport | None = None
        self._exported: Exported | None = None
        self._images: dict[int, bytes] = {}
        self._lock = threading.Lock()

    @property
    def report_path(self) -> Path:
        """The HTML report of the verification; it need not exist."""
        return self._file.paths.verification / verification.REPORT_HTML

    def start(self, audio: Audio | None, default_reasons: Mapping[Kind, str] | None = None) -> None:
        """Render and verify in the background. `default_reasons` stand in the report for what is hidden without a
        reason of its own. Raises ReviewError while a job is running, and what `write_plan` raises."""
        with self._file.lock:  # what is verified is what was rendered, whatever is changed meanwhile
            self._file.write_plan()
            plan, content = self._file.history.plan, self._file.history.to_json().encode()
            revision = self._file.history.revision

        def work(progress: JobProgress) -> None:
            report = render_export(self._file.paths, plan, progress, audio, default_reasons)
            self._verdict = verification.verdict_of_report(report, _trims(plan))
            self._exported = Exported.of(report, revision)
            self._forget_earlier(report.output.sha256)
            self._verify(progress, plan, content)

        self.job.start(work)

    def _forget_earlier(self, sha256: str) -> None:
        """What was judged about an earlier export says nothing about this one."""
        with self._lock:
            self._images.clear()
        self.shown_frames.clear()
        with self._file.lock:
            notes = self._file.notes
            if notes.sample is not None and notes.sample.sha256 != sha256:
                self._file.update_notes(sample=None)
            if notes.answers and notes.answers_sha256 != sha256:
                self._file.update_notes(answers={}, answers_sha256=None)

    def _verify(self, progress: JobProgress, plan: Plan, content: bytes) -> None:
        self._report = verification.verify_release(self._file.paths, content, self._file.notes, progress)
        self._verdict = verification.verdict_of_verification(self._report, _trims(plan))

    def status(self) -> ExportResponse:
        if self._verdict is None and not self.job.running:
            self._verdict = self._earlier_verdict()
        stale = self._exported is not None and not self._is_current(self._exported)
        return ExportResponse(
            progress=self.job.status, output=self._file.paths.output.name, verdict=self._verdict, stale=stale
        )

    def checked_copy(self) -> str | None:
        """SHA-256 of the copy, when it is what a release would be: made from the plan as it is now, with the plan's
        settings, and checked independently."""
        status = self.status()
        exported, verdict = self._exported, status.verdict
        if self.job.running or exported is None or verdict is None or not verdict.independent:
            return None
        same = self._is_current(exported) and exported.settings == self._file.history.plan.run_settings
        return exported.output_sha256 if same else None

    def _is_current(self, exported: Exported) -> bool:
        history = self._file.history
        return (exported.analysis_sha256, exported.revision) == (history.plan.analysis_sha256, history.revision)

    def _earlier_verdict(self) -> ReleaseVerdict | None:
        """The verdict of an earlier run on a release that still exists."""
        paths, plan = self._file.paths, self._file.history.plan
        try:
            report = Report.model_validate_json(paths.report.read_bytes())
        except (OSError, ValueError):
            return None
        if report.source.sha256 != plan.source.sha256 or not paths.output.exists():
            return None
        # A revision counts corrections that others took the place of as well; a report those that were in the plan.
        superseded = self._file.history.revision - len(plan.corrections)
        self._exported = Exported.of(report, report.corrections + superseded)
        self._report = verification.load_earlier(paths.verification, report.output.sha256)
        if self._report is None:
            return verification.verdict_of_report(report, _trims(plan))
        return verification.verdict_of_verification(self._report, _trims(plan))

    def draw_sample(self) -> None:
        """Draw frames from the release and extract their images. Raises ReviewError when there is no release."""
        output = self._file.paths.output
        if not output.exists():
            raise ReviewError("export_first")

        def work(progress: JobProgress) -> None:
            progress.start(output.name, "sample", None)
            sample = verification.draw_sample(output, _require_output_sha256(self._file), SAMPLE_FRAMES)
            known = self._file.notes.sample
            if known is None or known.sha256 != sample.sha256 or known.frames != sample.frames:
                self._file.update_notes(sample=sample)
            with self._lock:
                self._images = dict(verification.sample_images(output, sample))

        self.job.start(work)

    def sample(self) -> SampleResponse:
        sample = self._file.notes.sample
        if sample is None:
            return SampleResponse()
        if _output_sha256(self._file) != sample.sha256:
            return SampleResponse(stale=True)
        frames = tuple(
            SampleFrameResponse(number=frame.number, time=frame.time, leak=_leak(sample, frame.number))
            for frame in sample.frames
        )
        bound = bound_of(sample)
        return SampleResponse(frames=frames, max_leak_percent=None if bound is None else bound.percent)

    def sample_image(self, number: int) -> bytes:
        """One frame of the sample, PNG. Raises ReviewError when it is not in memory."""
        with self._lock:
            if number not in self._images:
                raise ReviewError("sample_again")
            self.shown_frames.show(number)
            return self._images[number]

    def judge(self, number: int, leak: bool) -> SampleResponse:
        """Save a person's judgement of one frame, which must have been shown for a moment. After the last one, the
        bound is added to the report."""
        with self._file.lock:
            sample = self._file.notes.sample
            if sample is None or all(frame.number != number for frame in sample.frames):
                raise ReviewError("not_in_sample")
            if _output_sha256(self._file) != sample.sha256:
                raise ReviewError("sample_outdated")
            self.shown_frames.require_seen(number)
            time = self._file.now().isoformat(timespec="seconds")
            judgement = Judgement(leak=leak, reviewer=self._file.reviewer, time=time)
            judged = sample.model_copy(update={"judgements": {**sample.judgements, number: judgement}})
            self._file.update_notes(sample=judged)
        bound = bound_of(judged)
        if bound is not None and not self.job.running:
            self._report_bound(bound)
        return self.sample()

    def answer(self, number: int, reason: str) -> ExportResponse:
        """A person has looked at a finding, and it is no problem for this reason; an empty one takes the answer back.
        The report is signed again. Raises ReviewError and PasserbyError."""
        self.status()
        with self._file.lock:
            report = self._report
            if report is None:
                raise NotFoundError("no_report")
            finding = next((f for f in report.findings if f.number == number), None)
            if finding is None or finding.check in NOT_ANSWERABLE:
                raise NotFoundError("no_finding")
            answers = dict(self._file.notes.answers) if self._file.notes.answers_sha256 == report.file.sha256 else {}
            answers.pop(finding_key(finding), None)
            if reason.strip():
                created = self._file.now().isoformat(timespec="seconds")
                answers[finding_key(finding)] = FindingAnswer(
                    by=self._file.reviewer, created=created, reason=reason.strip()
                )
            self._file.update_notes(answers=answers, answers_sha256=report.file.sha256)
            answered = answers_for(self._file.notes, report)
            self._report = verification.answer(report, answered, self._file.paths.verification)
            self._verdict = verification.verdict_of_verification(self._report, _trims(self._file.history.plan))
        return self.status()

    def _report_bound(self, bound: UpperBound) -> None:
        """Add the bound to the report; if there is none of this very release, verify again."""
        report, plan = self._report, self._file.history.plan
        if report is None or report.file.sha256 != bound.sample.sha256:
            content = self._file.history.to_json().encode()
            self.job.start(lambda progress: self._verify(progress, plan, content))
            return
        self._report = verification.add_upper_bound(report, bound, self._file.paths.verification)
        self._verdict = verification.verdict_of_verification(self._report, _trims(plan))


def _trims(plan: Plan) -> Trims:
    """What is cut from the release, in the time base of its first video track."""
    return Trims(plan.trim, plan.videos[0].time_base)


def _leak(sample: ReviewSample, number: int) -> bool | None:
    judgement = sample.judgements.get(number)
    return None if judgement is None else judgement.leak


def _require_output_sha256(file: OpenFile) -> str:
    sha256 = _output_sha256(file)
    if sha256 is None:
        raise ReviewError("report_missing", name=file.paths.report.name)
    return sha256


def _output_sha256(file: OpenFile) -> str | None:
    try:
        return Report.model_validate_json(file.paths.report.read_bytes()).output.sha256
    except (OSError, ValueError):
        return None
