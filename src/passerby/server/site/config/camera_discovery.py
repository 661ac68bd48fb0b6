"""Discovering cameras on the network, and checking one before it is added. What is shown of it is masked."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Self

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import Field, SecretStr, ValidationError

from passerby.config.invalid_value import invalid_text
from passerby.config.notice import Language
from passerby.config.roles import Right
from passerby.config.secrets.site_secrets import secret_host
from passerby.config.site import CameraSettings
from passerby.core.model import FrozenModel
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.config.camera_settings import require_network_address
from passerby.server.site.config.settings import CAMERA_KEYS
from passerby.server.site.context import CameraCheck, DiscoveredCamera, SiteContext
from passerby.server.site.dependencies import Context
from passerby.server.site.errors.catalogue import describe
from passerby.server.site.parameters import PageLanguage
from passerby.store.audit.log import AuditAction

CameraPassword = Annotated[SecretStr, Field(max_length=200)]


class DiscoveryRequest(FrozenModel):
    """Where to search. The login is used to list the streams of the cameras, and is not stored."""

    host: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.:-]{1,253}$", description="Only this address.")
    timeout_s: float = Field(default=4.0, ge=0.5, le=15.0)
    user: str | None = Field(default=None, max_length=100)
    password: CameraPassword | None = None


class CameraCheckRequest(FrozenModel):
    """A camera to check: one of the site by its name, or any by its address; with both, one of the site as it would be
    with another address or login. The login is not stored."""

    camera: str | None = Field(default=None, max_length=63)
    url: str | None = Field(default=None, min_length=1, max_length=500)
    user: str | None = Field(default=None, min_length=1, max_length=100)
    password: CameraPassword | None = None


class CameraCheckResponse(FrozenModel):
    """Result of the check."""

    problem: str | None = Field(description="What is wrong and what to do; null if all is well.")
    width: int
    height: int
    fps: float
    still: str | None = Field(description="A masked still, as a data: URL.")

    @classmethod
    def of(cls, check: CameraCheck, language: Language) -> Self:
        """The result, with the problem in the language of the page."""
        still = f"data:image/jpeg;base64,{base64.b64encode(check.still).decode()}" if check.still else None
        problem = None if check.problem is None else describe(check.problem, language).text
        return cls(problem=problem, width=check.width, height=check.height, fps=check.fps, still=still)


router = APIRouter(
    prefix="/api/network", tags=["network"], responses=ERROR_RESPONSES, dependencies=[requires(Right.EDIT_CONFIG)]
)


async def _discovery_lock(request: Request) -> threading.Lock:
    """A check loads models: two at once would slow down the cameras. Set by site_app."""
    lock: threading.Lock = request.app.state.discovery_lock
    return lock


DiscoveryLock = Annotated[threading.Lock, Depends(_discovery_lock)]


@router.post("/discover")
def discover(
    context: Context, lock: DiscoveryLock, principal: CurrentPrincipal, request: DiscoveryRequest
) -> list[DiscoveredCamera]:
    """Cameras that answer, and their streams. Takes a little longer than the timeout."""
    context.audit(principal, AuditAction.CAMERA_CHECKED, {"subject": "discovery", "host": request.host})
    password = None if request.password is None else request.password.get_secret_value()
    with _exclusive(lock):
        return list(context.tools.discover(request.timeout_s, request.host, request.user, password))


@router.post("/check-camera")
def check_camera(
    context: Context,
    lock: DiscoveryLock,
    principal: CurrentPrincipal,
    language: PageLanguage,
    request: CameraCheckRequest,
) -> CameraCheckResponse:
    """Connect, detect, mask, and show what would be recorded. May take a minute."""
    settings = _settings(context, request)
    context.audit(principal, AuditAction.CAMERA_CHECKED, {"subject": "camera", "address": settings.address().display})
    with _exclusive(lock):
        check = context.tools.check_camera(settings)
    return CameraCheckResponse.of(check, language)


def _settings(context: SiteContext, request: CameraCheckRequest) -> CameraSettings:
    if request.camera is None and request.url is None:
        raise HTTPException(422, "Enter the address of the camera first.")
    if request.camera is not None and request.camera not in context.site.cameras:
        raise HTTPException(404, f"There is no camera {request.camera} here.")
    known = None if request.camera is None else context.site.cameras[request.camera]
    if request.url is None and known is not None:
        return known
    url, password = request.url or "", request.password
    require_network_address(url)
    same = known is not None and secret_host(known.url) == secret_host(url) and known.user == request.user
    if password is None and same and known is not None:
        password = known.password
    settings = {key: getattr(known or context.site.defaults, key) for key in CAMERA_KEYS}
    try:
        return CameraSettings(**settings, url=url, user=request.user, password=password)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        text = invalid_text(first["type"], first["msg"], first.get("ctx"))
        raise HTTPException(422, f"The camera: {text}.") from None


@contextmanager
def _exclusive(lock: threading.Lock) -> Iterator[None]:
    if not lock.acquire(timeout=1):
        raise HTTPException(409, "Another discovery or camera check is running. Wait a minute.")
    try:
        yield
    finally:
        lock.release()
