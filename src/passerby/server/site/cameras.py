"""The cameras of a site as they are now, and a masked still of each."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from pydantic import Field

from passerby.config.counting_config import Line, Zone
from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.documents.status import CameraHealth, State
from passerby.server.live.buffer import Window
from passerby.server.site.context import Place
from passerby.server.site.parameters import Camera, Size
from passerby.server.site.rights import NO, Who, asks
from passerby.server.site.view_audit import Viewing
from passerby.store.recordings.part import Part

#: Seconds without a new picture after which a camera is shown as offline, whatever else is said of it.
STALE = 10.0
JPEG = "image/jpeg"


class CameraState(StrEnum):
    """What a tile shows. `live`: moving pictures. `covered`: pictures come, and all of them are painted over.
    `connecting`: it was just started. `offline`: nothing comes."""

    LIVE = "live"
    COVERED = "covered"
    CONNECTING = "connecting"
    OFFLINE = "offline"


class CameraTold(FrozenModel):
    """One camera as it is now."""

    name: str
    state: CameraState
    age: float | None = Field(description="Seconds since the newest picture was caught; null before the first.")
    problem: str | None = Field(description="What is wrong and what to do, while something is.")
    playlist: str = Field(description="Address of its live pictures (HLS).")
    still: str = Field(description="Address of a masked still.")
    width: int | None
    height: int | None
    frames_a_second: float
    latency: float | None = Field(description="Seconds that pictures are late.")
    covered_share: float = Field(description="Of the last minute, what was painted over whole, 0 to 1.")
    zones: tuple[Zone, ...]
    lines: tuple[Line, ...]


def camera_routes(place: Place, viewing: Viewing) -> APIRouter:
    routes = APIRouter(prefix="/api/cameras", tags=["cameras"], responses=NO)

    @routes.get("", dependencies=[asks(Right.STATE)])
    def cameras() -> list[CameraTold]:
        """Every camera, in the order of the file."""
        status = place.status()
        return [_told(place, name, status.cameras.get(name, CameraHealth())) for name in place.site.cameras]

    @routes.get("/{camera}", dependencies=[asks(Right.STATE)])
    def camera(camera: Camera) -> CameraTold:
        if camera not in place.site.cameras:
            raise HTTPException(404, f"There is no camera {camera} here.")
        return _told(place, camera, place.status().cameras.get(camera, CameraHealth()))

    @routes.get(
        "/{camera}/still.jpg",
        dependencies=[asks(Right.LOOK)],
        response_class=Response,
        responses={200: {"content": {JPEG: {}}}},
    )
    def still(camera: Camera, who: Who, size: Size = 640) -> Response:
        """The newest picture, masked. `x-age` says how many seconds ago it was caught."""
        window = place.windows.get(camera)
        if window is None:
            raise HTTPException(404, f"There is no camera {camera} here.")
        part = newest(window, alone=True)
        age = None if part is None else _age(place, part)
        if part is None or age is None or age > STALE:
            raise HTTPException(503, "The camera gives no pictures just now.", {"retry-after": "5"})
        picture = place.tools.glimpse(part.head + part.body, size)
        viewing.live(who, camera)
        return Response(picture, media_type=JPEG, headers={"x-age": f"{age:.1f}"})

    return routes


def newest(window: Window, *, alone: bool = False) -> Part | None:
    """The newest part there is; with `alone`, of those that begin with a picture that stands alone."""
    for segment in reversed(window.segments()):
        for part in reversed(segment.parts):
            if part.independent or not alone:
                return part
    return None


def _age(place: Place, part: Part) -> float:
    return max(0.0, place.clock.now().monotonic - part.at.monotonic - part.duration / 1e6)


def _told(place: Place, name: str, health: CameraHealth) -> CameraTold:
    window = place.windows.get(name)
    part = newest(window) if window is not None else None
    age = None if part is None else round(_age(place, part), 2)
    return CameraTold(
        name=name,
        state=_state(health, part, age),
        age=age,
        problem=health.problem,
        playlist=f"/api/live/{name}/live.m3u8",
        still=f"/api/cameras/{name}/still.jpg",
        width=part.width if part is not None else health.width,
        height=part.height if part is not None else health.height,
        frames_a_second=health.frames_a_second,
        latency=health.latency,
        covered_share=health.covered_share,
        zones=place.site.cameras[name].counting.zones,
        lines=place.site.cameras[name].counting.lines,
    )


def _state(health: CameraHealth, part: Part | None, age: Annotated[float | None, "seconds"]) -> CameraState:
    if health.state in (State.LOST, State.STOPPED):
        return CameraState.OFFLINE
    if part is None or age is None:
        return CameraState.CONNECTING
    if age > STALE:
        return CameraState.OFFLINE
    return CameraState.COVERED if part.covered >= part.frames else CameraState.LIVE
