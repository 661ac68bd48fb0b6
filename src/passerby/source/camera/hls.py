"""Fetching HLS from a camera: its own host, and nothing else.

A playlist names what to fetch next, and FFmpeg would fetch it from anywhere, services of this machine included. So
FFmpeg asks here for every file. The standard library's client negotiates the login (Basic or Digest), as FFmpeg does.
"""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import IO
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from passerby.config.address import CameraAddress
from passerby.core.errors import CameraLost

_PORTS = {"http": 80, "https": 443}


class LoginRefused(CameraLost):
    """The camera rejects the credentials. Many cameras lock an account after repeated failed logins."""


class OtherHost(CameraLost):
    """The camera names a file on another host, or redirects to one."""


class HlsFiles:
    """Opens the files of one camera's HLS stream: what av.open takes as `io_open`."""

    def __init__(self, address: CameraAddress, timeout_s: float) -> None:
        """`timeout_s` is for each operation of a connection."""
        self._address, self._timeout_s = address, timeout_s
        parts = urlsplit(address.url)
        self._host = _host_of(parts)
        self._opener = _opener(parts)
        self._first = True

    def __call__(self, url: str, flags: int, options: dict[str, str]) -> IO[bytes] | _Nothing:
        """The file at `url`. One that is missing is empty, so that FFmpeg goes on to the next, except for the playlist
        at the start. Raises CameraLost in one of its kinds, OSError."""
        first, self._first = self._first, False
        parts = urlsplit(url)
        if _host_of(parts) != self._host:
            raise OtherHost(f"{self._address} sends to another host for its video. Give the address of that one.")
        plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        request = urllib.request.Request(plain, headers=_range(options))  # http and https alone: see above
        try:
            file: IO[bytes] = self._opener.open(request, timeout=self._timeout_s)
        except urllib.error.HTTPError as error:
            error.close()
            if 300 <= error.code < 400:
                raise OtherHost(f"{self._address} redirects. Give the address that it redirects to.") from None
            if error.code == 401:
                raise LoginRefused(
                    f"{self._address} rejects the credentials. Check the user name and password."
                ) from None
            if first:
                raise CameraLost(f"{self._address} {_problem(error.code)}") from None
            return _Nothing()
        except urllib.error.URLError as error:
            reason = error.reason
            raise (reason if isinstance(reason, OSError) else ConnectionError()) from None
        except HTTPException:
            raise ConnectionError from None
        return _Body(file)


def _problem(status: int) -> str:
    """As `camera_error` of source/camera/open.py says it."""
    if status == 403:
        return "denies access. Check the permissions of its user, and how many viewers it allows."
    if status in (404, 410):
        return "has no such stream. Check the path in its address."
    return f"answers with HTTP status {status}. Reconnecting until it sends video."


class _Nothing:
    """An empty file."""

    def read(self, size: int = -1) -> bytes:
        return b""

    def close(self) -> None: ...


class _Body(_Nothing):
    """The body of a response; one that breaks off ends there."""

    def __init__(self, response: IO[bytes]) -> None:
        self._response = response

    def read(self, size: int = -1) -> bytes:
        try:
            return self._response.read(size)
        except HTTPException:
            return b""

    def close(self) -> None:
        self._response.close()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: it could lead to any service that this machine reaches."""

    def redirect_request(self, *_: object) -> None:
        return None


def _opener(parts: SplitResult) -> urllib.request.OpenerDirector:
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    if parts.username is not None:
        host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
        passwords.add_password(None, host, unquote(parts.username), unquote(parts.password or ""))
    # Certificates of cameras are their own, as FFmpeg takes them too.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=context),
        _NoRedirects(),
        urllib.request.HTTPDigestAuthHandler(passwords),
        urllib.request.HTTPBasicAuthHandler(passwords),
    )


def _host_of(parts: SplitResult) -> tuple[str, str, int | None] | None:
    """Protocol, host and port; None for anything but HTTP."""
    try:
        port = parts.port or _PORTS[parts.scheme.lower()]
    except (KeyError, ValueError):
        return None
    return parts.scheme.lower(), (parts.hostname or "").lower(), port


def _range(options: dict[str, str]) -> dict[str, str]:
    """FFmpeg's `offset` and `end_offset` (excluded) as a header."""
    start, end = int(options.get("offset") or 0), int(options.get("end_offset") or 0)
    if not start and not end:
        return {}
    return {"Range": f"bytes={start}-{end - 1 if end else ''}"}
