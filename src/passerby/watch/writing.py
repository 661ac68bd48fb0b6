"""The thread that hands masked frames on: disks are slow at times, and masks must not be late for that."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Protocol

from passerby.base.clock import Moment
from passerby.base.media import VideoInfo
from passerby.base.safe import SafeFrame

#: Masked frames that may wait for the disk. More are left out.
BEHIND = 100


class Writer(Protocol):
    """Where masked frames of one size go (sink.parts.PartWriter, or in tests something else)."""

    def write(self, frame: SafeFrame, at: Moment) -> None: ...
    def close(self) -> None: ...


class Writing:
    """Hands frames to a writer for their size, which `make` makes, in a thread of its own."""

    def __init__(self, make: Callable[[VideoInfo], Writer]) -> None:
        self._make = make
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
        while (item := self._frames.get()) is not None:
            video, frame, at = item
            try:
                if self._writer is None or video != self._video:
                    self._end()
                    self._writer, self._video = self._make(video), video
                self._writer.write(frame, at)
                self.problem = None
            except Exception as error:  # a disk that is full or gone must not end the camera
                self.problem = str(error) or type(error).__name__
                self.dropped += 1
        self._end()

    def _end(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
            except Exception as error:  # as above
                self.problem = str(error) or type(error).__name__
