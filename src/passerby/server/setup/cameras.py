"""The cameras of the first run: found on the network, tried, and kept. What is shown of one is masked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit, urlunsplit

from fastapi import APIRouter, HTTPException
from pydantic import Field, SecretStr, ValidationError

from passerby.config.invalid_value import invalid_text
from passerby.config.secrets.site_secrets import camera_secret, secret_host
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.site import CameraDefaults, CameraSettings
from passerby.core.model import FrozenModel
from passerby.core.names import DisplayName, Name, name_from
from passerby.server.setup.context import Setup, SetupContext, SetupResponse
from passerby.server.site.auth.rights import ERROR_RESPONSES
from passerby.server.site.config.camera_discovery import CameraCheckResponse, DiscoveryRequest
from passerby.server.site.config.camera_settings import require_network_address
from passerby.server.site.context import DiscoveredCamera
from passerby.server.site.parameters import PageLanguage
from passerby.setup.draft import DraftCamera, SetupDraft, SetupStep
from passerby.source.camera.makers import MAKERS, maker_of, stream_address


class FoundCameraResponse(FrozenModel):
    """A camera that answered, and the maker whose address patterns it probably has."""

    camera: DiscoveredCamera
    maker: str | None


class MakerResponse(FrozenModel):
    """A maker whose cameras have addresses of a known pattern."""

    id: str
    name: str
    has_small: bool = Field(description="Is there a second, smaller stream?")


class MakerAddressRequest(FrozenModel):
    """A camera of a maker, at a host."""

    maker: str = Field(max_length=40)
    host: str = Field(min_length=1, max_length=260)
    small: bool = False


class MakerAddressResponse(FrozenModel):
    """The address of its stream, if it is configured as the maker delivers it."""

    url: str


class SetupCameraRequest(FrozenModel):
    """A camera as a person enters it. A login in the address is taken out of it. `name`: of one that is there already,
    to change it, or to try it with its stored password."""

    name: Name | None = None
    display_name: DisplayName | None = None
    url: str = Field(min_length=1, max_length=500)
    user: str | None = Field(default=None, max_length=100)
    password: Annotated[SecretStr, Field(max_length=200)] | None = None


router = APIRouter(prefix="/api/setup", tags=["setup"], responses=ERROR_RESPONSES)


@router.post("/discover")
def discover(context: Setup, request: DiscoveryRequest) -> list[FoundCameraResponse]:
    """Cameras that answer (ONVIF), and their streams. Takes a little longer than the timeout."""
    password = None if request.password is None else request.password.get_secret_value()
    with _exclusive(context.checking):
        found = context.tools.discover(request.timeout_s, request.host, request.user, password)
    makers = [maker_of(camera.name) for camera in found]
    return [
        FoundCameraResponse(camera=camera, maker=None if maker is None else maker.id)
        for camera, maker in zip(found, makers, strict=True)
    ]


@router.get("/makers")
def makers() -> list[MakerResponse]:
    """Makers whose cameras have addresses of a known pattern."""
    return [MakerResponse(id=maker.id, name=maker.name, has_small=maker.sub is not None) for maker in MAKERS]


@router.post("/maker-address")
def maker_address(request: MakerAddressRequest) -> MakerAddressResponse:
    """The address of a camera by its maker's pattern."""
    return MakerAddressResponse(url=stream_address(request.maker, request.host, small=request.small))


@router.post("/check-camera")
def check_camera(context: Setup, language: PageLanguage, request: SetupCameraRequest) -> CameraCheckResponse:
    """Connect, detect, mask, and show what would be recorded. May take a minute."""
    draft = context.draft()
    entered = _entered(context, draft, request)
    settings = _settings(draft, entered)
    with _exclusive(context.checking):
        check = context.tools.check_camera(settings)
    return CameraCheckResponse.of(check, language)


@router.post("/cameras")
def keep_camera(context: Setup, request: SetupCameraRequest) -> SetupResponse:
    """Add a camera, or change one. Its password is stored, encrypted."""

    def edit(draft: SetupDraft) -> SetupDraft:
        if draft.data is None:
            raise HTTPException(409, "Choose the disk first: passwords of cameras are stored on it.")
        entered = _entered(context, draft, request)
        settings = _settings(draft, entered)
        taken = {camera.name for camera in draft.cameras}
        title = request.display_name or urlsplit(entered.url).hostname or "camera"
        name = request.name or name_from(title, taken)
        if any(camera.url == entered.url and camera.name != name for camera in draft.cameras):
            raise HTTPException(409, "This camera was added already.")
        password = None if settings.password is None else settings.password.get_secret_value()
        StoredSecrets(Path(draft.data)).put(camera_secret(name), password, secret_host(entered.url))
        camera = DraftCamera(name=name, display_name=title[:60], url=entered.url, user=settings.user)
        return draft.with_camera(camera)

    return context.change(edit)


@router.delete("/cameras/{name}")
def remove_camera(context: Setup, name: Name) -> SetupResponse:
    """Remove a camera that was added, and its password."""

    def edit(draft: SetupDraft) -> SetupDraft:
        if draft.data is not None:
            StoredSecrets(Path(draft.data)).put(camera_secret(name), None)
        return draft.without_camera(name)

    return context.change(edit)


@router.put("/cameras")
def cameras_done(context: Setup) -> SetupResponse:
    """All cameras are there."""

    def edit(draft: SetupDraft) -> SetupDraft:
        if not draft.cameras:
            raise HTTPException(409, "Add a camera first. Others can be added at any time.")
        return draft.with_answered(SetupStep.CAMERAS)

    return context.change(edit)


def _entered(context: SetupContext, draft: SetupDraft, request: SetupCameraRequest) -> SetupCameraRequest:
    """What was entered, with the login of an address taken out of it, and the stored password where none was."""
    url, user, password = _without_login(request.url.strip())
    user = request.user or user
    entered = request.password.get_secret_value() if request.password is not None else password
    known = next((camera for camera in draft.cameras if camera.name == request.name), None)
    if not entered and known is not None and known.user == user and secret_host(known.url) == secret_host(url):
        entered = context.password(draft, known)
    return request.model_copy(
        update={"url": url, "user": user or None, "password": SecretStr(entered) if entered else None}
    )


def _settings(draft: SetupDraft, entered: SetupCameraRequest) -> CameraSettings:
    """Raises HTTPException."""
    require_network_address(entered.url)
    if entered.password is not None and entered.user is None:
        raise HTTPException(422, "Enter the user name that belongs to the password.")
    try:
        return CameraSettings(
            url=entered.url, user=entered.user, password=entered.password, hide=draft.hide or CameraDefaults().hide
        )
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        text = invalid_text(first["type"], first["msg"], first.get("ctx"))
        raise HTTPException(422, f"The camera: {text}.") from None


def _without_login(url: str) -> tuple[str, str | None, str | None]:
    """The address without the user and the password that people paste with it, and these."""
    try:
        parts = urlsplit(url)
        user, password = parts.username, parts.password
    except ValueError:
        return url, None, None
    if user is None and password is None:
        return url, None, None
    plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return plain, unquote(user or "") or None, unquote(password or "") or None


@contextmanager
def _exclusive(lock: threading.Lock) -> Iterator[None]:
    if not lock.acquire(timeout=1):
        raise HTTPException(409, "Another search or test picture is running. Wait a minute.")
    try:
        yield
    finally:
        lock.release()
