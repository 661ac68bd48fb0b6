"""Accounts of the web interface: with a password, a second factor (TOTP), or the subject of an identity provider."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyotp
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from passerby.config.roles import Role
from passerby.core.errors import UsageError
from passerby.store.accounts.passwords import verify_password
from passerby.store.accounts.tables import accounts, sessions
from passerby.store.database import Database

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
#: Seconds of a TOTP code (RFC 6238), and how many codes before and after the current one are accepted: clocks differ.
TOTP_STEP_S, TOTP_WINDOW = 30, 1
#: Columns that `change` accepts.
_MUTABLE_COLUMNS = (
    "role",
    "password_hash",
    "totp_secret",
    "totp_step",
    "oidc_subject",
    "active",
    "initial_password",
)
#: Seconds for which an initial password, set by somebody else, is valid.
INITIAL_PASSWORD_S = 14 * 86400.0


@dataclass(frozen=True, slots=True)
class Account:
    """One row of `accounts`, without its secrets. `initial_password`: was the password set by somebody else?
    `credentials_by`: the actors, other than its owner, who made the account or changed its role or how one logs in with
    it, and may still know one way; `credentials_at`: when that was last. `language`: of pages and notifications; None:
    as the browser asks."""

    id: int
    name: str
    role: Role
    has_password: bool
    has_totp: bool
    oidc_subject: str | None
    active: bool
    created: float
    changed: float
    initial_password: bool
    credentials_by: tuple[str, ...]
    credentials_at: float | None
    language: str | None

    @property
    def actor(self) -> str:
        """The account in the audit log."""
        return f"account:{self.name}"


class Accounts:
    """The accounts of one site."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        role: Role,
        now: float,
        *,
        password_hash: str | None = None,
        oidc_subject: str | None = None,
        initial_password: bool = False,
        by: str | None = None,
    ) -> Account:
        """`password_hash` is the result of `hash_password`; an `initial_password` is for the first login only; `by` is
        the actor who makes it. Raises UsageError for a name that is invalid or taken."""
        name = account_name(name)
        row = {
            "name": name,
            "role": role.value,
            "password_hash": password_hash,
            "oidc_subject": oidc_subject,
            "active": True,
            "initial_password": initial_password,
            "credentials_by": None if by is None else _joined([by]),
            "credentials_at": None if by is None else now,
        }
        with self._database.write_transaction() as connection:
            _refuse_duplicate(connection, accounts.c.name == name, name)
            if oidc_subject is not None:
                _refuse_duplicate(connection, accounts.c.oidc_subject == oidc_subject, oidc_subject)
            connection.execute(insert(accounts).values(**row, totp_secret=None, totp_step=0, created=now, changed=now))
        return self.get(name)

    def all(self) -> list[Account]:
        with self._database.read_transaction() as connection:
            return [_account_from_row(row) for row in connection.execute(select(accounts).order_by(accounts.c.name))]

    def get(self, name: str) -> Account:
        """Raises UsageError when there is none of that name."""
        found = self.find(name)
        if found is None:
            raise UsageError(f"There is no account {name}. `passerby accounts list` lists all accounts.")
        return found

    def find(self, name: str) -> Account | None:
        return self._find_by(accounts.c.name == name.strip().lower())

    def find_by_oidc(self, subject: str) -> Account | None:
        """The account with this subject at the identity provider, if it is active."""
        found = self._find_by(accounts.c.oidc_subject == subject)
        return found if found is not None and found.active else None

    def auditors(self) -> Sequence[Account]:
        """The active auditors."""
        return [account for account in self.all() if account.role is Role.AUDITOR and account.active]

    def change(self, name: str, now: float, *, by: str | None = None, **values: object) -> Account:
        """Change the given columns: role, password_hash, initial_password, totp_secret (with the step of the code that
        was used, totp_step), oidc_subject, active. `by` is the actor, unless it is the owner. Ends all sessions of the
        account. Raises UsageError."""
        if set(values) - set(_MUTABLE_COLUMNS):
            raise ValueError(f"cannot be changed: {sorted(set(values) - set(_MUTABLE_COLUMNS))}")
        account = self.get(name)
        if "role" in values:
            values["role"] = Role(str(values["role"])).value
        if "totp_secret" in values:
            values.setdefault("totp_step", 0)
        if by is not None and by != account.actor:
            before = () if _replaces_login(account, values) else account.credentials_by
            values |= {"credentials_by": _joined([*before, by]), "credentials_at": now}
        with self._database.write_transaction() as connection:
            _refuse_last(connection, account, values)
            if values.get("oidc_subject") is not None:
                _refuse_duplicate(
                    connection,
                    (accounts.c.oidc_subject == values["oidc_subject"]) & (accounts.c.id != account.id),
                    str(values["oidc_subject"]),
                )
            connection.execute(update(accounts).where(accounts.c.id == account.id).values(**values, changed=now))
            connection.execute(delete(sessions).where(sessions.c.account == account.id))
        return self.get(name)

    def set_language(self, name: str, language: str | None) -> None:
        """Of pages and notifications; None: as the browser asks. Sessions stay open."""
        with self._database.write_transaction() as connection:
            connection.execute(update(accounts).where(accounts.c.name == name).values(language=language))

    def remove(self, name: str) -> None:
        """The audit log keeps the name. What the account has set up counts as set up by those who set it up, too.
        Raises UsageError."""
        account = self.get(name)
        heirs = [other for other in self.all() if account.actor in other.credentials_by]
        with self._database.write_transaction() as connection:
            _refuse_last(connection, account, {"active": False})
            for heir in heirs:
                by = _joined([*heir.credentials_by, *account.credentials_by])
                connection.execute(update(accounts).where(accounts.c.id == heir.id).values(credentials_by=by))
            connection.execute(delete(accounts).where(accounts.c.id == account.id))

    def authenticate(self, name: str, password: str) -> Account | None:
        """The account, if the password is right and it is active. Takes as long for an unknown name."""
        with self._database.read_transaction() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name.strip().lower())).first()
        stored = row.password_hash if row is not None and row.active else None
        return _account_from_row(row) if verify_password(stored, password) and row is not None else None

    def verify_totp(self, account: Account, code: str, now: float) -> bool:
        """Is this a current code of the account's second factor that was not used before?"""
        with self._database.write_transaction() as connection:
            row = connection.execute(
                select(accounts.c.totp_secret, accounts.c.totp_step).where(accounts.c.id == account.id)
            ).one()
            if row.totp_secret is None:
                return False
            step = totp_step(row.totp_secret, code, now, after=row.totp_step)
            if step is None:
                return False
            connection.execute(update(accounts).where(accounts.c.id == account.id).values(totp_step=step))
        return True

    def _find_by(self, condition: ColumnElement[bool]) -> Account | None:
        with self._database.read_transaction() as connection:
            row = connection.execute(select(accounts).where(condition)).first()
        return None if row is None else _account_from_row(row)


