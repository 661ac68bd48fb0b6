"""What is sent to a worker process and what comes back: plain values that go through a pipe."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from passerby.config.object_path import display_path
from passerby.config.settings import Settings
from passerby.core.errors import OutputBusy, OutputExists, PasserbyError, StorageError
from passerby.core.kinds import Kind
from passerby.documents.report import Report
from passerby.jobs.events.stage_progress import StageProgress
from passerby.jobs.file_job import FileJob
from passerby.jobs.video_steps import RenderStep, VideoStep, chunk_path
from passerby.track.segments import SegmentLengths

if TYPE_CHECKING:
    from passerby.detect.factory import StillDetectorCache


@dataclass(frozen=True, slots=True)
class Task:
    """One file to redact, or (`step`) one step of a video that is distributed in chunks.

    `min_span_segments` allows a long video to be distributed, in spans of at least that many segments; 0 does not.
    `segment_lengths` travel with the task, so that every machine has the same.
    `skip_busy`: a file that another run is writing is named, and is no failure. `listed_at` is when this run began
    (Unix time): what another run with the same settings has finished since is done.
    `dry_run`: nothing is written but masked pictures, and the result is a DryRun.
    `default_reasons` stand in the report for what is hidden without a reason of its own.
    """

    job: FileJob
    settings: Settings
    plan: Path | None = None
    save_plan: bool = False
    force: bool = False
    resume: bool = False
    verify: bool = True
    json: bool = False
    quiet: bool | None = None
    threads: int | None = None
    min_span_segments: int = 0
    skip_busy: bool = False
    dry_run: bool = False
    listed_at: float = field(default_factory=time.time)
    default_reasons: Mapping[Kind, str] = field(default_factory=dict)
    segment_lengths: SegmentLengths = field(default_factory=SegmentLengths.from_environment)
    step: VideoStep | None = None

    @property
    def output_paths(self) -> tuple[Path, ...]:
        """The files that it writes."""
        if isinstance(self.step, RenderStep):
            return (chunk_path(self.job, self.step.number),)
        if self.dry_run:
            return self.job.preview_paths
        return self.job.output, self.job.report_path, self.job.plan_path


def refuse_other_settings(task: Task, report: Report | None) -> None:
    """`--resume` goes on where an earlier run stopped, and replaces nothing that was made in another way. Raises
    OutputExists, unless the command line says --force. `report`: that of the earlier run, None where there is none that
    can be read."""
    if task.force or report is None:
        return
    output = display_path(task.job.output)
    before, now = report.settings.model_dump(), task.settings.model_dump()
    names = ", ".join(f"--{name.replace('_', '-')}" for name in before if before[name] != now[name])
    if names:
        raise OutputExists(
            f"{output} was made with other settings ({names}), and --resume does not replace it. Give the same "
            "settings, another folder with --out-dir, or --force to replace it."
        )
    if report.plan_edited and task.plan is None:
        raise OutputExists(
            f"{output} was made from a plan, which a person may have corrected, and --resume does not replace it. Give "
            "--plan or --plans, another folder with --out-dir, or --force to replace it."
        )


class JobState(StrEnum):
    """How a file ended."""

    DONE = "done"
    ALREADY_DONE = "already done"
    NEEDS_REVIEW = "needs review"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    IN_ANOTHER_RUN = "in another run"


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How one file ended. `error` is the message, `exit_code` the program's exit code for this file alone.

    `retryable` marks a failure that may not repeat at another time or on another machine. `result` is what a step
    or a dry run returned, or the spans that a video is to be distributed in.
    """

    job: FileJob
    state: JobState
    report: Report | None = None
    error: str | None = None
    exit_code: int = 0
    retryable: bool = False
    result: object = None

    @classmethod
    def of_report(cls, job: FileJob, report: Report) -> JobOutcome:
        if report.needs_review:
            return cls(job, JobState.NEEDS_REVIEW, report, exit_code=3)
        return cls(job, JobState.DONE, report)

    @classmethod
    def of_error(cls, job: FileJob, error: PasserbyError) -> JobOutcome:
        retryable = isinstance(error, (OutputBusy, StorageError))
        return cls(job, JobState.FAILED, error=str(error), exit_code=error.exit_code, retryable=retryable)


@dataclass(slots=True)
class WorkerState:
    """What a worker process keeps from file to file: how it reports a heartbeat and progress, and the models for
    stills."""

    heartbeat: Callable[[], None] = lambda: None
    report_progress: Callable[[StageProgress], None] = lambda _: None
    still_detectors: StillDetectorCache | None = None
