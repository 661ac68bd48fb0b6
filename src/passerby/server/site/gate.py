"""The gate of the pages: who is behind a cookie. One for all ways in."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from passerby.base.roles import Role
from passerby.server.site.visitor import Visitor

#: Seconds after which somebody has to come in anew: since they came, and since they last asked for something.
LONGEST, IDLE = 12 * 3600.0, 3600.0


class Gate:
    """Whoever has the token that the program printed started it, or may read what it prints: they could as well use the
    command line, and are an administrator here, by the name that the machine knows them by."""

    def __init__(self, token: str | None, owner: str, now: Callable[[], float] = time.time) -> None:
        self._token, self._owner, self._now = token, owner, now
        self._visitors: dict[str, Visitor] = {}
        self._number = 0
        self._lock = threading.Lock()

    def by_token(self, token: str) -> str | None:
        """A new session, for a cookie; None when that is not the token."""
        if self._token is None or not hmac.compare_digest(self._token.encode(), token.encode()):
            return None
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            self._number -= 1
            self._visitors[cookie] = Visitor(
                who=f"system:{self._owner}",
                name=self._owner,
                role=Role.ADMINISTRATOR,
                by="token",
                session=self._number,
                purpose=None,
                expires=self._now() + LONGEST,
            )
        return cookie

    def visitor(self, cookie: str | None) -> Visitor | None:
        """Who is behind a cookie."""
        with self._lock:
            found = self._visitors.get(cookie or "")
        return found if found is not None and found.expires > self._now() else None

    def state(self, cookie: str | None, purpose: str) -> None:
        """They have said what they are here for."""
        with self._lock:
            self._visitors[cookie or ""] = replace(self._visitors[cookie or ""], purpose=purpose)

    def close(self, cookie: str | None) -> None:
        with self._lock:
            self._visitors.pop(cookie or "", None)
