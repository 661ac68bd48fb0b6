"""Zones, lines and rules of a camera, to be drawn on a masked still of it."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import Field

from passerby.config.counting_config import Counting
from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.server.site.config_changes import changed
from passerby.server.site.config_file import SiteFile
from passerby.server.site.context import Place
from passerby.server.site.parameters import Camera
from passerby.server.site.rights import NO, Who, asks


class CountingTold(FrozenModel):
    """What is counted and told at one camera, as the file says. `revision` is given back with a change of it."""

    camera: str
    revision: str = Field(description="Of the file: a change of an older one is refused.")
    counting: Counting
    timetables: tuple[str, ...] = Field(description="Names that rules may speak of.")
    still: str = Field(description="Address of a masked still to draw on.")


class CountingWish(FrozenModel):
    """All that is to be counted and told at one camera."""

    revision: str = Field(max_length=64)
    counting: Counting


def counting_routes(place: Place, file: SiteFile) -> APIRouter:
    routes = APIRouter(prefix="/api/cameras/{camera}/counting", tags=["counting"], responses=NO)

    @routes.get("", dependencies=[asks(Right.LOOK)])
    def counting(camera: Camera) -> CountingTold:
        """As the file says now."""
        return _told(file, camera)

    @routes.put("", dependencies=[asks(Right.CHANGE)])
    def change(camera: Camera, who: Who, wish: CountingWish) -> CountingTold:
        """Write it into the file, and count so from now on."""
        _told(file, camera)
        full = wish.counting.model_dump(mode="json")
        sparse = wish.counting.model_dump(mode="json", exclude_defaults=True)
        said = {
            "what": "counting",
            "camera": camera,
            "zones": [zone.name for zone in wish.counting.zones],
            "lines": [line.name for line in wish.counting.lines],
            "rules": [rule.name for rule in wish.counting.rules],
        }
        at = ("cameras", camera, "counting")
        changed(place, file, who, wish.revision, said, lambda text, _: text.put(at, sparse, full))
        return _told(file, camera)

    return routes


def _told(file: SiteFile, camera: str) -> CountingTold:
    site, _, revision = file.read()
    if camera not in site.cameras:
        raise HTTPException(404, f"There is no camera {camera} in the file.")
    return CountingTold(
        camera=camera,
        revision=revision,
        counting=site.cameras[camera].counting,
        timetables=tuple(table.name for table in site.timetables),
        still=f"/api/cameras/{camera}/still.jpg",
    )
