"""The thread that writes masked frames: disks stall at times, and masking must not wait for them."""

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

#: Masked frames that may wait for the disk, ten seconds at 10 fps. Further ones are dropped.
MAX_QUEUED_FRAMES = 100
#: Seconds without a frame after which buffered data is flushed; and seconds before opening a writer is retried.
FLUSH_AFTER_S, REOPEN_AFTER_S = 2.0, 5.0


class FrameWriter(Protocol):
    """Writes masked frames of one size (`sink.recording.writer.RecordingWriter`; in tests, a fake)."""

    def write(self, frame: SafeFrame, at: Moment) -> None: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...


class RecorderThread:
    """Passes frames to a writer for their size, created by `make`, in a thread of its own."""

    def __init__(
        self, make_writer: Callable[[VideoInfo], FrameWriter], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._make_writer, self._now = make_writer, now
        self._retry_at = 0.0
        self._frames: queue.Queue[tuple[VideoInfo, SafeFrame, Moment] | None] = queue.Queue(MAX_QUEUED_FRAMES)
        self._writer: FrameWriter | None = None
        self._video: VideoInfo | None = None
        #: Frames that were dropped.
        self.dropped = 0
        self._problem: str | None = None
        self._thread = threading.Thread(target=self._run, name="passerby-record", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str | None:
        """Why the newest frames are not recorded; None while they are."""
        if self._problem is not None:
            return self._problem
        message = getattr(self.state, "message", "")
        return f"Not recorded: {message}" if message else None

    @property
    def state(self) -> object:
        """The state that the writer reports."""
        return getattr(self._writer, "state", None)

    def write(self, video: VideoInfo, frame: SafeFrame, at: Moment) -> None:
        """Queue one frame, in order. Never blocks."""
        try:
            self._frames.put_nowait((video, frame, at))
        except queue.Full:
            self.dropped += 1

    def close(self, timeout: float = 10.0) -> None:
        """Write the queued frames, and finish the open file. Waits `timeout` seconds at most."""
        try:
            self._frames.put(None, timeout=timeout)
        except queue.Full:
            return
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            try:
                item = self._frames.get(timeout=FLUSH_AFTER_S)
            except queue.Empty:
                if self._writer is not None:
                    self._guarded(self._writer.flush)  # do not hold data back for a camera that is gone
                continue
            if item is None:
                break
            if not self._guarded(lambda item=item: self._write(*item)):  # type: ignore[misc]
                self.dropped += 1
        self._close_writer()

    def _write(self, video: VideoInfo, frame: SafeFrame, at: Moment) -> None:
        if self._writer is None or video != self._video:
            self._close_writer()
            if self._now() < self._retry_at:
                raise OutputError(self._problem or "The recordings cannot be opened.")
            self._retry_at = self._now() + REOPEN_AFTER_S
            self._writer, self._video = self._make_writer(video), video
            self._retry_at = 0.0
        self._writer.write(frame, at)
        self._problem = None

    def _guarded(self, step: Callable[[], None]) -> bool:
        """Run a step; no failure of the disk may end the camera. False when it failed."""
        try:
            step()
        except Exception as error:
            self._problem = str(error) or type(error).__name__
            return False
        return True

    def _close_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            self._guarded(writer.close)
