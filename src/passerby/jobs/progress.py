"""Progress of a run over many files: files, hours of video, frames per second, and the remaining time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from passerby.config.object_path import is_remote
from passerby.jobs.events.run_event import OverallEvent, print_event
from passerby.jobs.file_job import FileJob
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.jobs.video_steps import rendered_amount

#: Seconds between two lines where there is no terminal.
PROGRESS_INTERVAL_S = 10.0


class RunProgress:
    """Updated after each file. Shows a bar on a terminal, with `json` an object per line on stdout, else plain lines.

    The remaining time is estimated by the bytes of the sources, which are known before a file is opened. Files that an
    earlier run finished count as done, but not towards the speed.
    """

    def __init__(
        self,
        jobs: Sequence[FileJob],
        json: bool,
        clock: Callable[[], float] = time.monotonic,
        quiet: bool | None = None,
    ) -> None:
        self._sizes = {job.source: source_size(job) for job in jobs}
        self._json, self._clock = json, clock
        self._started = self._printed = clock()
        self._files = self._frames = 0
        self._seconds = 0.0
        self._bytes_left, self._bytes_done = float(sum(self._sizes.values())), 0.0
        #: Of distributed videos that are not finished: bytes, frames and seconds that are counted already.
        self._counted: dict[Path, tuple[float, int, float]] = {}
        console = Console(stderr=True)
        shows_bar = not json and (console.is_terminal if quiet is None else not quiet)
        self._bar = Progress(TextColumn("{task.description}"), BarColumn(), console=console) if shows_bar else None
        self._task = TaskID(0)

    def __enter__(self) -> RunProgress:
        if self._bar is not None:
            self._task = self._bar.add_task(self._text(), total=len(self._sizes))
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._files:
            self._print()

    def record(self, outcome: JobOutcome) -> None:
        """Count one file, however it ended."""
        counted, frames, seconds = self._counted.pop(outcome.job.source, (0.0, 0, 0.0))
        size = self._sizes.get(outcome.job.source, 0) - counted
        self._files += 1
        self._bytes_left -= size
        if outcome.state is not JobState.ALREADY_DONE:
            self._bytes_done += size
        if outcome.report is not None and outcome.state is not JobState.ALREADY_DONE:
            self._frames += outcome.report.output.frames - frames
            self._seconds += (outcome.report.source.duration or 0.0) - seconds
        self._update(files=1)

    def record_step(self, task: Task, fraction: float) -> None:
        """Count one step of a distributed video, of which `fraction` is done now."""
        source = task.job.source
        before, frames, seconds = self._counted.get(source, (0.0, 0, 0.0))
        now = max(before, fraction * self._sizes.get(source, 0))
        more_frames, more_seconds = rendered_amount(task.step)
        self._counted[source] = (now, frames + more_frames, seconds + more_seconds)
        self._bytes_left -= now - before
        self._bytes_done += now - before
        self._frames += more_frames
        self._seconds += more_seconds
        self._update()

    def _update(self, files: int = 0) -> None:
        if self._bar is not None:
            self._bar.update(self._task, advance=files, description=self._text())
        elif self._clock() - self._printed >= PROGRESS_INTERVAL_S:
            self._print()

    @property
    def eta_s(self) -> float | None:
        """Remaining seconds at the speed so far, None while it is unknown."""
        elapsed = self._clock() - self._started
        return None if not self._bytes_done or elapsed <= 0 else self._bytes_left * elapsed / self._bytes_done

    def _print(self) -> None:
        self._printed = self._clock()
        if self._json:
            eta = self.eta_s
            event = OverallEvent(
                files=self._files,
                total_files=len(self._sizes),
                video_hours=round(self._seconds / 3600, 3),
                fps=round(self._fps, 1),
                eta_s=None if eta is None else round(eta),
            )
            print_event(event)
        else:
            print(self._text(), file=sys.stderr, flush=True)

    @property
    def _fps(self) -> float:
        elapsed = self._clock() - self._started
        return self._frames / elapsed if elapsed > 0 else 0.0

    def _text(self) -> str:
        eta = self.eta_s
        remaining = "" if eta is None else f", {_duration(eta)} left"
        return (
            f"{self._files} of {len(self._sizes)} files, {self._seconds / 3600:.2f} hours of video, "
            f"{self._fps:.1f} fps{remaining}"
        )


def source_size(job: FileJob) -> int:
    """Bytes of the source; 1 where that is not known, so that every file counts."""
    if job.size_bytes is not None or is_remote(job.source):
        return max(1, job.size_bytes or 1)
    try:
        return max(1, job.source.stat().st_size)
    except OSError:
        return 1


def _duration(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{round(seconds)} s"
