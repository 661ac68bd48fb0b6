"""Cameras that turn: their presets, and going to one. Nothing else moves a camera."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import Field

from passerby.config.roles import Right
from passerby.config.site import CameraSettings
from passerby.core.model import FrozenModel
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import Context
from passerby.server.site.parameters import CameraName
from passerby.store.audit.log import AuditAction


class PresetResponse(FrozenModel):
    """A position that is stored in the camera."""

    token: str
    name: str = Field(description="What it is called in the camera.")


class PresetRequest(FrozenModel):
    """Where to turn the camera."""

    token: str = Field(min_length=1, max_length=100)


router = APIRouter(
    prefix="/api/cameras/{camera}/presets",
    tags=["cameras"],
    responses=ERROR_RESPONSES,
    dependencies=[requires(Right.MOVE_CAMERA)],
)


@router.get("")
def presets(context: Context, camera: CameraName) -> list[PresetResponse]:
    """Those that are stored in the camera."""
    found = context.tools.presets(_movable(context, camera))
    return [PresetResponse(token=token, name=name) for token, name in found]


@router.post("/go")
def go_to_preset(
    context: Context, camera: CameraName, principal: CurrentPrincipal, request: PresetRequest
) -> PresetResponse:
    """Turn the camera to one of them. Who did so is in the audit log, also where the camera then refuses."""
    settings = _movable(context, camera)
    name = dict(context.tools.presets(settings)).get(request.token)
    if name is None:
        raise HTTPException(404, "The camera does not have this preset any more. Reload the page.")
    context.audit(principal, AuditAction.CAMERA_MOVED, {"camera": camera, "preset": name})
    context.tools.go_to_preset(settings, request.token)
    return PresetResponse(token=request.token, name=name)


def is_movable(settings: CameraSettings) -> bool:
    """Regions are drawn for one view: in another, a neighbour's window would be elsewhere, and in sight."""
    return settings.onvif_port is not None and not (settings.hide_regions or settings.keep_regions)


def _movable(context: SiteContext, camera: str) -> CameraSettings:
    settings = context.site.cameras.get(camera)
    if settings is None:
        raise HTTPException(404, f"There is no camera {camera} here.")
    if settings.onvif_port is None:
        raise HTTPException(
            409, "Nobody has entered the ONVIF port of this camera. An administrator can, under Cameras."
        )
    if not is_movable(settings):
        raise HTTPException(
            409,
            "This camera has regions that are always hidden or left alone. They belong to one view, so it is not "
            "turned.",
        )
    return settings
