"""Slows down guessing: after a few failed logins, each further one costs a wait that doubles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

#: The longest wait, seconds; and the number of keys that are remembered.
MAX_WAIT_S, MAX_KEYS = 300.0, 10_000
#: Failed logins that cost nothing: of one name from one address, of one name from anywhere, of one address for any
#: name. The second is larger than the first, so that somebody elsewhere cannot easily lock a person out.
FREE_PER_PAIR, FREE_PER_NAME, FREE_PER_ADDRESS = 5, 20, 40


class TooManyAttempts(Exception):
    """Too many failed logins. `wait` seconds until the next one is checked."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"Too many failed logins. Wait {wait:.0f} seconds.")
        self.wait = wait

    @property
    def headers(self) -> dict[str, str]:
        """For the response, with status 429."""
        return {"retry-after": str(round(self.wait) + 1)}


class LoginThrottle:
    """Counts failed logins. The counts end with the program, which cannot be restarted from outside."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        per_name: int | None = FREE_PER_NAME,
        per_address: int | None = FREE_PER_ADDRESS,
    ) -> None:
        """`per_name`, `per_address`: failed logins that cost nothing; None where these are not counted at all."""
        self._clock, self._per_name, self._per_address = clock, per_name, per_address
        self._failed: dict[tuple[str, str], tuple[int, float]] = {}
        self._lock = threading.Lock()

    def check(self, name: str, address: str) -> None:
        """Raises TooManyAttempts while there is a wait."""
        with self._lock:
            until = max(self._failed.get(key, (0, 0.0))[1] for key, _ in self._keys(name, address))
        wait = until - self._clock()
        if wait > 0:
            raise TooManyAttempts(wait)

    def failed(self, name: str, address: str) -> None:
        with self._lock:
            for key, free in self._keys(name, address):
                count = self._failed.pop(key, (0, 0.0))[0] + 1
                wait = min(MAX_WAIT_S, 2.0 ** min(count - free + 1, 30)) if count >= free else 0.0
                self._failed[key] = count, self._clock() + wait
            while len(self._failed) > MAX_KEYS:
                del self._failed[next(iter(self._failed))]

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of this name; those of the address stay."""
        name = _normalised(name)
        with self._lock:
            for key in ((name, address), (name, "")):
                self._failed.pop(key, None)

    def _keys(self, name: str, address: str) -> Iterator[tuple[tuple[str, str], int]]:
        name = _normalised(name)
        yield (name, address), FREE_PER_PAIR
        if self._per_name is not None:
            yield (name, ""), self._per_name
        if self._per_address is not None:
            yield ("", address), self._per_address


def _normalised(name: str) -> str:
    return name.strip().lower()[:100]
