"""One task in the worker process: from its options to its outcome."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from passerby.config.object_path import display_path
from passerby.core.errors import OutputBusy, OutputError, OutputExists, PasserbyError
from passerby.core.progress import NullProgress, Progress
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.jobs.events.stage_progress import StageReporter
from passerby.jobs.progress_output import make_progress
from passerby.jobs.remote_io import is_remote_task, local_copy, previous_outcome, upload_outputs
from passerby.jobs.task import JobOutcome, JobState, Task, WorkerState, refuse_other_settings
from passerby.track.segments import SegmentRange

#: Bytes per second, fewer than any codec needs: a smaller file cannot be long enough to be distributed, and is not
#: opened to find out.
MIN_BYTES_PER_SECOND = 500


class _HeartbeatProgress:
    """A progress display that also sends a heartbeat at each step."""

    def __init__(self, display: Progress, heartbeat: Callable[[], None]) -> None:
        self._display, self._heartbeat = display, heartbeat

    def start(self, file: str, stage: str, total: int | None) -> None:
        self._heartbeat()
        self._display.start(file, stage, total)

    def advance(self, frames: int) -> None:
        self._heartbeat()
        self._display.advance(frames)

    def finish(self) -> None:
        self._heartbeat()
        self._display.finish()


def run_task(task: Task, state: WorkerState) -> JobOutcome:
    """Redact one file, on this disk or in object storage.

    Errors that the user can correct become an outcome; bugs are raised.
    """
    try:
        if not is_remote_task(task):
            return _run_local(task, state)
        previous = previous_outcome(task)
        if previous is not None:
            return previous
        with local_copy(task, state.heartbeat) as local:
            return upload_outputs(local, task, _run_local(local, state), state.heartbeat)
    except PasserbyError as error:
        return JobOutcome.of_error(task.job, error)
    except Exception as error:
        if not _is_out_of_memory(error):
            raise
        message = (
            f"{display_path(task.job.source)}: memory ran out. Redact fewer files at a time (--jobs 1), or use a "
            "machine with more memory."
        )
        return JobOutcome(task.job, JobState.FAILED, error=message, exit_code=1, retryable=True)


def _is_out_of_memory(error: Exception) -> bool:
    """Whether it is what Python, the system, OpenCV or OpenVINO raise where an allocation fails."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    return any(text in str(error).lower() for text in ("insufficient memory", "bad_alloc", "bad alloc"))


def _run_local(task: Task, state: WorkerState) -> JobOutcome:
    """The same for a task whose files lie on this disk."""
    # Imported here: the process that only waits need not load decoders and models.
    from passerby.detect.factory import StillDetectorCache
    from passerby.engine.api import redact_file
    from passerby.engine.options import RunOptions
    from passerby.source.fingerprint import printable_name

    if task.step is not None:
        from passerby.jobs.step_runner import run_step

        return run_step(task, _HeartbeatProgress(NullProgress(), state.heartbeat), state.heartbeat)
    job = task.job
    shown: Progress = StageReporter(state.report_progress) if task.json else make_progress(quiet=task.quiet)
    progress = _HeartbeatProgress(shown, state.heartbeat)
    state.still_detectors = state.still_detectors or StillDetectorCache()
    try:
        if task.dry_run:
            return _run_dry(task, state, progress)
        finished = _finished_report(task) if task.resume or _finished_meanwhile(task) else None
        if finished is not None:
            return JobOutcome(job, JobState.ALREADY_DONE, finished, exit_code=3 if finished.needs_review else 0)
        earlier = _earlier_report(job.report_path) if task.resume else None
        if task.resume:
            refuse_other_settings(task, earlier)
        # A report that cannot be read any more shows that the output is ours, too; one of another file that it is not.
        # os.path: Path.exists raises OSError for a name that is too long, which is refused in words a little later.
        has_report = os.path.exists(job.report_path)
        is_ours = has_report and (earlier is None or earlier.source.name == printable_name(job.source))
        force = task.force or (task.resume and is_ours)
        _prepare_outputs(task, force)
        if task.min_span_segments and (spans := _split(task)):
            return JobOutcome(job, JobState.DONE, result=spans)
        options = RunOptions(
            settings=task.settings,
            plan=Plan.load(task.plan) if task.plan is not None else None,
            save_plan=job.plan_path if task.save_plan else None,
            save_report=job.report_path,
            force=force,
            verify=task.verify,
            default_reasons=task.default_reasons,
            threads=task.threads,
            progress=progress,
            still_detectors=state.still_detectors,
            segment_lengths=task.segment_lengths,
        )
        report = redact_file(job.source, job.output, options)
    except OutputBusy as error:
        if not task.skip_busy:
            return JobOutcome.of_error(job, error)
        message = f"{job.source}: another run is writing {job.output}. It is left to that run."
        return JobOutcome(job, JobState.IN_ANOTHER_RUN, error=message, exit_code=3)
    except PasserbyError as error:
        return JobOutcome.of_error(job, error)
    finally:
        progress.finish()
    return JobOutcome.of_report(job, report)


