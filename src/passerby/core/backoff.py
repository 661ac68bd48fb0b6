"""Exponential back-off with jitter: each wait is longer than the one before, and differs between clients that failed
at the same moment. Written here and not taken from a library, since the outbox keeps its number of attempts in the
database, and a connection's back-off starts again when the connection was stable for a while."""

from __future__ import annotations

import random
from collections.abc import Callable

#: A doubling beyond this exponent is longer than any limit.
_MAX_DOUBLINGS = 20


def delay_s(attempts: int, first_s: float, max_s: float, jitter: Callable[[], float] = random.random) -> float:
    """Seconds to wait after so many failed attempts before this one: from the upper half of a range that doubles.

    `jitter` gives a number from 0 to 1.
    """
    delay: float = min(max_s, first_s * 2.0 ** min(attempts, _MAX_DOUBLINGS)) * (0.5 + 0.5 * jitter())
    return delay


class Backoff:
    """The waits of one client. They start again from `first_s` after a connection that lasted `stable_s` or longer."""

    def __init__(
        self, first_s: float, max_s: float, stable_s: float = 0.0, jitter: Callable[[], float] = random.random
    ) -> None:
        self._first_s, self._max_s, self._stable_s, self._jitter = first_s, max_s, stable_s, jitter
        self._attempts = 0

    def next_s(self, lasted_s: float | None = None) -> float:
        """The wait before the next attempt. `lasted_s`: how long the last connection lasted; None: there was none."""
        if lasted_s is not None and lasted_s >= self._stable_s:
            self._attempts = 0
        self._attempts += 1
        return delay_s(self._attempts - 1, self._first_s, self._max_s, self._jitter)