def totp_step(secret: str, code: str, now: float, after: int = 0) -> int | None:
    """The time step, later than `after`, of which this is the code of a second factor; None for a wrong code."""
    totp, current = pyotp.TOTP(secret, interval=TOTP_STEP_S), int(now) // TOTP_STEP_S
    for step in range(current - TOTP_WINDOW, current + TOTP_WINDOW + 1):
        if step > after and pyotp.utils.strings_equal(code.strip(), totp.generate_otp(step)):
            return step
    return None


def account_name(name: str) -> str:
    """The name in lower case, if it is a valid account name. Raises UsageError."""
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a valid account name. Use letters, digits, and . _ @ - between them, at most 64."
        )
    return name


def _refuse_last(connection: Connection, account: Account, values: dict[str, object]) -> None:
    """The last active administrator and the last auditor cannot be removed: nobody else could add another."""
    loses_role = values.get("active") is False or values.get("role", account.role.value) != account.role.value
    if not loses_role or account.role not in (Role.ADMINISTRATOR, Role.AUDITOR) or not account.active:
        return
    others = connection.execute(
        select(func.count()).where(
            accounts.c.role == account.role.value, accounts.c.active, accounts.c.id != account.id
        )
    ).scalar_one()
    if not others:
        raise UsageError(f"{account.name} is the last {account.role.value}. Add another one first.")


def _replaces_login(account: Account, values: dict[str, object]) -> bool:
    """Does a change replace every way to log in? Whoever set up the account before knows none any more."""
    password = values["password_hash"] is not None if "password_hash" in values else account.has_password
    linked = values["oidc_subject"] is not None if "oidc_subject" in values else account.oidc_subject is not None
    return (not password or "password_hash" in values) and (not linked or "oidc_subject" in values)


def _joined(actors: Sequence[str]) -> str:
    """Actors as they are stored: each once, separated by spaces, which no name has."""
    return " ".join(dict.fromkeys("".join(actor.split()) for actor in actors))


def _account_from_row(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        has_password=row.password_hash is not None,
        has_totp=row.totp_secret is not None,
        oidc_subject=row.oidc_subject,
        active=bool(row.active),
        created=row.created,
        changed=row.changed,
        initial_password=bool(row.initial_password),
        credentials_by=tuple((row.credentials_by or "").split()),
        credentials_at=row.credentials_at,
        language=row.language,
    )


def _refuse_duplicate(connection: Connection, condition: ColumnElement[bool], name: str) -> None:
    if connection.execute(select(accounts.c.id).where(condition)).first() is not None:
        raise UsageError(f"There is already an account {name}. Choose another name.")
