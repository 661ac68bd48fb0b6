"""Counts, as series for charts and as a table. Unobserved time is null, never zero."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AliasChoices, ConfigDict, Field

from passerby.config.roles import Right
from passerby.core.kinds import ObjectClass
from passerby.core.model import FrozenModel
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import Context
from passerby.server.site.parameters import CSV, OptionalCamera, UnixTime, check_range, content
from passerby.store.audit.log import AuditAction
from passerby.store.counts.count_table import (
    COLUMNS,
    DWELL_COLUMNS,
    INTERVAL_S,
    CountRow,
    Interval,
    count_rows,
    whole_minutes,
)
from passerby.store.counts.occupancy import LOOK_BACK_S, occupancy
from passerby.store.recordings.part import to_us

#: Seconds that can be requested at once, by interval: at most a few thousand points per series.
MAX_RANGE_S = {
    Interval.MINUTE: 2 * 86400.0,
    Interval.QUARTER: 15 * 86400.0,
    Interval.HOUR: 62 * 86400.0,
    Interval.DAY: 800 * 86400.0,
}


class CountPoint(FrozenModel):
    """One interval. Where nothing was observed, `observed_seconds` is 0 and all else null: unknown, not zero."""

    start: float = Field(description="Unix seconds.")
    observed_seconds: float
    mean: float | None = Field(description="Zones: mean number of objects, over the observed time.")
    peak: int | None = Field(description="Zones: the largest number of objects at once.")
    entries: int | None = Field(description="Zones: visits that began.")
    exits: int | None = Field(description="Zones: visits that ended.")
    censored: int | None = Field(description="Zones: visits whose beginning or end was not observed.")
    dwell: tuple[int, ...] | None = Field(description="Zones: visits by duration; `dwell_classes` names the classes.")
    forward: int | None = Field(description="Lines: crossings forward.")
    backward: int | None = Field(description="Lines: crossings backward.")


class CountSeries(FrozenModel):
    """One zone or line of a camera, and one class."""

    model_config = ConfigDict(serialize_by_alias=True)

    camera: str
    location: str = Field(description="Name of the zone or line.")
    kind: str = Field(description="zone or line")
    object_class: ObjectClass = Field(
        validation_alias=AliasChoices("class", "object_class"), serialization_alias="class"
    )
    points: tuple[CountPoint, ...]


class CountsResponse(FrozenModel):
    """Counts of a time range, in intervals of `step_s` seconds (UTC)."""

    start: float
    end: float
    step_s: int
    dwell_classes: tuple[str, ...]
    series: tuple[CountSeries, ...]


class OccupancyPointResponse(FrozenModel):
    """One interval of a place."""

    start: int = Field(description="Unix seconds.")
    inside: int | None = Field(description="At its end; null while it is closed.")
    peak: int
    added: int = Field(description="Missed on their way in: more left than were inside.")
    removed: int = Field(description="Missed on their way out: still counted when it closed.")
    complete: bool = Field(description="Was every door observed in all minutes since opening?")


class PlaceResponse(FrozenModel):
    """A place with several doors."""

    name: str
    points: tuple[OccupancyPointResponse, ...]


class OccupancyResponse(FrozenModel):
    """How many are inside each place."""

    step_s: int
    places: tuple[PlaceResponse, ...]


router = APIRouter(
    prefix="/api/counts", tags=["counts"], responses=ERROR_RESPONSES, dependencies=[requires(Right.VIEW_MEDIA)]
)


@router.get("")
def counts(
    context: Context,
    start: UnixTime,
    end: UnixTime,
    every: Interval = Interval.HOUR,
    camera: OptionalCamera = None,
) -> CountsResponse:
    """A series for each camera, zone or line, and class that was counted in this time."""
    points: dict[tuple[str, str, str, str], list[CountPoint]] = {}
    step = INTERVAL_S[every]
    first = int(start // 60) * 60 // step * step
    for row in _rows(context, start, end, every, camera):
        key = str(row["camera"]), str(row["location"]), str(row["location_type"]), str(row["class"])
        of_series = points.setdefault(key, [])
        of_series.append(_point(row, first + len(of_series) * step))
    series = (
        CountSeries(
            camera=key[0], location=key[1], kind=key[2], object_class=ObjectClass(key[3]), points=tuple(of_series)
        )
        for key, of_series in points.items()
    )
    return CountsResponse(start=start, end=end, step_s=step, dwell_classes=DWELL_COLUMNS, series=tuple(series))


@router.get("/table.csv", response_class=Response, responses=content(CSV))
def table(
    context: Context,
    principal: CurrentPrincipal,
    start: UnixTime,
    end: UnixTime,
    every: Interval = Interval.HOUR,
    camera: OptionalCamera = None,
) -> Response:
    """The same as CSV, as `passerby counts export` writes it."""
    rows = _rows(context, start, end, every, camera)
    details = {"subject": "counts", "camera": camera, "start": to_us(start), "end": to_us(end)}
    context.audit(principal, AuditAction.EXPORT_REQUESTED, details)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(row[name]) for name in COLUMNS} for row in rows)
    headers = {"content-disposition": 'attachment; filename="counts.csv"'}
    return Response(text.getvalue(), media_type=CSV, headers=headers)


@router.get("/occupancy")
def inside(
    context: Context,
    start: UnixTime,
    end: UnixTime,
    every: Interval = Interval.QUARTER,
) -> OccupancyResponse:
    """How many are inside each place with counted doors, with every correction."""
    check_range(start, end, MAX_RANGE_S[Interval.QUARTER])
    first, last = whole_minutes((0, 0), start, end)
    step, schedules, places = INTERVAL_S[every], context.site.schedules(), context.site.occupancy
    bins = context.counts.between(first - LOOK_BACK_S, last) if places else []
    return OccupancyResponse(
        step_s=step,
        places=tuple(
            PlaceResponse(
                name=place.name,
                points=tuple(
                    OccupancyPointResponse.model_validate(asdict(point))
                    for point in occupancy(place, bins, partial(schedules.is_active, place.during), first, last, step)
                ),
            )
            for place in places
        ),
    )


def _rows(context: SiteContext, start: float, end: float, interval: Interval, camera: str | None) -> list[CountRow]:
    check_range(start, end, MAX_RANGE_S[interval])
    first, last = whole_minutes((0, 0), start, end)
    return list(count_rows(context.counts.between(first, last, camera), first, last, interval))


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _point(row: CountRow, start: int) -> CountPoint:
    values: dict[str, Any] = {
        name: row[name] for name in ("mean", "peak", "entries", "exits", "censored", "forward", "backward")
    }
    dwell = None if row[DWELL_COLUMNS[0]] is None else tuple(row[name] for name in DWELL_COLUMNS)
    return CountPoint.model_validate(
        {**values, "start": start, "observed_seconds": row["observed_seconds"], "dwell": dwell}
    )
