"""Many files, each in a worker process: a codec that crashes or hangs ends in a message, not in a dead program."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence

from passerby.jobs.job import Outcome, State, Work
from passerby.jobs.preload import take
from passerby.jobs.remote_io import do
from passerby.jobs.watchdog import PATIENCE
from passerby.jobs.worker import Worker


def run(works: Sequence[Work], jobs: int = 1, patience: float = PATIENCE) -> Iterator[Outcome]:
    """Do all of it, `jobs` files at a time, and tell of each as it is done.

    A worker that dies (a crash in a codec, killed for want of memory), or shows no sign of work for `patience` seconds,
    makes its file a failed one, and the next file gets a new worker. So does a fault of passerby itself where there are
    more files to do; with one file it is raised.
    """
    alone = len(works) == 1
    if jobs == 1:
        with Worker(do, patience, take()) as worker:
            for work in works:
                yield done(worker, work, alone)
        return
    waiting: queue.SimpleQueue[Work] = queue.SimpleQueue()
    for work in works:
        waiting.put(work)
    outcomes: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
    for _ in range(min(jobs, len(works))):
        threading.Thread(target=_work_off, args=(waiting, outcomes, patience, alone), daemon=True).start()
    for _ in works:
        outcome = outcomes.get()
        if isinstance(outcome, BaseException):
            raise outcome
        yield outcome


def _work_off(
    waiting: queue.SimpleQueue[Work],
    outcomes: queue.SimpleQueue[Outcome | BaseException],
    patience: float,
    alone: bool,
) -> None:
    with Worker(do, patience, take()) as worker:
        while True:
            try:
                work = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                outcomes.put(done(worker, work, alone))
            except BaseException as error:  # whatever it is, it belongs to the thread that waits for outcomes
                outcomes.put(error)
                return


def done(worker: Worker, work: Work, alone: bool) -> Outcome:
    """What came of one file in that worker. Where it is not `alone`, a fault of passerby makes it a failed one."""
    try:
        return worker.do(work)
    except Exception as error:  # one file never stops the rest, whosever fault it is
        if alone:
            raise
        advice = "This is a fault of passerby, not yours. To see where, run this file alone with --debug."
        return Outcome(
            work.job, State.FAILED, error=f"{work.job.source}: {type(error).__name__}: {error}\n{advice}", exit_code=1
        )
