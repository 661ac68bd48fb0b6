"""Zones, lines and rules of a camera, to be drawn on a masked still of it."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import Field

from passerby.config.counting_config import CountingSettings
from passerby.config.roles import RIGHTS, Right
from passerby.config.site import Polygon, Site
from passerby.config.site_edit import REMOVED, SiteText
from passerby.core.model import FrozenModel
from passerby.server.site.auth.principal import Principal
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.config.config_changes import apply_change
from passerby.server.site.config.site_file import SiteFile
from passerby.server.site.dependencies import ConfigFile, Context
from passerby.server.site.errors.catalogue import in_words
from passerby.server.site.parameters import CameraName, PageLanguage

#: Regions of one kind that a camera may be given on the pages.
MAX_REGIONS = 50


class TimetableName(FrozenModel):
    """A timetable by its name in site.yaml, and as people call it; null for the name."""

    name: str
    display_name: str | None


class CountingResponse(FrozenModel):
    """What is counted and reported at one camera, as in site.yaml. A change must name the `revision`."""

    camera: str
    revision: str = Field(description="Of the file: a change of an older one is rejected.")
    counting: CountingSettings
    hide_regions: tuple[Polygon, ...] = Field(description="Always hidden.")
    keep_regions: tuple[Polygon, ...] = Field(description="Left alone: nothing is hidden there.")
    timetables: tuple[TimetableName, ...] = Field(description="Timetables that rules may use.")
    still_url: str = Field(description="A masked still to draw on.")
    write_problem: str | None = Field(description="For those who may change it: why the file cannot be written.")


class CountingRequest(FrozenModel):
    """All zones, lines and rules of one camera; and its regions, where they change."""

    revision: str = Field(max_length=64)
    counting: CountingSettings
    hide_regions: tuple[Polygon, ...] | None = Field(default=None, max_length=MAX_REGIONS)
    keep_regions: tuple[Polygon, ...] | None = Field(default=None, max_length=MAX_REGIONS)


router = APIRouter(prefix="/api/cameras/{camera}/counting", tags=["counting"], responses=ERROR_RESPONSES)


@router.get("", dependencies=[requires(Right.VIEW_MEDIA)])
def counting(
    file: ConfigFile, camera: CameraName, principal: CurrentPrincipal, language: PageLanguage
) -> CountingResponse:
    """As in the file."""
    found = _response(file, camera, principal)
    return found.model_copy(update={"write_problem": in_words(found.write_problem, language)})


@router.put("", dependencies=[requires(Right.EDIT_CONFIG)])
def set_counting(
    context: Context, file: ConfigFile, camera: CameraName, principal: CurrentPrincipal, request: CountingRequest
) -> CountingResponse:
    """Write it to the file, and put it into effect."""
    _response(file, camera, principal)
    full = request.counting.model_dump(mode="json")
    sparse = request.counting.model_dump(mode="json", exclude_defaults=True)
    details = {
        "subject": "counting",
        "camera": camera,
        "zones": [zone.name for zone in request.counting.zones],
        "lines": [line.name for line in request.counting.lines],
        "rules": [rule.name for rule in request.counting.rules],
        **{name: len(polygons) for name, polygons in _regions(request).items()},
    }

    def edit(text: SiteText, site: Site) -> None:
        text.put(("cameras", camera, "counting"), sparse, full)
        for name, polygons in _regions(request).items():
            if polygons != getattr(site.cameras[camera], name):
                same = polygons == getattr(site.defaults, name)
                plain = [[list(point) for point in polygon] for polygon in polygons]
                text.put(("cameras", camera, name), REMOVED if same else plain)

    apply_change(context, file, principal, request.revision, details, edit)
    return _response(file, camera, principal)


def _regions(request: CountingRequest) -> dict[str, tuple[Polygon, ...]]:
    """The regions that are to change, by their setting."""
    found = {"hide_regions": request.hide_regions, "keep_regions": request.keep_regions}
    return {name: polygons for name, polygons in found.items() if polygons is not None}


def _response(file: SiteFile, camera: str, principal: Principal) -> CountingResponse:
    site, _, revision = file.read()
    if camera not in site.cameras:
        raise HTTPException(404, f"There is no camera {camera} in site.yaml.")
    return CountingResponse(
        camera=camera,
        revision=revision,
        counting=site.cameras[camera].counting,
        hide_regions=site.cameras[camera].hide_regions,
        keep_regions=site.cameras[camera].keep_regions,
        timetables=tuple(TimetableName(name=one.name, display_name=one.display_name) for one in site.timetables),
        still_url=f"/api/cameras/{camera}/still.jpg",
        write_problem=file.write_problem if Right.EDIT_CONFIG in RIGHTS[principal.role] else None,
    )
