"""Timetables of a site: weekly hours and holidays, to which rules and doors refer."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import Field

from passerby.config.counting_config import Timetable
from passerby.config.notice import Language
from passerby.config.public_holidays import holiday_regions, named_holidays
from passerby.config.roles import Right
from passerby.config.site import Site
from passerby.config.site_edit import REMOVED, SiteText
from passerby.core.model import FrozenModel
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.config.config_changes import apply_change
from passerby.server.site.config.settings import Revision
from passerby.server.site.config.site_file import SiteFile
from passerby.server.site.dependencies import ConfigFile, Context
from passerby.server.site.errors.catalogue import in_words
from passerby.server.site.parameters import PageLanguage

#: Timetables, and further holidays of one, that can be entered on the pages.
MAX_TIMETABLES, MAX_HOLIDAYS = 50, 500


class TimetableResponse(FrozenModel):
    """A timetable, and what refers to it: it cannot be removed while something does."""

    timetable: Timetable
    used_by: tuple[str, ...] = Field(description="Cameras with rules that refer to it, and places whose doors do.")


class TimetablesResponse(FrozenModel):
    """As in site.yaml. A change must name the `revision`."""

    revision: str
    timezone: str
    timetables: tuple[TimetableResponse, ...]
    write_problem: str | None = Field(description="Why the file cannot be changed, and what to do; null if it can.")


class TimetablesRequest(FrozenModel):
    """All timetables, in place of those that there were."""

    revision: Revision
    timetables: tuple[Timetable, ...] = Field(max_length=MAX_TIMETABLES)


class HolidayRegionResponse(FrozenModel):
    """A country whose public holidays are known, and its parts with holidays of their own, by code."""

    code: str
    parts: dict[str, str] = Field(description="Name of each part, by the code that follows that of the country.")


class HolidayResponse(FrozenModel):
    """A public holiday."""

    day: date
    name: str


router = APIRouter(
    prefix="/api/timetables", tags=["timetables"], responses=ERROR_RESPONSES, dependencies=[requires(Right.EDIT_CONFIG)]
)


@router.get("")
def timetables(file: ConfigFile, language: PageLanguage) -> TimetablesResponse:
    """As in the file."""
    found = _response(file)
    return found.model_copy(update={"write_problem": in_words(found.write_problem, language)})


@router.put("")
def set_timetables(
    context: Context, file: ConfigFile, principal: CurrentPrincipal, request: TimetablesRequest
) -> TimetablesResponse:
    """Write them to the file, and put them into effect. Cameras whose rules refer to none that changes keep running."""
    for table in request.timetables:
        if len(table.extra_holidays) > MAX_HOLIDAYS:
            raise HTTPException(422, f"A timetable takes at most {MAX_HOLIDAYS} further holidays. Remove some.")
    full = [table.model_dump(mode="json") for table in request.timetables]
    sparse = [table.model_dump(mode="json", exclude_defaults=True) for table in request.timetables]

    def edit(text: SiteText, _: Site) -> None:
        text.put(("timetables",), sparse if sparse else REMOVED, full)

    details = {
        "subject": "timetables",
        "timetables": [table.display_name or table.name for table in request.timetables],
    }
    apply_change(context, file, principal, request.revision, details, edit)
    return _response(file)


@router.get("/regions")
def regions() -> list[HolidayRegionResponse]:
    """Countries and parts of them whose public holidays can be observed."""
    return [HolidayRegionResponse(code=code, parts=parts) for code, parts in holiday_regions().items()]


@router.get("/holidays")
def holidays(
    region: Annotated[str, Query(max_length=45, description="A country or a part of it, such as DE or DE-BE.")],
    year: Annotated[int, Query(ge=2000, le=2100)],
    language: Annotated[Language, Query()] = Language.EN,
) -> list[HolidayResponse]:
    """The public holidays of a year, named in a language where the list has it."""
    country, _, part = region.partition("-")
    parts = holiday_regions().get(country)
    if parts is None or (part and part not in parts):
        raise HTTPException(422, "This is not a country or a part of one. Choose one from the list.")
    found = named_holidays(region, year, language.value)
    return [HolidayResponse(day=day, name=name) for day, name in found.items()]


def _response(file: SiteFile) -> TimetablesResponse:
    site, _, revision = file.read()
    return TimetablesResponse(
        revision=revision,
        timezone=site.timezone,
        timetables=tuple(
            TimetableResponse(timetable=table, used_by=_used_by(site, table.name)) for table in site.timetables
        ),
        write_problem=file.write_problem,
    )


def _used_by(site: Site, name: str) -> tuple[str, ...]:
    cameras = [camera.display_name or key for key, camera in site.cameras.items() if name in camera.counting.timetables]
    return (*cameras, *(place.name for place in site.occupancy if place.during == name))
