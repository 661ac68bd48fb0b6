"""Cameras that turn: the presets that a camera has, and going to one of them (ONVIF PTZ service). Nothing else: no
free movement, no new presets, no tours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from onvif import ONVIFCamera, ONVIFError
from zeep.exceptions import Error as SoapError

from passerby.core.errors import CameraLost

#: Seconds that a camera has for all of its answers.
TIMEOUT_S = 15.0
#: Presets that are listed at most: some cameras list 255 of which most are empty.
MAX_PRESETS = 64
MAX_NAME = 60
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class OnvifLogin:
    """Where a camera's ONVIF services are, and the login for them."""

    host: str
    port: int
    user: str | None
    password: str | None


@dataclass(frozen=True, slots=True)
class Preset:
    """A position of a camera. `token` is what it is called by; `name` is what people call it."""

    token: str
    name: str


def list_presets(login: OnvifLogin) -> list[Preset]:
    """In the camera's order. Raises CameraLost."""
    return _run(login, _presets)


def go_to_preset(login: OnvifLogin, token: str) -> Preset:
    """Turn the camera to one of its presets. Returns once it was told to; it may still be moving. Raises CameraLost."""

    async def go(ptz: Any, profile: str) -> Preset:  # noqa: ANN401  # classes that zeep generates at run time
        found = next((preset for preset in await _presets(ptz, profile) if preset.token == token), None)
        if found is None:
            raise CameraLost("The camera does not have this preset any more. Reload the page.")
        await ptz.GotoPreset({"ProfileToken": profile, "PresetToken": token})
        return found

    return _run(login, go)


async def _presets(ptz: Any, profile: str) -> list[Preset]:  # noqa: ANN401
    answer = await ptz.GetPresets({"ProfileToken": profile})
    found = [Preset(str(one.token), _name(one)) for one in answer or () if one.token]
    return found[:MAX_PRESETS]


def _name(preset: Any) -> str:  # noqa: ANN401
    text = "".join(letter for letter in str(preset.Name or "") if letter.isprintable()).strip()
    return text[:MAX_NAME] or str(preset.token)[:MAX_NAME]


def _run(login: OnvifLogin, ask: Callable[[Any, str], Awaitable[Answer]]) -> Answer:
    try:
        return asyncio.run(asyncio.wait_for(_with_service(login, ask), TIMEOUT_S))
    except (ONVIFError, SoapError, OSError, TimeoutError) as error:
        message = str(error).lower()
        if any(word in message for word in ("auth", "401", "not permitted", "sender not")):
            raise CameraLost(
                f"The camera at {login.host} rejects its login for ONVIF. Give its user the right to turn it, in its "
                "own web interface."
            ) from None
        raise CameraLost(
            f"The camera at {login.host} does not answer at its ONVIF port. Check the port, and that ONVIF is on, in "
            "its own web interface."
        ) from None


async def _with_service(login: OnvifLogin, ask: Callable[[Any, str], Awaitable[Answer]]) -> Answer:
    # The address that it reports may belong to another network, and its clock may be wrong.
    camera = ONVIFCamera(
        login.host, login.port, login.user or "", login.password or "", adjust_time=True, nat_override=True
    )
    try:
        await camera.update_xaddrs()
        media = await camera.create_media_service()
        profiles = [found for found in await media.GetProfiles() if found.PTZConfiguration is not None]
        if not profiles:
            raise CameraLost("The camera says that it cannot turn. Remove its ONVIF port from its settings.")
        return await ask(await camera.create_ptz_service(), str(profiles[0].token))
    finally:
        with suppress(Exception):  # best effort: the answers are in already
            await camera.close()
