"""Between FFmpeg and an RTSP camera: a connection to the camera and to nothing else.

FFmpeg opens the connections of its RTSP client itself, and follows redirects. So it is given an address on loopback,
and never that of a camera; what the camera sends reaches it through `RtspFilter`. The name of the camera is resolved
once for each connection. TLS, too, ends here.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from passerby.config.address import CameraAddress
from passerby.core.errors import CameraLost
from passerby.source.camera.rtsp_filter import RtspFilter

_LOOPBACK = "127.0.0.1"
#: Bytes that are read at a time.
_CHUNK = 64 << 10
#: Seconds to wait for FFmpeg to connect, and for the relay to end.
_ACCEPT_TIMEOUT_S, _END_TIMEOUT_S = 10.0, 2.0


def listen_on_loopback() -> socket.socket:
    """Where FFmpeg will connect to. A process that may connect to certain ports only needs to know it before."""
    listener = socket.create_server((_LOOPBACK, 0), backlog=4)
    listener.setblocking(False)
    return listener


class RtspRelay:
    """One connection to a camera. It is relayed by a thread until either end closes it."""

    def __init__(self, address: CameraAddress, timeout_s: float, listener: socket.socket | None = None) -> None:
        """Connect to the camera, within `timeout_s`. `listener` stays open. Raises OSError."""
        self._address = address
        #: What the camera did that it may not, for the message.
        self.problem: CameraLost | None = None
        parts = urlsplit(address.url)
        camera = socket.create_connection((parts.hostname or "", address.port or 0), timeout_s)
        self._own = None if listener else listen_on_loopback()
        listening = listener or self._own
        assert listening is not None
        _refuse_waiting(listening)
        #: What FFmpeg opens.
        login, at, _ = parts.netloc.rpartition("@")
        netloc = f"{login}{at}{_LOOPBACK}:{listening.getsockname()[1]}"
        self.url = urlunsplit(("rtsp", netloc, parts.path, parts.query, ""))
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        tls = parts.scheme.lower() == "rtsps"
        self._thread = threading.Thread(target=self._run, args=(camera, listening, tls), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the connection, if it has not ended yet."""

        def cancel() -> None:
            if self._task is not None:
                self._task.cancel()

        with suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(cancel)
        self._thread.join(_END_TIMEOUT_S)

    def _run(self, camera: socket.socket, listening: socket.socket, tls: bool) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._relay(camera, listening, tls))
        try:
            # CancelledError: it was closed before it ended.
            with suppress(OSError, TimeoutError, asyncio.CancelledError):
                self._loop.run_until_complete(self._task)
        finally:
            camera.close()
            self._loop.close()
            if self._own is not None:
                self._own.close()

    async def _relay(self, camera: socket.socket, listening: socket.socket, tls: bool) -> None:
        """Raises OSError, TimeoutError."""
        host = camera.getpeername()[0].partition("%")[0]
        async with asyncio.timeout(_ACCEPT_TIMEOUT_S):
            own = await self._accept(listening)
        from_ffmpeg, to_ffmpeg = await asyncio.open_connection(sock=own)
        try:
            context = _any_certificate() if tls else None
            camera.setblocking(False)
            from_camera, to_camera = await asyncio.open_connection(
                sock=camera, ssl=context, server_hostname="" if tls else None
            )
            try:
                filtered = RtspFilter(self._address, host)
                asked = self._loop.create_task(_forward(from_ffmpeg, to_camera, None))
                answered = self._loop.create_task(_forward(from_camera, to_ffmpeg, filtered))
                try:
                    await asyncio.wait((asked, answered), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    asked.cancel()
                    answered.cancel()
                    ends = await asyncio.gather(asked, answered, return_exceptions=True)
                    self.problem = next((end for end in ends if isinstance(end, CameraLost)), None)
            finally:
                await _close(to_camera)
        finally:
            await _close(to_ffmpeg)

    async def _accept(self, listening: socket.socket) -> socket.socket:
        """FFmpeg's connection: another user of this machine may connect too."""
        while True:
            own, peer = await self._loop.sock_accept(listening)
            if _user_of(peer) == os.getuid():
                own.setblocking(False)
                return own
            own.close()


async def _forward(source: asyncio.StreamReader, target: asyncio.StreamWriter, filtered: RtspFilter | None) -> None:
    """Hand on what comes, through the filter, until it ends. Raises OSError, CameraLost."""
    while received := await source.read(_CHUNK):
        target.write(received if filtered is None else filtered.feed(received))
        await target.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    """What was written is sent; but nobody waits for an end that does not read."""
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_END_TIMEOUT_S / 2):
            await writer.wait_closed()


def _refuse_waiting(listening: socket.socket) -> None:
    """Connections that were left from an attempt before."""
    with suppress(BlockingIOError):
        while True:
            listening.accept()[0].close()


def _user_of(peer: tuple[str, int]) -> int | None:
    """The user whose socket on this machine has that address (IPv4); None where there is none."""
    wanted = f"{int.from_bytes(socket.inet_aton(peer[0]), 'little'):08X}:{peer[1]:04X}"
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[1] == wanted:
            return int(fields[7])
    return None


def _any_certificate() -> ssl.SSLContext:
    """Certificates of cameras are their own."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
