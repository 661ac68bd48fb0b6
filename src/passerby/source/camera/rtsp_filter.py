"""What a camera answers over RTSP, as far as FFmpeg may hear it.

FFmpeg's RTSP client follows redirects to any host, and sends UDP to any address that the camera names. No option
forbids either. So what the camera sends is taken apart here, and written anew from what is allowed: data, and answers
with the headers that are listed. A redirect is an error. Nothing is handed on as it came but bodies and data, whose
lengths are known before, so FFmpeg cannot find another answer in them than was found here.
"""

from __future__ import annotations

import re

from passerby.config.address import CameraAddress
from passerby.core.errors import CameraLost
from passerby.source.camera.hls import OtherHost

#: Bytes of the head of an answer, and of its body: descriptions have a few thousand.
MAX_HEAD, MAX_BODY = 16 << 10, 1 << 20
#: Headers that FFmpeg needs. Not Location (redirects), nor those that select the dialects of Real and Windows Media.
_HEADERS = {
    b"cseq",
    b"content-base",
    b"content-type",
    b"public",
    b"range",
    b"rtp-info",
    b"session",
    b"www-authenticate",
}
#: Parameters of a transport. Not source, destination: another address than the camera's.
_TRANSPORT = {b"unicast", b"interleaved", b"client_port", b"server_port", b"ssrc", b"mode"}
_ANSWER = re.compile(rb"RTSP/1\.\d +(\d{3})(?!\d)")
_REQUEST = re.compile(rb"([A-Z_]{3,20}) \S+ RTSP/1\.\d$")
#: First bytes of data, and of a head.
_BEGIN = re.compile(rb"[$A-Z]")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


class RtspFilter:
    """What one connection to a camera brings, in pieces of any size."""

    def __init__(self, address: CameraAddress, host: str) -> None:
        """`host` is the IP address that the camera was reached at: UDP goes nowhere else."""
        self._address, self._host = address, host
        self._waiting = bytearray()  # not bytes: much noise would be copied for each byte of it that is left out
        #: Bytes of a body or of data that are still to come, and whether they are handed on.
        self._left, self._wanted = 0, True

    def feed(self, received: bytes) -> bytes:
        """What of it FFmpeg may have. Raises OtherHost for a redirect, CameraLost for what is too long."""
        self._waiting += received
        allowed: list[bytes] = []
        while self._waiting:
            if self._left:
                part = self._take(self._left)
                self._left -= len(part)
                if self._wanted:
                    allowed.append(part)
                continue
            begin = _BEGIN.search(self._waiting)
            self._take(begin.start() if begin else len(self._waiting))
            head = self._data() if self._waiting[:1] == b"$" else self._message()
            if head is None:
                break
            allowed.append(head)
        return b"".join(allowed)

    def _take(self, count: int) -> bytes:
        taken = bytes(self._waiting[:count])
        del self._waiting[:count]
        return taken

    def _data(self) -> bytes | None:
        """The head of interleaved data: $, channel, and a length of two bytes."""
        if len(self._waiting) < 4:
            return None
        head = self._take(4)
        self._left, self._wanted = int.from_bytes(head[2:], "big"), True
        return head

    def _message(self) -> bytes | None:
        """The head of an answer, written anew; empty for what is none: requests of the camera, and noise."""
        end = re.search(rb"\r?\n\r?\n", self._waiting)
        if end is None:
            if len(self._waiting) > MAX_HEAD:
                raise CameraLost(f"{self._address} sends something that is no RTSP. Check its address and port.")
            return None
        first, *lines = [line.rstrip(b"\r") for line in bytes(self._waiting[: end.start()]).split(b"\n")]
        answer, request = _ANSWER.match(first), _REQUEST.match(first)
        if answer is None and request is None:
            self._take(1)
            return b""
        self._take(end.end())
        headers = _headers(lines)
        length = headers.get(b"content-length", b"0")
        self._left, self._wanted = int(length) if length.isdigit() else 0, answer is not None
        if self._left > MAX_BODY:
            raise CameraLost(f"{self._address} sends an answer of {self._left} bytes. Check its address and port.")
        if (request and request[1] == b"REDIRECT") or (answer and answer[1].startswith(b"3")):
            raise OtherHost(f"{self._address} redirects. Give the address that it redirects to.")
        return self._written(answer[1], headers) if answer else b""

    def _written(self, status: bytes, headers: dict[bytes, bytes]) -> bytes:
        lines = [b"RTSP/1.0 " + status + b" Answer"]
        lines += [name + b": " + value for name, value in headers.items() if name in _HEADERS]
        if self._left:
            lines.append(b"content-length: %d" % self._left)
        if b"transport" in headers:
            lines.append(b"transport: " + self._transport(headers[b"transport"]))
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def _transport(self, value: bytes) -> bytes:
        """One transport, by UDP from and to the camera's own address."""
        protocol, *wanted = [part.strip() for part in value.partition(b",")[0].split(b";")]
        parts = [part for part in wanted if part.partition(b"=")[0].lower() in _TRANSPORT]
        if not any(part.lower().startswith(b"interleaved=") for part in parts):
            parts.append(b"source=" + self._host.encode())
        return b";".join([protocol, *parts])


def _headers(lines: list[bytes]) -> dict[bytes, bytes]:
    """The first value of each header, by its name in lower case, without control characters."""
    headers: dict[bytes, bytes] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon:
            headers.setdefault(name.strip().lower(), _CONTROL.sub(b"", value).strip())
    return headers
