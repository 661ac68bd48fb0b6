"""Many files, each in a worker process: a codec that crashes or hangs ends in a message, not in a dead program."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import suppress

from passerby.jobs.events.standard_output import StandardOutputError
from passerby.jobs.job import run_task
from passerby.jobs.process import WorkerProcess
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.jobs.watchdog import STALL_TIMEOUT_S
from passerby.jobs.worker import OnProgress, RunTask, Worker, WorkerStopped

#: Seconds that all workers together may take to end and remove their partial outputs when a run is stopped.
STOP_TIMEOUT_S = 10.0


def run_tasks(
    tasks: Sequence[Task],
    jobs: int = 1,
    preloaded: WorkerProcess | None = None,
    stall_timeout: float = STALL_TIMEOUT_S,
    run: RunTask = run_task,
    on_progress: OnProgress = lambda _, __: None,
) -> Generator[JobOutcome]:
    """Run all tasks, `jobs` at a time, and yield each outcome as soon as it is available.

    `preloaded` is a worker process that was started already; it is used first. A worker that dies (a crash in a codec,
    killed for lack of memory), or makes no progress for `stall_timeout` seconds, fails its file, and the next file
    gets a new worker. So does a bug of passerby where there are several files; with one file it is
    raised. `run` is what a worker does with a task; `on_progress` is called, from any thread, with what workers report
    of tasks with `json`. A run that is closed before its end kills its workers, and leaves no partial output.
    """
    single = len(tasks) == 1
    if jobs == 1:
        with Worker(run, stall_timeout, preloaded, on_progress=on_progress) as worker:
            for task in tasks:
                yield run_in_worker(worker, task, single)
        return
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    outcomes: queue.SimpleQueue[JobOutcome | BaseException] = queue.SimpleQueue()
    workers, threads = [], []
    for number in range(min(jobs, len(tasks))):
        workers.append(Worker(run, stall_timeout, preloaded if number == 0 else None, on_progress=on_progress))
        thread = threading.Thread(target=_drain_queue, args=(workers[-1], waiting, outcomes, single), daemon=True)
        threads.append(thread)
        thread.start()
    try:
        for _ in tasks:
            outcome = outcomes.get()
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome
    finally:
        with suppress(queue.Empty):
            while True:
                waiting.get_nowait()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))


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
            except WorkerStopped:
                return
            except BaseException as error:  # raised again in the thread that waits for outcomes
                outcomes.put(error)
                return


def run_in_worker(worker: Worker, task: Task, single: bool) -> JobOutcome:
    """The outcome of one task in that worker. A bug in passerby fails the file; with a `single` file it is raised."""
    try:
        return worker.run(task)
    except (WorkerStopped, StandardOutputError):
        raise
    except Exception as error:  # one file never stops the rest, whatever the cause
        if single:
            raise
        advice = "This is a bug in passerby. For a traceback, run this file alone with --debug."
        message = f"{task.job.source}: {type(error).__name__}: {error}\n{advice}"
        return JobOutcome(task.job, JobState.FAILED, error=message, exit_code=1)
