"""For how many days recordings may stay at most, whatever `site.yaml` says. It stands in the store, so that whoever may
change the file cannot let recordings stay for longer; only an auditor raises it.

Days are counted as retention counts them: by the time that the machine ran, which no change of the clock makes longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from passerby.config.roles import Right
from passerby.core.errors import UsageError
from passerby.store.accounts.tables import ceiling
from passerby.store.database import Database


@dataclass(frozen=True, slots=True)
class Ceiling:
    """`days` None: there is none. `who` has set it, when: `set`, Unix seconds."""

    days: float | None = None
    who: str | None = None
    set: float | None = None

    def of(self, days: float | None) -> float | None:
        """What is kept of so many days; None is no limit."""
        if self.days is None or days is None:
            return days if self.days is None else self.days
        return min(days, self.days)

    def of_each(self, days: Mapping[str, float]) -> dict[str, float]:
        """The same, by camera."""
        return {camera: min(own, self.days) if self.days is not None else own for camera, own in days.items()}

    def allows(self, days: float | None, rights: frozenset[Right]) -> bool:
        """May somebody with these rights set it to `days`? Lower it may be set by who may change settings."""
        if Right.CEILING in rights:
            return True
        lower = days is not None and (self.days is None or days <= self.days)
        return Right.CHANGE in rights and lower


def read_ceiling(database: Database) -> Ceiling:
    with database.reading() as connection:
        row = connection.execute(select(ceiling)).one()
    return Ceiling(row.days, row.who, row.set)


def set_ceiling(database: Database, days: float | None, who: str, now: float) -> Ceiling:
    """Who may is asked before. Raises UsageError for days that make no sense."""
    if days is not None and not 0 < days <= 36500:
        raise UsageError("The ceiling is more than 0 and at most 36500 days.")
    with database.writing() as connection:
        connection.execute(update(ceiling).values(days=days, who=who, set=now))
    return Ceiling(days, who, now)
