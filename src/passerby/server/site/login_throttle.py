"""Guessing is slow: after a few wrong tries each further one costs a wait that doubles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

#: The longest wait, seconds; and how many keys are remembered.
LONGEST, MOST = 300.0, 10_000
#: Wrong tries that cost nothing: of one name from one address, of one name from anywhere, of one address for any name.
#: The second is larger, so that somebody elsewhere cannot easily keep a person out.
BOTH, NAME, ADDRESS = 5, 20, 40


class TooMany(Exception):
    """Too many wrong tries. `wait` seconds until the next one is looked at."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"Too many wrong tries. Wait {wait:.0f} seconds.")
        self.wait = wait


class Slow:
    """Counts wrong tries. Forgotten when the program ends, which nobody can bring about from outside."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[tuple[str, str], tuple[int, float]] = {}
        self._lock = threading.Lock()

    def ask(self, name: str, address: str) -> None:
        """Raises TooMany."""
        with self._lock:
            wait = max(self._wrong.get(key, (0, 0.0))[1] for key, _ in _keys(name, address)) - self._clock()
        if wait > 0:
            raise TooMany(wait)

    def wrong(self, name: str, address: str) -> None:
        with self._lock:
            for key, free in _keys(name, address):
                count = self._wrong.pop(key, (0, 0.0))[0] + 1
                wait = min(LONGEST, 2.0 ** min(count - free + 1, 30)) if count >= free else 0.0
                self._wrong[key] = count, self._clock() + wait
            while len(self._wrong) > MOST:
                del self._wrong[next(iter(self._wrong))]

    def right(self, name: str, address: str) -> None:
        with self._lock:
            for key, _ in _keys(name, address)[:2]:
                self._wrong.pop(key, None)


def _keys(name: str, address: str) -> Sequence[tuple[tuple[str, str], int]]:
    name = name.strip().lower()[:100]
    return ((name, address), BOTH), ((name, ""), NAME), (("", address), ADDRESS)
