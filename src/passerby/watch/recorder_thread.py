"""The thread that hands masked frames on: disks are slow at times, and masks must not be late for that."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

from passerby.core.clock import Moment
from passerby.core.errors import OutputError
from passerby.core.media import VideoInfo
from passerby.core.safe_frame import SafeFrame

#: Masked frames that may wait for the disk. More are left out.
BEHIND = 100
#: Seconds without a frame after which what was taken in is written out; and after which a writer that could not be made
#: is tried again.
SILENCE, AGAIN_AFTER = 2.0, 5.0


class Writer(Protocol):
    """Where masked frames of one size go (sink.parts.PartWriter, or in tests something else)."""

    def write(self, frame: SafeFrame, at: Moment) -> None: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...


class Writing:
    """Hands frames to a writer for their size, which `make` makes, in a thread of its own."""

    def __init__(self, make: Callable[[VideoInfo], Writer], now: Callable[[], float] = time.monotonic) -> None:
        self._make, self._now = make, now
        self._again = 0.0
        self._frames: queue.Queue[tuple[VideoInfo, SafeFrame, Moment] | None] = queue.Queue(BEHIND)
        self._writer: Writer | None = None
        self._video: VideoInfo | None = None
        #: Frames that were left out, and why the last one could not be written.
        self.dropped = 0
        self.problem: str | None = None
        self._thread = threading.Thread(target=self._run, name="passerby-write", daemon=True)
        self._thread.start()

    @property
    def state(self) -> object:
        """What the writer says of itself."""
        return getattr(self._writer, "state", None)

    def write(self, video: VideoInfo, frame: SafeFrame, at: Moment) -> None:
        """One frame, in order. Never waits."""
        try:
            self._frames.put_nowait((video, frame, at))
        except queue.Full:
            self.dropped += 1

    def close(self, seconds: float = 10.0) -> None:
        """Write what waits, and end the file that is open."""
        try:
            self._frames.put(None, timeout=seconds)
        except queue.Full:
            return
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            try:
                item = self._frames.get(timeout=SILENCE)
            except queue.Empty:
                if self._writer is not None:
                    self._guarded(self._writer.flush)  # what there is, is not to wait for a camera that is gone
                continue
            if item is None:
                break
            if not self._guarded(lambda item=item: self._write(*item)):  # type: ignore[misc]
                self.dropped += 1
        self._end()

    def _write(self, video: VideoInfo, frame: SafeFrame, at: Moment) -> None:
        if self._writer is None or video != self._video:
            self._end()
            if self._now() < self._again:
                raise OutputError(self.problem or "The recordings cannot be opened.")
            self._again = self._now() + AGAIN_AFTER
            self._writer, self._video = self._make(video), video
            self._again = 0.0
        self._writer.write(frame, at)
        self.problem = None

    def _guarded(self, step: Callable[[], None]) -> bool:
        """Whatever goes wrong with a disk must not end the camera. False when something did."""
        try:
            step()
        except Exception as error:
            self.problem = str(error) or type(error).__name__
            return False
        return True

    def _end(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            self._guarded(writer.close)
