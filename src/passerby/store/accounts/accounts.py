"""Who may use the pages: accounts, with a password, a second factor, or the name that another site knows them by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyotp
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from passerby.config.roles import Role
from passerby.core.errors import UsageError
from passerby.store.accounts.passwords import matches
from passerby.store.accounts.tables import accounts, sessions
from passerby.store.database import Database

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
#: Seconds of a code, and codes before and after the present one that are taken: clocks differ.
STEP, AROUND = 30, 1
#: Columns that may be changed.
_CHANGED = ("role", "password", "totp", "oidc", "active", "first")
#: Seconds for which a password is good that somebody else has given.
FIRST = 14 * 86400.0


@dataclass(frozen=True, slots=True)
class Account:
    """One row of `accounts`, without its secrets. `password`, `totp`: are there such. `first`: has somebody else given
    the password?"""

    id: int
    name: str
    role: Role
    password: bool
    totp: bool
    oidc: str | None
    active: bool
    made: float
    changed: float
    first: bool

    @property
    def who(self) -> str:
        """As the log says it."""
        return f"account:{self.name}"


class Accounts:
    """Of one site."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        role: Role,
        now: float,
        *,
        password: str | None = None,
        oidc: str | None = None,
        first: bool = False,
    ) -> Account:
        """`password` is what `hashed` makes of one; `first` says that it is for the first login alone. Raises
        UsageError for a name that is taken, or cannot be."""
        name = account_name(name)
        row = {"name": name, "role": role.value, "password": password, "oidc": oidc, "active": True, "first": first}
        with self._database.writing() as connection:
            _free(connection, accounts.c.name == name, name)
            if oidc is not None:
                _free(connection, accounts.c.oidc == oidc, oidc)
            connection.execute(insert(accounts).values(**row, totp=None, step=0, made=now, changed=now))
        return self.known(name)

    def all(self) -> list[Account]:
        with self._database.reading() as connection:
            return [_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.name))]

    def known(self, name: str) -> Account:
        """Raises UsageError when there is none of that name."""
        found = self.named(name)
        if found is None:
            raise UsageError(f"There is no account {name}. `passerby accounts list` shows those that there are.")
        return found

    def named(self, name: str) -> Account | None:
        return self._one(accounts.c.name == name.strip().lower())

    def of_oidc(self, told: str) -> Account | None:
        """The account of whoever another site calls so, if it is active."""
        found = self._one(accounts.c.oidc == told)
        return found if found is not None and found.active else None

    def auditors(self) -> Sequence[Account]:
        """Those who are, and can log in."""
        return [one for one in self.all() if one.role is Role.AUDITOR and one.active]

    def change(self, name: str, now: float, **values: object) -> Account:
        """Change what is given of role, password (hashed), first, totp (its secret), oidc and active. Sessions of an
        account end with any change of it. Raises UsageError."""
        if set(values) - set(_CHANGED):
            raise ValueError(f"not to be changed: {sorted(set(values) - set(_CHANGED))}")
        account = self.known(name)
        if "role" in values:
            values["role"] = Role(str(values["role"])).value
        if "totp" in values:
            values["step"] = 0
        with self._database.writing() as connection:
            _keep_one(connection, account, values)
            if values.get("oidc") is not None:
                _free(
                    connection, (accounts.c.oidc == values["oidc"]) & (accounts.c.id != account.id), str(values["oidc"])
                )
            connection.execute(update(accounts).where(accounts.c.id == account.id).values(**values, changed=now))
            connection.execute(delete(sessions).where(sessions.c.account == account.id))
        return self.known(name)

    def remove(self, name: str) -> None:
        """The log keeps the name. Raises UsageError."""
        account = self.known(name)
        with self._database.writing() as connection:
            _keep_one(connection, account, {"active": False})
            connection.execute(delete(accounts).where(accounts.c.id == account.id))

    def proves(self, name: str, password: str) -> Account | None:
        """The account, if that is its password, and it is active. As slow for one that is not there."""
        with self._database.reading() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name.strip().lower())).first()
        kept = row.password if row is not None and row.active else None
        return _account(row) if matches(kept, password) and row is not None else None

    def takes(self, account: Account, code: str, now: float) -> bool:
        """Is this a code of the account's second factor, and not one that was taken before?"""
        with self._database.writing() as connection:
            row = connection.execute(select(accounts.c.totp, accounts.c.step).where(accounts.c.id == account.id)).one()
            if row.totp is None:
                return False
            factor, here = pyotp.TOTP(row.totp, interval=STEP), int(now) // STEP
            for step in range(here - AROUND, here + AROUND + 1):
                if step > row.step and pyotp.utils.strings_equal(code.strip(), factor.generate_otp(step)):
                    connection.execute(update(accounts).where(accounts.c.id == account.id).values(step=step))
                    return True
        return False

    def _one(self, where: ColumnElement[bool]) -> Account | None:
        with self._database.reading() as connection:
            row = connection.execute(select(accounts).where(where)).first()
        return None if row is None else _account(row)


def account_name(name: str) -> str:
    """The name, if an account may be called so: small letters. Raises UsageError."""
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise UsageError(
            f"An account cannot be called {name!r}. Use letters, digits, and . _ @ - between them, at most 64."
        )
    return name


def _keep_one(connection: Connection, account: Account, values: dict[str, object]) -> None:
    """The last one who can administrate, or audit, stays: nobody else could make another."""
    goes = values.get("active") is False or values.get("role", account.role.value) != account.role.value
    if not goes or account.role not in (Role.ADMINISTRATOR, Role.AUDITOR) or not account.active:
        return
    others = connection.execute(
        select(func.count()).where(
            accounts.c.role == account.role.value, accounts.c.active, accounts.c.id != account.id
        )
    ).scalar_one()
    if not others:
        raise UsageError(f"{account.name} is the last {account.role.value}. Make another one first.")


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        password=row.password is not None,
        totp=row.totp is not None,
        oidc=row.oidc,
        active=bool(row.active),
        made=row.made,
        changed=row.changed,
        first=bool(row.first),
    )


def _free(connection: Connection, where: ColumnElement[bool], name: str) -> None:
    if connection.execute(select(accounts.c.id).where(where)).first() is not None:
        raise UsageError(f"There is an account called {name} already. Take another name.")
