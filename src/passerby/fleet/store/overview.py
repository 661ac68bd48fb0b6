"""All sites with what each said last, those first that need a person: one query."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from passerby.fleet.problems import URGENCY, ProblemKind, SiteState, problems_of
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.tables import latest, sites


@dataclass(frozen=True, slots=True)
class SiteOverview:
    """One site. Times are Unix seconds; `newest_minute`: when its newest counted minute began, as far as is known."""

    id: int
    name: str
    display_name: str
    x: float | None
    y: float | None
    problems: tuple[ProblemKind, ...]
    state: SiteState
    timezone: str | None
    newest_minute: float | None


def overview(database: FleetDatabase, now: float, current_version: str) -> list[SiteOverview]:
    """All sites that may send, the most urgent first, then by name."""
    columns = [column for column in latest.columns if column.name not in ("site", "number")]
    query = select(sites, *columns).join(latest, isouter=True).where(sites.c.certificate.is_not(None))
    with database.reading() as connection:
        rows = connection.execute(query).all()
    found = []
    for row in rows:
        state = SiteState(
            row.received,
            row.clock_trusted,
            row.version,
            row.cameras,
            row.cameras_up,
            row.covered,
            row.disk_days,
            row.backlog,
            row.verdict,
        )
        age = row.newest_minute_age_s
        found.append(
            SiteOverview(
                id=row.id,
                name=row.name,
                display_name=row.display_name,
                x=row.x,
                y=row.y,
                problems=problems_of(state, now, current_version),
                state=state,
                timezone=row.timezone,
                newest_minute=None if age is None or not row.clock_trusted else row.sent / 1e6 - age,
            )
        )
    return sorted(found, key=lambda site: (-sum(URGENCY[kind] for kind in site.problems), site.name))
