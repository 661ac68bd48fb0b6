"""What becomes of a camera's safe frames: parts, which are recorded, and shown live.

Nothing here may hold up the camera. A disk that is slow, full or gone costs recordings, and neither the next frame nor
the live picture: parts are stored by a thread of their own, and those that cannot be are counted.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Self

from passerby.core.clock import Moment
from passerby.core.errors import DiskFull, FolderGone
from passerby.core.safe_frame import SafeFrame
from passerby.sink.recording.fragment_encoder import PartEncoder
from passerby.sink.recording.state import WriterState
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.part import Part, camera_name, whole
from passerby.store.recordings.segment_writer import SegmentWriter

#: Seconds of recording that wait for the disk.
WAITING = 10
#: Seconds that `close` gives the disk.
PATIENCE = 20.0
_log = logging.getLogger(__name__)


class PartWriter:
    """Takes the frames of one camera, of one size. For another size: close it, and begin a new one.

    Without `recordings` nothing is stored. `live` is given each part as soon as it is made, and must not block.
    """

    def __init__(
        self,
        camera: str,
        recordings: Recordings | None,
        *,
        width: int,
        height: int,
        frame_rate: float,
        quality: int = 27,
        live: Callable[[Part], None] | None = None,
    ) -> None:
        self._encoder = PartEncoder(
            camera_name(camera), width=width, height=height, frame_rate=frame_rate, quality=quality
        )
        self._live = live
        self._state, self._lock = WriterState(), threading.Lock()
        self._skipped = False
        self._halves: list[Part] = []
        self._waiting: queue.Queue[Part | None] = queue.Queue(WAITING + 1)
        self._thread: threading.Thread | None = None
        if recordings is not None:
            store = recordings.writer(camera)
            self._thread = threading.Thread(target=self._keep, args=(store,), name=f"parts of {camera}", daemon=True)
            self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def state(self) -> WriterState:
        with self._lock:
            return self._state.with_dropped(self._encoder.dropped)

    def write(self, frame: SafeFrame, at: Moment) -> None:
        """Take a frame of `frame.time` microseconds, caught `at`. Raises OutputError when it cannot be encoded."""
        self._hand_on(self._encoder.encode(frame, at))

    def flush(self) -> None:
        """End the part that is being made: no frame is to be expected soon."""
        self._hand_on(self._encoder.flush())

    def close(self) -> None:
        """End it, and wait until what was made is stored, as long as the disk does anything."""
        self.flush()
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(PATIENCE)
            self._thread = None

    def _hand_on(self, part: Part | None) -> None:
        if part is None:
            return
        if self._live is not None:
            self._live(part)
        if self._thread is None:
            return
        self._halves.append(part)
        if not part.closes:
            return
        part, self._halves = whole(self._halves), []
        if self._waiting.qsize() >= WAITING:
            self._lose("slow", f"The disk is too slow for the recordings of {part.camera}.")
            self._skipped = True
        else:
            self._waiting.put(part.begun_anew() if self._skipped else part)
            self._skipped = False

    def _keep(self, store: SegmentWriter) -> None:
        while (part := self._waiting.get()) is not None:
            try:
                store.append(part)
            except DiskFull as error:
                self._lose("full", str(error))
            except FolderGone as error:
                self._lose("gone", str(error))
            except Exception as error:  # the last wall: whatever it was, the next part is tried again
                self._lose("failed", str(error))
            else:
                self._stored(len(part.body))
        store.close()

    def _stored(self, size: int) -> None:
        with self._lock:
            before = self._state
            self._state = before.and_stored(size)
        if before.trouble:
            _log.warning("%s is recorded again; %d parts were lost", self._encoder.camera, before.lost)

    def _lose(self, trouble: str, message: str) -> None:
        with self._lock:
            before = self._state
            self._state = before.and_lost(trouble, message)
        if before.trouble != trouble:
            _log.warning("%s is not recorded: %s", self._encoder.camera, message)
