"""The thread that reads a camera, and connects again and again for as long as it is asked to."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from passerby.core.errors import PasserbyError
from passerby.documents.status import State
from passerby.source.camera.capture import Caught
from passerby.source.camera.open import LoginRefused
from passerby.watch.backoff import Backoff

#: Frames that may wait for whoever takes them. More are left out: a machine that is late catches up by leaving out.
AHEAD = 20
#: Seconds before a login that was refused is tried again, at least: cameras lock out who tries too often.
REFUSED = 60.0


class Source(Protocol):
    """A camera as this thread knows it (source.camera.Camera, or in tests something else)."""

    def frames(self) -> Iterator[Caught]: ...


class Reading:
    """Reads `source` in a thread of its own from the beginning of its life to `stop`.

    `take` gives the frames. `state` and `problem` say how it goes, `connections` how many gave a frame, `dropped` how
    many frames nobody took in time.
    """

    def __init__(
        self, source: Source, backoff: Backoff | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source, self._backoff, self._clock = source, backoff or Backoff(), clock
        self._frames: queue.Queue[Caught] = queue.Queue(AHEAD)
        self._stopped = threading.Event()
        self.state = State.CONNECTING
        self.problem: str | None = None
        self.connections = self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="passerby-read", daemon=True)
        self._thread.start()

    def take(self, seconds: float) -> Caught | None:
        """The next frame, or None when none comes for so many seconds."""
        try:
            return self._frames.get(timeout=max(0.001, seconds))
        except queue.Empty:
            return None

    def stop(self) -> None:
        """No more frames. Does not wait for FFmpeg, which may be waiting for the camera."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            began, connected, least = self._clock(), False, 0.0
            try:
                for caught in self._source.frames():
                    if self._stopped.is_set():
                        return
                    if not connected:
                        connected = True
                        self.connections += 1
                        self.state, self.problem = State.LIVE, None
                    self._put(caught)
            except PasserbyError as error:
                self.problem = str(error)
                least = REFUSED if isinstance(error, LoginRefused) else 0.0
            except Exception as error:  # whatever a broken stream may bring about, the next connection may be better
                self.problem = f"{type(error).__name__} while reading the camera. It is tried again."
            self.state = State.LOST
            pause = self._backoff.pause(self._clock() - began if connected else 0.0)
            self._stopped.wait(max(least, pause))

    def _put(self, caught: Caught) -> None:
        try:
            self._frames.put_nowait(caught)
        except queue.Full:
            self.dropped += 1
