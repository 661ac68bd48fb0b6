"""Where a job of the service runs: in a worker process here, or on a Ray cluster, both as for `passerby redact`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from passerby.jobs.events.stage_progress import StageProgress
from passerby.jobs.job import run_task
from passerby.jobs.pool import run_in_worker
from passerby.jobs.task import JobOutcome, Task
from passerby.jobs.watchdog import STALL_TIMEOUT_S
from passerby.jobs.worker import RunTask, Worker, WorkerStopped

OnStage = Callable[[StageProgress], None]


class JobStopped(Exception):
    """The job was ended from outside, and leaves nothing."""


class Executor(Protocol):
    """Runs one job after another. Each thread of the runner has one of its own."""

    def run(self, task: Task, on_stage: OnStage) -> JobOutcome:
        """The outcome of a task. Raises JobStopped after `stop`."""
        ...

    def stop(self) -> None:
        """End what is running, from another thread."""
        ...

    def close(self) -> None:
        """No more will come."""
        ...


class LocalExecutor:
    """A worker process on this machine, which keeps its models from job to job."""

    def __init__(self, run: RunTask = run_task, stall_timeout: float = STALL_TIMEOUT_S) -> None:
        self._run, self._stall_timeout = run, stall_timeout
        self._on_stage: OnStage = lambda _: None
        self._lock = threading.Lock()
        self._worker = self._new_worker()

    def run(self, task: Task, on_stage: OnStage) -> JobOutcome:
        self._on_stage = on_stage
        with self._lock:
            worker = self._worker
        try:
            return run_in_worker(worker, task, single=False)
        except WorkerStopped:
            with self._lock:
                self._worker = self._new_worker()  # one that was stopped runs nothing any more
            raise JobStopped from None

    def stop(self) -> None:
        with self._lock:
            self._worker.stop()

    def close(self) -> None:
        self._worker.__exit__(None)

    def _new_worker(self) -> Worker:
        return Worker(self._run, self._stall_timeout, on_progress=lambda _, stage: self._on_stage(stage))


class ClusterExecutor:
    """The cluster that this process is connected to. A long video is distributed over it, as with `--on`."""

    def run(self, task: Task, on_stage: OnStage) -> JobOutcome:
        # Imported here: a service that runs jobs itself needs no Ray.
        from passerby.cluster.scheduler import TASK_CORES
        from passerby.config.object_path import is_remote
        from passerby.jobs.cluster_run import MIN_REMOTE_SPAN_SEGMENTS, distribute

        spans = MIN_REMOTE_SPAN_SEGMENTS if is_remote(task.job.source) else 1
        on_stage(StageProgress("analyse", 0, None, None))

        def on_step(_: Task, fraction: float) -> None:
            on_stage(StageProgress("analyse", round(100 * fraction), 100, None))

        there = replace(task, json=False, quiet=True, threads=TASK_CORES, min_span_segments=spans)
        [(outcome, _)] = distribute([there], on_step=on_step)
        return outcome

    def stop(self) -> None:
        """What runs on the cluster is not interrupted. The result of a job that was cancelled is deleted when it
        comes."""

    def close(self) -> None: ...
