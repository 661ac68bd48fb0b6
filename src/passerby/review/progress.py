"""How far a job of the server has come, for the page to ask."""

from __future__ import annotations

import threading
from typing import Literal

from passerby.core.errors import PasserbyError
from passerby.core.model import FrozenModel
from passerby.review.errors import Said


class Stopped(PasserbyError):
    """A person stopped it."""


class Told(FrozenModel):
    """One job: `stage` is analyse, render, check, verify or follow; `total` frames, None where nobody knows."""

    state: Literal["idle", "running", "done", "failed", "stopped"] = "idle"
    stage: str = ""
    done: int = 0
    total: int | None = None
    error: Said | None = None


class JobProgress:
    """The Progress that rooms below report to. Raises Stopped in the worker when a person wants it to end."""

    def __init__(self) -> None:
        self._stage, self._done = "", 0
        self._total: int | None = None
        self._stop = threading.Event()

    def start(self, file: str, stage: str, total: int | None) -> None:
        self._stage, self._done, self._total = stage, 0, total

    def advance(self, frames: int) -> None:
        self._done += frames
        if self._stop.is_set():
            raise Stopped("Stopped.")

    def count(self) -> None:
        """One more frame, without ending there: for a worker that looks at `stopped` itself."""
        self._done += 1

    def finish(self) -> None: ...

    def stop(self) -> None:
        self._stop.set()

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def told(self) -> Told:
        return Told(state="running", stage=self._stage, done=self._done, total=self._total)
