"""The process that works on files, one after the other: when a codec crashes or hangs, only this process ends."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection
from pathlib import Path
from pickle import PicklingError

from passerby.core.process_limits import limit_memory
from passerby.jobs.events.stage_progress import StageProgress
from passerby.jobs.process import WorkerProcess
from passerby.jobs.task import JobOutcome, JobState, Task, WorkerState
from passerby.jobs.watchdog import POLL_INTERVAL_S, STALL_TIMEOUT_S, Watchdog, bytes_transferred
from passerby.sink.output_file import remove_stale_temporary, temp_path_for

#: prctl(2): the signal a process gets when its parent dies.
_PR_SET_PDEATHSIG = 1
#: Seconds between two heartbeats that a process sends.
_HEARTBEAT_INTERVAL_S = 0.5
#: Seconds for a new process to load the program: over a slow network disk it takes minutes.
_START_TIMEOUT_S = 300.0
#: Seconds for a process to end by itself after its pipe was closed.
_EXIT_TIMEOUT_S = 5.0

RunTask = Callable[[Task, WorkerState], JobOutcome]
OnProgress = Callable[[Task, StageProgress], None]
_FileState = tuple[int, int, int] | None


class WorkerStopped(Exception):
    """The run ended while the process was at work."""


class _Stalled(Exception):
    """The process makes no progress."""


class Worker:
    """One process at a time, replaced when it dies or hangs."""

    def __init__(
        self,
        run_task: RunTask,
        stall_timeout: float = STALL_TIMEOUT_S,
        process: WorkerProcess | None = None,
        transferred: Callable[[int], int] = bytes_transferred,
        state_of: Callable[[Path], _FileState] | None = None,
        on_progress: OnProgress = lambda _, __: None,
    ) -> None:
        """`run_task` is what the process does with each task; `stall_timeout` in seconds (watchdog.py); `process` one
        that was started already; `transferred` gives the bytes that a process has read and written, `state_of` what
        changes when a file does; `on_progress` is called with what the process reports of a task."""
        self._run_task, self._stall_timeout, self._process = run_task, stall_timeout, process
        self._transferred, self._state_of, self._on_progress = transferred, state_of or _file_state, on_progress
        self._stopped = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self._end(kill=kind is not None)

    def run(self, task: Task) -> JobOutcome:
        """The outcome that the process reports, or a failed file when the process died or hung.

        A process that died or hung leaves no `.part` behind. Bugs of passerby are raised.
        """
        parts = {path: self._state_of(temp_path_for(path)) for path in task.output_paths}
        before = self._state_of(task.job.output)
        try:
            answer = self._wait_for_outcome(task)
        except (_Stalled, EOFError, ConnectionError) as end:
            self._abort(parts)
            if self._stopped:
                raise WorkerStopped from None
            stalled = isinstance(end, _Stalled)
            cause = _stall_message(task, self._stall_timeout) if stalled else _crash_message(task)
            complete = self._state_of(task.job.output) != before
            rest = "The output is complete, but has no report" if complete else "Nothing was written"
            return JobOutcome(task.job, JobState.FAILED, error=f"{cause} {rest}.", exit_code=1, retryable=not stalled)
        except BaseException:
            self._abort(parts)
            raise
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _wait_for_outcome(self, task: Task) -> JobOutcome | Exception:
        """Raises EOFError or ConnectionError when the process dies, _Stalled when it makes no progress."""
        running = self._process = self._process or WorkerProcess.start(serve, self._run_task)
        if self._stopped:
            raise EOFError
        running.pipe.send(task)
        working, heartbeats = Watchdog(_size(task.job.source), self._stall_timeout), 0
        starting = Watchdog(0, max(self._stall_timeout, _START_TIMEOUT_S))
        while True:
            poll_interval = min(POLL_INTERVAL_S, self._stall_timeout / 4)
            if connection.wait([running.pipe, running.process.sentinel], poll_interval):
                answer: JobOutcome | Exception | StageProgress | None = running.pipe.recv()
                if isinstance(answer, StageProgress):
                    self._on_progress(task, answer)
                elif answer is not None:
                    return answer
                running.responded, heartbeats = True, heartbeats + 1
            transferred = self._transferred(running.process.pid or 0)
            if (working if running.responded else starting).is_stalled(heartbeats, transferred):
                raise _Stalled

    def stop(self) -> None:
        """End the process, from another thread: the task that it works on ends as Stopped, and leaves nothing."""
        self._stopped = True
        running = self._process
        if running is not None:
            running.process.kill()

    def _abort(self, parts: dict[Path, _FileState]) -> None:
        """End the process and delete its partial outputs: files that were not in this state before it began."""
        self._end(kill=True)
        for path, before in parts.items():
            if self._state_of(temp_path_for(path)) != before:
                remove_stale_temporary(path)

    def _end(self, *, kill: bool) -> None:
        running, self._process = self._process, None
        if running is None:
            return
        running.pipe.close()  # the process takes this for the end of its work
        if not kill:
            running.process.join(_EXIT_TIMEOUT_S)
        if running.process.is_alive():
            running.process.kill()
        running.process.join(_EXIT_TIMEOUT_S)


def serve(run_task: RunTask, pipe: connection.Connection, parent: int) -> None:
    """The process's main loop: tasks come in; a None per heartbeat, progress, and an outcome or an exception go
    out. It ends when its pipe is closed, or is killed; signals for the whole group are left to the parent."""
    _die_with_parent(parent)
    limit_memory()
    reporter = _Reporter(pipe)
    state = WorkerState(reporter.heartbeat, reporter.progress)
    with suppress(EOFError, ConnectionError, KeyboardInterrupt):
        while True:
            task = pipe.recv()
            reporter.heartbeat()
            try:
                answer: JobOutcome | Exception = run_task(task, state)
            except Exception as error:  # any error is sent to the process that waits for the answer
                error.add_note(traceback.format_exc())
                answer = error
            reporter.report(answer)


class _Reporter:
    """Sends heartbeats and answers from any thread of a process, one message at a time."""

    def __init__(self, pipe: connection.Connection) -> None:
        self._pipe, self._lock = pipe, threading.Lock()
        self._next = 0.0

    def heartbeat(self) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _HEARTBEAT_INTERVAL_S
            with self._lock:
                self._pipe.send(None)

    def progress(self, stage: StageProgress) -> None:
        with self._lock:
            self._pipe.send(stage)

    def report(self, answer: JobOutcome | Exception) -> None:
        self._next = 0.0  # the next file begins with a heartbeat
        with self._lock:
            try:
                self._pipe.send(answer)
            except (TypeError, AttributeError, ValueError, PicklingError):  # it cannot be sent as it is
                self._pipe.send(RuntimeError(f"{type(answer).__name__}: {answer}"))


def _die_with_parent(parent: int) -> None:
    """When the run is killed, no process may remain that still writes."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)


def _crash_message(task: Task) -> str:
    return (
        f"The process that worked on {task.job.source} died. The file may crash its decoder, or memory ran out. "
        "Try it alone, or repair the file first."
    )


def _stall_message(task: Task, stall_timeout: float) -> str:
    return (
        f"The process that worked on {task.job.source} made no progress for {_duration(stall_timeout)} and was ended. "
        "The file probably hangs its decoder, or the disk does not respond. Copy the file to another disk and try it "
        "alone, or repair it first."
    )


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _file_state(path: Path) -> _FileState:
    """Changes when the file is written, replaced or deleted."""
    try:
        now = path.lstat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns
