"""Stopping a run from another thread, and telling how far it is: both at each frame."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from passerby.core.errors import Cancelled


class Cancellation:
    """Give it to a call, and `cancel` it from any thread: the call raises Cancelled at the next frame, and leaves
    nothing behind."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask for the end. May be called more than once."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether that was asked for."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises Cancelled once it was cancelled."""
        if self.cancelled:
            raise Cancelled("The run was cancelled. Nothing was written.")


@dataclass(frozen=True, slots=True)
class FrameProgress:
    """How far a file is: `file` is its name, `stage` is analyse, listen, render or check, `done` and `total` count its
    frames (of listen, seconds); `total` is None where it is not known."""

    file: str
    stage: str
    done: int
    total: int | None


OnFrame = Callable[[FrameProgress], None]


class CallbackProgress:
    """A `Progress` that calls back at each step, and ends the run where that was asked for."""

    def __init__(self, on_frame: OnFrame | None, cancel: Cancellation | None) -> None:
        self._on_frame, self._cancel = on_frame, cancel
        self._at = FrameProgress("", "", 0, None)

    def start(self, file: str, stage: str, total: int | None) -> None:
        self._at = FrameProgress(file, stage, 0, total)
        self._step()

    def advance(self, frames: int) -> None:
        self._at = FrameProgress(self._at.file, self._at.stage, self._at.done + frames, self._at.total)
        self._step()

    def finish(self) -> None:
        """Nothing: an error may be on its way."""

    def _step(self) -> None:
        if self._cancel is not None:
            self._cancel.check()
        if self._on_frame is not None:
            self._on_frame(self._at)
