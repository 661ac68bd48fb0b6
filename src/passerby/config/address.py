"""Where a camera is, and how to say so without giving its password away."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, urlsplit, urlunsplit

from passerby.core.errors import UsageError


class Way(StrEnum):
    """How pictures come from a camera."""

    RTSP = "rtsp"
    MJPEG = "mjpeg"
    HLS = "hls"
    USB = "usb"
    FILE = "file"


_SCHEMES = {"rtsp": Way.RTSP, "rtsps": Way.RTSP, "http": Way.MJPEG, "https": Way.MJPEG}
_DEVICE = re.compile(r"/dev/[A-Za-z0-9/_-]+")


@dataclass(frozen=True, slots=True)
class Address:
    """`url` opens the camera and may hold its password, so it is kept out of every printed form; `shown` does not."""

    way: Way
    shown: str
    url: str = field(repr=False)

    def __str__(self) -> str:
        return self.shown


def address(text: str, user: str | None = None, password: str | None = None) -> Address:
    """What a person writes for a camera: rtsp://, rtsps://, http:// or https:// (HLS where the path ends in .m3u8, else
    MJPEG), /dev/video0, or the path of a file, which is shown over and over.

    `user` and `password` may hold any characters; those in the address must be escaped. Raises UsageError, with nothing
    of the password in it.
    """
    if _DEVICE.fullmatch(text):
        return Address(Way.USB, text, text)
    scheme, mark, _ = text.partition("://")
    if not mark:
        return Address(Way.FILE, text, text)
    if scheme.lower() == "file":
        path = urlsplit(text).path
        return Address(Way.FILE, path, path)
    if scheme.lower() not in _SCHEMES:
        raise UsageError(
            f"{scheme}:// is no kind of camera that passerby knows. Write rtsp://, http://, https://, /dev/video0 "
            "or the path of a file."
        )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError("The address of the camera makes no sense: check the host and the port in it.") from None
    if not host:
        raise UsageError(f"There is no host after {scheme}://. Write for example {scheme}://192.168.1.20/stream.")
    place = (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")
    login = parts.netloc.rpartition("@")[0]
    if user is not None:
        login = quote(user, safe="") + (f":{quote(password, safe='')}" if password is not None else "")
    way = Way.HLS if scheme.lower().startswith("http") and parts.path.lower().endswith(".m3u8") else None
    return Address(
        way or _SCHEMES[scheme.lower()],
        urlunsplit((parts.scheme, place, parts.path, "", "")),  # a query may hold a password too
        urlunsplit((parts.scheme, f"{login}@{place}" if login else place, parts.path, parts.query, "")),
    )


def holds_password(text: str) -> bool:
    """Is there a password in the address as it is written?"""
    try:
        return bool(urlsplit(text).password)
    except ValueError:
        return False
