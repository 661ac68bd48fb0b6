"""Zones, lines and rules of a camera, to be drawn on a masked still of it."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import Field

from passerby.base.counting import Counting
from passerby.base.frozen import Frozen
from passerby.base.roles import Right
from passerby.server.site.asked import Camera
from passerby.server.site.file import SiteFile
from passerby.server.site.place import Place
from passerby.server.site.rights import NO, asks


class CountingTold(Frozen):
    """What is counted and told at one camera, as the file says. `revision` is given back with a change of it."""

    camera: str
    revision: str = Field(description="Of the file: a change of an older one is refused.")
    counting: Counting
    still: str = Field(description="Address of a masked still to draw on.")


def counting_routes(place: Place, file: SiteFile) -> APIRouter:
    routes = APIRouter(prefix="/api/cameras/{camera}/counting", tags=["counting"], responses=NO)

    @routes.get("", dependencies=[asks(Right.LOOK)])
    def counting(camera: Camera) -> CountingTold:
        """As the file says now."""
        return _told(file, camera)

    return routes


def _told(file: SiteFile, camera: str) -> CountingTold:
    site, revision = file.read()
    if camera not in site.cameras:
        raise HTTPException(404, f"There is no camera {camera} in the file.")
    return CountingTold(
        camera=camera,
        revision=revision,
        counting=site.cameras[camera].counting,
        still=f"/api/cameras/{camera}/still.jpg",
    )
