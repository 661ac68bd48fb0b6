"""Who is logged in: sessions, at rest, so that they can be seen and ended, and outlive the program."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, select, update

from passerby.config.roles import Role
from passerby.store.accounts.accounts import Account
from passerby.store.accounts.tables import accounts, sessions
from passerby.store.database import Database

#: Seconds by which `used` may be behind: it is not worth a write for each picture.
TOUCH = 60.0


@dataclass(frozen=True, slots=True)
class Session:
    """One row of `sessions`, with the role that its account has now. Without one it came by the token."""

    id: int
    name: str
    who: str
    role: Role
    by: str
    purpose: str | None
    began: float
    used: float
    totp: bool
    first: bool


class Sessions:
    """Of one site. `idle` and `longest` are seconds."""

    def __init__(self, database: Database, *, idle: float = 3600.0, longest: float = 12 * 3600.0) -> None:
        self._database, self.idle, self.longest = database, idle, longest

    def open(self, account: Account | None, who: str, by: str, purpose: str | None, now: float) -> str:
        """A new one; what goes into the cookie."""
        cookie = secrets.token_urlsafe(32)
        row = {"mark": _mark(cookie), "account": None if account is None else account.id, "who": who, "by": by}
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(self._over(now)))
            connection.execute(insert(sessions).values(**row, purpose=purpose, began=now, used=now))
        return cookie

    def find(self, cookie: str | None, now: float) -> Session | None:
        """Who is behind a cookie, if the session is not over and the account is active."""
        if not cookie:
            return None
        found = next(iter(self._all(sessions.c.mark == _mark(cookie), ~self._over(now))), None)
        if found is not None and now - found.used > TOUCH:
            with self._database.writing() as connection:
                connection.execute(update(sessions).where(sessions.c.id == found.id).values(used=now))
        return found

    def all(self, now: float) -> list[Session]:
        """Those that are open."""
        return self._all(~self._over(now))

    def state(self, id: int, purpose: str) -> None:
        """What somebody is here for."""
        with self._database.writing() as connection:
            connection.execute(update(sessions).where(sessions.c.id == id).values(purpose=purpose))

    def close(self, id: int) -> bool:
        """End it. Was it there?"""
        with self._database.writing() as connection:
            return bool(connection.execute(delete(sessions).where(sessions.c.id == id)).rowcount)

    def close_all_of(self, account: str) -> int:
        """End all of one account; how many it were."""
        ids = select(accounts.c.id).where(accounts.c.name == account)
        with self._database.writing() as connection:
            return int(connection.execute(delete(sessions).where(sessions.c.account.in_(ids))).rowcount)

    def forget_tokens(self) -> None:
        """A new token is made each time that the program starts: whoever came by the old one comes again."""
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.account.is_(None)))

    def _over(self, now: float) -> ColumnElement[bool]:
        # Of the future are those of a clock that was set back since.
        return (
            (sessions.c.began < now - self.longest)
            | (sessions.c.used < now - self.idle)
            | (sessions.c.began > now + self.longest)
        )

    def _all(self, *where: ColumnElement[bool]) -> list[Session]:
        wanted = (
            select(sessions, accounts.c.name, accounts.c.role, accounts.c.totp, accounts.c.first)
            .join(accounts, isouter=True)
            .where(*where, (sessions.c.account.is_(None)) | accounts.c.active)
            .order_by(sessions.c.began)
        )
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return [
            Session(
                id=row.id,
                name=row.name or row.who.partition(":")[2],
                who=row.who,
                role=Role(row.role) if row.role else Role.ADMINISTRATOR,
                by=row.by,
                purpose=row.purpose,
                began=row.began,
                used=row.used,
                totp=row.totp is not None,
                first=bool(row.first),
            )
            for row in rows
        ]


def _mark(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()