def _run_dry(task: Task, state: WorkerState, progress: Progress) -> JobOutcome:
    """Say what would be hidden. Raises PasserbyError."""
    from passerby.engine.dry_run import dry_run
    from passerby.engine.options import RunOptions

    _prepare(task, task.job.preview_paths, task.force)
    options = RunOptions(
        settings=task.settings,
        plan=Plan.load(task.plan) if task.plan is not None else None,
        force=task.force,
        verify=task.verify,
        threads=task.threads,
        progress=progress,
        still_detectors=state.still_detectors,
        segment_lengths=task.segment_lengths,
    )
    found = dry_run(task.job.source, task.job.output, task.job.preview_paths, options)
    if found.covered:
        return JobOutcome(task.job, JobState.NEEDS_REVIEW, exit_code=3, result=found)
    return JobOutcome(task.job, JobState.DONE, result=found)


def _finished_meanwhile(task: Task) -> bool:
    """Whether another run has written this output since this one began."""
    try:
        return task.skip_busy and task.job.output.stat().st_mtime >= task.listed_at
    except OSError:
        return False


def _split(task: Task) -> list[SegmentRange]:
    """The spans that a long video is to be distributed in; none for everything else."""
    job = task.job
    min_size = MIN_BYTES_PER_SECOND * task.segment_lengths.length_s
    if task.plan is not None or job.source.stat().st_size < min_size:
        return []
    from passerby.engine.distributed import split
    from passerby.source.still.sniff import is_still

    spans = [] if is_still(job.source) else split(job.source, task.segment_lengths, task.min_span_segments)
    return spans if len(spans) > 1 else []


def _prepare_outputs(task: Task, force: bool) -> None:
    job = task.job
    _prepare(task, (job.output, job.report_path, *([job.plan_path] if task.save_plan else [])), force)


def _prepare(task: Task, paths: Iterable[Path], force: bool) -> None:
    """Create the output folder. Raises OutputExists where one of the paths exists that must not be replaced, UsageError
    for a name that is too long, OutputError."""
    from passerby.sink.output_file import check_name

    job = task.job
    for path in paths:
        check_name(path)
        if path.exists() and not force:
            raise OutputExists(f"{path} already exists. Use --force to replace it, or choose another name with -o.")
    try:
        job.output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {job.output.parent} cannot be created: {error.strerror}. Choose another with --out-dir."
        ) from error


def _earlier_report(path: Path) -> Report | None:
    """The report of an earlier run, whatever it says; None where there is none that can be read."""
    try:
        return Report.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None


def _finished_report(task: Task) -> Report | None:
    """The report of an earlier run of this very file with these settings, if its output still exists unchanged.

    With a plan the file is redacted again, and also when the earlier run skipped a step of this one: checking the
    output, saving a plan.
    """
    from passerby.source.fingerprint import fingerprint

    job = task.job
    if task.plan is not None or (task.save_plan and not job.plan_path.exists()):
        return None
    try:
        report = Report.model_validate_json(job.report_path.read_bytes())
        if task.verify and not report.check.ran:
            return None
        same = report.settings == task.settings and report.source.sha256 == fingerprint(job.source)[0]
        return report if same and report.output.sha256 == fingerprint(job.output)[0] else None
    except (OSError, ValueError, PasserbyError):
        return None  # no report, or none that can be read: the file is not finished
