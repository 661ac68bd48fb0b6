"""One step of a distributed video, in the worker process."""

from __future__ import annotations

from collections.abc import Callable

from passerby.core.errors import PasserbyError
from passerby.core.progress import Progress
from passerby.documents.report import Report
from passerby.engine import distributed
from passerby.engine.options import RunOptions
from passerby.jobs.file_job import FileJob
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.jobs.video_steps import AnalyseStep, JoinStep, RenderStep, chunk_path


def run_step(task: Task, progress: Progress, heartbeat: Callable[[], None]) -> JobOutcome:
    """Run one step of one video."""
    job, step = task.job, task.step
    options = RunOptions(
        settings=task.settings,
        save_plan=job.plan_path if task.save_plan else None,
        save_report=job.report_path,
        force=task.force or (task.resume and job.report_path.exists()),
        verify=task.verify,
        threads=task.threads,
        progress=progress,
        segment_lengths=task.segment_lengths,
    )
    try:
        if isinstance(step, AnalyseStep):
            analysis = distributed.analyse_segments(job.source, step.span, options)
            return JobOutcome(job, JobState.DONE, result=analysis)
        if isinstance(step, RenderStep):
            rendered = distributed.render_chunk(
                job.source,
                chunk_path(job, step.number),
                job.output,
                step.plan,
                step.chunk,
                step.rate_capped,
                options,
            )
            return JobOutcome(job, JobState.DONE, result=rendered)
        assert isinstance(step, JoinStep)
        report = _join(job, step, options, heartbeat)
    except PasserbyError as error:
        return JobOutcome.of_error(job, error)
    finally:
        progress.finish()
    return JobOutcome.of_report(job, report)


def _join(job: FileJob, step: JoinStep, options: RunOptions, heartbeat: Callable[[], None]) -> Report:
    parts = [(chunk_path(job, number), *part) for number, part in enumerate(step.chunks)]
    report = distributed.join_chunks(job.source, job.output, step.plan, parts, step.rate_capped, options, heartbeat)
    for path, _, _ in parts:
        path.unlink(missing_ok=True)
    return report
