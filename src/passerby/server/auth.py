"""Who may speak to the server. One layer for all pages that passerby serves.

On loopback, whoever started the program has an address with a random token in it. Elsewhere there is a password, kept
only as a hash (Argon2id), and guessing it is slow. Either opens a session: a random cookie that lives in memory.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: Seconds that a session lasts after it was last used.
LASTS = 12 * 3600
#: Wrong passwords in a row after which each further one costs a wait that doubles, and the longest wait, in seconds.
FREE_GUESSES, LONGEST_WAIT = 5, 300.0
#: Sessions that are remembered at the same time.
MOST = 200


class TooMany(Exception):
    """Too many wrong passwords. `wait` seconds until the next one is looked at."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"Too many wrong passwords. Wait {wait:.0f} seconds.")
        self.wait = wait


class Auth:
    """The sessions of one server. Exactly one of `token` and `password` opens one."""

    def __init__(
        self, *, token: str | None = None, password: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`password` is the hash that `hashed` makes."""
        if (token is None) == (password is None):
            raise ValueError("either a token or a password")
        self._token, self._password = token, password
        self._clock = clock
        self._sessions: dict[str, float] = {}
        self._wrong, self._not_before = 0, 0.0
        self._lock = threading.Lock()

    @property
    def by_password(self) -> bool:
        return self._password is not None

    def by_token(self, token: str) -> str | None:
        """A new session for the one who knows the token."""
        if self._token is None or not hmac.compare_digest(self._token.encode(), token.encode()):
            return None
        return self._open()

    def by_word(self, password: str) -> str | None:
        """A new session for the one who knows the password. Raises TooMany when somebody is guessing."""
        if self._password is None:
            return None
        with self._lock:
            wait = self._not_before - self._clock()
            if wait > 0:
                raise TooMany(wait)
            try:
                PasswordHasher().verify(self._password, password)
            except (VerificationError, InvalidHashError):
                self._wrong += 1
                if self._wrong >= FREE_GUESSES:
                    self._not_before = self._clock() + min(LONGEST_WAIT, 2.0 ** (self._wrong - FREE_GUESSES + 1))
                return None
            self._wrong = 0
        return self._open()

    def knows(self, session: str | None) -> bool:
        """Is this a session of ours that has not run out?"""
        if not session:
            return False
        with self._lock:
            now = self._clock()
            used = self._sessions.get(session)
            if used is None or now - used > LASTS:
                self._sessions.pop(session, None)
                return False
            self._sessions[session] = now
            return True

    def visitor(self, session: str | None) -> str | None:
        """The session, if it is one of ours: here all are alike."""
        return session if self.knows(session) else None

    def close(self, session: str | None) -> None:
        with self._lock:
            self._sessions.pop(session or "", None)

    def _open(self) -> str:
        session = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._sessions) >= MOST:
                del self._sessions[min(self._sessions, key=self._sessions.__getitem__)]
            self._sessions[session] = self._clock()
        return session


def new_token() -> str:
    """A token for the address that is opened."""
    return secrets.token_urlsafe(32)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return PasswordHasher().hash(password)
