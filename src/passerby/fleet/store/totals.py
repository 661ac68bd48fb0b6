"""Sums of published counts: of any sites, by hour, day or week, with what is known about each sum beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Subquery, Table, case, cast, func, literal, select

from passerby.core.errors import UsageError
from passerby.core.kinds import ObjectClass
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.sums import HOUR_S
from passerby.fleet.store.tables import ALL_SITES, NUMBERS, counts, series, series_days, site_days, site_hours, sites


class Every(StrEnum):
    """Length of an interval. Days and weeks (from Monday) are those of each site's zone."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


DAY_S = 86400
STEP_S = {Every.HOUR: HOUR_S, Every.DAY: DAY_S, Every.WEEK: 7 * DAY_S}
#: Days that can be requested at once, by interval: at most a thousand points of a site.
MAX_DAYS = {Every.HOUR: 31, Every.DAY: 800, Every.WEEK: 3700}
#: 1970-01-01 was a Thursday: so many days after a Monday.
_THURSDAY = 3
#: Sites of which a camera or a line can be chosen at once: their lines and zones are read one by one.
MAX_SITES_OF_PARTS = 20


@dataclass(frozen=True, slots=True)
class Selection:
    """Which counts. `sites`: names; empty for all. `start` and `end`: days since 1970 (`end` is not in it).
    `by_site`: a series for each site, or one for all together. `camera`, `location`: only these, of some sites."""

    start: int
    end: int
    every: Every
    sites: Sequence[str] = ()
    object_class: ObjectClass | None = None
    by_site: bool = True
    camera: str | None = None
    location: str | None = None

    @property
    def of_parts(self) -> bool:
        """Is it less than all that a site counts?"""
        return self.camera is not None or self.location is not None


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """One interval of a site; `site` (and its name, as people know it) is None for all together. `start`: Unix seconds
    of an hour, and for days and weeks of midnight as if the site were at UTC. Sums are null where nothing is known.
    `suppressed`: numbers that were left out as too small. `possible_seconds`: what `observed_seconds` would be without
    a gap."""

    site: str | None
    display_name: str | None
    start: int
    entries: int | None
    forward: int | None
    backward: int | None
    observed_seconds: float
    possible_seconds: float
    suppressed: int
    doubtful: int


def totals(database: FleetDatabase, selection: Selection, max_rows: int | None = None) -> list[TotalsRow]:
    """One query. An interval of which nothing arrived has no row. Raises UsageError for one that is too long, for a
    camera or line of too many sites, and for more rows than `max_rows`."""
    _check(selection)
    table, site, at, source = _source(selection)
    per_site = _series_numbers(selection)
    keys: list[ColumnElement[Any]] = [at]
    columns: list[ColumnElement[Any]] = [literal(None).label("site"), literal(None).label("display_name")]
    number: ColumnElement[Any] = select(func.sum(per_site.c.number)).scalar_subquery()
    if selection.by_site:
        source = source.join(per_site, per_site.c.site == site)
        columns = [sites.c.name.label("site"), sites.c.display_name.label("display_name")]
        keys, number = [sites.c.name, sites.c.display_name, per_site.c.number, at], per_site.c.number
    query = (
        select(
            *columns,
            at.label("start"),
            *(func.sum(table.c[name]).label(name) for name in NUMBERS),
            func.sum(table.c.observed_seconds).label("observed"),
            _suppressed(table).label("suppressed"),
            _doubtful(table).label("doubtful"),
            number.label("series"),
        )
        .select_from(source)
        .where(*_times(selection, table), *_selected(selection, table))
        .group_by(*keys)
        .order_by(*([sites.c.name] if selection.by_site else []), at)
    )
    with database.reading() as connection:
        rows = connection.execute(query if max_rows is None else query.limit(max_rows + 1)).all()
    if max_rows is not None and len(rows) > max_rows:
        raise UsageError(
            f"These are more than {max_rows} sums. Choose fewer sites, longer intervals, or all sites together."
        )
    return [
        TotalsRow(
            site=row.site,
            display_name=row.display_name,
            start=int(row.start),
            **{name: None if (value := getattr(row, name)) is None else int(value) for name in NUMBERS},
            observed_seconds=round(float(row.observed), 1),
            possible_seconds=float(row.series) * _seconds_in(selection, int(row.start)),
            suppressed=int(row.suppressed),
            doubtful=int(row.doubtful),
        )
        for row in rows
    ]


