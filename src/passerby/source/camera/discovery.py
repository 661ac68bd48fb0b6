"""Cameras of the network: who answers (WS-Discovery), and which streams they offer (ONVIF)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from onvif import ONVIFCamera, ONVIFError
from zeep.exceptions import Error as SoapError

from passerby.core.errors import CameraLost
from passerby.source.camera.ws_discovery import PORT, probe

#: Seconds that a camera has for answering each question.
PATIENCE = 10.0
#: The longer side that a stream to be watched should have, pixels: more is made smaller in any case.
WANTED = 1280


@dataclass(frozen=True, slots=True)
class Device:
    """A camera that answered: where its services are, and what it says of itself."""

    service: str
    name: str

    @property
    def host(self) -> str:
        return urlsplit(self.service).hostname or self.service


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a camera. `role`: main (the largest), sub (any other). `chosen`: the one to write into site.yaml.

    `url` holds no login, whatever the camera put into it.
    """

    url: str
    role: str
    width: int
    height: int
    frames_a_second: float | None
    codec: str
    chosen: bool = False


def find_devices(seconds: float = 4.0, at: str | None = None, port: int = PORT) -> list[Device]:
    """Cameras that answer within so many seconds: all of the network, or the one `at` an address."""
    devices = {
        service: Device(service, _name(answer.scopes))
        for answer in probe(seconds, None if at is None else (at, port))
        for service in answer.services[:1]
        if urlsplit(service).scheme in ("http", "https")
    }
    return sorted(devices.values(), key=lambda device: device.service)


def streams_of(device: Device, user: str | None, password: str | None) -> list[Stream]:
    """What a camera offers, the largest first. Raises CameraLost when it does not answer, or not to this login."""
    try:
        return asyncio.run(asyncio.wait_for(_streams(device, user, password), 3 * PATIENCE))
    except (ONVIFError, SoapError, OSError, TimeoutError) as error:
        told = str(error).lower()
        if any(word in told for word in ("auth", "401", "not permitted", "sender not")):
            why = "does not answer to this login. Give its own with --user, and the password when it is asked for"
        else:
            why = "does not tell its streams. Look its address up in its own pages"
        raise CameraLost(f"The camera at {device.host} {why}.") from None


async def _streams(device: Device, user: str | None, password: str | None) -> list[Stream]:
    place = urlsplit(device.service)
    port = place.port or (443 if place.scheme == "https" else 80)
    # What it says of its own address may be that of another network; and it may have its clock wrong.
    camera = ONVIFCamera(place.hostname, port, user or "", password or "", adjust_time=True, nat_override=True)
    try:
        await camera.update_xaddrs()
        media = await camera.create_media_service()
        found = []
        for profile in await media.GetProfiles():
            encoder = profile.VideoEncoderConfiguration
            if encoder is None:
                continue
            setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
            answer = await media.GetStreamUri({"StreamSetup": setup, "ProfileToken": profile.token})
            found.append((answer.Uri, encoder))
        return by_role(_stream(uri, encoder) for uri, encoder in found)
    finally:
        with suppress(Exception):  # it is being left anyway
            await camera.close()


def by_role(streams: Iterable[Stream]) -> list[Stream]:
    """Streams, the largest first, with their roles; chosen is the smallest that is WANTED large, or the largest.

    The same address under several profiles is one stream.
    """
    largest_first = sorted({one.url: one for one in streams}.values(), key=_area, reverse=True)
    enough = [one for one in largest_first if max(one.width, one.height) >= WANTED]
    chosen = enough[-1] if enough else largest_first[0] if largest_first else None
    return [
        Stream(
            one.url,
            "main" if n == 0 else "sub",
            one.width,
            one.height,
            one.frames_a_second,
            one.codec,
            chosen=one is chosen,
        )
        for n, one in enumerate(largest_first)
    ]


def _area(stream: Stream) -> int:
    return stream.width * stream.height


def _stream(uri: str, encoder: Any) -> Stream:  # noqa: ANN401  # made by zeep as it reads
    limits = encoder.RateControl
    rate = None if limits is None or limits.FrameRateLimit is None else float(limits.FrameRateLimit)
    size = encoder.Resolution
    return Stream(_bare(uri), "sub", int(size.Width), int(size.Height), rate, str(encoder.Encoding))


def _bare(uri: str) -> str:
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _name(scopes: Sequence[str]) -> str:
    """What a camera calls itself in its scopes: `onvif://www.onvif.org/name/Front%20door`."""
    told: dict[str, str] = {}
    for scope in scopes:
        kind, _, value = scope.removeprefix("onvif://www.onvif.org/").partition("/")
        told.setdefault(kind, unquote(value))
    words = [told[kind] for kind in ("name", "hardware") if told.get(kind)]
    return " ".join(dict.fromkeys(words)) or "camera"
