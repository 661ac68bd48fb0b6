"""Cameras that turn: the presets that a camera has, and going to one of them (ONVIF PTZ service). Nothing else: no
free movement, no new presets, no tours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import ClientConnectionError, ClientHandlerType, ClientRequest, ClientResponse, ClientSession
from onvif import ONVIFCamera, ONVIFError
from zeep.exceptions import Error as SoapError

from passerby.core.errors import CameraLost

#: Seconds that a camera has for all of its answers.
TIMEOUT_S = 15.0
#: Bytes of one answer: those of cameras with 255 presets have about 100 000.
MAX_ANSWER_BYTES = 1 << 20
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


class _ShortAnswer(ClientResponse):
    """An answer of which no more than MAX_ANSWER_BYTES is ever in memory."""

    async def read(self) -> bytes:
        """Raises CameraLost for a longer one."""
        content = bytearray()
        async for part in self.content.iter_any():
            content += part
            if len(content) > MAX_ANSWER_BYTES:
                self.close()
                raise CameraLost(_not_onvif(self.url.host, "an answer that is too long"))
        return bytes(content)


async def _refuse_redirects(request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
    """Middleware of a session. Raises CameraLost for an answer that names another address, which may be anybody's."""
    response = await send(request)
    if 300 <= response.status < 400:
        response.close()
        raise CameraLost(_not_onvif(request.url.host, "another address, which is not followed"))
    return response


class _Camera(ONVIFCamera):  # type: ignore[misc]  # the package has no types
    """Its services ask by `session`, in place of one each that follows redirects and reads answers of any length."""

    def __init__(self, login: OnvifLogin, session: ClientSession) -> None:
        # The address that it reports may belong to another network, and its clock may be wrong.
        super().__init__(
            login.host, login.port, login.user or "", login.password or "", adjust_time=True, nat_override=True
        )
        self._answers = session

    async def create_onvif_service(self, *which: Any, **options: Any) -> Any:  # noqa: ANN401
        service = await super().create_onvif_service(*which, **options)
        service.transport.session = self._answers
        return service


def _not_onvif(host: str | None, what: str) -> str:
    return f"The camera at {host} answers at its ONVIF port with {what}. Check the port in its own web interface."


def _run(login: OnvifLogin, ask: Callable[[Any, str], Awaitable[Answer]]) -> Answer:
    try:
        return asyncio.run(asyncio.wait_for(_with_service(login, ask), TIMEOUT_S))
    except CameraLost:
        raise
    except Exception as error:  # the packages raise whatever an answer makes of them: AttributeError, TypeError ...
        message = str(error).lower()
        if isinstance(error, (ONVIFError, SoapError)) and any(
            word in message for word in ("auth", "401", "not permitted", "sender not")
        ):
            raise CameraLost(
                f"The camera at {login.host} rejects its login for ONVIF. Give its user the right to turn it, in its "
                "own web interface."
            ) from None
        if isinstance(error, (ONVIFError, SoapError, OSError, TimeoutError, ClientConnectionError)):
            raise CameraLost(
                f"The camera at {login.host} does not answer at its ONVIF port. Check the port, and that ONVIF is on, "
                "in its own web interface."
            ) from None
        raise CameraLost(_not_onvif(login.host, "something else than ONVIF")) from None


async def _with_service(login: OnvifLogin, ask: Callable[[Any, str], Awaitable[Answer]]) -> Answer:
    # Packed answers are not asked for, and not unpacked: a few bytes of them may be any number.
    async with ClientSession(
        response_class=_ShortAnswer,
        middlewares=(_refuse_redirects,),
        headers={"Accept-Encoding": "identity"},
        auto_decompress=False,
    ) as session:
        camera = _Camera(login, session)
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
