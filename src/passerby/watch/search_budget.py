"""How much of a camera's time may be spent on searching parts of frames: what is not searched is covered instead."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Share of the time that searches may take where the machine is idle, and where detector runs already take long: four
#: cameras on two processors must not slow each other down until nothing is in time.
IDLE_SHARE, BUSY_SHARE = 0.35, 0.12
#: Seconds that may be saved up: a frame is released late by at most so much.
MAX_SAVED_S = 0.3


class SearchBudget:
    """Earns with each frame, and is spent while a search runs. `now` gives seconds."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._saved = MAX_SAVED_S
        self._earned_at: float | None = None

    def earn(self, at: float, *, busy: bool) -> None:
        """A frame was captured at `at` (monotonic seconds)."""
        if self._earned_at is not None:
            share = BUSY_SHARE if busy else IDLE_SHARE
            self._saved = min(MAX_SAVED_S, self._saved + share * max(0.0, at - self._earned_at))
        self._earned_at = at

    @property
    def is_left(self) -> bool:
        """Whether a search may start."""
        return self._saved > 0

    @contextmanager
    def spend(self) -> Iterator[None]:
        """What happens meanwhile is charged."""
        started = self._now()
        try:
            yield
        finally:
            self._saved -= self._now() - started
