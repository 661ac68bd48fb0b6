"""Slows down guessing: after a few failed logins, each further one costs a wait that doubles.

An attempt is counted before the password is checked, and given back when it was right: otherwise, of many that are sent
at once, each would be checked before the first one has failed. Counts fade, so that a whole office behind one address
does not collect the typing errors of a year; they fade so slowly that guessing gains nothing by waiting for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: The longest wait, seconds; the seconds in which one failed login is forgotten; and the number of keys remembered.
MAX_WAIT_S, FADE_S, MAX_KEYS = 300.0, 300.0, 10_000
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


@dataclass(slots=True)
class _Failures:
    """Failed logins of one key: how many at `at`, and until when the next one waits."""

    count: float = 0.0
    at: float = 0.0
    until: float = 0.0


class Attempt:
    """One login that is being checked. It has failed unless it is given back."""

    def __init__(self) -> None:
        self.given_back = self.succeeded = False

    def give_back(self) -> None:
        """It was not wrong: something else was missing."""
        self.given_back = True

    def succeed(self) -> None:
        """It was right: the failures of this name are forgotten too, those of the address stay."""
        self.given_back = self.succeeded = True


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
        self._failures: dict[tuple[str, str], _Failures] = {}
        self._lock = threading.Lock()

    @contextmanager
    def attempt(self, name: str, address: str) -> Iterator[Attempt]:
        """Check one login in the block. It counts as failed from the start, until `succeed` or `give_back` is called;
        an error in the block gives it back. Raises TooManyAttempts while there is a wait."""
        keys = list(self._keys(name, address))
        untils = self._count(keys)
        attempt = Attempt()
        try:
            yield attempt
        except BaseException:
            attempt.give_back()
            raise
        finally:
            if attempt.given_back:
                self._give_back(untils)
            if attempt.succeeded:
                self._forget(_normalised(name), address)

    def _count(self, keys: list[tuple[tuple[str, str], int]]) -> dict[tuple[str, str], float]:
        """Count a failed login. Until when the next one of each key waits."""
        with self._lock:
            now = self._clock()
            wait = max(self._failures[key].until if key in self._failures else 0.0 for key, _ in keys) - now
            if wait > 0:
                raise TooManyAttempts(wait)
            for key, free in keys:
                failures = self._failures.pop(key, None) or _Failures(at=now)
                failures.count, failures.at = max(0.0, failures.count - (now - failures.at) / FADE_S) + 1, now
                over = failures.count - free + 1
                failures.until = now + min(MAX_WAIT_S, 2.0 ** min(over, 30)) if over > 0 else now
                self._failures[key] = failures
            while len(self._failures) > MAX_KEYS:
                del self._failures[next(iter(self._failures))]
            return {key: self._failures[key].until for key, _ in keys if key in self._failures}

    def _give_back(self, untils: dict[tuple[str, str], float]) -> None:
        with self._lock:
            for key, until in untils.items():
                failures = self._failures.get(key)
                if failures is not None:
                    failures.count = max(0.0, failures.count - 1)
                    if failures.until == until:  # the wait of this very attempt; the one before was over
                        failures.until = 0.0

    def _forget(self, name: str, address: str) -> None:
        with self._lock:
            for key in ((name, address), (name, "")):
                self._failures.pop(key, None)

    def _keys(self, name: str, address: str) -> Iterator[tuple[tuple[str, str], int]]:
        name = _normalised(name)
        yield (name, address), FREE_PER_PAIR
        if self._per_name is not None:
            yield (name, ""), self._per_name
        if self._per_address is not None:
            yield ("", address), self._per_address


def _normalised(name: str) -> str:
    return name.strip().lower()[:100]
