"""The thread that captures from a camera, and reconnects until it is stopped."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from passerby.core.backoff import Backoff
from passerby.core.errors import PasserbyError
from passerby.documents.status import CameraState
from passerby.source.camera.capture import CapturedFrame
from passerby.source.camera.hls import LoginRefused

#: Captured frames that may wait to be taken. Further ones are dropped: a machine that is late catches up by dropping.
MAX_QUEUED_FRAMES = 20
#: Minimum seconds before a refused login is retried: cameras lock out clients that retry too often.
LOGIN_RETRY_S = 60.0
#: Seconds: the first pause before reconnecting, the longest, and how long a connection must last for the pauses to
#: start over. A camera that is back is to be recorded ten seconds later.
FIRST_RETRY_S, MAX_RETRY_S, STABLE_S = 0.5, 4.0, 20.0


class FrameSource(Protocol):
    """A camera as this thread uses it (`source.camera.capture.Camera`; in tests, a fake)."""

    def frames(self) -> Iterator[CapturedFrame]: ...


class CaptureThread:
    """Reads `source` in a thread of its own, from construction to `stop`.

    `next_frame` returns the frames. `state` and `problem` describe the connection, `connections` counts those that
    gave a frame, `dropped` the frames that were not taken in time.
    """

    def __init__(
        self,
        source: FrameSource,
        backoff: Backoff | None = None,
        now: Callable[[], float] = time.monotonic,
        stopped: threading.Event | None = None,
    ) -> None:
        self._source, self._now = source, now
        self._backoff = backoff or Backoff(FIRST_RETRY_S, MAX_RETRY_S, STABLE_S)
        self._frames: queue.Queue[CapturedFrame] = queue.Queue(MAX_QUEUED_FRAMES)
        self._stopped = stopped or threading.Event()
        self.state = CameraState.CONNECTING
        self.problem: str | None = None
        self.connections = self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="passerby-capture", daemon=True)
        self._thread.start()

    def next_frame(self, timeout: float) -> CapturedFrame | None:
        """The next frame, or None when none arrives within `timeout` seconds."""
        try:
            return self._frames.get(timeout=max(0.001, timeout))
        except queue.Empty:
            return None

    def stop(self) -> None:
        """Stop capturing. Does not wait for FFmpeg, which may be blocked on the camera."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            started, connected, min_pause = self._now(), False, 0.0
            try:
                for captured in self._source.frames():
                    if self._stopped.is_set():
                        return
                    if not connected:
                        connected = True
                        self.connections += 1
                        self.state, self.problem = CameraState.LIVE, None
                    self._put(captured)
            except PasserbyError as error:
                self.problem = str(error)
                min_pause = LOGIN_RETRY_S if isinstance(error, LoginRefused) else 0.0
            except Exception as error:  # whatever a broken stream causes, the next connection may work
                self.problem = f"{type(error).__name__} while reading the camera. passerby reconnects."
            self.state = CameraState.LOST
            pause = self._backoff.next_s(self._now() - started if connected else None)
            self._stopped.wait(max(min_pause, pause))

    def _put(self, captured: CapturedFrame) -> None:
        try:
            self._frames.put_nowait(captured)
        except queue.Full:
            self.dropped += 1
