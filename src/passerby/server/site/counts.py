"""What was counted, as charts want it and as a table. What was not watched is null, and never zero."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from passerby.config.roles import Right
from passerby.core.kinds import ObjectClass
from passerby.core.model import FrozenModel
from passerby.server.site.context import Place
from passerby.server.site.parameters import Moment, in_order
from passerby.server.site.rights import NO, Who, asks
from passerby.server.site.view_audit import Viewing
from passerby.store.audit.log import Deed
from passerby.store.counts import count_table as sheet
from passerby.store.counts.count_table import DWELLS, SECONDS, Every, Row

#: Seconds that can be asked for at once.
LONGEST = {Every.MINUTE: 2 * 86400.0, Every.QUARTER: 15 * 86400.0, Every.HOUR: 62 * 86400.0, Every.DAY: 800 * 86400.0}
CSV = "text/csv"
OneCamera = Annotated[str | None, Query(max_length=63)]


class Point(FrozenModel):
    """One stretch. Where nothing was watched `covered` is 0 and all else null: a gap, and no quiet hour."""

    start: float = Field(description="Unix seconds.")
    covered: float = Field(description="Seconds of it that were watched.")
    mean: float | None = Field(description="Zones: how many were in it, over the time that was watched.")
    most: int | None = Field(description="Zones: how many were in it at once at most.")
    came: int | None = Field(description="Zones: visits that began.")
    left: int | None = Field(description="Zones: visits that ended.")
    cut: int | None = Field(description="Zones: visits of which an end was not watched.")
    dwell: tuple[int, ...] | None = Field(
        description="Zones: visits by how long they were; `dwells` names the classes."
    )
    forward: int | None = Field(description="Lines: crossings forward.")
    back: int | None = Field(description="Lines: crossings back.")


class Series(FrozenModel):
    """One zone or line of a camera, and one sort."""

    camera: str
    place: str
    what: str = Field(description="zone or line")
    sort: ObjectClass
    points: tuple[Point, ...]


class CountsTold(FrozenModel):
    """Counts between two moments, in stretches of `step` seconds (UTC)."""

    start: float
    end: float
    step: int
    dwells: tuple[str, ...]
    series: tuple[Series, ...]


def count_routes(place: Place, viewing: Viewing) -> APIRouter:
    routes = APIRouter(prefix="/api/counts", tags=["counts"], responses=NO, dependencies=[asks(Right.LOOK)])

    def rows(start: float, end: float, every: Every, camera: str | None) -> list[Row]:
        in_order(start, end, LONGEST[every])
        first, last = sheet.whole_minutes((0, 0), start, end)
        return list(sheet.rows(place.counts.between(first, last, camera), first, last, every))

    @routes.get("")
    def counts(start: Moment, end: Moment, every: Every = Every.HOUR, camera: OneCamera = None) -> CountsTold:
        """A series for each camera, zone or line, and sort, that was counted then."""
        found: dict[tuple[str, str, str, str], list[Point]] = {}
        step = SECONDS[every]
        first = int(start // 60) * 60 // step * step
        for row in rows(start, end, every, camera):
            key = str(row["camera"]), str(row["place"]), str(row["what"]), str(row["sort"])
            points = found.setdefault(key, [])
            points.append(_point(row, first + len(points) * step))
        series = (
            Series(camera=key[0], place=key[1], what=key[2], sort=ObjectClass(key[3]), points=tuple(points))
            for key, points in found.items()
        )
        return CountsTold(start=start, end=end, step=step, dwells=DWELLS, series=tuple(series))

    @routes.get("/table.csv", response_class=Response, responses={200: {"content": {CSV: {}}}})
    def table(who: Who, start: Moment, end: Moment, every: Every = Every.HOUR, camera: OneCamera = None) -> Response:
        """The same as a table, as `passerby counts export` writes it."""
        found = rows(start, end, every, camera)
        place.note(
            who, Deed.EXPORT, {"what": "counts", "camera": camera, "begins": int(start * 1e6), "ends": int(end * 1e6)}
        )
        text = io.StringIO()
        writer = csv.DictWriter(text, list(sheet.COLUMNS), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(row[name]) for name in sheet.COLUMNS} for row in found)
        headers = {"content-disposition": 'attachment; filename="counts.csv"'}
        return Response(text.getvalue(), media_type=CSV, headers=headers)

    return routes


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _point(row: Row, start: int) -> Point:
    known: dict[str, Any] = {
        name: row[name] for name in ("covered", "mean", "most", "came", "left", "cut", "forward", "back")
    }
    dwell = None if row[DWELLS[0]] is None else tuple(row[name] for name in DWELLS)
    return Point.model_validate({**known, "start": start, "dwell": dwell})
