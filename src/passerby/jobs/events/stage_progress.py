"""How far a stage of one file is, as it goes from the process that works on the file to the one that waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

#: Seconds between two reports of one stage.
REPORT_INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True)
class StageProgress:
    """`stage`, `done` and `total` as in core/progress.py; `fps` of this stage so far."""

    stage: str
    done: int
    total: int | None
    fps: float | None


class StageReporter:
    """A `Progress` that reports at the start, about once a second, and at the end of each stage."""

    def __init__(self, report: Callable[[StageProgress], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._report, self._clock = report, clock
        self._stage, self._done = "", 0
        self._total: int | None = None
        self._started = self._reported = 0.0

    def start(self, file: str, stage: str, total: int | None) -> None:
        self._stage, self._total, self._done, self._started = stage, total, 0, self._clock()
        self._send()

    def advance(self, frames: int) -> None:
        self._done += frames
        if self._clock() - self._reported >= REPORT_INTERVAL_S:
            self._send()

    def finish(self) -> None:
        if self._stage:
            self._send()
            self._stage = ""

    def _send(self) -> None:
        self._reported = self._clock()
        seconds = self._reported - self._started
        fps = round(self._done / seconds, 1) if seconds > 0 else None
        self._report(StageProgress(self._stage, self._done, self._total, fps))
