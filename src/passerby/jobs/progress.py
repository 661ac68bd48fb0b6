"""How far a run over many files has come: files, hours of video, frames a second, and the time that is left."""

from __future__ import annotations

import json as jsonlib
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from passerby.config.object_path import is_away
from passerby.jobs.film_steps import made
from passerby.jobs.inputs import Job
from passerby.jobs.job import Outcome, State, Work

#: Seconds between two lines where there is no terminal.
EVERY = 10.0


class Overall:
    """Told of each file as it is done. On a terminal a bar, with `json` an object a line on stdout, else plain lines.

    Time left is reckoned by bytes of the sources, which are known before a file is opened. What an earlier run had done
    counts as done, not as speed.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        json: bool,
        clock: Callable[[], float] = time.monotonic,
        quiet: bool | None = None,
    ) -> None:
        self._sizes = {job.source: size_of(job) for job in jobs}
        self._json, self._clock = json, clock
        self._began = self._said = clock()
        self._files = self._frames = 0
        self._seconds = 0.0
        self._left, self._worked = float(sum(self._sizes.values())), 0.0
        #: Of films of which a part is done: bytes, frames and seconds that are told of already.
        self._told: dict[Path, tuple[float, int, float]] = {}
        console = Console(stderr=True)
        shows = not json and (console.is_terminal if quiet is None else not quiet)
        self._bar = Progress(TextColumn("{task.description}"), BarColumn(), console=console) if shows else None
        self._task = TaskID(0)

    def __enter__(self) -> Overall:
        if self._bar is not None:
            self._task = self._bar.add_task(self._line(), total=len(self._sizes))
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._files:
            self._say()

    def done(self, outcome: Outcome) -> None:
        """One file, whatever came of it."""
        bytes_told, frames, seconds = self._told.pop(outcome.job.source, (0.0, 0, 0.0))
        size = self._sizes.get(outcome.job.source, 0) - bytes_told
        self._files += 1
        self._left -= size
        if outcome.state is not State.ALREADY:
            self._worked += size
        if outcome.report is not None and outcome.state is not State.ALREADY:
            self._frames += outcome.report.output.frames - frames
            self._seconds += (outcome.report.source.duration or 0.0) - seconds
        self._show(files=1)

    def step(self, work: Work, share: float) -> None:
        """A step of a film that is done in pieces: so much of it is done now."""
        source = work.job.source
        before, frames, seconds = self._told.get(source, (0.0, 0, 0.0))
        now = max(before, share * self._sizes.get(source, 0))
        more, longer = made(work.step)
        self._told[source] = (now, frames + more, seconds + longer)
        self._left -= now - before
        self._worked += now - before
        self._frames += more
        self._seconds += longer
        self._show()

    def _show(self, files: int = 0) -> None:
        if self._bar is not None:
            self._bar.update(self._task, advance=files, description=self._line())
        elif self._clock() - self._said >= EVERY:
            self._say()

    @property
    def left(self) -> float | None:
        """Seconds that are left at the speed so far, None while nothing is known."""
        passed = self._clock() - self._began
        return None if not self._worked or passed <= 0 else self._left * passed / self._worked

    def _say(self) -> None:
        self._said = self._clock()
        if self._json:
            left = self.left
            line = {
                "event": "overall",
                "files": self._files,
                "of": len(self._sizes),
                "hours": round(self._seconds / 3600, 3),
                "fps": round(self._fps, 1),
                "left": None if left is None else round(left),
            }
            print(jsonlib.dumps(line), flush=True)
        else:
            print(self._line(), file=sys.stderr, flush=True)

    @property
    def _fps(self) -> float:
        passed = self._clock() - self._began
        return self._frames / passed if passed > 0 else 0.0

    def _line(self) -> str:
        left = self.left
        ends = "" if left is None else f", {_span(left)} left"
        return (
            f"{self._files} of {len(self._sizes)} files, {self._seconds / 3600:.2f} hours of video, "
            f"{self._fps:.1f} frames a second{ends}"
        )


def size_of(job: Job) -> int:
    """Bytes of the source; 1 where that is not known, so that every file counts."""
    if job.size is not None or is_away(job.source):
        return max(1, job.size or 1)
    try:
        return max(1, job.source.stat().st_size)
    except OSError:
        return 1


def _span(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{round(seconds)} s"
