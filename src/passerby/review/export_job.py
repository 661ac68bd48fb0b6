"""Export: render the plan, verify the release, and give the verdict; and the random sample that a person judges."""

from __future__ import annotations

import threading
from pathlib import Path

from passerby.config.settings import Audio
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.documents.trim import Trims
from passerby.documents.verification_report import UpperBound, VerificationReport
from passerby.review import verification
from passerby.review.answers import ExportResponse, SampleFrameResponse, SampleResponse
from passerby.review.background_job import BackgroundJob, JobProgress
from passerby.review.errors import ReviewError
from passerby.review.files import render_export
from passerby.review.notes import Judgement, ReviewSample
from passerby.review.open_file import OpenFile
from passerby.review.verification import ReleaseVerdict

#: Frames of a sample. If none of them leaks, at most about one frame in twenty does, at 95 % confidence.
SAMPLE_FRAMES = 60


class ExportJob:
    """The export of one file, its verdict, and its random sample."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self.job = BackgroundJob()
        self._verdict: ReleaseVerdict | None = None
        self._report: VerificationReport | None = None
        self._revision: int | None = None
        self._images: dict[int, bytes] = {}
        self._lock = threading.Lock()

    @property
    def report_path(self) -> Path:
        """The HTML report of the verification; it need not exist."""
        return self._file.paths.verification / verification.REPORT_HTML

    def start(self, audio: Audio | None) -> None:
        """Render and verify in the background. Raises ReviewError while a job is running."""
        plan, revision = self._file.history.plan, self._file.history.revision

        def work(progress: JobProgress) -> None:
            report = render_export(self._file.paths, plan, progress, audio)
            self._verdict, self._revision = verification.verdict_of_report(report, _trims(plan)), revision
            self._images.clear()
            self._verify(progress, plan)

        self.job.start(work)

    def _verify(self, progress: JobProgress, plan: Plan, bound: UpperBound | None = None) -> None:
        self._report = verification.verify_release(self._file.paths, progress, bound)
        self._verdict = verification.verdict_of_verification(self._report, _trims(plan))

    def status(self) -> ExportResponse:
        if self._verdict is None and not self.job.running:
            self._verdict = self._earlier_verdict()
        stale = self._revision is not None and self._revision != self._file.history.revision
        return ExportResponse(
            progress=self.job.status, output=self._file.paths.output.name, verdict=self._verdict, stale=stale
        )

    def _earlier_verdict(self) -> ReleaseVerdict | None:
        """The verdict of an earlier run on a release that still exists."""
        paths, plan = self._file.paths, self._file.history.plan
        try:
            report = Report.model_validate_json(paths.report.read_bytes())
        except (OSError, ValueError):
            return None
        if report.source.sha256 != plan.source.sha256 or not paths.output.exists():
            return None
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
        frames = tuple(
            SampleFrameResponse(number=frame.number, time=frame.time, leak=_leak(sample, frame.number))
            for frame in sample.frames
        )
        complete = all(frame.leak is not None for frame in frames)
        percent = verification.upper_bound(sample).percent if complete else None
        stale = _output_sha256(self._file) != sample.sha256
        return SampleResponse(frames=frames, max_leak_percent=percent, stale=stale)

    def sample_image(self, number: int) -> bytes:
        """One frame of the sample, PNG. Raises ReviewError when it is not in memory."""
        with self._lock:
            if number not in self._images:
                raise ReviewError("sample_again")
            return self._images[number]

    def judge(self, number: int, leak: bool) -> SampleResponse:
        """Save a person's judgement of one frame. After the last one, the bound is added to the report."""
        with self._file.lock:
            sample = self._file.notes.sample
            if sample is None or all(frame.number != number for frame in sample.frames):
                raise ReviewError("not_in_sample")
            time = self._file.now().isoformat(timespec="seconds")
            judgement = Judgement(leak=leak, reviewer=self._file.reviewer, time=time)
            judged = sample.model_copy(update={"judgements": {**sample.judgements, number: judgement}})
            self._file.update_notes(sample=judged)
        response = self.sample()
        if response.max_leak_percent is not None and not response.stale and not self.job.running:
            self._report_bound(verification.upper_bound(self._file.notes.sample or judged))
        return response

    def _report_bound(self, bound: UpperBound) -> None:
        """Add the bound to the report; if there is none of this very release, verify again."""
        report, plan = self._report, self._file.history.plan
        if report is None or report.file.sha256 != bound.sample.sha256:
            self.job.start(lambda progress: self._verify(progress, plan, bound))
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
