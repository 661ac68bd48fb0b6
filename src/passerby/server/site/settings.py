"""The settings of a site, as `site.yaml` has them: its cameras, what is hidden, for how long recordings stay."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import ByteSize, Field

from passerby.config.address import Way, address
from passerby.config.roles import Right
from passerby.config.settings import Profile
from passerby.config.site import NAME, Defaults, Keep, Polygon, Site
from passerby.config.site_edit import GONE, SiteText
from passerby.core.errors import UsageError
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.server.site.config_changes import changed
from passerby.server.site.config_file import SiteFile
from passerby.server.site.context import Place
from passerby.server.site.parameters import Camera
from passerby.server.site.rights import NO, Who, asks
from passerby.store.recordings.retention_limit import read_ceiling

Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$", description="Of the environment: its name.")]
Revision = Annotated[str, Field(max_length=64, description="Of the file: a change of an older one is refused.")]
#: What a camera may say for itself.
OWN = tuple(Defaults.model_fields)


class CameraWritten(FrozenModel):
    """One camera as the file has it. `settings` is what holds for it; `own` names those that it says for itself."""

    name: str
    url: str
    user: str | None
    password_from: str | None = Field(description="Variable of the environment that holds its password.")
    settings: Defaults
    own: tuple[str, ...]


class SettingsTold(FrozenModel):
    """The file. Passwords are not in it, nor here."""

    revision: str
    name: str
    timezone: str
    keep: Keep
    ceiling_holds: bool = Field(description="Is `keep.days` more than an auditor allows?")
    defaults: Defaults
    cameras: tuple[CameraWritten, ...]
    two_persons: bool = Field(description="Only in the file: who may change settings must not lift it by a click.")
    applies: bool = Field(description="Do changes run at once? If not, the program has to be started anew.")


class KeepWish(FrozenModel):
    """What is to be different; what is left out stays."""

    days: float | None = Field(default=None, gt=0, le=36500)
    bytes: ByteSize | None = Field(default=None, le=2**60)
    free: ByteSize | None = Field(default=None, le=2**60)


class DefaultsWish(FrozenModel):
    """What is to be different; what is left out stays, and null takes it out of the file."""

    hide: tuple[Kind, ...] | None = Field(default=None, min_length=1)
    profile: Profile | None = None
    transport: Literal["tcp", "udp"] | None = None
    frames_a_second: float | None = Field(default=None, gt=0, le=60)
    longest_side: int | None = Field(default=None, ge=320, le=3840)
    delay: float | None = Field(default=None, ge=1.0, le=2.0)
    quality: int | None = Field(default=None, ge=1, le=51)
    hide_regions: tuple[Polygon, ...] | None = None
    keep_regions: tuple[Polygon, ...] | None = None


class SettingsWish(FrozenModel):
    """What is to be different; what is left out stays."""

    revision: Revision
    name: str | None = Field(default=None, min_length=1, max_length=80)
    timezone: str | None = Field(default=None, min_length=1, max_length=60)
    keep: KeepWish | None = None
    defaults: DefaultsWish | None = None


class CameraWish(DefaultsWish):
    """What is to be different at one camera; null takes it out, so that the default holds."""

    revision: Revision
    url: str | None = Field(default=None, min_length=1, max_length=500)
    user: str | None = Field(default=None, min_length=1, max_length=100)
    password_from: Variable | None = None


class NewCamera(CameraWish):
    """A camera that is to be watched."""

    name: str = Field(pattern=f"^{NAME.pattern}$")
    url: str = Field(min_length=1, max_length=500)


def settings_routes(place: Place, file: SiteFile) -> APIRouter:
    routes = APIRouter(prefix="/api/settings", tags=["settings"], responses=NO, dependencies=[asks(Right.CHANGE)])

    @routes.get("")
    def settings() -> SettingsTold:
        return _told(place, file)

    @routes.put("")
    def change(who: Who, wish: SettingsWish) -> SettingsTold:
        """Change what holds for the whole site."""
        given = _given(wish)
        changes: list[tuple[tuple[str, ...], Any]] = []
        for name in ("name", "timezone"):
            if given.get(name) is not None:
                changes.append(((name,), given[name]))
        for part in ("keep", "defaults"):
            changes += [((part, key), value) for key, value in (given.get(part) or {}).items()]
        return _change(place, file, who, wish.revision, changes, {"what": "settings"})

    @routes.post("/cameras")
    def add(who: Who, wish: NewCamera) -> SettingsTold:
        """Watch another camera."""
        if file.read()[0].cameras.get(wish.name) is not None:
            raise HTTPException(409, f"There is a camera {wish.name} already.")
        return _change(place, file, who, wish.revision, _of_camera(wish.name, wish), {"what": "camera added"})

    @routes.put("/cameras/{camera}")
    def change_camera(camera: Camera, who: Who, wish: CameraWish) -> SettingsTold:
        """Change one camera."""
        _there(file, camera)
        return _change(place, file, who, wish.revision, _of_camera(camera, wish), {"what": "camera"})

    @routes.delete("/cameras/{camera}")
    def remove(camera: Camera, who: Who, revision: Annotated[str, Query(max_length=64)]) -> SettingsTold:
        """Watch a camera no longer. What it has recorded stays for as long as it would have."""
        _there(file, camera)
        gone: list[tuple[tuple[str, ...], Any]] = [(("cameras", camera), GONE)]
        return _change(place, file, who, revision, gone, {"what": "camera removed", "camera": camera})

    return routes


def _there(file: SiteFile, camera: str) -> None:
    if camera not in file.read()[0].cameras:
        raise HTTPException(404, f"There is no camera {camera} in the file.")


def _given(wish: FrozenModel) -> dict[str, Any]:
    """What was said, nulls included, as it is written into the file."""
    return wish.model_dump(mode="json", exclude_unset=True)


def _of_camera(camera: str, wish: CameraWish) -> list[tuple[tuple[str, ...], Any]]:
    given = _given(wish)
    changes: list[tuple[tuple[str, ...], Any]] = []
    if given.get("url") is not None:
        from_the_network(given["url"])
        changes.append((("cameras", camera, "url"), given["url"]))
    if "user" in given:
        changes.append((("cameras", camera, "user"), given["user"]))
    if "password_from" in given:
        variable = given["password_from"]
        changes.append((("cameras", camera, "password"), None if variable is None else f"${{{variable}}}"))
    return changes + [(("cameras", camera, key), given[key]) for key in OWN if key in given]


def from_the_network(url: str) -> None:
    """Files of this machine are for whoever may read them there."""
    try:
        way = address(url).way
    except UsageError as error:
        raise HTTPException(422, str(error)) from error
    if way is Way.FILE:
        raise HTTPException(422, "Give the address of a camera: rtsp://, http://, https:// or /dev/video0.")


def _change(
    place: Place,
    file: SiteFile,
    who: Who,
    revision: str,
    changes: list[tuple[tuple[str, ...], Any]],
    said: dict[str, Any],
) -> SettingsTold:
    def edit(text: SiteText, _: Site) -> None:
        for at, value in changes:
            text.put(at, GONE if value is None else value)

    shown = {".".join(at): "gone" if value is None or value is GONE else value for at, value in changes}
    changed(place, file, who, revision, {**said, "changes": shown}, edit)
    return _told(place, file)


def _told(place: Place, file: SiteFile) -> SettingsTold:
    site, text, revision = file.read()
    return SettingsTold(
        revision=revision,
        name=site.name,
        timezone=site.timezone,
        keep=site.keep,
        ceiling_holds=read_ceiling(place.database).of(site.keep.days) != site.keep.days,
        defaults=site.defaults,
        cameras=tuple(_written(text, name, site) for name in site.cameras),
        two_persons=site.pages.two_persons,
        applies=place.apply is not None,
    )


def _written(text: SiteText, name: str, site: Site) -> CameraWritten:
    camera, written = site.cameras[name], text.written("cameras", name)
    password = str(written.get("password") or "").strip()
    return CameraWritten(
        name=name,
        url=str(written.get("url")),
        user=written.get("user"),
        password_from=password.removeprefix("${").removesuffix("}") if password else None,
        settings=Defaults.model_validate({key: getattr(camera, key) for key in OWN}),
        own=tuple(key for key in OWN if key in written),
    )
