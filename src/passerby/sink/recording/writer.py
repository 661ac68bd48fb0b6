"""Encoding a camera's safe frames into parts, which are recorded and shown live.

Nothing here may block the camera. A disk that is slow, full or missing costs recordings, but neither the next frame nor
the live view: parts are stored by a separate thread, and those that cannot be stored are counted.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Self

from passerby.core.clock import Moment
from passerby.core.errors import DataFolderMissing, DiskFull
from passerby.core.safe_frame import SafeFrame
from passerby.sink.recording.fragment_encoder import FragmentEncoder
from passerby.sink.recording.state import WriterState
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.part import Part, camera_name, join_parts
from passerby.store.recordings.segment_writer import SegmentWriter

#: Parts (of one second) that are queued for the disk.
MAX_QUEUED_PARTS = 10
#: Seconds that `close` waits for the disk.
CLOSE_TIMEOUT_S = 20.0
_log = logging.getLogger(__name__)


class RecordingWriter:
    """Takes the frames of one camera, of one size. For another size, close it and create a new one.

    Without `recordings` nothing is stored. `live` is called with each part as soon as it is complete, and must not
    block.
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
        self._encoder = FragmentEncoder(
            camera_name(camera), width=width, height=height, frame_rate=frame_rate, quality=quality
        )
        self._live = live
        self._state, self._lock = WriterState(), threading.Lock()
        self._after_loss = False
        self._unstored: list[Part] = []
        self._queue: queue.Queue[Part | None] = queue.Queue(MAX_QUEUED_PARTS + 1)
        self._thread: threading.Thread | None = None
        if recordings is not None:
            store = recordings.writer(camera)
            self._thread = threading.Thread(
                target=self._store_parts, args=(store,), name=f"recording {camera}", daemon=True
            )
            self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def state(self) -> WriterState:
        with self._lock:
            return self._state.with_dropped(self._encoder.dropped)

    def write(self, frame: SafeFrame, captured_at: Moment) -> None:
        """Encode a frame with time `frame.time` (microseconds). Raises OutputError when it cannot be encoded."""
        self._dispatch(self._encoder.encode(frame, captured_at))

    def flush(self) -> None:
        """Finish the current part: no further frame is expected soon."""
        self._dispatch(self._encoder.flush())

    def close(self) -> None:
        """Finish the current part, and wait up to CLOSE_TIMEOUT_S until the queued parts are stored."""
        self.flush()
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(CLOSE_TIMEOUT_S)
            self._thread = None

    def _dispatch(self, part: Part | None) -> None:
        if part is None:
            return
        if self._live is not None:
            self._live(part)
        if self._thread is None:
            return
        self._unstored.append(part)
        if not part.ends_gop:
            return
        part, self._unstored = join_parts(self._unstored), []
        if self._queue.qsize() >= MAX_QUEUED_PARTS:
            self._count_lost("slow", f"The disk is too slow for the recordings of {part.camera}.")
            self._after_loss = True
        else:
            self._queue.put(part.with_discontinuity() if self._after_loss else part)
            self._after_loss = False

    def _store_parts(self, store: SegmentWriter) -> None:
        while (part := self._queue.get()) is not None:
            try:
                store.append(part)
            except DiskFull as error:
                self._count_lost("full", str(error))
            except DataFolderMissing as error:
                self._count_lost("gone", str(error))
            except Exception as error:  # whatever it was, storing is retried with the next part
                self._count_lost("failed", str(error))
            else:
                self._count_stored(len(part.body))
        store.close()

    def _count_stored(self, size: int) -> None:
        with self._lock:
            before = self._state
            self._state = before.with_stored(size)
        if before.failure:
            _log.warning("recording of %s resumed; %d parts were lost", self._encoder.camera, before.lost)

    def _count_lost(self, failure: str, message: str) -> None:
        with self._lock:
            before = self._state
            self._state = before.with_lost(failure, message)
        if before.failure != failure:
            _log.warning("recording of %s failed: %s", self._encoder.camera, message)
