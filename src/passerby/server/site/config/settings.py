"""The settings in `site.yaml`: its cameras, what they hide, how long recordings are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import ByteSize, Field

from passerby.config.address import parse_address
from passerby.config.roles import Right
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.settings import Profile
from passerby.config.site import CameraDefaults, Polygon, RetentionSettings, Site
from passerby.config.site_edit import REMOVED, SiteText
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.server.site.auth.principal import Principal
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.config.config_changes import apply_change
from passerby.server.site.config.site_file import SiteFile
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import ConfigFile, Context
from passerby.server.site.errors.catalogue import in_words
from passerby.server.site.parameters import PageLanguage
from passerby.store.recordings.retention_limit import MAX_DAYS, read_retention_limit

Revision = Annotated[str, Field(max_length=64, description="Of the file: a change of an older one is rejected.")]
#: Settings that a camera may override.
CAMERA_KEYS = tuple(CameraDefaults.model_fields)
#: Keys of a setting in the file, and its new value; None and REMOVED remove it.
Change = tuple[tuple[str, ...], Any]


class CameraConfigResponse(FrozenModel):
    """One camera as in the file. `settings` are in effect; `overrides` names those that the camera sets itself."""

    name: str
    display_name: str = Field(description="What people call it.")
    url: str
    user: str | None
    password_env: str | None = Field(description="Environment variable that holds its password.")
    password_stored: bool = Field(description="Was its password entered on the pages? It is never shown again.")
    onvif_port: int | None = Field(description="Where operators turn it to its presets; null: nobody can.")
    settings: CameraDefaults
    overrides: tuple[str, ...]


class SettingsResponse(FrozenModel):
    """The file. It contains no passwords, nor does this."""

    revision: str
    name: str
    timezone: str
    retention: RetentionSettings
    retention_limited: bool = Field(description="Is `retention.days` more than the retention limit?")
    defaults: CameraDefaults
    cameras: tuple[CameraConfigResponse, ...]
    dual_approval: bool = Field(description="Only in the file: nobody can turn it off from the web interface.")
    hot_reload: bool = Field(description="Do changes take effect at once? If not, restart the program.")
    password_problem: str | None = Field(description="Why stored passwords cannot be used, and what to do.")
    write_problem: str | None = Field(description="Why the file cannot be changed, and what to do; null if it can.")


class RetentionSettingsRequest(FrozenModel):
    """Fields to change; what is left out stays."""

    days: float | None = Field(default=None, gt=0, le=MAX_DAYS)
    bytes: ByteSize | None = Field(default=None, le=2**60)
    min_free: ByteSize | None = Field(default=None, le=2**60)


class CameraDefaultsRequest(FrozenModel):
    """Fields to change; what is left out stays, null removes it from the file."""

    hide: tuple[Kind, ...] | None = Field(default=None, min_length=1)
    profile: Profile | None = None
    transport: Literal["tcp", "udp"] | None = None
    max_fps: float | None = Field(default=None, gt=0, le=60)
    max_dimension: int | None = Field(default=None, ge=320, le=3840)
    delay: float | None = Field(default=None, ge=1.0, le=2.0)
    quality: int | None = Field(default=None, ge=1, le=51)
    hide_regions: tuple[Polygon, ...] | None = None
    keep_regions: tuple[Polygon, ...] | None = None


class SettingsRequest(FrozenModel):
    """Fields to change; what is left out stays."""

    revision: Revision
    name: str | None = Field(default=None, min_length=1, max_length=80)
    timezone: str | None = Field(default=None, min_length=1, max_length=60)
    retention: RetentionSettingsRequest | None = None
    defaults: CameraDefaultsRequest | None = None


router = APIRouter(
    prefix="/api/settings", tags=["settings"], responses=ERROR_RESPONSES, dependencies=[requires(Right.EDIT_CONFIG)]
)


@router.get("")
def settings(context: Context, file: ConfigFile, language: PageLanguage) -> SettingsResponse:
    """As in the file."""
    found = _response(context, file)
    told = {name: in_words(getattr(found, name), language) for name in ("password_problem", "write_problem")}
    return found.model_copy(update=told)


@router.put("")
def change_settings(
    context: Context, file: ConfigFile, principal: CurrentPrincipal, request: SettingsRequest
) -> SettingsResponse:
    """Change settings of the whole site."""
    fields = set_fields(request)
    changes: list[Change] = [((name,), fields[name]) for name in ("name", "timezone") if fields.get(name) is not None]
    for block in ("retention", "defaults"):
        changes += [((block, key), value) for key, value in (fields.get(block) or {}).items()]
    return apply_settings(context, file, principal, request.revision, changes, {"subject": "settings"})


def set_fields(request: FrozenModel) -> dict[str, Any]:
    """Fields that were sent, nulls included, as they are written to the file."""
    return request.model_dump(mode="json", exclude_unset=True)


def apply_settings(
    context: SiteContext,
    file: SiteFile,
    principal: Principal,
    revision: str,
    changes: list[Change],
    details: dict[str, Any],
    passwords: Mapping[str, str | None] = MappingProxyType({}),
) -> SettingsResponse:
    """Write changes to the audit log and to the file, put them into effect, and say how it stands then."""

    def edit(text: SiteText, _: Site) -> None:
        for keys, value in changes:
            text.put(keys, REMOVED if value is None else value)

    logged = {".".join(keys): _logged(keys, value) for keys, value in changes if keys[-1] != "password"}
    logged |= {f"cameras.{name}.password": "removed" if new is None else "set" for name, new in passwords.items()}
    apply_change(context, file, principal, revision, {**details, "changes": logged}, edit, passwords)
    return _response(context, file)


def _logged(keys: tuple[str, ...], value: object) -> object:
    """A new value for the audit log, without what an address may hold of a secret."""
    if value is None or value is REMOVED:
        return "removed"
    return parse_address(str(value)).display if keys[-1] == "url" else value


def _response(context: SiteContext, file: SiteFile) -> SettingsResponse:
    site, text, revision = file.read()
    days = site.retention.days
    return SettingsResponse(
        revision=revision,
        name=site.name,
        timezone=site.timezone,
        retention=site.retention,
        retention_limited=read_retention_limit(context.database).apply(days) != days,
        defaults=site.defaults,
        cameras=tuple(_camera_config(text, name, site) for name in site.cameras),
        dual_approval=site.web.dual_approval,
        hot_reload=context.apply is not None,
        password_problem=StoredSecrets(Path(site.data)).problem,
        write_problem=file.write_problem,
    )


def _camera_config(text: SiteText, name: str, site: Site) -> CameraConfigResponse:
    camera, written = site.cameras[name], text.written("cameras", name)
    password = str(written.get("password") or "").strip()
    return CameraConfigResponse(
        name=name,
        display_name=camera.display_name or name,
        url=str(written.get("url")),
        user=written.get("user"),
        password_env=password.removeprefix("${").removesuffix("}") if password else None,
        password_stored=not password and camera.password is not None,
        onvif_port=camera.onvif_port,
        settings=CameraDefaults.model_validate({key: getattr(camera, key) for key in CAMERA_KEYS}),
        overrides=tuple(key for key in CAMERA_KEYS if key in written),
    )
