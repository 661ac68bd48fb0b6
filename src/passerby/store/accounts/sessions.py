"""Login sessions, stored so that they can be listed and ended, and survive a restart."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from passerby.config.roles import Role
from passerby.core.errors import DiskFull
from passerby.store.accounts.accounts import Account
from passerby.store.accounts.tables import accounts, sessions
from passerby.store.database import Database

#: Seconds by which `last_used` may lag: not every request is worth a write.
LAST_USED_RESOLUTION_S = 60.0


@dataclass(frozen=True, slots=True)
class AccountSession:
    """One row of `sessions`, with the current role of its account. Without an account it was opened by the token."""

    id: int
    name: str
    actor: str
    role: Role
    method: str
    purpose: str | None
    created: float
    last_used: float
    has_totp: bool
    initial_password: bool


class Sessions:
    """The sessions of one site. They end `idle_s` after the last use, and `max_age_s` after the login."""

    def __init__(self, database: Database, *, idle_s: float = 3600.0, max_age_s: float = 12 * 3600.0) -> None:
        self._database, self.idle_s, self.max_age_s = database, idle_s, max_age_s

    def open(self, account: Account | None, actor: str, method: str, purpose: str | None, now: float) -> str:
        """Open a session. Returns the value of its cookie."""
        cookie = secrets.token_urlsafe(32)
        row = {
            "cookie_hash": _cookie_hash(cookie),
            "account": None if account is None else account.id,
            "actor": actor,
            "method": method,
        }

        def write(connection: Connection) -> None:
            connection.execute(delete(sessions).where(self._expired(now)))
            connection.execute(insert(sessions).values(**row, purpose=purpose, created=now, last_used=now))

        self._database.write_reserved(write)
        return cookie

    def find(self, cookie: str | None, now: float) -> AccountSession | None:
        """The session of a cookie, if it has not expired and the account is active."""
        if not cookie:
            return None
        found = next(iter(self._all(sessions.c.cookie_hash == _cookie_hash(cookie), ~self._expired(now))), None)
        if found is not None and now - found.last_used > LAST_USED_RESOLUTION_S:
            # A full disk must not end the sessions of those who could do something about it.
            with suppress(DiskFull), self._database.write_transaction() as connection:
                connection.execute(update(sessions).where(sessions.c.id == found.id).values(last_used=now))
        return found

    def all(self, now: float) -> list[AccountSession]:
        """All open sessions."""
        return self._all(~self._expired(now))

    def set_purpose(self, id: int, purpose: str) -> None:
        """Store the stated purpose of a session."""

        def write(connection: Connection) -> None:
            connection.execute(update(sessions).where(sessions.c.id == id).values(purpose=purpose))

        self._database.write_reserved(write)

    def close(self, id: int) -> bool:
        """End a session. Did it exist?"""

        def write(connection: Connection) -> bool:
            return bool(connection.execute(delete(sessions).where(sessions.c.id == id)).rowcount)

        return self._database.write_reserved(write)

    def close_all_of(self, account: str) -> int:
        """End all sessions of an account. Returns how many there were."""
        ids = select(accounts.c.id).where(accounts.c.name == account)
        with self._database.write_transaction() as connection:
            return int(connection.execute(delete(sessions).where(sessions.c.account.in_(ids))).rowcount)

    def delete_token_sessions(self) -> None:
        """End the sessions opened by the token, which is new at each start of the program."""
        with self._database.write_transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.account.is_(None)))

    def _expired(self, now: float) -> ColumnElement[bool]:
        # Those from the future were opened before the clock was set back.
        return (
            (sessions.c.created < now - self.max_age_s)
            | (sessions.c.last_used < now - self.idle_s)
            | (sessions.c.created > now + self.max_age_s)
        )

    def _all(self, *conditions: ColumnElement[bool]) -> list[AccountSession]:
        query = (
            select(sessions, accounts.c.name, accounts.c.role, accounts.c.totp_secret, accounts.c.initial_password)
            .join(accounts, isouter=True)
            .where(*conditions, (sessions.c.account.is_(None)) | accounts.c.active)
            .order_by(sessions.c.created)
        )
        with self._database.read_transaction() as connection:
            rows = connection.execute(query).all()
        return [
            AccountSession(
                id=row.id,
                name=row.name or row.actor.partition(":")[2],
                actor=row.actor,
                role=Role(row.role) if row.role else Role.ADMINISTRATOR,
                method=row.method,
                purpose=row.purpose,
                created=row.created,
                last_used=row.last_used,
                has_totp=row.totp_secret is not None,
                initial_password=bool(row.initial_password),
            )
            for row in rows
        ]


def _cookie_hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()
