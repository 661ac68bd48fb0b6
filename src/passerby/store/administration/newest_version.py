"""The newest version of the program that this site was told of. It asks nobody: an administrator names it, or the
fleet does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import delete, insert, select

from passerby.config.notifications.kinds import NotificationKind
from passerby.core.errors import UsageError
from passerby.store.administration.tables import newest_version
from passerby.store.database import Database
from passerby.store.notifications.facts import report

_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}([a-z0-9.+-]{1,20})?")


@dataclass(frozen=True, slots=True)
class NamedVersion:
    """A version, and who named it when (Unix seconds)."""

    version: str
    named_by: str
    named_at: float


def read_newest_version(database: Database) -> NamedVersion | None:
    """None where nobody has named one."""
    with database.read_transaction() as connection:
        row = connection.execute(select(newest_version)).first()
    return None if row is None else NamedVersion(row.version, row.named_by, row.named_at)


def name_newest_version(database: Database, version: str | None, current: str, by: str, now: float) -> None:
    """Name the newest version, or none. Where it is newer than `current`, which runs, that is told to those who want to
    be notified; not again where the same was named before. Raises UsageError for what is no version."""
    if version is not None and not _VERSION.fullmatch(version):
        raise UsageError(f"{version!r} is not a version. Write it as 1.4.2.")
    with database.write_transaction() as connection:
        before = connection.execute(select(newest_version.c.version)).scalar()
        connection.execute(delete(newest_version))
        if version is None:
            return
        connection.execute(insert(newest_version).values(id=1, version=version, named_by=by, named_at=now))
        if version != before and is_newer(version, current):
            body: dict[str, JsonValue] = {"version": version, "current": current, "time": now}
            report(connection, f"update/{version}", NotificationKind.UPDATE, body, now)


def is_newer(version: str, current: str) -> bool:
    """Is a version newer than the one that runs, by the numbers at its beginning?"""
    return _numbers(version) > _numbers(current)


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"[0-9]+(\.[0-9]+)*", version)
    return () if found is None else tuple(int(part) for part in found[0].split("."))
