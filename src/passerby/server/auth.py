"""Authentication of pages that have one token or one password.

On loopback, the URL that the program prints carries a random token, which is good for one browser: whoever reads it
later opens nothing. Elsewhere there is a password, of which only the hash is kept (Argon2id), and guessing it is slowed
down. Either opens a session: a random cookie, kept in memory.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable

from passerby.server.login_throttle import LoginThrottle
from passerby.store.accounts.passwords import verify_password

#: Seconds of a session after its last request.
SESSION_TIMEOUT_S = 12 * 3600
#: Sessions at the same time; the one that was used least recently is dropped.
MAX_SESSIONS = 200


class SessionAuth:
    """The sessions of one server. Exactly one of `token` and `password` opens one."""

    def __init__(
        self,
        *,
        token: str | None = None,
        password: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        token_lifetime_s: float | None = None,
    ) -> None:
        """`password` is a hash of store/accounts/passwords.py. The token opens nothing after `token_lifetime_s`."""
        if (token is None) == (password is None):
            raise ValueError("either a token or a password")
        self._token, self._password_hash = token, password
        self._clock = clock
        self._token_until = None if token_lifetime_s is None else clock() + token_lifetime_s
        self._sessions: dict[str, float] = {}
        self._throttle = LoginThrottle(clock, per_name=None, per_address=None)
        self._lock = threading.Lock()

    def open_by_token(self, token: str) -> str | None:
        """A new session; None for a wrong token, and for the right one once it was used or has expired."""
        with self._lock:
            if self._token_until is not None and self._clock() >= self._token_until:
                self._token = None
            known, right = self._token or "", token.encode("utf-8", "replace")
            if not known or not hmac.compare_digest(known.encode(), right):
                return None
            self._token = None
        return self._open()

    def open_by_password(self, password: str) -> str | None:
        """A new session; None for a wrong password. Raises TooManyAttempts and HashingBusy."""
        if self._password_hash is None:
            return None
        with self._throttle.attempt("", "") as attempt:
            if not verify_password(self._password_hash, password):
                return None
            attempt.succeed()
        return self._open()

    def is_valid(self, session: str | None) -> bool:
        """Is this a session that has not timed out?"""
        if not session:
            return False
        with self._lock:
            now = self._clock()
            used = self._sessions.get(session)
            if used is None or now - used > SESSION_TIMEOUT_S:
                self._sessions.pop(session, None)
                return False
            self._sessions[session] = now
            return True

    def principal_of(self, session: str | None) -> str | None:
        """The session, if it is valid: here all users are alike."""
        return session if self.is_valid(session) else None

    def close(self, session: str | None) -> None:
        with self._lock:
            self._sessions.pop(session or "", None)

    def _open(self) -> str:
        session = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._sessions) >= MAX_SESSIONS:
                del self._sessions[min(self._sessions, key=self._sessions.__getitem__)]
            self._sessions[session] = self._clock()
        return session


def new_token() -> str:
    """A token for the URL that is opened."""
    return secrets.token_urlsafe(32)