def _check(selection: Selection) -> None:
    days = selection.end - selection.start
    if days <= 0:
        raise UsageError("The end is not after the start. Give both in this order.")
    if days > MAX_DAYS[selection.every]:
        raise UsageError(f"The time range is longer than {MAX_DAYS[selection.every]} days. Request less at once.")
    if selection.of_parts and not 0 < len(selection.sites) <= MAX_SITES_OF_PARTS:
        raise UsageError(f"To choose a camera or a line, choose its site first: at most {MAX_SITES_OF_PARTS} sites.")


def _source(selection: Selection) -> tuple[Table, ColumnElement[int], ColumnElement[int], FromClause]:
    """The table that has the fewest rows with what is asked for; its site, the start of an interval, and the joins."""
    hourly = selection.every is Every.HOUR
    if selection.of_parts:
        table = counts if hourly else series_days
        site: ColumnElement[int] = series.c.site
        source: FromClause = table.join(series, series.c.id == table.c.series)
    else:
        table = site_hours if hourly else site_days
        site, source = table.c.site, table
    if not _is_everything(selection):
        source = source.join(sites, sites.c.id == site)
    if hourly:
        return table, site, table.c.start - table.c.start % HOUR_S, source
    length = STEP_S[selection.every] // DAY_S
    shift = _THURSDAY if selection.every is Every.WEEK else 0
    return table, site, (table.c.local_day - (table.c.local_day + shift) % length) * DAY_S, source


def _is_everything(selection: Selection) -> bool:
    """All sites together, which have sums of their own."""
    return not selection.sites and not selection.by_site


def _times(selection: Selection, table: Table) -> list[ColumnElement[bool]]:
    days = table.c.local_day.between(selection.start, selection.end - 1)
    if selection.every is not Every.HOUR:
        return [days]
    # The partitions are by time: a day of any zone lies within these hours.
    return [days, table.c.start.between((selection.start - 1) * DAY_S, (selection.end + 1) * DAY_S)]


def _selected(selection: Selection, table: Table) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    columns = series.c if selection.of_parts else table.c
    if _is_everything(selection):
        found.append(table.c.site == ALL_SITES)
    if selection.sites:
        found.append(sites.c.name.in_(list(selection.sites)))
    return found + _of_series(selection, columns)


def _of_series(selection: Selection, columns: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401
    wanted = {"camera": selection.camera, "location": selection.location}
    found: list[ColumnElement[bool]] = [columns[name] == value for name, value in wanted.items() if value is not None]
    if selection.object_class is not None:
        found.append(columns.object_class == selection.object_class.value)
    return found


def _series_numbers(selection: Selection) -> Subquery:
    """How many lines, zones and classes of each site are selected."""
    inner, names = series.alias(), sites.alias()
    query = select(inner.c.site, func.count().label("number")).group_by(inner.c.site)
    if selection.sites:
        query = query.join(names, names.c.id == inner.c.site).where(names.c.name.in_(list(selection.sites)))
    return query.where(*_of_series(selection, inner.c)).subquery()


def _suppressed(table: Table) -> ColumnElement[int]:
    return func.sum(cast(table.c.suppressed, Integer))


def _doubtful(table: Table) -> ColumnElement[int]:
    return func.sum(1 - cast(table.c.trusted, Integer) if table is counts else table.c.doubtful)


def _seconds_in(selection: Selection, start: int) -> int:
    """Of an interval, those that were asked for: the first and the last week may be cut."""
    if selection.every is Every.HOUR:
        return HOUR_S
    first = start // DAY_S
    last = first + STEP_S[selection.every] // DAY_S
    return (min(last, selection.end) - max(first, selection.start)) * DAY_S


@dataclass(frozen=True, slots=True)
class CountedSite:
    """A site that there are counts of."""

    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What the fleet has counts of. `cameras` and `locations` are those of the sites that were asked for."""

    sites: tuple[CountedSite, ...]
    classes: tuple[str, ...]
    cameras: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()


def counted(database: FleetDatabase, chosen: Sequence[str] = ()) -> Counted:
    """For the choices of a page: one query."""
    which = sites.c.name.in_(list(chosen))
    parts = [case((which, column)) for column in (series.c.camera, series.c.location)]
    query = select(sites.c.name, sites.c.display_name, series.c.object_class, *parts).join_from(series, sites)
    with database.reading() as connection:
        rows = connection.execute(query.distinct()).all()

    def values(number: int) -> tuple[str, ...]:
        return tuple(sorted({row[number] for row in rows if row[number] is not None}))

    found = sorted({(row.display_name, row.name) for row in rows})
    return Counted(tuple(CountedSite(name, shown) for shown, name in found), values(2), values(3), values(4))
