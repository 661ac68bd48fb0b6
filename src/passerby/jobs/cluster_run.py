"""Many files over a Ray cluster: each runs in the same worker process as without one, on some node."""

from __future__ import annotations

import glob
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from passerby.cluster.ray_cluster import Cluster
from passerby.cluster.run_table import plot_svg, to_parquet
from passerby.cluster.scheduler import MAX_RETRIES, MAX_TASK_MEMORY, TASK_CORES, RetryableError, TaskRun, schedule
from passerby.config.object_path import display_path, is_remote
from passerby.core.errors import PasserbyError
from passerby.core.names import printable
from passerby.core.process_limits import limit_memory
from passerby.jobs.distributed_video import DistributedVideos
from passerby.jobs.events import standard_output
from passerby.jobs.file_job import JobList
from passerby.jobs.job import run_task
from passerby.jobs.output_names import CHUNK_SUFFIX
from passerby.jobs.pool import run_in_worker
from passerby.jobs.progress import RunProgress, source_size
from passerby.jobs.remote_io import write_bytes, write_text
from passerby.jobs.summary import print_outcome, summary_row
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.jobs.video_steps import remove_chunk
from passerby.jobs.watchdog import STALL_TIMEOUT_S
from passerby.jobs.worker import Worker
from passerby.sink.output_file import remove_stale_temporary, temp_path_for

#: Segments per span of a video in object storage, at least: each step of it downloads the whole video.
MIN_REMOTE_SPAN_SEGMENTS = 3

#: Seconds for the processes of a run that was stopped to end, until what they were writing is removed.
STOP_PATIENCE_S = 5.0

ClusterOutcome = tuple[JobOutcome, TaskRun]


def run_on_cluster(
    address: str,
    jobs: int | None,
    tasks: Sequence[Task],
    inputs: JobList,
    json: bool,
    report: Callable[[JobOutcome], None] = print_outcome,
) -> list[JobOutcome]:
    """Run all tasks on that cluster, and `report` each outcome. Beside summary.json go summary.parquet, one row per
    file, and summary.svg, a plot of the throughput.

    Raises ClusterError or UsageError when the cluster cannot be used; files finished until then are complete.
    """
    tasks = [
        replace(
            task,
            threads=TASK_CORES,
            min_span_segments=MIN_REMOTE_SPAN_SEGMENTS if is_remote(task.job.source) else 1,
        )
        for task in tasks
    ]
    outcomes: list[JobOutcome] = []
    rows: list[dict[str, object]] = []
    try:
        with (
            standard_output.reserved(),
            Cluster(address, jobs) as cluster,
            RunProgress([task.job for task in tasks], json) as progress,
        ):
            for outcome, run in distribute(tasks, None if cluster.is_local else jobs, progress.record_step):
                report(outcome)
                progress.record(outcome)
                outcomes.append(outcome)
                rows.append(
                    _table_row(outcome) | {"node": run.node, "started": run.started or None, "seconds": run.seconds}
                )
    except BaseException:  # a signal too
        done = {outcome.job.output for outcome in outcomes}
        remove_remains([task for task in tasks if task.job.output not in done])
        raise
    finally:
        if inputs.summary_path is not None and rows:
            _write_run_table(inputs.summary_path, rows)
    return outcomes


def distribute(
    tasks: Sequence[Task],
    max_concurrent: int | None = None,
    on_step: Callable[[Task, float], None] = lambda _, __: None,
) -> Iterator[ClusterOutcome]:
    """Run all tasks on the connected cluster, and yield each file's outcome as it is there.

    `on_step` is called after each step of a distributed video, with the fraction of the video that is done. Raises
    ClusterError when the cluster is lost.
    """
    # The largest first: a long video that is started last delays the end of the run.
    queue = deque(sorted(tasks, key=lambda task: -source_size(task.job)))
    videos = DistributedVideos(queue)
    for done in schedule(queue, run_on_node, max_concurrent=max_concurrent):
        outcome = videos.record(done.task, done.result or _lost_outcome(done.task, done.error or ""), done.run)
        if outcome is not None:
            yield outcome
        elif done.task.step is not None and done.result is not None:
            on_step(done.task, videos.fraction_done(done.task))


def _lost_outcome(task: Task, error: str) -> JobOutcome:
    """The outcome of a task that no process finished."""
    _remove_partial_outputs(task)
    name = display_path(task.job.source)
    return JobOutcome(task.job, JobState.FAILED, error=error if name in error else f"{name}: {error}", exit_code=1)


def run_on_node(task: Task) -> JobOutcome:
    """Runs in a process of the cluster: hands the task to a worker process, which may crash or hang.

    Raises RetryableError for a failure that may have had another cause than the file.
    """
    outcome = run_in_worker(_node_worker(), task, single=False)
    if outcome.retryable:
        raise RetryableError(f"{outcome.error} It was tried {MAX_RETRIES + 1} times.")
    return outcome


@cache
def _node_worker() -> Worker:
    """One for each process that Ray starts, for as long as it lives. The memory of both is bounded: a file that needs
    more ends its own process, and not its neighbours."""
    limit_memory(MAX_TASK_MEMORY)
    return Worker(run_task, STALL_TIMEOUT_S)


#: Times of files come in steps of some milliseconds on a disk, and of a second or two on others.
CLOCK_STEP_S = 2.0


def remove_remains(tasks: Sequence[Task], patience_s: float = STOP_PATIENCE_S) -> None:
    """Delete what the processes of a run that was stopped have left of these tasks, as soon as they have ended."""
    deadline = time.monotonic() + patience_s
    while True:
        for task in tasks:
            _remove_partial_outputs(task)
        if not any(_has_partial_outputs(task) for task in tasks) or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    for task in tasks:
        output = task.job.output
        if not is_remote(output):
            for chunk in output.parent.glob(f"{glob.escape(output.name)}.[0-9]*{CHUNK_SUFFIX}"):
                if chunk.stat().st_mtime >= task.listed_at - CLOCK_STEP_S:  # older ones are another run's
                    remove_chunk(chunk)


def _has_partial_outputs(task: Task) -> bool:
    return any(not is_remote(path) and temp_path_for(Path(path)).exists() for path in task.output_paths)


def _remove_partial_outputs(task: Task) -> None:
    """Delete the partial outputs of killed processes; files that another process is writing stay."""
    for path in task.output_paths:
        if not is_remote(path):
            with suppress(OSError):
                remove_stale_temporary(Path(path))


def _table_row(outcome: JobOutcome) -> dict[str, object]:
    line = summary_row(outcome)
    columns = ("file", "state", "message", "output", "frames", "findings", "needs_review")
    row = {name: line.get(name) for name in columns}
    report = outcome.report
    if report is not None:
        row["video_seconds"] = report.source.duration
        row["tracks"] = sum(hidden.tracks for hidden in report.hidden)
        row["covered"] = report.output.covered
    return row


def _write_run_table(summary: Path, rows: Sequence[dict[str, object]]) -> None:
    try:
        write_bytes(summary.with_suffix(".parquet"), to_parquet(rows))
        write_text(summary.with_suffix(".svg"), plot_svg(rows))
    except (PasserbyError, OSError) as error:  # the redacted files are complete without it
        print(f"passerby: the table of the run cannot be written: {printable(str(error))}", file=sys.stderr)
