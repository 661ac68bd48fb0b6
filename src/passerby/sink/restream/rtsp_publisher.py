"""Publishing the masked pictures of a camera to an RTSP server, from which recorders and home automation take them.

What is published are the parts that are recorded and shown live: masked, encoded once. A server that is slow, away or
refuses the login costs this stream, and never a frame of the recording.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from passerby.config.address import CameraAddress
from passerby.core.backoff import Backoff
from passerby.documents.status import RestreamState, RestreamStatus
from passerby.sink.part_queue import PartQueue
from passerby.store.recordings.part import Part

#: Seconds without progress after which a connection is given up.
NETWORK_TIMEOUT_S = 5.0
#: Seconds: the first pause before a connection is tried again, the longest, and how long one must last for the pauses
#: to start over. And the pause after a refused login: servers lock out who retries too often.
FIRST_RETRY_S, MAX_RETRY_S, STABLE_S, REFUSED_RETRY_S = 1.0, 15.0, 20.0, 60.0


class Connection(Protocol):
    """A stream that is being published (`RtspConnection`; in tests, a fake)."""

    def send(self, part: Part) -> None: ...
    def close(self) -> None: ...


class RtspConnection:
    """A connection to an RTSP server, by TCP. Raises av.FFmpegError where the server is away or refuses."""

    def __init__(self, address: CameraAddress, first: Part) -> None:
        timeout = str(round(NETWORK_TIMEOUT_S * 1e6))
        self._container: OutputContainer = av.open(
            address.url, "w", format="rtsp", options={"rtsp_transport": "tcp", "timeout": timeout}
        )
        try:
            with av.open(io.BytesIO(first.init + first.body), "r", format="mp4") as part:
                self._stream: VideoStream = self._container.add_stream_from_template(part.streams.video[0])
                self._container.start_encoding()
        except BaseException:
            self._container.close()
            raise

    def send(self, part: Part) -> None:
        for packet in _packets(part):
            packet.stream = self._stream
            self._container.mux(packet)

    def close(self) -> None:
        self._container.close()


class RtspPublisher:
    """Call it with each part, in order; it never blocks. `close` in the end."""

    def __init__(
        self,
        address: CameraAddress,
        connect: Callable[[CameraAddress, Part], Connection] = RtspConnection,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`connect` opens the stream, which begins with the part that it is given."""
        self._address, self._connect, self._now = address, connect, now
        self._backoff = Backoff(FIRST_RETRY_S, MAX_RETRY_S, STABLE_S)
        self._queue = PartQueue()
        #: Parts that the queue passed on, and that were not sent.
        self._unsent = self._connections = 0
        self._connection: Connection | None = None
        self._newest: Part | None = None
        self._connected_at: float | None = None
        self._retry_at = float("-inf")
        self._problem: str | None = None
        self._thread = threading.Thread(target=self._run, name="passerby-restream", daemon=True)
        self._thread.start()

    def __call__(self, part: Part) -> None:
        self._queue.put(part)

    def status(self) -> RestreamStatus:
        """The current state of the stream; from any thread."""
        state = RestreamState.CONNECTING
        if self._problem is not None:
            state = RestreamState.LOST
        elif self._connection is not None:
            state = RestreamState.LIVE
        dropped = self._queue.dropped + self._unsent
        return RestreamStatus(state=state, problem=self._problem, connections=self._connections, dropped=dropped)

    def close(self) -> None:
        """Publish no more. Waits a second at most: a server that does not answer holds up nobody."""
        self._queue.close(discard=True)
        self._thread.join(1.0)

    def _run(self) -> None:
        while (part := self._queue.take()) is not None:
            try:
                self._publish(part)
            except Exception as error:  # whatever it was, it is tried again
                self._lose(error)
        self._disconnect()

    def _publish(self, part: Part) -> None:
        newest = self._newest
        if self._connection is not None and newest is not None and _is_other_stream(newest, part):
            self._disconnect()
        if self._connection is None:
            if not part.independent or self._now() < self._retry_at:
                self._unsent += 1
                return
            self._connection = self._connect(self._address, part)
            self._connections += 1
            self._connected_at = self._now()
        elif newest is not None and part.start != newest.start + newest.duration and not part.independent:
            self._unsent += 1  # what it builds on is missing
            return
        self._connection.send(part)
        self._newest, self._problem = part, None

    def _lose(self, error: Exception) -> None:
        lasted = None if self._connected_at is None else self._now() - self._connected_at
        self._disconnect()
        refused = isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError)
        self._retry_at = self._now() + (REFUSED_RETRY_S if refused else self._backoff.next_s(lasted))
        if refused:
            cause, advice = "refuses the login", "Check user and password under restream."
        else:
            # Not all of the error: FFmpeg's holds the address, and the password in it.
            cause = f"does not take the stream ({getattr(error, 'strerror', None) or type(error).__name__})"
            advice = "Check that the server runs, and that streams may be published there."
        self._problem = f"{self._address} {cause}. {advice}"

    def _disconnect(self) -> None:
        connection, self._connection, self._connected_at, self._newest = self._connection, None, None, None
        if connection is not None:
            with suppress(Exception):
                connection.close()


def _is_other_stream(before: Part, part: Part) -> bool:
    """Another encoder, or a timeline that starts over: a server expects neither within one stream."""
    return part.init != before.init or part.start < before.start


def _packets(part: Part) -> list[Packet[VideoStream]]:
    with av.open(io.BytesIO(part.init + part.body), "r", format="mp4") as container:
        return [packet for packet in container.demux(container.streams.video[0]) if packet.dts is not None]
