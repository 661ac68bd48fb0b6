"""The retention limit: the longest retention of recordings that an auditor allows, whatever site.yaml says.

It is stored in the database, so that whoever may change site.yaml cannot extend the retention of recordings; only an
auditor raises it. Days are counted as retention counts them: by the time that the machine ran, which no clock change
extends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from passerby.config.roles import Right
from passerby.core.errors import UsageError
from passerby.store.accounts.tables import retention_limit
from passerby.store.database import Database

#: A hundred years: more is a typing error.
MAX_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class RetentionLimit:
    """`days` None: there is no limit. Set by `set_by` at `set_at`, Unix seconds."""

    days: float | None = None
    set_by: str | None = None
    set_at: float | None = None

    def apply(self, days: float | None) -> float | None:
        """A retention of so many days, limited; None is no limit."""
        if self.days is None or days is None:
            return days if self.days is None else self.days
        return min(days, self.days)

    def apply_each(self, days: Mapping[str, float]) -> dict[str, float]:
        """The same, by camera."""
        return {camera: min(own, self.days) if self.days is not None else own for camera, own in days.items()}

    def allows(self, days: float | None, rights: frozenset[Right]) -> bool:
        """May somebody with these rights set it to `days`? Whoever may edit the configuration may lower it."""
        if Right.SET_RETENTION_LIMIT in rights:
            return True
        lower = days is not None and (self.days is None or days <= self.days)
        return Right.EDIT_CONFIG in rights and lower


def read_retention_limit(database: Database) -> RetentionLimit:
    with database.read_transaction() as connection:
        row = connection.execute(select(retention_limit)).one()
    return RetentionLimit(row.days, row.set_by, row.set_at)


def set_retention_limit(database: Database, days: float | None, set_by: str, now: float) -> RetentionLimit:
    """The caller has checked `allows`. Raises UsageError for an invalid number of days."""
    if days is not None and not 0 < days <= MAX_DAYS:
        raise UsageError(f"The retention limit must be more than 0 and at most {MAX_DAYS} days.")
    with database.write_transaction() as connection:
        connection.execute(update(retention_limit).values(days=days, set_by=set_by, set_at=now))
    return RetentionLimit(days, set_by, now)
