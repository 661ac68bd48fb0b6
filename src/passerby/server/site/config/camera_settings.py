"""The cameras in `site.yaml`: adding, changing and removing one. Passwords are stored apart from the file."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Query
from pydantic import Field, SecretStr

from passerby.config.address import CameraProtocol, parse_address
from passerby.config.roles import Right
from passerby.config.site_edit import REMOVED
from passerby.core.errors import UsageError
from passerby.core.names import NAME_PATTERN, DisplayName, name_from
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.config.settings import (
    CAMERA_KEYS,
    CameraDefaultsRequest,
    Change,
    Revision,
    SettingsResponse,
    apply_settings,
    set_fields,
)
from passerby.server.site.config.site_file import SiteFile
from passerby.server.site.dependencies import ConfigFile, Context
from passerby.server.site.parameters import CameraName

CameraPassword = Annotated[SecretStr, Field(min_length=1, max_length=200)]


class CameraConfigRequest(CameraDefaultsRequest):
    """Fields of one camera to change; null removes one, so that the default applies. A `password` is stored apart from
    the file, and forgotten when the camera's host changes. Variables are written into the file by hand only."""

    revision: Revision
    display_name: DisplayName | None = None
    url: str | None = Field(default=None, min_length=1, max_length=500)
    user: str | None = Field(default=None, min_length=1, max_length=100)
    password: CameraPassword | None = None
    onvif_port: int | None = Field(default=None, ge=1, le=65535)


class NewCameraRequest(CameraConfigRequest):
    """A camera to add. Without a `name`, one is made from the display name, or from the host."""

    name: str | None = Field(default=None, pattern=f"^{NAME_PATTERN}$")
    url: str = Field(min_length=1, max_length=500)


router = APIRouter(
    prefix="/api/settings/cameras",
    tags=["settings"],
    responses=ERROR_RESPONSES,
    dependencies=[requires(Right.EDIT_CONFIG)],
)


@router.post("")
def add_camera(
    context: Context, file: ConfigFile, principal: CurrentPrincipal, request: NewCameraRequest
) -> SettingsResponse:
    """Add a camera."""
    taken = {*file.read()[0].cameras, *(recorded.camera for recorded in context.recordings.cameras())}
    name = request.name or name_from(request.display_name or urlsplit(request.url).hostname or "", taken)
    if name in file.read()[0].cameras:
        raise HTTPException(409, f"There already is a camera {name}.")
    changes, passwords = _camera_changes(name, request), _passwords(file, name, request)
    details = {"subject": "camera added"}
    return apply_settings(context, file, principal, request.revision, changes, details, passwords)


@router.put("/{camera}")
def change_camera(
    context: Context, file: ConfigFile, camera: CameraName, principal: CurrentPrincipal, request: CameraConfigRequest
) -> SettingsResponse:
    """Change one camera."""
    _require_configured(file, camera)
    changes, passwords = _camera_changes(camera, request), _passwords(file, camera, request)
    return apply_settings(context, file, principal, request.revision, changes, {"subject": "camera"}, passwords)


@router.delete("/{camera}")
def remove_camera(
    context: Context,
    file: ConfigFile,
    camera: CameraName,
    principal: CurrentPrincipal,
    revision: Annotated[str, Query(max_length=64)],
) -> SettingsResponse:
    """Remove a camera. Its recordings are kept as long as they would have been."""
    _require_configured(file, camera)
    changes: list[Change] = [(("cameras", camera), REMOVED)]
    details = {"subject": "camera removed", "camera": camera}
    return apply_settings(context, file, principal, revision, changes, details, {camera: None})


def require_network_address(url: str) -> None:
    """Files of this machine may only be configured on this machine. Raises HTTPException."""
    try:
        protocol = parse_address(url).protocol
    except UsageError as error:
        raise HTTPException(422, str(error)) from error
    if protocol is CameraProtocol.FILE:
        raise HTTPException(422, "Give the address of a camera: rtsp://, http://, https:// or /dev/video0.")


def _require_configured(file: SiteFile, camera: str) -> None:
    if camera not in file.read()[0].cameras:
        raise HTTPException(404, f"There is no camera {camera} in site.yaml.")


def _camera_changes(camera: str, request: CameraConfigRequest) -> list[Change]:
    fields = set_fields(request)
    changes: list[Change] = []
    if fields.get("url") is not None:
        require_network_address(fields["url"])
        changes.append((("cameras", camera, "url"), fields["url"]))
    if "display_name" in fields:
        changes.append((("cameras", camera, "display_name"), fields["display_name"]))
    if "onvif_port" in fields:
        changes.append((("cameras", camera, "onvif_port"), fields["onvif_port"]))
    if "user" in fields:
        changes.append((("cameras", camera, "user"), fields["user"]))
    if "password" in fields:
        changes.append((("cameras", camera, "password"), None))  # what the file names gives way to what was entered
    return changes + [(("cameras", camera, key), fields[key]) for key in CAMERA_KEYS if key in fields]


def _passwords(file: SiteFile, camera: str, request: CameraConfigRequest) -> dict[str, str | None]:
    """The password to store; None forgets it, and so does a camera without a user. Raises HTTPException."""
    fields, written = request.model_fields_set, file.read()[1].written("cameras", camera) or {}
    user = request.user if "user" in fields else written.get("user")
    if request.password is not None and user is None:
        raise HTTPException(422, "Enter the user name that belongs to the password.")
    if request.password is not None:
        return {camera: request.password.get_secret_value()}
    return {camera: None} if "password" in fields or user is None else {}
