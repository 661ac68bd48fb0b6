"""Counting in a camera's process: detections go to the counter, its bins and events into the store."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Protocol

from passerby.config.site import Site
from passerby.core.clock import Moment
from passerby.core.kinds import Detection
from passerby.core.media import Geometry
from passerby.core.motion import MotionField
from passerby.core.raw_frame import RawFrame
from passerby.core.view_stats import ViewStats
from passerby.counting.camera_counter import CameraCounter
from passerby.detect.tamper import TamperMonitor
from passerby.documents.count_records import CountBin, Event
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.track.counting_tracker import CountingTracker

#: Seconds without a finished detection after which counts are marked as without data. Detections arrive here after the
#: delay of the live pipeline.
NO_DATA_AFTER_S = 8.0
_log = logging.getLogger(__name__)

#: A write in progress, and how many bins and events it holds.
_PendingWrite = tuple[Future[None], int, int]


class CountWriter(Protocol):
    """Stores bins and events (in tests, a fake)."""

    def add(self, bins: Sequence[CountBin], happened: Sequence[Event], now: Moment) -> None: ...


class CameraCountSink:
    """Counts for one camera. Gets each frame in order once it is tracked; call `poll` about once a second."""

    def __init__(self, site: Site, camera: str, store: CountWriter | None = None) -> None:
        """`store` defaults to that of the site, opened on first use."""
        self._site, self._camera, self._store = site, camera, store
        self._counting = site.cameras[camera].counting
        self._tamper = TamperMonitor()
        self._view: ViewStats | None = None
        self._tracker: CountingTracker | None = None
        self._geometry: Geometry | None = None
        self._counter: CameraCounter | None = None
        self._last: Moment | None = None
        self._bins: deque[CountBin] = deque()
        self._events: deque[Event] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passerby-counts")
        self._pending: _PendingWrite | None = None
        #: Why counts cannot be stored; None while they can.
        self.problem: str | None = None

    def detection_started(self, frame: RawFrame, geometry: Geometry) -> None:
        """A frame was submitted to the detector: check the view for tampering."""
        try:
            self._view = self._tamper.update(frame, geometry)
        except Exception as error:  # a failure in counting must not stop masking and recording
            self._failed(error)

    def frame_processed(
        self, at: Moment, geometry: Geometry, motion: MotionField | None, found: Sequence[Detection] | None
    ) -> None:
        """The next frame in order; `found` where the detector ran on it."""
        try:
            self._process(at, geometry, motion, found)
        except Exception as error:  # as above
            self._failed(error)

    def _process(
        self, at: Moment, geometry: Geometry, motion: MotionField | None, found: Sequence[Detection] | None
    ) -> None:
        if geometry != self._geometry or self._tracker is None or self._counter is None:
            self._reset(geometry)
        if self._tracker is None or self._counter is None:
            raise AssertionError("_reset creates both")
        tracks = self._tracker.update(at.monotonic, motion, found)
        if tracks is not None:
            self._events += self._counter.update(at, tracks, self._view)
            self._last, self._view = at, None

    def poll(self, now: Moment, lost: bool) -> None:
        """Store finished bins and events. `lost`: the camera delivers no frames."""
        if self._counter is None:  # no frame yet, which is an event of its own
            self._counter = self._new_counter(16 / 9)
        if lost or self._last is None or now.monotonic - self._last.monotonic > NO_DATA_AFTER_S:
            reason = "no frame arrives from the camera" if lost else "no detection on its frames has finished"
            self._events += self._counter.no_data(now, reason, lost)
        self._store_pending(now)

    @property
    def occupancy(self) -> dict[str, int] | None:
        """How many objects are in each zone now; None while no frame is analysed."""
        if self._counter is None or not self._counter.observes:
            return None
        found = {zone.name: 0 for zone in self._counting.all_zones}
        for (zone_name, _), count in self._counter.occupancy.items():
            found[zone_name] += count
        return found

    def close(self, now: Moment) -> None:
        """Finish: store the unfinished minute."""
        if self._counter is not None:
            self._counter.close()
        for _ in range(2):  # the write in progress, then the rest
            self._store_pending(now)
            if self._pending is not None:
                wait([self._pending[0]])
                self._is_written(self._pending)
        self._thread.shutdown()

    def _reset(self, geometry: Geometry) -> None:
        """The first frame, or one of another size."""
        if self._counter is not None:
            self._counter.close()
            self._bins += self._counter.take_bins()
        width, height = geometry.display_size
        self._geometry, self._tracker = geometry, CountingTracker(width, height)
        self._counter = self._new_counter(width / height)

    def _new_counter(self, aspect: float) -> CameraCounter:
        return CameraCounter(self._camera, self._counting, aspect, self._site.schedules())

    def _failed(self, error: Exception) -> None:
        """An internal error: start over without tracks."""
        if self.problem is None:
            _log.exception("%s: counting failed", self._camera)
        self.problem = f"counting failed: {type(error).__name__}: {error}"
        self._geometry = self._view = None

    def _store_pending(self, now: Moment) -> None:
        """Write to the store, in a thread of its own: a slow disk must not delay frames."""
        if self._counter is not None:
            self._bins += self._counter.take_bins()
        if self._pending is not None and not self._is_written(self._pending):
            return
        bins, events = tuple(self._bins), tuple(self._events)
        if bins or events:
            self._pending = self._thread.submit(self._write, bins, events, now), len(bins), len(events)

    def _is_written(self, pending: _PendingWrite) -> bool:
        """Whether a write has finished; drops what it stored from the queues."""
        future, bins, events = pending
        if not future.done():
            return False
        self._pending, error = None, future.exception()
        if error is not None:
            if self.problem is None:
                _log.warning("%s: counts cannot be stored: %s", self._camera, error)
            self.problem = str(error)
            return True
        self.problem = None
        for _ in range(bins):
            self._bins.popleft()
        for _ in range(events):
            self._events.popleft()
        return True

    def _write(self, bins: Sequence[CountBin], events: Sequence[Event], now: Moment) -> None:
        if self._store is None:
            database = Database.open(Path(self._site.data))
            self._store = CountStore(database, self._site.topic, self._site.uplink.destinations())
        self._store.add(bins, events, now)
