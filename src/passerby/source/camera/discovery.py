"""Camera discovery: devices on the network (WS-Discovery) and the streams that they offer (ONVIF)."""

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

#: Seconds that a camera has to answer each request.
RESPONSE_TIMEOUT_S = 10.0
#: Preferred longer side of a stream to watch, in pixels: larger ones are scaled down anyway.
PREFERRED_DIMENSION = 1280


@dataclass(frozen=True, slots=True)
class OnvifDevice:
    """A camera that answered: the address of its ONVIF services, and the name that it advertises."""

    service: str
    name: str

    @property
    def host(self) -> str:
        return urlsplit(self.service).hostname or self.service


@dataclass(frozen=True, slots=True)
class OnvifStream:
    """One stream of a camera. `role`: main (the largest), sub (any other). `recommended`: the one for site.yaml.

    `url` contains no credentials, even where the camera put some into it.
    """

    url: str
    role: str
    width: int
    height: int
    fps: float | None
    codec: str
    recommended: bool = False


def find_devices(timeout_s: float = 4.0, address: str | None = None, port: int = PORT) -> list[OnvifDevice]:
    """Cameras that answer within `timeout_s`: all on the network, or the one at `address`."""
    devices = {
        service: OnvifDevice(service, _device_name(answer.scopes))
        for answer in probe(timeout_s, None if address is None else (address, port))
        for service in (_at_host(service, answer.sender) for service in answer.services[:1])
        if urlsplit(service).scheme in ("http", "https")
    }
    return sorted(devices.values(), key=lambda device: device.service)


def list_streams(device: OnvifDevice, user: str | None, password: str | None) -> list[OnvifStream]:
    """The streams of a camera, largest first. Raises CameraLost when it does not answer or rejects the credentials."""
    try:
        return asyncio.run(asyncio.wait_for(_request_streams(device, user, password), 3 * RESPONSE_TIMEOUT_S))
    except (ONVIFError, SoapError, OSError, TimeoutError) as error:
        message = str(error).lower()
        if any(word in message for word in ("auth", "401", "not permitted", "sender not")):
            problem = "rejects these credentials. Pass its user with --user, and enter its password when prompted"
        else:
            problem = "does not list its streams. Look up the stream address in its own web interface"
        raise CameraLost(f"The camera at {device.host} {problem}.") from None


async def _request_streams(device: OnvifDevice, user: str | None, password: str | None) -> list[OnvifStream]:
    service = urlsplit(device.service)
    port = service.port or (443 if service.scheme == "https" else 80)
    # The address that it reports may belong to another network, and its clock may be wrong.
    camera = ONVIFCamera(service.hostname, port, user or "", password or "", adjust_time=True, nat_override=True)
    try:
        await camera.update_xaddrs()
        media = await camera.create_media_service()
        offered = []
        for profile in await media.GetProfiles():
            encoder = profile.VideoEncoderConfiguration
            if encoder is None:
                continue
            setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
            answer = await media.GetStreamUri({"StreamSetup": setup, "ProfileToken": profile.token})
            offered.append((_at_host(answer.Uri, device.host), encoder))
        return assign_roles(_stream(uri, encoder) for uri, encoder in offered)
    finally:
        with suppress(Exception):  # best effort: the answers are in already
            await camera.close()


def assign_roles(streams: Iterable[OnvifStream]) -> list[OnvifStream]:
    """Streams, largest first, with their roles; recommended is the smallest of at least PREFERRED_DIMENSION pixels,
    else the largest. The same address under several profiles is one stream.
    """
    largest_first = sorted({stream.url: stream for stream in streams}.values(), key=_area, reverse=True)
    large_enough = [stream for stream in largest_first if max(stream.width, stream.height) >= PREFERRED_DIMENSION]
    recommended = large_enough[-1] if large_enough else largest_first[0] if largest_first else None
    return [
        OnvifStream(
            stream.url,
            "main" if n == 0 else "sub",
            stream.width,
            stream.height,
            stream.fps,
            stream.codec,
            recommended=stream is recommended,
        )
        for n, stream in enumerate(largest_first)
    ]


def _area(stream: OnvifStream) -> int:
    return stream.width * stream.height


def _stream(uri: str, encoder: Any) -> OnvifStream:  # noqa: ANN401  # a class that zeep generates at run time
    limits = encoder.RateControl
    rate = None if limits is None or limits.FrameRateLimit is None else float(limits.FrameRateLimit)
    size = encoder.Resolution
    return OnvifStream(_without_login(uri), "sub", int(size.Width), int(size.Height), rate, str(encoder.Encoding))


def _at_host(url: str, host: str) -> str:
    """The same address at the host that answered: what it says of itself may belong to another network, or lead a
    login to somebody else's host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    bracketed = f"[{host}]" if ":" in host else host
    return urlunsplit(parts._replace(netloc=bracketed if port is None else f"{bracketed}:{port}"))


def _without_login(uri: str) -> str:
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _device_name(scopes: Sequence[str]) -> str:
    """The name that a camera advertises in its scopes: `onvif://www.onvif.org/name/Front%20door`."""
    values: dict[str, str] = {}
    for scope in scopes:
        kind, _, value = scope.removeprefix("onvif://www.onvif.org/").partition("/")
        values.setdefault(kind, unquote(value))
    words = [values[kind] for kind in ("name", "hardware") if values.get(kind)]
    return " ".join(dict.fromkeys(words)) or "camera"
