"""Many files, each in a worker process: a codec that crashes ends in a message, not in a dead program."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from passerby.cli.work import Outcome, State, Work, do

#: prctl(2): the signal a process gets when its parent dies.
_PR_SET_PDEATHSIG = 1


def run(works: Sequence[Work], jobs: int = 1) -> Iterator[Outcome]:
    """Do all of it, `jobs` files at a time, and tell of each as it is done.

    A worker that dies (a crash in a codec, killed for want of memory) makes its file a failed one; the next file gets a
    new worker. Faults of passerby itself are raised.
    """
    if jobs == 1:
        with _Worker() as worker:
            for work in works:
                yield worker.do(work)
        return
    waiting: queue.SimpleQueue[Work] = queue.SimpleQueue()
    for work in works:
        waiting.put(work)
    done: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
    for _ in range(min(jobs, len(works))):
        threading.Thread(target=_work_off, args=(waiting, done), daemon=True).start()
    for _ in works:
        outcome = done.get()
        if isinstance(outcome, BaseException):
            raise outcome
        yield outcome


def _work_off(waiting: queue.SimpleQueue[Work], done: queue.SimpleQueue[Outcome | BaseException]) -> None:
    with _Worker() as worker:
        while True:
            try:
                work = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put(worker.do(work))
            except BaseException as error:  # whatever it is, it belongs to the thread that waits for outcomes
                done.put(error)
                return


class _Worker:
    """One process at a time, replaced when it dies."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self._end()

    def do(self, work: Work) -> Outcome:
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, spawn, initializer=_die_with_parent, initargs=(os.getpid(),))
        try:
            return self._pool.submit(do, work).result()
        except BrokenProcessPool:
            self._end()
            return Outcome(
                work.job,
                State.FAILED,
                error=f"The process that worked on {work.job.source} died. The file may crash its decoder, or memory "
                "ran out. Nothing was written. Try it alone, or repair the file first.",
                exit_code=1,
            )

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _die_with_parent(parent: int) -> None:
    """A run that is killed is to leave nothing behind that still writes."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)
