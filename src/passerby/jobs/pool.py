"""Many files, each in a worker process: a codec that crashes or hangs ends in a message, not in a dead program."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence

from passerby.jobs.job import run_task
from passerby.jobs.process import WorkerProcess
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.jobs.watchdog import STALL_TIMEOUT_S
from passerby.jobs.worker import RunTask, Worker


def run_tasks(
    tasks: Sequence[Task],
    jobs: int = 1,
    preloaded: WorkerProcess | None = None,
    stall_timeout: float = STALL_TIMEOUT_S,
    run: RunTask = run_task,
) -> Iterator[JobOutcome]:
    """Run all tasks, `jobs` at a time, and yield each outcome as soon as it is available.

    `preloaded` is a worker process that was started already; it is used first. A worker that dies (a crash in a codec,
    killed for lack of memory), or makes no progress for `stall_timeout` seconds, fails its file, and the next file
    gets a new worker. So does a bug of passerby where there are several files; with one file it is
    raised. `run` is what a worker does with a task.
    """
    single = len(tasks) == 1
    if jobs == 1:
        with Worker(run, stall_timeout, preloaded) as worker:
            for task in tasks:
                yield run_in_worker(worker, task, single)
        return
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    outcomes: queue.SimpleQueue[JobOutcome | BaseException] = queue.SimpleQueue()
    for number in range(min(jobs, len(tasks))):
        worker = Worker(run, stall_timeout, preloaded if number == 0 else None)
        threading.Thread(target=_drain_queue, args=(worker, waiting, outcomes, single), daemon=True).start()
    for _ in tasks:
        outcome = outcomes.get()
        if isinstance(outcome, BaseException):
            raise outcome
        yield outcome


def _drain_queue(
    worker: Worker,
    waiting: queue.SimpleQueue[Task],
    outcomes: queue.SimpleQueue[JobOutcome | BaseException],
    single: bool,
) -> None:
    with worker:
        while True:
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                outcomes.put(run_in_worker(worker, task, single))
            except BaseException as error:  # raised again in the thread that waits for outcomes
                outcomes.put(error)
                return


def run_in_worker(worker: Worker, task: Task, single: bool) -> JobOutcome:
    """The outcome of one task in that worker. A bug in passerby fails the file; with a `single` file it is raised."""
    try:
        return worker.run(task)
    except Exception as error:  # one file never stops the rest, whatever the cause
        if single:
            raise
        advice = "This is a bug in passerby. For a traceback, run this file alone with --debug."
        message = f"{task.job.source}: {type(error).__name__}: {error}\n{advice}"
        return JobOutcome(task.job, JobState.FAILED, error=message, exit_code=1)
