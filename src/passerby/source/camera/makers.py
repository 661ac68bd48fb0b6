"""Addresses of the streams of common makers, for cameras that do not list them by ONVIF.

Each pattern is the one that the maker publishes; `source` says where it was read. Cameras can be configured otherwise,
so an address that is made here is a proposal, and is tried before it is used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from passerby.core.errors import UsageError

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")


@dataclass(frozen=True, slots=True)
class CameraMaker:
    """A maker's pattern. `main` and `sub` are path and query of the large and the small stream of the first channel;
    `sub` None: there is none that is the same on all models. `words`: in small letters, as they stand in the names that
    its cameras advertise."""

    id: str
    name: str
    main: str
    sub: str | None
    source: str
    words: tuple[str, ...] = ()


# fmt: off
MAKERS: Final = (
    CameraMaker("amcrest", "Amcrest", "/cam/realmonitor?channel=1&subtype=0", "/cam/realmonitor?channel=1&subtype=1",
                "Amcrest support: RTSP address of a camera"),
    CameraMaker("avycon", "AVYCON", "/profile1", "/profile2", "AVYCON support: RTSP syntax of plug and play cameras"),
    CameraMaker("axis", "Axis", "/axis-media/media.amp", None, "Axis developer documentation: RTSP endpoints"),
    CameraMaker("bosch", "Bosch", "/?inst=1", "/?inst=2", "Bosch: RTSP usage with Bosch VIP devices"),
    CameraMaker("dahua", "Dahua", "/cam/realmonitor?channel=1&subtype=0", "/cam/realmonitor?channel=1&subtype=1",
                "Dahua: remote access to the RTSP stream", ("dahua", "dh-", "ipc-h")),
    CameraMaker("hanwha", "Hanwha Vision (Wisenet, Samsung)", "/profile2/media.smp", None,
                "Hanwha Vision support: RTSP URLs", ("hanwha", "wisenet", "samsung")),
    CameraMaker("hikvision", "Hikvision", "/Streaming/Channels/101", "/Streaming/Channels/102",
                "Hikvision: ISAPI, streaming channels", ("hikvision", "ds-2")),
    CameraMaker("reolink", "Reolink", "/h264Preview_01_main", "/h264Preview_01_sub",
                "Reolink support: introduction to RTSP"),
    CameraMaker("tapo", "TP-Link (Tapo, VIGI)", "/stream1", "/stream2", "TP-Link: how to view a camera with RTSP",
                ("tapo", "tp-link", "vigi")),
    CameraMaker("uniview", "Uniview", "/media/video1", "/media/video2", "Uniview: RTSP of network cameras",
                ("uniview", "unv")),
    CameraMaker("vivotek", "VIVOTEK", "/live.sdp", "/live2.sdp", "VIVOTEK: user's manual, network streaming"),
)
# fmt: on


def maker_of(name: str) -> CameraMaker | None:
    """The maker of a camera, by the name that it advertises; None for one that is not in the list."""
    text = name.casefold()
    return next((maker for maker in MAKERS if any(word in text for word in maker.words or (maker.id,))), None)


def stream_address(maker: str, host: str, *, small: bool = False) -> str:
    """The address of a stream of a camera at `host`, which may have a port. Raises UsageError."""
    known = next((one for one in MAKERS if one.id == maker), None)
    if known is None:
        raise UsageError(f"There is no maker {maker} in the list. Choose: {', '.join(one.id for one in MAKERS)}.")
    name, _, port = host.strip().partition(":") if host.count(":") == 1 else (host.strip(), "", "")
    name = name.strip("[]")
    if not _HOST.fullmatch(name) or (port and not (port.isdigit() and 0 < int(port) < 65536)):
        raise UsageError("Enter the address of the camera alone, as 192.168.1.20.")
    bracketed = f"[{name}]" if ":" in name else name
    path = known.sub if small and known.sub is not None else known.main
    return f"rtsp://{bracketed}{f':{port}' if port else ''}{path}"
