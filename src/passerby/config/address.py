"""The address of a camera, and a form of it without secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, urlsplit, urlunsplit

from passerby.core.errors import UsageError


class CameraProtocol(StrEnum):
    """Protocol of a video stream from a camera."""

    RTSP = "rtsp"
    MJPEG = "mjpeg"
    HLS = "hls"
    USB = "usb"
    FILE = "file"


_SCHEMES = {
    "rtsp": CameraProtocol.RTSP,
    "rtsps": CameraProtocol.RTSP,
    "http": CameraProtocol.MJPEG,
    "https": CameraProtocol.MJPEG,
}
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_DEVICE = re.compile(r"/dev/[A-Za-z0-9/_-]+")


@dataclass(frozen=True, slots=True)
class CameraAddress:
    """`url` opens the camera and may contain its password, so it is kept out of every printed form; `display` is its
    protocol and host: path and query of many cameras hold a key, and are as secret."""

    protocol: CameraProtocol
    display: str
    url: str = field(repr=False)

    def __str__(self) -> str:
        return self.display

    @property
    def port(self) -> int | None:
        """The TCP port that it connects to; None for what is on this machine."""
        if self.protocol in (CameraProtocol.USB, CameraProtocol.FILE):
            return None
        parts = urlsplit(self.url)
        return parts.port or _PORTS[parts.scheme.lower()]


def parse_address(text: str, user: str | None = None, password: str | None = None) -> CameraAddress:
    """Parse the address of a camera: rtsp://, rtsps://, http:// or https:// (HLS where the path ends in .m3u8, else
    MJPEG), /dev/video0, or the path of a file, which is played in a loop.

    `user` and `password` may contain any characters; those in the address must be percent-encoded. Raises UsageError,
    with nothing of the password in it.
    """
    if _DEVICE.fullmatch(text):
        return CameraAddress(CameraProtocol.USB, text, text)
    scheme, mark, _ = text.partition("://")
    if not mark:
        return CameraAddress(CameraProtocol.FILE, text, text)
    if scheme.lower() == "file":
        path = urlsplit(text).path
        return CameraAddress(CameraProtocol.FILE, path, path)
    if scheme.lower() not in _SCHEMES:
        raise UsageError(
            f"{scheme}:// is not a supported camera protocol. Write rtsp://, http://, https://, /dev/video0 "
            "or the path of a file."
        )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError("The address of the camera is not valid: check its host and port.") from None
    if not host:
        raise UsageError(f"There is no host after {scheme}://. Write for example {scheme}://192.168.1.20/stream.")
    netloc = (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")
    login = parts.netloc.rpartition("@")[0]
    if user is not None:
        login = quote(user, safe="") + (f":{quote(password, safe='')}" if password is not None else "")
    hls = scheme.lower().startswith("http") and parts.path.lower().endswith(".m3u8")
    return CameraAddress(
        CameraProtocol.HLS if hls else _SCHEMES[scheme.lower()],
        f"{parts.scheme}://{netloc}",
        urlunsplit((parts.scheme, f"{login}@{netloc}" if login else netloc, parts.path, parts.query, "")),
    )


def contains_password(text: str) -> bool:
    """Does an address, as it is written, contain a password?"""
    try:
        return bool(urlsplit(text).password)
    except ValueError:
        return False
