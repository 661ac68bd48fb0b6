"""Cameras of the network, and trying one before it is relied upon. What is shown of it is masked."""

from __future__ import annotations

import base64
import threading
from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import Field, SecretStr, ValidationError

from passerby.config.roles import Right
from passerby.config.site import CameraSettings
from passerby.core.model import FrozenModel
from passerby.server.site.context import FoundCamera, Place
from passerby.server.site.rights import NO, Who, asks
from passerby.server.site.settings import OWN, from_the_network
from passerby.store.audit.log import Deed

Word = Annotated[SecretStr, Field(max_length=200)]


class FindWish(FrozenModel):
    """Where to look. The login is asked of the cameras for their streams, and not kept."""

    at: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.:-]{1,253}$", description="One camera's address alone.")
    seconds: float = Field(default=4.0, ge=0.5, le=15.0)
    user: str | None = Field(default=None, max_length=100)
    password: Word | None = None


class TryWish(FrozenModel):
    """A camera to try: one of the site by its name, or any by its address. The login is not kept."""

    camera: str | None = Field(default=None, max_length=63)
    url: str | None = Field(default=None, min_length=1, max_length=500)
    user: str | None = Field(default=None, min_length=1, max_length=100)
    password: Word | None = None


class TrialTold(FrozenModel):
    """What came of it."""

    problem: str | None = Field(description="What is wrong and what to do; null when all is well.")
    width: int
    height: int
    frames_a_second: float
    still: str | None = Field(description="A masked still, as a data: address.")


def finding_routes(place: Place) -> APIRouter:
    routes = APIRouter(prefix="/api/network", tags=["network"], responses=NO, dependencies=[asks(Right.CHANGE)])
    busy = threading.Lock()  # a trial loads models: two at once would take the cameras' time

    @routes.post("/find")
    def find(who: Who, wish: FindWish) -> list[FoundCamera]:
        """Who answers, and which streams they offer. Takes as long as was said, and a little."""
        place.note(who, Deed.TRIED, {"what": "find", "at": wish.at})
        password = None if wish.password is None else wish.password.get_secret_value()
        with _alone(busy):
            return list(place.tools.find(wish.seconds, wish.at, wish.user, password))

    @routes.post("/try")
    def try_camera(who: Who, wish: TryWish) -> TrialTold:
        """Connect, look, mask, and show what would be recorded. May take a minute."""
        settings = _settings(place, wish)
        place.note(who, Deed.TRIED, {"what": "camera", "address": settings.address().shown})
        with _alone(busy):
            tried = place.tools.try_camera(settings)
        still = f"data:image/jpeg;base64,{base64.b64encode(tried.still).decode()}" if tried.still else None
        return TrialTold(
            problem=tried.problem,
            width=tried.width,
            height=tried.height,
            frames_a_second=tried.frames_a_second,
            still=still,
        )

    return routes


def _settings(place: Place, wish: TryWish) -> CameraSettings:
    if (wish.camera is None) == (wish.url is None):
        raise HTTPException(422, "Give the name of a camera of the site, or an address: one of them.")
    if wish.camera is not None:
        if wish.camera not in place.site.cameras:
            raise HTTPException(404, f"There is no camera {wish.camera} here.")
        return place.site.cameras[wish.camera]
    from_the_network(wish.url or "")
    own = {key: getattr(place.site.defaults, key) for key in OWN}
    try:
        return CameraSettings(**own, url=wish.url or "", user=wish.user, password=wish.password)
    except ValidationError as error:
        raise HTTPException(422, str(error.errors(include_input=False)[0]["msg"])) from None


class _alone:  # noqa: N801  # reads as a word of a sentence
    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=1):
            raise HTTPException(409, "Somebody is looking for cameras, or trying one, just now. Wait a minute.")

    def __exit__(self, *_: object) -> None:
        self._lock.release()
