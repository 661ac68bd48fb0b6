"""Sums of published counts: of any sites, by hour, day or week, with what is known about each sum beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, FromClause, Integer, and_, cast, func, literal, select

from passerby.core.errors import UsageError
from passerby.core.kinds import ObjectClass
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.tables import counts, daily, series, sites


class Every(StrEnum):
    """Length of an interval. Days and weeks (from Monday) are those of each site's zone."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


DAY_S = 86400
STEP_S = {Every.HOUR: 3600, Every.DAY: DAY_S, Every.WEEK: 7 * DAY_S}
#: Days that can be requested at once, by interval: at most a thousand points of a site.
MAX_DAYS = {Every.HOUR: 31, Every.DAY: 800, Every.WEEK: 3700}
#: 1970-01-01 was a Thursday: so many days after a Monday.
_THURSDAY = 3
NUMBERS = ("entries", "forward", "backward")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which counts. `sites`: names; empty for all. `start` and `end`: days since 1970 (`end` is not in it).
    `by_site`: a series for each site, or one for all together."""

    start: int
    end: int
    every: Every
    sites: Sequence[str] = ()
    object_class: ObjectClass | None = None
    by_site: bool = True


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """One interval of a site; `site` is None for all together. `start`: Unix seconds of an hour, and for days and weeks
    of midnight as if the site were at UTC. Sums are null where nothing is known. `suppressed`: numbers that were left
    out as too small. `possible_seconds`: what `observed_seconds` would be without a gap."""

    site: str | None
    start: int
    entries: int | None
    forward: int | None
    backward: int | None
    observed_seconds: float
    possible_seconds: float
    suppressed: int
    doubtful: int


def totals(database: FleetDatabase, selection: Selection) -> list[TotalsRow]:
    """One query. An interval of which nothing arrived has no row. Raises UsageError for one that is too long."""
    days = selection.end - selection.start
    if days <= 0:
        raise UsageError("The end is not after the start. Give both in this order.")
    if days > MAX_DAYS[selection.every]:
        raise UsageError(f"The time range is longer than {MAX_DAYS[selection.every]} days. Request less at once.")
    at: ColumnElement[int]
    source: FromClause
    of_class: ColumnElement[str]
    if selection.every is Every.HOUR:
        at = counts.c.start
        # The partitions are by time: a day of any zone lies within these hours.
        hours = counts.c.start.between((selection.start - 1) * DAY_S, (selection.end + 1) * DAY_S)
        when = and_(hours, counts.c.local_day.between(selection.start, selection.end - 1))
        columns, source = counts.c, counts.join(series, series.c.id == counts.c.series)
        source, of_class = source.join(sites, sites.c.id == series.c.site), series.c.object_class
        suppressed = func.sum(cast(counts.c.suppressed, Integer))
        doubtful = func.sum(1 - cast(counts.c.trusted, Integer))
    else:
        columns, source = daily.c, daily.join(sites, sites.c.id == daily.c.site)
        of_class = daily.c.object_class
        shift = _THURSDAY if selection.every is Every.WEEK else 0
        length = 7 if selection.every is Every.WEEK else 1
        first = daily.c.local_day - (daily.c.local_day + shift) % length
        at = (first * DAY_S).label("start")
        when = and_(daily.c.local_day.between(selection.start, selection.end - 1))
        suppressed, doubtful = func.sum(daily.c.suppressed), func.sum(daily.c.doubtful)
    site: ColumnElement[str | None] = sites.c.name if selection.by_site else literal(None)
    inner, names = series.alias(), sites.alias()
    number = select(func.count()).select_from(inner.join(names, names.c.id == inner.c.site))
    number = number.where(*_selected(selection, names.c.name, inner.c.object_class))
    if selection.by_site:
        number = number.where(inner.c.site == sites.c.id).correlate(sites)
    keys = [sites.c.id, sites.c.name, at] if selection.by_site else [at]
    query = (
        select(
            site.label("site"),
            at.label("start"),
            *(func.sum(columns[name]).label(name) for name in NUMBERS),
            func.sum(columns.observed_seconds).label("observed"),
            suppressed.label("suppressed"),
            doubtful.label("doubtful"),
            number.scalar_subquery().label("series"),
        )
        .select_from(source)
        .where(when, *_selected(selection, sites.c.name, of_class))
        .group_by(*keys)
        .order_by(*([sites.c.name] if selection.by_site else []), at)
    )
    with database.reading() as connection:
        rows = connection.execute(query).all()
    return [
        TotalsRow(
            site=row.site,
            start=int(row.start),
            **{name: None if (value := getattr(row, name)) is None else int(value) for name in NUMBERS},
            observed_seconds=round(float(row.observed), 1),
            possible_seconds=float(row.series) * _days_in(selection, int(row.start)) * DAY_S
            if selection.every is not Every.HOUR
            else float(row.series) * 3600,
            suppressed=int(row.suppressed),
            doubtful=int(row.doubtful),
        )
        for row in rows
    ]


def _days_in(selection: Selection, start: int) -> int:
    """Days of an interval that were asked for: the first and the last week may be cut."""
    first = start // DAY_S
    last = first + STEP_S[selection.every] // DAY_S
    return min(last, selection.end) - max(first, selection.start)


def _selected(
    selection: Selection, site: ColumnElement[str], object_class: ColumnElement[str]
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if selection.sites:
        found.append(site.in_(list(selection.sites)))
    if selection.object_class is not None:
        found.append(object_class == selection.object_class.value)
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """What the fleet has counts of: sites by name, classes."""

    sites: tuple[str, ...]
    classes: tuple[str, ...]


def counted(database: FleetDatabase) -> Counted:
    """For the choices of a page."""
    with database.reading() as connection:
        rows = connection.execute(select(sites.c.name, series.c.object_class).join(sites).distinct()).all()
    return Counted(tuple(sorted({row[0] for row in rows})), tuple(sorted({row[1] for row in rows})))
