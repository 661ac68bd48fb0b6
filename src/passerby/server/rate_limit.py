"""How often somebody may do something that costs space or time for good: a row of a log that is never cut, a clip."""

from __future__ import annotations

import threading
from collections.abc import Callable

#: Keys that are remembered; the one that was not used for longest is forgotten.
_MAX_KEYS = 10_000


class RateExceeded(Exception):
    """Somebody does this too often. `wait` seconds until they may again."""

    def __init__(self, what: str, wait: float) -> None:
        super().__init__(f"Too many {what}. Wait {wait:.0f} seconds.")
        self.wait = wait

    @property
    def headers(self) -> dict[str, str]:
        """For the response, with status 429."""
        return {"retry-after": str(round(self.wait) + 1)}


class RateLimit:
    """So many of `what` for each key, renewed evenly over a period (a token bucket). Thread-safe."""

    def __init__(self, what: str, count: int, period_s: float, clock: Callable[[], float]) -> None:
        self._what, self._count, self._renewal_s, self._clock = what, count, period_s / count, clock
        #: When each key will have everything again.
        self._full_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, key: str) -> None:
        """Raises RateExceeded."""
        with self._lock:
            now = self._clock()
            full_at = max(now, self._full_at.pop(key, now)) + self._renewal_s
            wait = full_at - now - self._count * self._renewal_s
            if wait > 1e-9:
                self._full_at[key] = full_at - self._renewal_s
                raise RateExceeded(self._what, wait)
            self._full_at[key] = full_at
            while len(self._full_at) > _MAX_KEYS:
                del self._full_at[next(iter(self._full_at))]
