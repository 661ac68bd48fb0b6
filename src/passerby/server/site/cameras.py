"""The cameras of a site: their present state, and a masked still of each."""

from __future__ import annotations

from enum import StrEnum

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from pydantic import Field

from passerby.config.counting_config import Line, Zone
from passerby.config.notice import Language
from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.documents.status import CameraHealth, CameraState, CoverReason
from passerby.server.live.buffer import LiveBuffer
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import Context, Views
from passerby.server.site.errors.catalogue import describe
from passerby.server.site.parameters import JPEG, CameraName, ImageSize, PageLanguage, content
from passerby.server.site.presets import is_movable
from passerby.store.recordings.part import Part

#: Seconds without a new frame after which a camera is shown as offline, whatever its process reports.
STALE_S = 10.0


class TileState(StrEnum):
    """State of a camera as a tile shows it. `live`: frames arrive. `covered`: they do, and all are covered whole.
    `connecting`: it was just started. `offline`: no frames arrive."""

    LIVE = "live"
    COVERED = "covered"
    CONNECTING = "connecting"
    OFFLINE = "offline"


class CameraResponse(FrozenModel):
    """One camera, at present."""

    name: str
    display_name: str = Field(description="What people call it.")
    state: TileState
    age: float | None = Field(description="Seconds since the newest frame was captured; null before the first.")
    problem: str | None = Field(description="Current problem and what to do about it.")
    playlist_url: str = Field(description="Live video (HLS).")
    still_url: str = Field(description="A masked still.")
    width: int | None
    height: int | None
    fps: float
    latency: float | None = Field(description="Seconds from capture to output.")
    covered_share: float = Field(description="Share of frames covered whole in the last minute, 0 to 1.")
    covered_now: CoverReason | None = Field(
        description="Why the newest frame is covered whole; null where it is masked."
    )
    unseen_now: float = Field(
        description="Share of the newest frame, 0 to 1, that is covered because it changed and was not searched since."
    )
    movable: bool = Field(description="Can it be turned to presets by who has the right to?")
    zones: tuple[Zone, ...]
    lines: tuple[Line, ...]


router = APIRouter(prefix="/api/cameras", tags=["cameras"], responses=ERROR_RESPONSES)


@router.get("", dependencies=[requires(Right.VIEW_STATUS)])
def cameras(context: Context, language: PageLanguage) -> list[CameraResponse]:
    """All cameras, in the order of site.yaml."""
    status = context.status()
    healths = {name: status.cameras.get(name, CameraHealth()) for name in context.site.cameras}
    return [_response(context, name, health, language) for name, health in healths.items()]


@router.get("/{camera}", dependencies=[requires(Right.VIEW_STATUS)])
def camera(context: Context, camera: CameraName, language: PageLanguage) -> CameraResponse:
    """One camera."""
    if camera not in context.site.cameras:
        raise HTTPException(404, f"There is no camera {camera} here.")
    return _response(context, camera, context.status().cameras.get(camera, CameraHealth()), language)


@router.get(
    "/{camera}/still.jpg",
    dependencies=[requires(Right.VIEW_MEDIA)],
    response_class=Response,
    responses=content(JPEG),
)
def still(
    context: Context, views: Views, camera: CameraName, principal: CurrentPrincipal, size: ImageSize = 640
) -> Response:
    """The newest keyframe, masked. `x-age`: seconds since it was captured."""
    buffer = context.live.get(camera)
    if buffer is None:
        raise HTTPException(404, f"There is no camera {camera} here.")
    part = newest_part(buffer, independent=True)
    age = None if part is None else _age(context, part)
    if part is None or age is None or age > STALE_S:
        raise HTTPException(503, "The camera delivers no video at the moment.", {"retry-after": "5"})
    image = context.tools.thumbnail(part.init + part.body, size)
    views.live(principal, camera)
    return Response(image, media_type=JPEG, headers={"x-age": f"{age:.1f}"})


def newest_part(buffer: LiveBuffer, *, independent: bool = False) -> Part | None:
    """The newest part; with `independent`, the newest that begins with a keyframe."""
    for segment in reversed(buffer.segments()):
        for part in reversed(segment.parts):
            if part.independent or not independent:
                return part
    return None


def _age(context: SiteContext, part: Part) -> float:
    """Seconds since its last frame was captured."""
    return max(0.0, context.clock.now().monotonic - part.captured_at.monotonic - part.duration / 1e6)


def _response(context: SiteContext, name: str, health: CameraHealth, language: Language) -> CameraResponse:
    buffer = context.live.get(name)
    part = newest_part(buffer) if buffer is not None else None
    age = None if part is None else round(_age(context, part), 2)
    settings = context.site.cameras[name]
    return CameraResponse(
        name=name,
        display_name=settings.display_name or name,
        state=_tile_state(health, part, age),
        age=age,
        problem=None if health.problem is None else describe(health.problem, language).text,
        playlist_url=f"/api/live/{name}/live.m3u8",
        still_url=f"/api/cameras/{name}/still.jpg",
        width=part.width if part is not None else health.width,
        height=part.height if part is not None else health.height,
        fps=health.fps,
        latency=health.latency,
        covered_share=health.covered_share,
        covered_now=health.covered_now,
        unseen_now=health.unseen_now,
        movable=is_movable(settings),
        zones=settings.counting.zones,
        lines=settings.counting.lines,
    )


def _tile_state(health: CameraHealth, part: Part | None, age: float | None) -> TileState:
    if health.state in (CameraState.LOST, CameraState.STOPPED):
        return TileState.OFFLINE
    if part is None or age is None:
        return TileState.CONNECTING
    if age > STALE_S:
        return TileState.OFFLINE
    return TileState.COVERED if part.covered >= part.frames else TileState.LIVE
