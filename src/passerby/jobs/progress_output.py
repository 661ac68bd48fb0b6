"""Progress of one file: for a person at a terminal, or for a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.progress import Task as RichTask
from rich.text import Text

from passerby.core.progress import Progress

STAGE_NAMES = {"analyse": "analysing", "listen": "listening", "render": "rendering", "check": "checking"}
#: The stage that is counted in seconds of sound, and not in frames.
_SOUND = "listen"


def _speed(stage: str, per_second: float) -> str:
    return f"{per_second:.0f} times playback" if stage == _SOUND else f"{per_second:.1f} fps"


def make_progress(*, quiet: bool | None = None, clock: Callable[[], float] = time.monotonic) -> Progress:
    """The form that fits on standard error: a bar, or (`quiet`, by default off a terminal) lines. For programs there is
    events/."""
    console = Console(stderr=True)
    if quiet is None:
        quiet = not console.is_terminal
    return LineProgress(clock) if quiet else BarProgress(console)


class _FrameCounter:
    """What the two text forms share: the number of frames done, and since when."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._file = self._stage = ""
        self._total: int | None = None
        self._done = 0
        self._started = 0.0

    def start(self, file: str, stage: str, total: int | None) -> None:
        self._file, self._stage, self._total = file, stage, total
        self._done, self._started = 0, self._clock()

    def advance(self, frames: int) -> None:
        self._done += frames

    @property
    def _fps(self) -> float | None:
        seconds = self._clock() - self._started
        return round(self._done / seconds, 1) if seconds > 0 else None


class LineProgress(_FrameCounter):
    """One plain line per stage, when it is finished: for logs and mail from cron."""

    def finish(self) -> None:
        if self._stage:
            speed = "" if self._fps is None else f", {_speed(self._stage, self._fps)}"
            stage = STAGE_NAMES.get(self._stage, self._stage)
            unit = "s of sound" if self._stage == _SOUND else "frames"
            print(f"{self._file}: {stage}: {self._done} {unit}{speed}", file=sys.stderr, flush=True)
            self._stage = ""


class _SpeedColumn(TextColumn):
    """Frames per second, or how many times as fast as it plays."""

    def __init__(self, stage: str) -> None:
        super().__init__("")
        self._stage = stage

    def render(self, task: RichTask) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else _speed(self._stage, speed))


class BarProgress:
    """A bar with speed and remaining time, which stays on the screen when its stage is finished."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: RichProgress | None = None
        self._task = TaskID(0)

    def start(self, file: str, stage: str, total: int | None) -> None:
        self.finish()
        columns = (
            TextColumn("{task.description}", markup=False),  # a file name may hold brackets
            BarColumn(),
            MofNCompleteColumn(),
            _SpeedColumn(stage),
            TimeRemainingColumn(),
        )
        self._bar = RichProgress(*columns, console=self._console)
        self._task = self._bar.add_task(f"{file}: {STAGE_NAMES.get(stage, stage)}", total=total)
        self._bar.start()

    def advance(self, frames: int) -> None:
        if self._bar is not None:
            self._bar.advance(self._task, frames)

    def finish(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
