"""Published counts of a fleet: sums of any selection, as series and as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import Field, JsonValue

from passerby.config.roles import Right
from passerby.core.kinds import ObjectClass
from passerby.core.model import FrozenModel
from passerby.documents.count_validation import CountBias
from passerby.documents.fleet_messages import SITE_PATTERN
from passerby.fleet.export import BIAS_COLUMNS, COLUMNS, Row, bias_rows, table_rows, to_csv, to_parquet
from passerby.fleet.store.totals import STEP_S, Every, Selection, counted, totals
from passerby.fleet.store.validations import line_biases
from passerby.server.fleet.services import Fleet
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.dependencies import Context
from passerby.server.site.parameters import CSV, content
from passerby.store.audit.log import AuditAction

PARQUET = "application/vnd.apache.parquet"
#: Sites that can be chosen at once.
MAX_SITES = 100
#: Sums that are sent to a page at most.
MAX_PAGE_ROWS = 20_000
_EPOCH = date(1970, 1, 1).toordinal()
Sites = Annotated[
    list[Annotated[str, Field(pattern=rf"^{SITE_PATTERN}$")]],
    Query(max_length=MAX_SITES, alias="site", description="Names of sites; none for all."),
]
Start = Annotated[date, Query(description="First day, of each site's zone.")]
End = Annotated[date, Query(description="The day after the last.")]
Class = Annotated[ObjectClass | None, Query(alias="class", description="Only this class.")]
Camera = Annotated[str | None, Query(min_length=1, max_length=40, description="Only this camera, of some sites.")]
Location = Annotated[
    str | None, Query(min_length=1, max_length=40, description="Only this line or zone, of some sites.")
]
Form = Literal["csv", "parquet"]
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {**content(CSV)[200]["content"], PARQUET: {}}}}
BySite = Annotated[bool, Query(description="A series for each site, or one for all together.")]


class TotalResponse(FrozenModel):
    """One interval. Null is unknown, never zero; an interval of which nothing arrived is missing."""

    start: int = Field(
        description="Unix seconds of an hour; of a day, or the Monday of a week, its midnight as if the zone were UTC."
    )
    entries: int | None
    forward: int | None
    backward: int | None
    observed_seconds: float
    possible_seconds: float = Field(description="What observed_seconds would be without a gap.")
    suppressed: int = Field(description="Numbers that are missing from the sums, as they were too small.")
    doubtful: int = Field(description="Numbers without a trusted clock.")


class TotalSeriesResponse(FrozenModel):
    """The sums of a site; of all together where `site` is null."""

    site: str | None
    display_name: str | None = Field(description="Its name, as people know it.")
    points: tuple[TotalResponse, ...]


class FleetCountsResponse(FrozenModel):
    """Sums of published counts."""

    step_s: int
    series: tuple[TotalSeriesResponse, ...]


class CountedSiteResponse(FrozenModel):
    """A site that there are counts of."""

    name: str
    display_name: str


class CountedResponse(FrozenModel):
    """What there are counts of."""

    sites: tuple[CountedSiteResponse, ...]
    classes: tuple[str, ...]
    cameras: tuple[str, ...] = Field(description="Of the sites that were asked for.")
    locations: tuple[str, ...] = Field(description="Lines and zones, likewise.")


class LineBiasResponse(FrozenModel):
    """How far a line or zone was off where a person counted it too, as its site stated and signed it: the newest."""

    site: str
    display_name: str
    camera: str
    location: str
    location_type: Literal["zone", "line"]
    object_class: ObjectClass = Field(serialization_alias="class")
    finished: int = Field(description="Unix seconds.")
    minutes: int = Field(description="Minutes that were drawn.")
    counted: int = Field(description="Of these, those that a person could count.")
    both: CountBias | None = Field(description="Of both directions; null: too little was counted.")
    forward: CountBias | None
    backward: CountBias | None
    public_key: str = Field(description="With which the site signed it: Ed25519, in hex.")
    keys: int = Field(description="With how many keys the site has signed; more than one is worth a question.")


router = APIRouter(
    prefix="/api/fleet/counts",
    tags=["fleet counts"],
    responses=ERROR_RESPONSES,
    dependencies=[requires(Right.VIEW_FLEET_COUNTS)],
)


def selection_of(
    start: Start,
    end: End,
    every: Every = Every.DAY,
    site: Sites = [],  # noqa: B006  # FastAPI copies it
    object_class: Class = None,
    by_site: BySite = True,
    camera: Camera = None,
    location: Location = None,
) -> Selection:
    """From the parameters of a request."""
    first, last = (day.toordinal() - _EPOCH for day in (start, end))
    return Selection(first, last, every, tuple(site), object_class, by_site, camera, location)


Selected = Annotated[Selection, Depends(selection_of)]


@router.get("")
def fleet_counts(fleet: Fleet, selection: Selected) -> FleetCountsResponse:
    """Sums by hour, day or week."""
    points: dict[tuple[str | None, str | None], list[TotalResponse]] = {}
    for row in totals(fleet.database, selection, MAX_PAGE_ROWS):
        points.setdefault((row.site, row.display_name), []).append(
            TotalResponse(
                start=row.start,
                entries=row.entries,
                forward=row.forward,
                backward=row.backward,
                observed_seconds=row.observed_seconds,
                possible_seconds=row.possible_seconds,
                suppressed=row.suppressed,
                doubtful=row.doubtful,
            )
        )
    return FleetCountsResponse(
        step_s=STEP_S[selection.every],
        series=tuple(
            TotalSeriesResponse(site=site, display_name=name, points=tuple(found))
            for (site, name), found in points.items()
        ),
    )


@router.get("/counted")
def fleet_counted(fleet: Fleet, site: Sites = []) -> CountedResponse:  # noqa: B006  # FastAPI copies it
    """Sites and classes that there are counts of; cameras, lines and zones of these sites."""
    found = counted(fleet.database, site)
    return CountedResponse(
        sites=tuple(CountedSiteResponse(name=one.name, display_name=one.display_name) for one in found.sites),
        classes=found.classes,
        cameras=found.cameras,
        locations=found.locations,
    )


@router.get("/bias")
def fleet_bias(
    fleet: Fleet,
    site: Sites = [],  # noqa: B006  # FastAPI copies it
    object_class: Class = None,
    camera: Camera = None,
    location: Location = None,
) -> list[LineBiasResponse]:
    """How far lines and zones are off, where a person counted them too: at most 500, by site and line."""
    name = None if object_class is None else object_class.value
    found = line_biases(fleet.database, site, camera, location, name)
    return [LineBiasResponse.model_validate(asdict(one)) for one in found]


@router.get("/table.{form}", response_class=Response, responses=_FILES)
def fleet_table(
    fleet: Fleet,
    context: Context,
    principal: CurrentPrincipal,
    selection: Selected,
    form: Form,
) -> Response:
    """The same as CSV or Parquet."""
    rows = table_rows(totals(fleet.database, selection), selection.every)
    details: dict[str, JsonValue] = {
        "subject": "fleet counts",
        "start": selection.start,
        "end": selection.end,
        "sites": len(selection.sites),
    }
    context.audit(principal, AuditAction.EXPORT_REQUESTED, details)
    return _file("fleet-counts", form, rows, COLUMNS)


@router.get("/bias.{form}", response_class=Response, responses=_FILES)
def fleet_bias_table(
    fleet: Fleet,
    context: Context,
    principal: CurrentPrincipal,
    form: Form,
    site: Sites = [],  # noqa: B006  # FastAPI copies it
    object_class: Class = None,
    camera: Camera = None,
    location: Location = None,
) -> Response:
    """How far lines and zones are off, all of them, as CSV or Parquet."""
    name = None if object_class is None else object_class.value
    rows = bias_rows(line_biases(fleet.database, site, camera, location, name, max_rows=None))
    context.audit(principal, AuditAction.EXPORT_REQUESTED, {"subject": "fleet count bias", "sites": len(site)})
    return _file("fleet-count-bias", form, rows, BIAS_COLUMNS)


def _file(name: str, form: str, rows: Sequence[Row], columns: Mapping[str, str]) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.{form}"'}
    if form == "csv":
        return Response(to_csv(rows, columns), media_type=CSV, headers=headers)
    return Response(to_parquet(rows, columns), media_type=PARQUET, headers=headers)
