"""How long to wait before trying again: longer each time, and never as long as somebody else who began together."""

from __future__ import annotations

import random
from collections.abc import Callable

#: Seconds: the first pause, the longest one, and how long something must have lasted to count as a success. A camera
#: that is back is to be recorded ten seconds later.
FIRST, LONGEST, STEADY = 0.5, 4.0, 20.0


class Backoff:
    """Pauses in seconds, each up to twice as long as the one before, drawn from its upper half."""

    def __init__(self, longest: float = LONGEST, draw: Callable[[], float] = random.random) -> None:
        self._longest, self._draw = longest, draw
        self._next = FIRST

    def pause(self, lasted: float = 0.0) -> float:
        """The pause before the next try, after one that lasted so many seconds."""
        if lasted >= STEADY:
            self._next = FIRST
        pause = self._next * (0.5 + self._draw() / 2)
        self._next = min(self._longest, 2 * self._next)
        return pause
