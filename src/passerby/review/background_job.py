"""Work of the editor in a background thread, one job at a time, with progress that the page polls."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

from passerby.core.errors import PasserbyError
from passerby.core.model import FrozenModel
from passerby.review.errors import ErrorInfo, ReviewError, error_info

#: Seconds before a rate is told: the first frames wait for the models.
MIN_ELAPSED_S = 2.0


class JobCancelled(PasserbyError):
    """A person cancelled the job."""


class JobStatus(FrozenModel):
    """State of one job. `stage` is analyse, render, check, verify, propagate or sample; `total` frames, None if not
    known. `seconds_left` of the stage, at the rate so far; None until that can be told."""

    state: Literal["idle", "running", "done", "failed", "stopped"] = "idle"
    stage: str = ""
    done: int = 0
    total: int | None = None
    seconds_left: float | None = None
    error: ErrorInfo | None = None


class JobProgress:
    """The `Progress` that the engine reports to. Raises JobCancelled in the working thread after `cancel`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._stage, self._done = "", 0
        self._total: int | None = None
        self._clock, self._started = clock, clock()
        self._cancelled = threading.Event()

    def start(self, file: str, stage: str, total: int | None) -> None:
        self._stage, self._done, self._total, self._started = stage, 0, total, self._clock()

    def advance(self, frames: int) -> None:
        self._done += frames
        if self._cancelled.is_set():
            raise JobCancelled("Cancelled.")

    def count(self) -> None:
        """One more frame, without raising JobCancelled: for work that checks `cancelled` itself."""
        self._done += 1

    def finish(self) -> None: ...

    def cancel(self) -> None:
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def status(self) -> JobStatus:
        return JobStatus(
            state="running", stage=self._stage, done=self._done, total=self._total, seconds_left=self._seconds_left()
        )

    def _seconds_left(self) -> float | None:
        elapsed, done, total = self._clock() - self._started, self._done, self._total
        if total is None or done == 0 or elapsed < MIN_ELAPSED_S:
            return None
        return round(max(0, total - done) * elapsed / done, 1)


class BackgroundJob:
    """A worker thread for one job at a time. `status` is that of the running job, or of the last one."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._last_status = JobStatus()
        self.progress = JobProgress()

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def status(self) -> JobStatus:
        return self.progress.status() if self.running else self._last_status

    def start(self, work: Callable[[JobProgress], None]) -> None:
        """Run `work` in the background. Raises ReviewError while another job is running."""
        if self.running:
            raise ReviewError("busy")
        self.progress = JobProgress()
        self._last_status = JobStatus(state="running")
        self._thread = threading.Thread(target=self._run, args=(work,), name="passerby-job", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Cancel the job and wait until it has ended."""
        self.progress.cancel()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def wait(self, seconds: float) -> None:
        """Until the job has ended, or so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self, work: Callable[[JobProgress], None]) -> None:
        try:
            work(self.progress)
            self._last_status = JobStatus(state="done")
        except JobCancelled:
            self._last_status = JobStatus(state="stopped")
        except Exception as error:
            self._last_status = JobStatus(state="failed", error=error_info(error))
